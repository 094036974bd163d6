"""What people see: a web API and one control-room page, both read from the record and from nothing else."""
