"""The resources of the API: what each looks like, and its endpoints."""
