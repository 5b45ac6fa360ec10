"""How the laws of contract/ are tried on mutants: with the same examples each time."""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "mutants", deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
