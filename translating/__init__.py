"""Catalogues of what people read at the hub: `make messages`. docs/translating.md tells translators what to do."""
