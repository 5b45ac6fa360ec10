"""Which `start` and `n` this edge says: what it says only rises, so that its hub takes no old word for a new one.

Pure. `n` rises through everything that is said, and each connection that is tried begins a block of its own, so
that its will says a number above all that it can say, and below all that follows (contract.messages.will_n).
"""

from contract.messages import will_n


class Said:
    """`try_connection` may be called in another thread than the rest."""

    def __init__(self, start: int) -> None:
        """`start` is above those of all starts before."""
        self.start = start
        self._n = 0
        self._block = 0

    def try_connection(self) -> int:
        """A connection is tried: the `n` of its will."""
        self._block = will_n(self._block) + 1
        return will_n(self._block)

    def next_n(self) -> int:
        """The `n` of what is said now."""
        self._n = max(self._n + 1, self._block)
        return self._n

    def last_n(self) -> int:
        """The `n` of the last word in this connection, which is said in place of the will."""
        return will_n(self._block)
