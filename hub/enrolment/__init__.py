"""Enrolment: one-time codes, and what an edge gets for one: a certificate, keys, and where to find the broker."""
