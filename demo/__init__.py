"""A whole club on one machine: hub, broker and an edge as real processes, scanners that are pseudo-terminals.

Drives edge and hub from outside, by their commands, their devices and what they print; imports neither.
"""
