"""Guard: what may be done of what we would do. Every rail is a pure function in a file of its own; guards only
tighten.
"""
