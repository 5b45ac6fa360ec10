"""Cards in Apple's and Google's wallets: what they show, signed, and their owners' phones told of changes."""
