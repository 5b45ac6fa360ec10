"""Which Doorward this is."""

from importlib import metadata


def version() -> str:
    """Of this software, as it was installed; "unknown" where it runs from its sources alone."""
    try:
        return metadata.version("doorward")[:64]
    except metadata.PackageNotFoundError:
        return "unknown"
