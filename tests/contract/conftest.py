"""How the laws of contract/ are tried: a slow machine is no failure; mutants get the same examples each time."""

from hypothesis import HealthCheck, settings

settings.register_profile("doorward", deadline=None, print_blob=True)
settings.register_profile(
    "mutants", deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
settings.load_profile("doorward")
