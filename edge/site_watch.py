"""Says in the log when the replica does not have the site that edge.toml names: hours and days count in UTC then.

Doors say themselves which hours they cannot go by (edge/door_hours.py).
"""

import asyncio
from dataclasses import dataclass
from typing import Final

from contract.facts import Position
from contract.feed import Kind, site_key
from edge.ports import CannotLookUp, HoursReader, Log

_LOOK_EVERY_S: Final = 10.0


@dataclass(slots=True, eq=False)
class SiteWatch:
    """Told once each time that it turns out to be missing; nothing where no site is configured."""

    site: str | None
    replica: HoursReader
    log: Log
    _looked_at: Position | None = None
    _missing: bool = False

    def follow(self, site: str | None) -> None:
        """Another site from now on."""
        if site != self.site:
            self.site, self._looked_at, self._missing = site, None, False

    async def keep(self) -> None:
        """Until it is cancelled. Looks every ten seconds, and reads where the replica has moved on."""
        while True:
            position = self.replica.position()
            if self.site is not None and position is not None and position != self._looked_at:
                await self._look(self.site, position)
            await asyncio.sleep(_LOOK_EVERY_S)

    async def _look(self, site: str, position: Position) -> None:
        self._looked_at = position
        try:
            rows = await self.replica.hours_rows()
        except CannotLookUp:
            return  # Whoever goes by it says so.
        if self.replica.position() is None:
            return
        missing = (Kind.SITE, site_key(site)) not in {(kind, key) for kind, key, _, _ in rows}
        if missing and not self._missing:
            self.log("site_unknown", site=site, why="no such site at the hub: days and hours count in UTC")
        self._missing = missing
