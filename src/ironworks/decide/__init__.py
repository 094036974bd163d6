"""Decide: from what we expect to what we would do. One file a method; every proposal carries its solver's outcome."""
