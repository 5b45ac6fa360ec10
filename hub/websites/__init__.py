"""The organization's websites: which may show our pages in a frame, and whose visitors are known here."""
