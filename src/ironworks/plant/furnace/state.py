"""State of the furnace: a pytree of float64 arrays whose shapes never change."""

from typing import NamedTuple

from jax import Array


class Cells(NamedTuple):
    """Burden column, every field (A, N): annulus, slot. Slot 0 is at the tuyeres, slots above `active` are empty.

    Amounts in kmol unless said. Energy is the state; `temperature` is what Newton's method found from it last.
    """

    hematite: Array  # kmol Fe as Fe2O3
    magnetite: Array  # kmol Fe as Fe3O4
    wustite: Array  # kmol Fe as Fe0.947O
    iron: Array  # kmol Fe metallic
    carbon: Array  # kmol C of coke
    ash: Array  # kg coke ash
    coke_sulphur: Array  # kmol S
    moisture: Array  # kmol liquid H2O
    limestone: Array  # kmol CaCO3
    lime: Array  # kmol CaO of gangue
    silica: Array  # kmol SiO2
    alumina: Array  # kmol Al2O3
    magnesia: Array  # kmol MgO
    manganese_oxide: Array  # kmol MnO
    titania: Array  # kmol TiO2
    alkali: Array  # kmol K2O, sodium counted as potassium: charged, and condensed from vapour
    phosphorus: Array  # kmol P (as P2O5 with 2.5 O each)
    ore_sulphur: Array  # kmol S
    enthalpy: Array  # J, formation included
    temperature: Array  # K
    iron_charged: Array  # kmol Fe at charging: scale for fractions and volume
    carbon_charged: Array  # kmol C at charging: scale for the merge rule
    reactivity: Array  # - CRI/24
    reducibility: Array  # - factor on reduction rate
    fines: Array  # - fines of the ore
    strength: Array  # % CSR of the coke
    charged_at: Array  # s, furnace time of charging (mass-mean when merged)
    gas_temperature: Array  # K of gas leaving the cell, from the last sweep
    gas_flow: Array  # kmol/s of gas leaving the cell, from the last sweep
    pressure: Array  # Pa absolute in the middle of the cell, from the last sweep


class Hearth(NamedTuple):
    """Liquids below the tuyeres in two sides, and the packed coke between them. (2,) unless said; kmol unless said.

    Side 0 lies at tap holes 0 and 1, side 1 at 2 and 3.
    """

    iron: Array
    carbon: Array
    silicon: Array
    manganese: Array
    phosphorus: Array
    sulphur: Array
    titanium: Array
    lime: Array
    silica: Array
    alumina: Array
    magnesia: Array
    manganese_oxide: Array
    ferrous_oxide: Array
    slag_sulphur: Array
    titania: Array
    alkali: Array  # K2O
    enthalpy: Array  # J of metal and slag
    temperature: Array  # K of both
    deadman_temperature: Array  # () K


class Taps(NamedTuple):
    """Tap holes. `open`, `diameter` (4,); the rest scalars."""

    open: Array  # 1 = open
    diameter: Array  # m
    following: Array  # index of the hole in use or next
    time_in_cast: Array  # s
    time_closed: Array  # s since the last hole was plugged
    cast_count: Array


class Wall(NamedTuple):
    """Wall of six zones, all (Z,)."""

    accretion: Array  # m
    bare: Array  # share of the staves that a fall left without accretion and that no new skull covers yet
    refractory_temperature: Array  # K
    stave_temperature: Array  # K


class Blast(NamedTuple):
    """Actual blast after actuators and mains (first-order lags). Scalars, units of `FurnaceInputs`."""

    blast_volume: Array
    oxygen_flow: Array
    blast_temperature: Array
    blast_moisture: Array
    coal_injection_rate: Array


class Audit(NamedTuple):
    """Cumulated flows over the walls of the furnace since the start, for the balances.

    elements (E,) kmol in the order of `balance.ELEMENTS`; energies J, formation included.
    """

    elements_in: Array
    elements_out: Array
    energy_in: Array
    energy_out: Array


class Totals(NamedTuple):
    """Cumulated masses since the start, kg. Scalars."""

    coke: Array
    ore: Array
    coal: Array
    metal: Array  # dripped
    metal_tapped: Array
    slag_tapped: Array


class Smoothed(NamedTuple):
    """Exponential means (24 h) behind the rates per tonne. Scalars, kg/s or kmol/s."""

    production: Array
    coke: Array
    ore: Array
    coal: Array
    charges: Array  # 1/s
    slag: Array
    iron: Array  # kmol/s
    direct_carbon: Array  # kmol/s


class Descent(NamedTuple):
    """How the burden comes down. (A,) unless said."""

    hung: Array  # share of the descent that an arch blocks; 0 where none stands
    void: Array  # m3 under the arch
    loose: Array  # 1 just after a fall, 0 when the burden has settled
    pressure_rise: Array  # () Pa of top pressure over the set-point, after a slip
    slips: Array  # () since the start


class FurnaceState(NamedTuple):
    """Everything that the furnace remembers."""

    time: Array  # s since the start
    cells: Cells
    active: Array  # (A,) float count of slots in use
    gas_share: Array  # (A,)
    charge_count: Array
    hearth: Hearth
    taps: Taps
    wall: Wall
    blast: Blast
    descent: Descent
    nose_pressure: Array  # Pa absolute at the tuyere noses, from the last step
    audit: Audit
    totals: Totals
    smoothed: Smoothed
