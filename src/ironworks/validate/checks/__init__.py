"""The checks, one file each. A check is a pure function: one question has one answer, and none raises quality.

Reason words: missing, out_of_range, unit_suspect:UNIT, too_fast, frozen, stale, late, clock_ahead, no_time, disagrees,
unknown_tag. Fault words of an image: never_arrived:TAG, unknown_tag:TAG, silent, clock_jump, clock_behind.
"""
