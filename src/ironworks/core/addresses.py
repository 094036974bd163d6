"""Addresses that a simulated works and the chain must agree on, beyond the tags of tags.csv."""

NAMESPACE_URI = "urn:ironworks:works"
"""Namespace of all nodes of a simulated works; it is always namespace 2 of its server."""

CLOCK_TIME = "ns=2;s=Clock.Time"
"""The plant's own time (DateTime): up to here the plant has been calculated and its samples have been published."""

CLOCK_SPEED = "ns=2;s=Clock.Speed"
"""Plant seconds per wall second that the server aims at (Double)."""

CLOCK_RESOLUTION = "ns=2;s=Clock.Resolution"
"""Plant seconds from one batch of values to the next (Double)."""
