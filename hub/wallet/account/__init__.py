"""The member's own pages at /card/account/: memberships and how they are paid, companies, what is kept of them.

Seen by the phone's link, as the card is; whatever says more than that, or changes something, asks for a proof
(hub/wallet/proving.py). Each address that takes a POST answers a GET too, which is where a proof leads back to.
"""
