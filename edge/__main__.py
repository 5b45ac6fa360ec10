"""`python -m edge`, installed as `doorward-edge`."""

import sys

from edge.cli import main

if __name__ == "__main__":
    sys.exit(main())
