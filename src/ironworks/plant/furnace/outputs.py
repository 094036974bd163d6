"""What the furnace truly does: noise-free values, all SI. Instruments and their faults are another module's."""

from typing import NamedTuple

from jax import Array


class FurnaceOutputs(NamedTuple):
    """True values at the end of a step; scalars unless a shape is given. A = 3 annuli (centre, middle, wall),
    N slots per annulus from the tuyeres up, Z = 6 zones (hearth, tuyere, bosh, belly, lower stack, upper stack).
    Compositions are mass fractions of hot metal or slag and mole fractions of wet top gas. `hot_metal_*` and `slag_*`
    are means by mass over both sides of the hearth; `tapped_*` belong to the side that is tapped (or will be next).
    """

    production_rate: Array  # kg/s hot metal dripping into the hearth
    tapped_metal_rate: Array  # kg/s
    tapped_slag_rate: Array  # kg/s
    slag_rate: Array  # kg/s slag dripping into the hearth
    hot_metal_temperature: Array  # K, both sides of the hearth
    hot_metal_temperature_side: Array  # (2,) K
    hot_metal_temperature_tapped: (
        Array  # K, at the runner (cold runner at the start of a cast); the side's if none flows
    )
    hot_metal_temperature_drip: Array  # K, metal reaching the hearth
    hot_metal_silicon: Array  # -
    hot_metal_carbon: Array  # -
    hot_metal_manganese: Array  # -
    hot_metal_phosphorus: Array  # -
    hot_metal_sulphur: Array  # -
    hot_metal_titanium: Array  # -
    tapped_metal_silicon: Array  # -
    tapped_metal_carbon: Array  # -
    tapped_metal_manganese: Array  # -
    tapped_metal_phosphorus: Array  # -
    tapped_metal_sulphur: Array  # -
    tapped_metal_titanium: Array  # -
    slag_lime: Array  # - CaO
    slag_silica: Array  # - SiO2
    slag_alumina: Array  # - Al2O3
    slag_magnesia: Array  # - MgO
    slag_ferrous_oxide: Array  # - FeO
    slag_manganese_oxide: Array  # - MnO
    slag_sulphur: Array  # - S
    slag_titania: Array  # - TiO2
    slag_alkali: Array  # - K2O, sodium as potassium
    slag_basicity: Array  # - CaO/SiO2
    slag_viscosity: Array  # Pa s, at the temperature of the hearth
    slag_liquidus: Array  # K
    tapped_slag_lime: Array  # -
    tapped_slag_silica: Array  # -
    tapped_slag_alumina: Array  # -
    tapped_slag_magnesia: Array  # -
    tapped_slag_ferrous_oxide: Array  # -
    tapped_slag_manganese_oxide: Array  # -
    tapped_slag_sulphur: Array  # -
    tapped_slag_titania: Array  # -
    tapped_slag_alkali: Array  # -
    deadman_temperature: Array  # K
    alkali_charged: Array  # kg/s K2O with the burden, smoothed
    alkali_vapour: Array  # kg/s K2O that evaporates over the tuyeres
    alkali_lost: Array  # kg/s K2O of it that leaves with top gas
    alkali_load: Array  # kg K2O in the burden
    top_gas_carbon_monoxide: Array  # -
    top_gas_carbon_dioxide: Array  # -
    top_gas_hydrogen: Array  # -
    top_gas_nitrogen: Array  # -
    top_gas_steam: Array  # -
    top_gas_temperature: Array  # K, mixed
    top_gas_temperature_annulus: Array  # (A,) K
    top_gas_flow: Array  # Nm3/s wet
    gas_utilisation: Array  # - CO2/(CO+CO2), mixed
    gas_utilisation_annulus: Array  # (A,) -
    hydrogen_utilisation: Array  # - 1 - H2 out / H in of blast and coal
    gas_share: Array  # (A,) -
    hot_blast_pressure: Array  # Pa absolute
    top_pressure: Array  # Pa absolute, set-point and what a slip adds
    pressure_drop: Array  # Pa, hot blast less top
    bed_pressure_drop: Array  # Pa, raceway less top
    shaft_pressure: Array  # (4,) Pa absolute at belly, 1/4, 1/2, 3/4 of the stack, wall annulus
    flame_temperature: Array  # K, enthalpy balance with coke at its own temperature
    flame_temperature_plant: Array  # K, plant formula
    bosh_gas_volume: Array  # Nm3/s, balance
    bosh_gas_volume_plant: Array  # Nm3/s, plant formula
    tuyere_velocity: Array  # m/s
    tuyere_kinetic_energy: Array  # W per tuyere
    permeability_index: Array  # - (p_b^2 - p_t^2)/V_bosh^1.7 in kPa and Nm3/min
    lift_ratio: Array  # (A,) - mean pressure gradient over effective burden weight; 1 = the burden hangs
    hanging_share: Array  # (A,) - share of the descent blocked by an arch
    void_volume: Array  # (A,) m3 under it
    slip_count: Array  # slips since the start
    stock_level: Array  # m below throat top
    charge_count: Array  # charges since the start (a dump is half a charge)
    charge_rate: Array  # charges/s over the last hours
    coke_charged: Array  # kg dry, total since the start
    ore_charged: Array  # kg dry, total since the start
    coal_injected: Array  # kg, total since the start
    metal_produced: Array  # kg dripped, total since the start
    metal_tapped: Array  # kg, total since the start
    slag_tapped: Array  # kg, total since the start
    residence_time: Array  # s, age of the burden arriving at the tuyeres, mean of annuli
    coke_rate: Array  # kg/kg hot metal, from smoothed charging and production
    coal_rate: Array  # kg/kg hot metal, smoothed
    fuel_rate: Array  # kg/kg hot metal, smoothed
    direct_reduction: Array  # - mol C (direct + gasified) per mol Fe, smoothed
    char_made: Array  # kg/s carbon of coal that the raceways leave
    char_gasified: Array  # kg/s of it that the shaft takes up
    char_lost: Array  # kg/s of it that leaves with the dust
    dust_rate: Array  # kg/s dust and sludge: charged fines (smoothed) and char
    dust_carbon: Array  # - carbon of it
    carbon_gasified: Array  # kg/s C by CO2 and H2O (solution loss)
    heat_loss: Array  # (Z,) W to the cooling water
    stave_temperature: Array  # (Z,) K
    accretion_thickness: Array  # (Z,) m
    iron_mass: Array  # kg in the hearth
    slag_mass: Array  # kg in the hearth
    iron_level: Array  # m above tap hole, side tapped or next to be
    slag_level: Array  # m above tap hole, slag surface there
    slag_level_side: Array  # (2,) m
    tap_open: Array  # (4,) 1 = open
    tap_hole: Array  # index of the tap hole open, or next to be opened
    tap_diameter: Array  # m of the hole in use
    cast_count: Array  # casts since the start
    time_in_cast: Array  # s, 0 when closed
    cohesive_zone_bottom: Array  # (A,) m above tuyeres, burden at 1683 K
    cohesive_zone_top: Array  # (A,) m above tuyeres, burden at 1473 K
    reserve_temperature: Array  # K, solids of the middle annulus where half the iron is past magnetite
    profile_height: Array  # (A, N) m above tuyeres; NaN-free, unused slots repeat the stock line
    profile_solid_temperature: Array  # (A, N) K
    profile_gas_temperature: Array  # (A, N) K
    profile_gas_utilisation: Array  # (A, N) CO2/(CO + CO2) of the gas leaving the cell
    profile_hydrogen_utilisation: Array  # (A, N) H2O/(H2 + H2O), likewise
    profile_pressure: Array  # (A, N) Pa absolute, middle of the cell
    profile_oxygen: Array  # (A, N) mol reducible O per mol Fe
    profile_used: Array  # (A, N) 1 where a slot holds burden
