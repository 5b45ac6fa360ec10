"""The published figures, each beside its floor in the same run. `make bench` writes docs/figures.md."""
