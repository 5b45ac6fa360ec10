"""The hub: where an organization keeps its customers, plans, memberships, cards and edges.

A Django project whose apps are rooms: feed below, the domain (members, fleet, checkins) above it, sync and the
faces on top. It shares contract/ with the edges and never imports one.
"""
