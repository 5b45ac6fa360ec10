"""An edge that was enrolled and has its members, as a folder: the Pi's goes on from there, without a hub."""

import shutil
from pathlib import Path

from tests.system import club


def enrolled_edge(state: Path, folder: Path) -> dict[str, str]:
    """The state folder of an edge whose replica is whole; the codes of the example club's cards, by slug.

    `folder`: where hub, broker and edge live for that while.
    """
    folder.mkdir()
    whole = club.Club(folder)
    try:
        whole.start_all()
    finally:
        whole.close()
    shutil.copytree(folder / club.EDGE, state)
    return {str(card["slug"]): str(card["code"]) for card in whole.seeded["cards"]}
