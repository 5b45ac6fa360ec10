"""What the edge's trust in time and data is made from, in a small file.

Losing it costs the floor and the replica's age until the hub answers next.
"""

from pathlib import Path

from edge.core.saved_trust import SavedTrust
from edge.storage.small_file import SmallFile


class SmallTrustFile(SmallFile[SavedTrust]):
    """Implements ports.TrustFile."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, SavedTrust)
