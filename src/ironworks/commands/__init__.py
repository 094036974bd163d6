"""The commands: each builds what it needs from the rooms and runs it. With `cli`, the only place that holds both the
chain and the plant."""
