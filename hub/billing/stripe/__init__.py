"""Stripe behind the port: with its own library, one client of ours, nothing of a card. Must not know our tables.

The API's version is pinned: what a newer one calls otherwise is not met until somebody has looked at it.
"""
