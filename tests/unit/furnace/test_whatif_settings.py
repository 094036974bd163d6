"""Settings as people type them: what they mean, what is refused, and that the words say why."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ironworks.core.errors import CallError
from ironworks.core.units import UNITS
from ironworks.plant.furnace.burden import burden_faults, check_burden
from ironworks.plant.furnace.charging_pattern import reference_table
from ironworks.plant.furnace.freezing import ON_BLAST, SOLIDIFIES, STARVED_TIME, STILL_TIME, FreezeWatch, Outcome, Signs
from ironworks.plant.furnace.freezing import watch as judge
from ironworks.plant.furnace.inputs import FurnaceInputs
from ironworks.plant.furnace.parameters import read_furnace_parameters
from ironworks.plant.whatif_settings import UNITS_OF, apply_settings, enrichment, parse_settings

from .conftest import WORKS

PARAMETERS = read_furnace_parameters(WORKS / "parameters.toml")
INPUTS = FurnaceInputs.reference(PARAMETERS)


def apply(*texts: str) -> FurnaceInputs:
    return apply_settings(parse_settings(list(texts)), INPUTS, PARAMETERS)[0]


@pytest.mark.parametrize(
    ("text", "field", "expected"),
    [
        ("coal_injection_rate=+1kg/s", "coal_injection_rate", INPUTS.coal_injection_rate + 1.0),
        ("coal_injection_rate = 72 t/h", "coal_injection_rate", 20.0),
        ("coal_injection_rate=-3.6t/h", "coal_injection_rate", INPUTS.coal_injection_rate - 1.0),
        ("coal_injection_rate=−1kg/s", "coal_injection_rate", INPUTS.coal_injection_rate - 1.0),
        ("blast_moisture=14g/Nm3", "blast_moisture", 0.014),
        ("blast_moisture=+5g/Nm3", "blast_moisture", INPUTS.blast_moisture + 0.005),
        ("blast_temperature=1200°C", "blast_temperature", 1473.15),
        ("blast_temperature=+30degC", "blast_temperature", INPUTS.blast_temperature + 30.0),
        ("blast_temperature=-30 K", "blast_temperature", INPUTS.blast_temperature - 30.0),
        ("blast_volume=+6e1Nm3/min", "blast_volume", INPUTS.blast_volume + 1.0),
        ("top_pressure=250kPa(g)", "top_pressure", 351325.0),
        ("top_pressure=3.4bar", "top_pressure", 340000.0),
        ("top_pressure=+0.1bar(g)", "top_pressure", INPUTS.top_pressure + 1e4),
        ("coke_base=+2%", "coke_base", INPUTS.coke_base * 1.02),
        ("ore_base=141t", "ore_base", 141000.0),
        ("oxygen_enrichment=+30Nm3/min", "oxygen_flow", INPUTS.oxygen_flow + 0.5),
    ],
)
def test_what_a_setting_means(text, field, expected):
    changed = apply(text)
    assert float(getattr(changed, field)) == pytest.approx(float(expected), rel=1e-12)
    others = [name for name in FurnaceInputs._fields if name != field]
    assert all(np.array_equal(getattr(changed, name), getattr(INPUTS, name)) for name in others)


@given(st.sampled_from(sorted(UNITS_OF)), st.data())
def test_an_absolute_setting_of_todays_value_changes_nothing(name, data):
    symbol = data.draw(st.sampled_from(UNITS_OF[name]))
    share = name == "oxygen_enrichment" and symbol == "%"
    field = "oxygen_flow" if name == "oxygen_enrichment" else name
    now = enrichment(INPUTS) if share else float(getattr(INPUTS, field))
    changed = apply(f"{name}={UNITS[symbol].from_si(now):.15g} {symbol}")
    assert float(getattr(changed, field)) == pytest.approx(float(getattr(INPUTS, field)), rel=1e-9)


def test_enrichment_follows_the_blast_volume_whatever_the_order():
    for order in (("blast_volume=+5%", "oxygen_enrichment=+0%"), ("oxygen_enrichment=+0%", "blast_volume=+5%")):
        changed = apply(*order)
        assert enrichment(changed) == pytest.approx(enrichment(INPUTS), rel=1e-12)
        assert changed.oxygen_flow > INPUTS.oxygen_flow
    assert enrichment(apply("oxygen_enrichment=+0.5%")) == pytest.approx(enrichment(INPUTS) + 0.005, rel=1e-9)


SHARES = np.asarray(PARAMETERS.annulus_area_share)


@given(st.sampled_from(["ore", "coke"]), st.sampled_from(["centre", "middle", "wall"]), st.floats(-20.0, 20.0).map(str))
def test_a_zones_change_keeps_the_mean_and_the_ratio_of_the_others(material, zone, per_cent):
    text = per_cent if per_cent.startswith("-") else f"+{per_cent}"
    if "e" in text:
        return
    new = apply(f"burden_pattern={material}:{zone}{text}%")
    before = np.asarray(getattr(INPUTS, f"burden_pattern_{material}"))
    after = np.asarray(getattr(new, f"burden_pattern_{material}"))
    at = ("centre", "middle", "wall").index(zone)
    others = [i for i in range(3) if i != at]
    assert after @ SHARES == pytest.approx(1.0, abs=1e-12)
    assert after[at] == pytest.approx(before[at] * (1.0 + float(per_cent) / 100.0))
    assert after[others[0]] / after[others[1]] == pytest.approx(before[others[0]] / before[others[1]])


def test_weights_with_three_digits_are_taken_and_made_exact():
    new = apply("burden_pattern=ore:0.75,1.04,1.0086;coke:1.2,0.98,0.974")
    for material in ("ore", "coke"):
        assert getattr(new, f"burden_pattern_{material}") @ SHARES == pytest.approx(1.0, abs=1e-12)


def _own(material: str) -> str:
    table = reference_table(PARAMETERS, material)
    pairs = zip(table.angles, table.rounds, strict=True)
    return f"{material}@" + ", ".join(f"{angle:g} x {rounds:g}" for angle, rounds in pairs)


def test_the_works_own_chute_table_changes_nothing():
    new = apply(f"burden_pattern={_own('ore')};{_own('coke')}")
    for material in ("ore", "coke"):
        field = f"burden_pattern_{material}"
        assert getattr(new, field) == pytest.approx(np.asarray(getattr(INPUTS, field)), abs=1e-12)


def test_a_chute_table_moves_one_material_and_goes_with_other_parts():
    new = apply("burden_pattern=ore@44x4,42x4,40x2,38x2,36x2;coke:centre+5%")
    # Without its inner rounds the centre gets only the ore that rolls there: the rolling share spreads evenly over all
    # inside the landing radius, and that is nearly the whole throat (weight 1).
    assert new.burden_pattern_ore[0] == pytest.approx(PARAMETERS.ore_roll_share, abs=0.2)
    assert new.burden_pattern_ore[0] < INPUTS.burden_pattern_ore[0]
    assert new.burden_pattern_ore[2] > INPUTS.burden_pattern_ore[2]
    assert new.burden_pattern_ore @ SHARES == pytest.approx(1.0, abs=1e-12)
    assert new.burden_pattern_coke[0] == pytest.approx(1.05 * INPUTS.burden_pattern_coke[0])


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        ((), "at least one"),
        (("coal_injection_rate",), "no '='"),
        (("coal_rate=+1kg/s",), "did you mean 'coal_injection_rate'"),
        (("coal_injection_rate=+1",), "the unit is missing"),
        (("coal_injection_rate=+1kg/h/s",), "not a unit of coal_injection_rate"),
        (("coal_injection_rate=much",), "not a change"),
        (("coal_injection_rate=nankg/s",), "not a change"),
        (("coal_injection_rate=1e999kg/s",), "not finite"),
        (("coal_injection_rate=-30kg/s",), "a sign means a difference"),
        (("coal_injection_rate=60kg/s",), "0 ... 40"),
        (("blast_temperature=98%",), "without a sign"),
        (("blast_moisture=12degC",), "not a unit"),
        (("blast_volume=0Nm3/min",), "no blast is a stoppage"),
        (("blast_volume=-100%",), "no blast is a stoppage"),
        (("oxygen_enrichment=-20%",), "an enrichment of"),
        (("ore_base=0t",), "without ore"),
        (("coke_base=5t",), "direct reduction and carburisation"),
        (("coke_base=+1%", "coke_base=+1%"), "set 2 times"),
        (("burden_pattern=ore:1,1,1.2",), "these would do"),
        (("burden_pattern=ore:1,1",), "neither three weights"),
        (("burden_pattern=ore:centr+5%",), "did you mean 'centre'"),
        (("burden_pattern=centre_coke+5%",), "coke:centre\\+5%"),
        (("burden_pattern=ore:1,1,1;ore:1,1,1",), "not a part"),
        (("burden_pattern=coke:centre+900%",), "everything or nothing"),
        (("burden_pattern=ore:0.1,1.1,1.1",), "0.2 ... 3"),
        (("burden_pattern=oar@44x14",), "did you mean 'ore'"),
        (("burden_pattern=ore@44x14;ore@44x14",), "not a part"),
        (("burden_pattern=ore@",), "not ANGLExROUNDS"),
        (("burden_pattern=ore@44",), "not ANGLExROUNDS"),
        (("burden_pattern=ore@44x",), "not ANGLExROUNDS"),
        (("burden_pattern=ore@44xmany",), "not ANGLExROUNDS"),
        (("burden_pattern=ore@44x7,40x6",), "add up to 13, a batch of ore is let out in 14"),
        (("burden_pattern=ore@44x15,40x-1",), "-1 rounds at 40 deg"),
        (("burden_pattern=ore@44x14,40x0",), "0 rounds at 40 deg"),
        (("burden_pattern=ore@44xnan",), "nan rounds"),
        (("burden_pattern=ore@44xinf",), "inf rounds"),
        (("burden_pattern=ore@55x7,40x7",), "55 deg is outside the chute's 5 ... 50 deg"),
        (("burden_pattern=ore@nanx7,40x7",), "nan deg is outside"),
        (("burden_pattern=ore@44x7,44x7",), "44 deg stands twice"),
        (("burden_pattern=coke@40x7",), "the works' own is coke@44x2"),
        (("burden_pattern=ore@14x14",), "0.2 ... 3"),
    ],
)
def test_what_is_refused_and_why(texts, words):
    with pytest.raises(CallError, match=words):
        apply(*texts)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"ore_silica": 0.005, "ore_lime": 0.1}, "CaO/SiO2"),
        ({"ore_silica": 0.1, "ore_lime": 0.01}, "CaO/SiO2"),
        ({"ore_alumina": 0.09}, "alumina"),
        ({"ore_magnesia": 0.06}, "magnesia"),
        ({"coke_weighing_factor": 0.5, "coke_base": 15e3}, "carbon"),
    ],
)
def test_a_burden_that_cannot_melt_is_refused(change, words):
    check_burden(INPUTS, PARAMETERS)
    with pytest.raises(CallError, match=words):
        check_burden(INPUTS._replace(**change), PARAMETERS)


def test_limestone_corrects_an_acid_burden():
    acid = INPUTS._replace(ore_lime=np.float64(0.02))
    assert burden_faults(acid, PARAMETERS)
    assert not burden_faults(acid._replace(limestone_base=np.float64(9000.0)), PARAMETERS)


USUAL = FreezeWatch(100.0, 100.0, 1683.0)
GOOD = Signs(1780.0, 100.0, 100.0, 2000.0, 0.0)


@pytest.mark.parametrize(
    ("signs", "after"),
    [
        (Signs(SOLIDIFIES - 1.0, 100.0, 100.0, 2000.0), 0.0),
        (Signs(1600.0, 1.0, 100.0, 1600.0), STILL_TIME),
        (Signs(1600.0, 100.0, 100.0, 1600.0, 0.9), STARVED_TIME),
    ],
)
def test_a_furnace_freezes_for_its_reason_and_not_before(signs, after):
    state, ending, time = USUAL, None, 0.0
    while ending is None and time < 86400.0:
        time += 600.0
        state, ending = judge(state, time, signs)
    assert ending is not None
    assert ending.outcome == Outcome.FROZEN
    assert time == pytest.approx(600.0 + after)


@pytest.mark.parametrize(
    "signs",
    [
        GOOD,
        Signs(1700.0, 0.0, 0.9 * ON_BLAST * 100.0, 1500.0),  # a stoppage
        Signs(1780.0, 0.0, 100.0, 2300.0),  # coke only
        Signs(1780.0, 0.0, 100.0),  # bottom not known
        Signs(1600.0, 100.0, 100.0, 1600.0, 0.4),
    ],
)
def test_stoppages_and_coke_blanks_are_not_frozen(signs):
    state, ending = USUAL, None
    for hour in range(1, 48):
        state, ending = judge(state, 3600.0 * hour, signs)
        assert ending is None


def test_a_chill_that_passes_is_forgotten():
    state, cold = USUAL, Signs(1600.0, 1.0, 100.0, 1600.0)
    for hour in range(1, 40):
        state, ending = judge(state, 3600.0 * hour, cold if hour % 4 else GOOD)
        assert ending is None


def test_a_value_that_is_not_finite_is_its_own_outcome():
    _, ending = judge(USUAL, 1.0, GOOD.__class__(float("nan"), 100.0, 100.0))
    assert ending is not None
    assert ending.outcome == Outcome.NOT_FINITE
