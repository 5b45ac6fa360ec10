"""`python -m tests.simulation`: see run.py."""

import sys

from tests.simulation import django_world

if __name__ == "__main__":
    django_world.set_up()
    from tests.simulation.run import main

    sys.exit(main(sys.argv[1:]))
