"""The only place that knows all the stages: the cycle, the service around it, and the wiring."""
