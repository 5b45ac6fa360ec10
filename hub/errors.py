"""The base of every error that hub/ raises; the errors themselves stand where they are raised."""


class HubError(Exception):
    """Something that was asked for cannot be done; the text says why and what to do."""
