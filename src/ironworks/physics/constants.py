"""Physical constants and molar masses. Molar masses in kg/kmol (IUPAC 2021, rounded to 4 figures or more)."""

GAS_CONSTANT = 8314.46  # J/kmol/K, CODATA 2018
ATMOSPHERE = 101325.0  # Pa, definition
MOLAR_VOLUME_NORMAL = 22.414  # Nm3/kmol at 0 degC and 101.325 kPa, the "Nm3" of the field
ZERO_CELSIUS = 273.15  # K
REFERENCE_TEMPERATURE = 298.15  # K, zero of sensible heat in all enthalpies
GRAVITY = 9.80665  # m/s2
OXYGEN_IN_AIR = 0.21  # mole fraction of O2 in dry air; argon is counted as nitrogen
WUSTITE_OXYGEN = 1.056  # kmol O per kmol Fe of wustite beside iron, Fe0.947O (JANAF)

M_H2 = 2.016
M_C = 12.011
M_N2 = 28.014
M_O = 15.999
M_O2 = 31.998
M_H2O = 18.015
M_CO = 28.010
M_CO2 = 44.009
M_FE = 55.845
M_SI = 28.086
M_MN = 54.938
M_P = 30.974
M_S = 32.06
M_FE2O3 = 159.687
M_FEO = 71.844
M_CAO = 56.077
M_SIO2 = 60.084
M_AL2O3 = 101.961
M_MGO = 40.304
M_MNO = 70.937
M_TI = 47.867
M_TIO2 = 79.865
M_K = 39.098
M_K2O = 94.195
M_P2O5 = 141.943
M_CACO3 = 100.086
