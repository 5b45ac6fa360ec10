"""The cards of the example club (hub/example_club.py) that scenarios hold before a scanner."""


class Cards(dict[str, str]):
    """Codes by what they are for: `full`, `expired`. KeyError: which there are."""

    def __missing__(self, slug: str) -> str:
        raise KeyError(f"no card {slug}; there are {', '.join(sorted(self))}")
