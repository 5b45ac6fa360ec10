"""A Stripe of our own for tests and the demo, at the level of HTTP: stateful, in memory, on the loopback.

Written from what is publicly said of Stripe's API (version 2026-10-28.endive): objects are the API's JSON as far
as the hub reads it, bodies come form-encoded, errors and idempotency keys are as there. Beside the API stand what
people see of it (`pages.py`) and what a test does to it (`control.py`): pays, declines, lets time pass, breaks it.

Must not know the hub.
"""
