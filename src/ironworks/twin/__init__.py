"""The reduced models that the controller reasons with: their own equations and parameters, never the simulator's."""
