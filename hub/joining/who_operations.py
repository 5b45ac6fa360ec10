"""Who somebody is that joins: by a code, a password or a passkey, as hub/accounts proves it. What does not count
changes nothing.

A website's visitor who is not known yet proves their mailbox alone: only that makes them somebody who stands here.
"""

from contextlib import suppress
from datetime import datetime

from django.utils.translation import gettext as _

from hub.accounts import code_operations, handed_operations, passkey_operations, password_operations
from hub.accounts.proofs import How, NotProved, Proof, customers_of, is_fresh
from hub.errors import HubError
from hub.joining.flow_operations import held, set_on
from hub.joining.models import Flow
from hub.joining.queries import present_of
from hub.joining.steps import Press, may
from hub.letters.sign_in_code import send_code
from hub.mail.queries import can_send
from hub.members.finding import is_same_address


class NotTheirs(HubError):
    """What was chosen was not offered to them."""


def ask_code(flow: Flow, email: str, at: datetime) -> Flow:
    """A code goes there, whoever has the address; nothing happens where no letters are sent. Who went a step back
    after proving that mailbox is asked for no other code. hub.accounts.addresses.NoSuchAddress."""
    if not can_send() or not _may(flow, Press.EMAIL, at):
        return flow
    if is_same_address(email, flow.proved_email) and is_fresh(flow.proved_at, at):
        proof = Proof(How.CODE, flow.proved_at or at, (), flow.proved_email)
        return _proved(flow, proof, Press.EMAIL, at)
    asked = code_operations.ask_code(email, at, known_only=False)
    # Whoever asks is told the same, also where nothing can be written to that address.
    with suppress(HubError):
        send_code(asked, at, with_links=False)
    with held(flow, Press.EMAIL, at) as now:
        return set_on(now, code_state=asked.state.encode(), code_email=asked.email) if now else flow


def by_code(flow: Flow, code: str, address: str, at: datetime) -> Flow:
    """From the letter, or from staff. Of two presses at once the second finds what the first has done.
    hub.accounts.proofs.NotProved."""
    return _by_typed(flow, code, address, Press.CODE, at)


def by_handed(flow: Flow, code: str, address: str, at: datetime) -> Flow:
    """From staff. hub.accounts.proofs.NotProved."""
    return _by_typed(flow, code, address, Press.HANDED, at)


def by_password(flow: Flow, email: str, password: str, address: str, at: datetime) -> Flow:
    """NotProved; hub.accounts.password_operations.TooManyTries."""
    if flow.sub or not _may(flow, Press.PASSWORD, at):
        return flow
    proof = password_operations.prove_password(email, password, address, at)
    return _proved(flow, proof, Press.PASSWORD, at)


def by_passkey(flow: Flow, state: str, answer: str, at: datetime) -> Flow:
    """NotProved."""
    if flow.sub or not _may(flow, Press.PASSKEY, at):
        return flow
    return _proved(flow, passkey_operations.prove_passkey(state, answer, at), Press.PASSKEY, at)


def choose(flow: Flow, number: str, at: datetime) -> Flow:
    """One of those who have the proved address; empty: somebody new, who has it too. NotTheirs."""
    with held(flow, Press.CHOOSE, at) as now:
        if now is None:
            return flow
        if not number and now.proved_email:
            return set_on(now, is_new=True)
        chosen = next((each for each in present_of(now, at).choices if str(each.pk) == number), None)
        if chosen is None:
            raise NotTheirs(_("Choose one of these."))
        return set_on(now, customer=chosen)


def proof_of(flow: Flow) -> Proof | None:
    if not flow.is_proved or flow.proved_at is None:
        return None
    return Proof(How(flow.proved_how), flow.proved_at, tuple(flow.offered), flow.proved_email)


def _may(flow: Flow, press: Press, at: datetime) -> bool:
    return may(present_of(flow, at).step, press)


def _by_typed(flow: Flow, code: str, address: str, press: Press, at: datetime) -> Flow:
    with held(flow, press, at) as now:
        if now is None:
            return flow
        state = bytes(now.code_state).decode() or f"flow {now.pk}"
        try:
            return _set_proved(now, handed_operations.prove_typed(state, code, address, at))
        except NotProved as error:
            wrong = error
    # After the transaction: what was tried stays counted.
    raise wrong


def _proved(flow: Flow, proof: Proof, press: Press, at: datetime) -> Flow:
    with held(flow, press, at) as now:
        return _set_proved(now, proof) if now else flow


def _set_proved(now: Flow, proof: Proof) -> Flow:
    """NotTheirs: a website calls them somebody else."""
    customers = customers_of(proof)
    alone = customers[0] if len(customers) == 1 and not proof.proves_mailbox else None
    if now.customer is not None and now.customer not in customers:
        raise NotTheirs(_("Your club knows you by another address: have the code sent there."))
    return set_on(
        now,
        proved_how=proof.how.value,
        proved_email=proof.email,
        proved_at=proof.at,
        offered=[each.pk for each in customers],
        customer=now.customer or alone,
        is_new=not customers,
        code_state=b"",
    )
