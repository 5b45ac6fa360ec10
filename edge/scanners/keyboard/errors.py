"""What can be wrong with a scanner that types; the text says what, and what to do."""


class KeyboardError(Exception):
    pass
