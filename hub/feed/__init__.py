"""The feed: numbered rows that edges follow. Below the domain, which hands it changes; it knows none of it."""
