"""The background service: a UTC clock that looks for what is due."""
