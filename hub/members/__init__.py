"""Customers, companies, plans, memberships and cards."""
