"""What edge and hub must compute identically.

Pure: no I/O, no clock, no randomness, no asyncio. Time, keys and random bytes are passed in. A file is a
concept: cards, memberships, limits, the decision, the feed, the messages of the wire and their topics.
"""
