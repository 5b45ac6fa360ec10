"""Signing in to the hub: the form, and the brake on guessing."""
