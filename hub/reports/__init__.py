"""Figures of check-ins and redemptions, without anybody's name."""
