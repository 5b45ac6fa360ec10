"""packaging/ is run as scripts: its files import each other by their bare names, and tests do too."""

import sys
from pathlib import Path

PACKAGING = Path(__file__).resolve().parents[2] / "packaging"
sys.path[:0] = [str(PACKAGING), str(PACKAGING / "debian")]
