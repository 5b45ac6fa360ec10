"""A backup of the hub in one file, and the way back. What a backup holds is told in archive.py."""
