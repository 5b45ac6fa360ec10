"""What others hear of a feed, in the transaction that changes it: the feed knows none of them."""

from django.dispatch import Signal

customers_came = Signal()
"""`feed_name`, `customers` (their keys): who is in a feed that carries secrets of rotating codes since now. Their
rows are there already, their cards' secrets are not."""
