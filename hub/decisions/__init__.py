"""The hub decides, by the contract's one function, and explains what was decided."""
