"""The public's pages at /join/, in a frame of another website too."""
