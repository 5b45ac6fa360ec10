"""Revoking an edge: with what it says from now on goes what the hub keeps at its word alone."""

from collections.abc import Iterable
from datetime import datetime

from hub.fleet import identity_operations
from hub.fleet.models import Edge
from hub.orders.mode_operations import end_kept
from hub.orders.ordering import ordering


def revoke_edges(edges: Iterable[Edge], at: datetime) -> None:
    """All of them or none, as `revoke_edge` does."""
    with ordering():
        for edge in edges:
            revoke_edge(edge.pk, at)


def revoke_edge(edge_id: int, at: datetime) -> Edge:
    """As hub.fleet.identity_operations.revoke_edge, with what that raises. Lockdowns that were kept from the edge
    end with it; those that staff set stay."""
    with ordering():
        revoked = identity_operations.revoke_edge(edge_id, at)
        end_kept(revoked, at)
        return revoked
