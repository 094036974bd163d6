"""The simulated works: what stands in for a real plant. Imports core and physics only."""
