"""Which letters are written to whom and when; hub/mail sends them."""
