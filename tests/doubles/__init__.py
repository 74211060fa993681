"""Stand-ins for third parties that tests cannot reach: real servers on free ports, with faults to script."""
