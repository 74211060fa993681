"""The whole system under load while its parts are killed: what was acknowledged has to be there, once."""
