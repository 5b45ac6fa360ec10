"""Rate limits: how much somebody may ask, counted by all processes together."""
