"""The base of every error that contract/ raises; the errors themselves stand where they are raised."""


class ContractError(Exception):
    """Something that came from outside does not fit the contract; the text says what and why."""
