"""`python -m edge`, installed as `doorward-edge`."""

import sys

_OF_THE_EDGE = ("serial", "gpiozero", "paho", "aiosqlite")
"""Packages of the `edge` extra."""


def main() -> int:
    """Run a command; returns its exit code, 2 where the packages of the edge are missing."""
    if sys.argv[1:2] == ["rest"]:
        from edge import resting  # noqa: PLC0415 - done before the other commands' packages could be imported

        return resting.main(sys.argv[2:])
    try:
        from edge import cli  # noqa: PLC0415 - a hub's environment has this command too, without the packages

        return cli.main()
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in _OF_THE_EDGE:
            raise
        sys.stderr.write(f"doorward-edge: the package {error.name} is missing here: pip install '.[edge]'\n")
        return 2


if __name__ == "__main__":
    sys.exit(main())
