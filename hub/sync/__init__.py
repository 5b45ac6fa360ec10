"""The hub's side of the wire."""
