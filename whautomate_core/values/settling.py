"""How long what was done may take to show."""

SETTLE_AFTER = 900.0
"""Seconds after which the vendor's lists, searches and reads are taken to show what was done. Until then absence from
any of them proves nothing: how long they lag is not documented."""
