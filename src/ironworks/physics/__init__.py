"""Pure functions of matter: enthalpies, equilibria, rates, heat transfer and pressure drop.

Everything here takes and gives SI numbers or arrays (kmol, kg, s, K, Pa, J), keeps no state and imports
nothing of ours but `ironworks.core`. All functions broadcast over array arguments.
"""

from ironworks.physics.backend import configure

configure()
