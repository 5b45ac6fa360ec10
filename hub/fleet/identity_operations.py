"""Writes to who an edge is: the key by which its seals count, from its enrolment until it is revoked.

What edges send is judged by these rows each time, so both hold at once in every worker.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from contract.keys import VerifyingKey
from hub.audit import operations as audit
from hub.errors import HubError
from hub.feed.epoch_operations import epoch_at
from hub.fleet.edge_marks import EdgeMark
from hub.fleet.models import Edge, EdgePresence


class NotEnrolled(HubError):
    """The edge has no key that could be taken back."""


def enrol_edge(edge_id: int, signing_key: bytes, at: datetime) -> Edge:
    """From now on the edge's seals are those of this Ed25519 key, and what it says of itself begins anew.

    So do its orders: an edge with an empty folder could not tell an old one that is said again. Their epoch begins
    here; what is ordered already is said in it once the edge has told what stands there (hub/orders).
    contract.keys.KeyFault: it is no key. Edge.DoesNotExist.
    """
    VerifyingKey(signing_key)
    with transaction.atomic():
        edge = Edge.objects.select_for_update().get(pk=edge_id)
        edge.signing_key, edge.revoked_at = signing_key, None
        edge.enrolments += 1
        edge.epoch, edge.mode_generation = max(epoch_at(at), edge.epoch + 1), 0
        edge.save(update_fields=["signing_key", "revoked_at", "enrolments", "epoch", "mode_generation"])
        EdgeMark.objects.filter(edge=edge).delete()
        audit.note("enrolled", edge, None, {"time": edge.enrolments})
    return edge


def revoke_edge(edge_id: int, at: datetime) -> Edge:
    """Nothing that the edge seals counts from now on, until it is enrolled again. Its check-ins stay.

    An edge that is revoked already stays so since when it was. What is ordered at its word is hub/orders' to end
    (revoke_operations.py, which staff's pages and commands call). NotEnrolled, Edge.DoesNotExist.
    """
    with transaction.atomic():
        edge = Edge.objects.select_for_update().get(pk=edge_id)
        if edge.signing_key is None:
            raise NotEnrolled(_("%(edge)s is not enrolled: there is nothing to revoke") % {"edge": edge})
        if edge.revoked_at is None:
            edge.revoked_at = at
            edge.save(update_fields=["revoked_at"])
            EdgePresence.objects.filter(edge=edge, online=True).update(online=False, since=at)
            audit.note("revoked", edge, None, {"revoked": at})
    return edge
