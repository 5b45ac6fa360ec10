"""A small website of the example club's, on an origin of its own: it shows the hub's join pages in a frame."""
