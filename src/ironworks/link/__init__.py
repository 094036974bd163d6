"""Links to a works: an edge below the stages, shared by sense and act."""
