"""A level that counts once it has stood for a while, so that a contact that bounces is one change. Pure."""


class Debounced:
    """`active` is the level that counts, since `since_s`: when it began, not when it was believed.

    `at_once`: it becomes active with its first edge, however short; only its end has to stand for a while.
    """

    def __init__(self, at_once: bool = False) -> None:
        self._at_once = at_once
        self.active = False
        self.since_s = 0.0
        self._read = False
        self._read_since_s = 0.0

    @property
    def may_be_active(self) -> bool:
        """Whether it counts as active, or reads so and may come to."""
        return self.active or self._read

    def find(self, active: bool, at_s: float) -> None:
        """It is so: nobody has seen it become so, and nothing is waited for."""
        self.active = self._read = active
        self.since_s = self._read_since_s = at_s

    def read(self, active: bool, at_s: float) -> None:
        if active is not self._read:
            self._read, self._read_since_s = active, at_s

    def counts_at_s(self, debounce_s: float) -> float | None:
        """When what it reads comes to count, if it stays; None: it does already."""
        if self._read is self.active:
            return None
        return self._read_since_s + (0.0 if self._read and self._at_once else debounce_s)

    def settle(self, at_s: float, debounce_s: float) -> bool:
        """Whether another level counts now."""
        due_s = self.counts_at_s(debounce_s)
        if due_s is None or at_s < due_s:
            return False
        self.active, self.since_s = self._read, self._read_since_s
        return True
