"""The HTTP API for integrators, under /api/v1."""
