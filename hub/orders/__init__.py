"""What staff order of edges: configurations, modes and commands, and what edges say of them."""
