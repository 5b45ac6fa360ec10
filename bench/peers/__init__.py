"""What F4 measures `decide` beside: the same rule in a policy library, and behind HTTP."""
