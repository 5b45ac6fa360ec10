"""How the laws of contract/ are tried: a slow machine is no failure."""

from hypothesis import settings

settings.register_profile("doorward", deadline=None, print_blob=True)
settings.load_profile("doorward")
