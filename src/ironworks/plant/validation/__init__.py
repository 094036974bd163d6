"""Validation of the simulated furnace: every target that `ironworks verify` prints, one file a family."""
