"""In the place of the real one, for every process that has this folder in its PYTHONPATH."""

import sys

from tests.edge import fake_lgpio

sys.modules[__name__] = fake_lgpio
