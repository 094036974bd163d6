"""The server's parts without sockets: thinning, saved state, users, certificates, status codes."""

import dataclasses
import json

import pytest
from asyncua import ua
from cryptography import x509

from ironworks.core.dictionary import Role
from ironworks.core.errors import CallError, ConfigurationError, DataError
from ironworks.core.sample import Quality, Sample
from ironworks.core.security import Credentials, read_credentials, write_credentials
from ironworks.plant.server import PlantServer
from ironworks.plant.server.access import Account, read_accounts, write_accounts
from ironworks.plant.server.certificates import ensure_key_pair
from ironworks.plant.server.identity import credentials_file, ensure_identity
from ironworks.plant.server.saved import SavedState, load_state, save_state
from ironworks.plant.server.server import thinned
from ironworks.plant.server.values import data_value, status_code
from ironworks.sense.opcua_values import quality_of
from opcua_kit import START, ToyPlant


def test_thinning_keeps_every_laboratory_sample_every_change_and_the_last(demo_works):
    laboratory = demo_works.tags.with_role(Role.LABORATORY)[0].name
    samples = [Sample(laboratory, 1.0, Quality.GOOD, START + i, START + i) for i in range(3)]
    samples += [Sample("top_pressure", 2e5 + i, Quality.GOOD, START + i, START + i) for i in range(30)]
    opened = [0.0, 0.0, 1.0, 1.0, 0.0, 0.0]
    samples += [Sample("tap_hole_1_open", v, Quality.GOOD, START + i, START + i) for i, v in enumerate(opened)]
    kept = thinned(samples, demo_works, {}.get)
    assert [s for s in kept if s.tag == laboratory] == samples[:3]
    assert [s.value for s in kept if s.tag == "top_pressure"] == [2e5 + 29]
    more = thinned(samples, demo_works, {}.get, per_batch=3)
    assert [s.value - 2e5 for s in more if s.tag == "top_pressure"] == [9, 19, 29]
    assert len(thinned(samples, demo_works, {}.get, per_batch=100)) == len(samples)
    assert [(s.source_time - START, s.value) for s in kept if s.tag == "tap_hole_1_open"] == [
        (0.0, 0.0), (2.0, 1.0), (4.0, 0.0), (5.0, 0.0),
    ]  # fmt: skip


def test_a_change_of_quality_is_a_change(demo_works):
    good, bad = (Sample("tap_hole_1_open", 1.0, q, START, START) for q in (Quality.GOOD, Quality.UNCERTAIN))
    last = Sample("tap_hole_1_open", 1.0, Quality.GOOD, START, START)
    assert thinned([good, bad, last], demo_works, {"tap_hole_1_open": good}.get) == [bad, last]


def test_a_saved_state_comes_back_bit_for_bit(tmp_path):
    samples = (
        Sample("a", 0.1 + 0.2, Quality.GOOD, START + 1 / 3, START + 1.0),
        Sample("b", None, Quality.BAD, START, START, "sensor_failure"),
    )
    state = SavedState("demo", START + 0.1, 5.0, b"\x00\xffplant", samples)
    save_state(state, tmp_path / "state.zip")
    assert load_state(tmp_path / "state.zip", "demo") == state
    assert load_state(tmp_path / "none.zip", "demo") is None


def test_a_saved_state_that_cannot_be_used_is_refused_by_name(tmp_path):
    file = tmp_path / "state.zip"
    save_state(SavedState("demo", START, 5.0, b"", ()), file)
    with pytest.raises(DataError, match="works 'demo'"):
        load_state(file, "other")
    content = file.read_bytes()
    for broken in (b"", content[: len(content) // 2], b"not a zip"):
        file.write_bytes(broken)
        with pytest.raises(DataError, match=r"state\.zip"):
            load_state(file, "demo")


def test_passwords_are_kept_as_salted_hashes(tmp_path):
    accounts = {name: Account.with_password(name, True, "same") for name in ("a", "b")}
    assert accounts["a"].hash != accounts["b"].hash
    write_accounts(accounts, tmp_path / "users.json")
    assert read_accounts(tmp_path / "users.json") == accounts
    (tmp_path / "users.json").write_text(json.dumps({"a": {}}))
    with pytest.raises(ConfigurationError, match="users"):
        read_accounts(tmp_path / "users.json")


def test_identity_is_kept_and_a_deleted_client_gets_a_new_password(tmp_path):
    endpoint = "opc.tcp://127.0.0.1:4840/x/"
    ensure_identity(tmp_path, "demo", endpoint)
    first = {user: read_credentials(credentials_file(tmp_path, user)) for user in ("controller", "viewer")}
    ensure_identity(tmp_path, "demo", endpoint)
    assert read_credentials(credentials_file(tmp_path, "controller")) == first["controller"]
    for file in credentials_file(tmp_path, "controller").parent.iterdir():
        file.unlink()
    ensure_identity(tmp_path, "demo", "opc.tcp://127.0.0.1:4841/x/")
    second = {user: read_credentials(credentials_file(tmp_path, user)) for user in ("controller", "viewer")}
    assert second["controller"].password != first["controller"].password
    assert second["viewer"].password == first["viewer"].password
    assert second["viewer"].endpoint.endswith(":4841/x/")
    trusted = (tmp_path / "trusted" / "controller.pem").read_bytes()
    assert trusted == second["controller"].certificate.read_bytes()


def test_a_certificate_is_for_its_application_and_renewed_before_it_expires(tmp_path, monkeypatch):
    from datetime import timedelta

    from ironworks.plant.server import certificates

    monkeypatch.setattr(certificates, "VALID_FOR", timedelta(days=29))
    old = ensure_key_pair(
        tmp_path, "urn:x", server=True, hosts=("10.1.2.3", "furnace.example")
    ).certificate.read_bytes()
    monkeypatch.undo()
    new = ensure_key_pair(tmp_path, "urn:x", server=True).certificate.read_bytes()
    assert new != old
    assert ensure_key_pair(tmp_path, "urn:x", server=True).certificate.read_bytes() == new
    names = x509.load_pem_x509_certificate(old).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.UniformResourceIdentifier) == ["urn:x"]
    assert "furnace.example" in names.get_values_for_type(x509.DNSName)
    assert "10.1.2.3" in map(str, names.get_values_for_type(x509.IPAddress))
    (tmp_path / "certificate.pem").write_text("x")
    with pytest.raises(ConfigurationError, match="unreadable certificate"):
        ensure_key_pair(tmp_path, "urn:x", server=True)


@pytest.mark.parametrize(
    ("quality", "reason", "code", "back"),
    [
        (Quality.GOOD, "", "Good", ""),
        (Quality.BAD, "sensor_failure", "BadSensorFailure", "sensor_failure"),
        (Quality.BAD, "no_communication", "BadNoCommunication", "no_communication"),
        (Quality.BAD, "tap_hole_closed", "BadOutOfService", "out_of_service"),
        (Quality.BAD, "instrument_dropout", "BadNoCommunication", "no_communication"),
        (Quality.BAD, "words_of_ours", "Bad", "bad"),
        (Quality.UNCERTAIN, "out_of_range", "UncertainEngineeringUnitsExceeded", "engineering_units_exceeded"),
        (Quality.UNCERTAIN, "", "Uncertain", "uncertain"),
    ],
)
def test_reasons_become_status_codes_and_come_back(quality, reason, code, back):
    status = status_code(quality, reason)
    assert status.value == getattr(ua.StatusCodes, code)
    assert quality_of(status) == (quality, back)


def test_information_bits_and_unknown_codes_do_not_confuse():
    assert quality_of(ua.StatusCode(ua.StatusCodes.BadSensorFailure | 0x480)) == (Quality.BAD, "sensor_failure")
    assert quality_of(ua.StatusCode(0x8FFF0000))[0] == Quality.BAD
    assert quality_of(None) == (Quality.GOOD, "")


def test_every_sample_of_a_plant_has_a_data_value_in_the_field_unit(demo_works):
    for sample in ToyPlant(demo_works).advance(3600.0):
        tag = demo_works.tags[sample.tag]
        value = data_value(sample, tag)
        assert value.SourceTimestamp.timestamp() == pytest.approx(sample.source_time, abs=1e-6)
        assert tag.unit.to_si(float(value.Value.Value)) == pytest.approx(sample.value, rel=1e-9, abs=1e-9)
    missing = Sample("top_pressure", None, Quality.BAD, START, START, "sensor_failure")
    assert data_value(missing, demo_works.tags["top_pressure"]).Value.Value is None


def test_a_speed_that_cannot_be_is_refused(demo_works, tmp_path):
    for speed in (0.0, 0.5, 3601.0, float("nan")):
        with pytest.raises(CallError, match="speed"):
            PlantServer(ToyPlant(demo_works), demo_works, tmp_path, speed=speed)


def test_credentials_files_name_their_faults(tmp_path):
    paths = {}
    for name in ("certificate", "private_key", "server_certificate"):
        paths[name] = tmp_path / f"{name}.pem"
        paths[name].touch(0o600)
    file = tmp_path / "credentials.toml"
    good = Credentials("opc.tcp://h:1/", "urn:x", "u", 'p"a\\ss\nword', **paths)
    write_credentials(good, file)
    assert read_credentials(file) == good
    assert 'p"a' not in repr(good)
    text = file.read_text()
    for change, expected in (
        (text.replace("user =", "usr ="), "did you mean 'user'"),
        (text.replace('user = "u"\n', ""), "'user' is missing"),
        (text.replace("Basic256Sha256", "Basic128Rsa15"), "security policy"),
        (text.replace("certificate.pem", "gone.pem"), "does not exist"),
        ("password = 1 2", "unreadable"),
    ):
        file.write_text(change)
        with pytest.raises(ConfigurationError, match=expected):
            read_credentials(file)
    with pytest.raises(ConfigurationError, match="start the plant first"):
        read_credentials(tmp_path / "none.toml")
    assert dataclasses.replace(good, file=file) == good
