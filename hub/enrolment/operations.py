"""Every write to enrolment codes: made for one edge, and taken once by a request that was made with one.

A code counts until it lapses, its edge is revoked, a newer one is made, or the hub gets another signing key: the
code holds that key's fingerprint. Random bytes are drawn here; instants are passed in.
"""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings
from django.db import transaction

from contract.enrolment import Accepted, Delivered, Issued, accept, answer, code_asked
from contract.enrolment_code import SECRET_BYTES, Code, EnrolError, EnrolWhy, make_code
from contract.instants import to_us
from contract.keys import KEY_ID_BYTES
from hub import authority
from hub.audit import operations as audit
from hub.audit.acting import Actor, ActorKind, acting
from hub.enrolment import secrets as code_secrets
from hub.enrolment.models import EnrolmentCode
from hub.fleet.broker_users import broker_user
from hub.fleet.identity_operations import enrol_edge
from hub.fleet.models import Edge
from hub.fleet.named import hold_edge
from hub.fleet.standing import instant_text
from hub.wire_keys.queries import CurrentKey, current

CODE_LASTS: Final = timedelta(hours=1)
CODE_LASTS_MAX: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class CodeShown:
    """A code as it is shown, once: `command` is what to type at the edge, which then asks for the code."""

    edge: str
    text: str = field(repr=False)
    until: datetime
    command: str = field(repr=False)


def make_code_for(edge_name: str, at: datetime, lasts: timedelta = CODE_LASTS) -> CodeShown:
    """A code for this edge, until `at` + `lasts`; one that it had before counts no more. UnknownEdge.

    The edge goes on as it is until the code is used.
    """
    hub_key = current(settings.ENVIRONMENT.keys)
    code = make_code(secrets.token_bytes(SECRET_BYTES), hub_key.key.verifying.public)
    with transaction.atomic():
        edge = hold_edge(edge_name)
        EnrolmentCode.objects.filter(edge=edge).delete()
        EnrolmentCode.objects.create(
            edge=edge,
            code_id=code.id,
            secret_encrypted=code_secrets.encrypt(code),
            fingerprint=code.fingerprint,
            made_at=at,
            until=at + lasts,
        )
        audit.note("enrolment code made", edge, None, {"until": at + lasts})
    text = code.text()
    command = f"sudo doorward-edge enroll --hub {settings.DOORWARD_URL} --name {edge_name}"
    return CodeShown(edge_name, text, at + lasts, command)


def enrol(request: bytes, at: datetime) -> bytes:
    """The answer to an EnrolRequest; the edge is enrolled then, anew if it was before. EnrolError, HubError.

    The very same request again gets the same certificate and enrols nothing anew.
    """
    with transaction.atomic():
        kept = _held(code_asked(request))
        if kept is None:
            accept(_nobodys(at), request, at)
            raise EnrolError(EnrolWhy.UNKNOWN_CODE, "there is no such code")
        used_by = None if kept.used_by is None else bytes(kept.used_by)
        issued = Issued(code_secrets.decrypt(kept), kept.edge.name, kept.until, used_by)
        accepted = _accept(issued, kept, request, at)
        hub_key = _key_of(kept)
        if used_by is None:
            _use(kept, accepted, at)
        elif kept.edge.revoked_at is not None or kept.edge.enrolments != kept.enrolment:
            raise _used(kept)
        return answer(accepted, _delivered(kept, hub_key, at), hub_key.key)


def _accept(issued: Issued, kept: EnrolmentCode, request: bytes, at: datetime) -> Accepted:
    """Of a code that was used, that counts more than that it has lapsed."""
    try:
        return accept(issued, request, at)
    except EnrolError as error:
        if kept.used_by is not None and error.why in (EnrolWhy.EXPIRED, EnrolWhy.USED):
            raise _used(kept) from error
        raise


def _used(kept: EnrolmentCode) -> EnrolError:
    when = "" if kept.used_at is None else f" at {instant_text(kept.edge, kept.used_at)}"
    return EnrolError(EnrolWhy.USED, f"the code was used{when}: make a new one at the hub")


def _held(code_id: bytes) -> EnrolmentCode | None:
    """The code with its edge, both locked, the edge first: so does whoever makes a code or revokes an edge."""
    named = EnrolmentCode.objects.filter(code_id=code_id).values_list("edge_id", flat=True).first()
    if named is None:
        return None
    edge = Edge.objects.select_related("feed", "site").select_for_update(of=("self",)).filter(pk=named).first()
    kept = EnrolmentCode.objects.select_for_update().filter(edge_id=named, code_id=code_id).first()
    if kept is not None:
        kept.edge = edge
    return kept


def _nobodys(at: datetime) -> Issued:
    """A code that nobody has: a code that is not there takes as long as a secret that is wrong."""
    code = Code(secrets.token_bytes(SECRET_BYTES), bytes(KEY_ID_BYTES))
    kept = EnrolmentCode(
        code_id=code.id, secret_encrypted=code_secrets.encrypt(code), fingerprint=code.fingerprint
    )
    return Issued(code_secrets.decrypt(kept), "nobody", at)


def _key_of(kept: EnrolmentCode) -> CurrentKey:
    """The hub's key, if it still is the one whose fingerprint the code holds."""
    hub_key = current(settings.ENVIRONMENT.keys)
    if hub_key.key.id != bytes(kept.fingerprint):
        raise EnrolError(EnrolWhy.EXPIRED, "the hub has another key since: make a new code at the hub")
    return hub_key


def _use(kept: EnrolmentCode, accepted: Accepted, at: datetime) -> None:
    revoked_at = kept.edge.revoked_at
    if revoked_at is not None and revoked_at >= kept.made_at:
        raise EnrolError(EnrolWhy.EXPIRED, "the edge was revoked since: make a new code at the hub")
    try:
        public = authority.requested_key(accepted.asked.certificate_request)
    except authority.BadCertificateRequest as error:
        raise EnrolError(EnrolWhy.BAD_KEY, str(error)) from error
    with acting(Actor(ActorKind.EDGE, kept.edge.name)):
        enrolled = enrol_edge(kept.edge.pk, accepted.asked.signing_key, at)
    certificate = _authority().client(broker_user(enrolled.name, enrolled.enrolments), public, at)
    kept.used_by, kept.used_at, kept.enrolment = accepted.digest, at, enrolled.enrolments
    kept.certificate, kept.orders_epoch = certificate.public_bytes(Encoding.DER), enrolled.epoch
    kept.save(update_fields=["used_by", "used_at", "enrolment", "certificate", "orders_epoch"])


def _delivered(kept: EnrolmentCode, hub_key: CurrentKey, at: datetime) -> Delivered:
    broker = settings.ENVIRONMENT.broker_for_edges
    return Delivered(
        broker_host=broker.host,
        broker_port=broker.port,
        broker_tls=broker.tls,
        authority=[_authority().certificate.public_bytes(Encoding.DER)],
        certificate=[bytes(kept.certificate or b"")],
        organization_key=settings.KEYS.organization,
        feed=kept.edge.feed.name,
        epoch=kept.edge.feed.epoch,
        # None: the code was used before this was kept.
        orders_epoch=kept.orders_epoch or kept.edge.epoch,
        generation=hub_key.generation,
        at_us=to_us(at),
    )


def _authority() -> authority.Authority:
    return authority.load(settings.ENVIRONMENT.authority, settings.KEYS.authority)
