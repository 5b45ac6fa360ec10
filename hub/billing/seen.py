"""What we order of a payment provider, and what it says of how things are: values alone, of no provider's own.

Money is in minor units (int) of an ISO 4217 currency. A `reference` is the provider's own name for a thing of
theirs.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Unit(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Interval:
    """Every `count` of `unit`."""

    unit: Unit
    count: int = 1


@dataclass(frozen=True, slots=True)
class Price:
    """What a plan costs. `plan`: its public id; the provider shows `name`. `interval` None: paid once.

    `cents` is for one seat (or one person) and one interval.
    """

    plan: str
    name: str
    cents: int
    currency: str
    interval: Interval | None = None


@dataclass(frozen=True, slots=True)
class Payer:
    """Who pays. `ours`: our name for them, which does not change (`customer-12`, `company-3`); `reference`: the
    provider's, or empty where it has none yet."""

    ours: str
    name: str = field(repr=False)
    email: str = field(repr=False)
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """A page of the provider's where one membership is paid for. `ours`: our name for the checkout, which comes
    back in what the provider says of the subscription and of the payment.

    `trial_until`: nothing is paid before it. `until`: when the page closes. `success` and `cancel`: whole
    addresses of ours. `language`: as in `de`.
    """

    ours: str
    payer: Payer
    price: Price
    seats: int
    until: datetime
    success: str
    cancel: str
    setup_fee_cents: int = 0
    trial_until: datetime | None = None
    language: str = ""


@dataclass(frozen=True, slots=True)
class CheckoutStarted:
    """`address`: the provider's page, for this person alone."""

    reference: str
    address: str = field(repr=False)
    until: datetime


class CheckoutState(StrEnum):
    OPEN = "open"
    COMPLETE = "complete"
    """Gone through. Where the way of paying takes days the money may still be on its way: `is_paid`."""
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class CheckoutSeen:
    """`ours`: as in the order. `subscription`: its reference, where something is billed again; else `payment` is
    what was paid with. `is_paid`: also where nothing was due."""

    reference: str
    ours: str
    state: CheckoutState
    is_paid: bool
    payer: str = ""
    subscription: str = ""
    payment: str = ""
    payment_failed: bool = False
    """Completed, and then the money did not come."""


class SubscriptionState(StrEnum):
    """In Stripe's words, which others' translate into."""

    INCOMPLETE = "incomplete"
    INCOMPLETE_EXPIRED = "incomplete_expired"
    TRIALING = "trialing"
    ACTIVE = "active"
    PAST_DUE = "past_due"
    UNPAID = "unpaid"
    CANCELED = "canceled"
    PAUSED = "paused"


class EndedWhy(StrEnum):
    WISH = "wish"
    """Somebody cancelled it: here, there, or the member on the provider's page."""
    PAYMENT_FAILED = "payment_failed"


@dataclass(frozen=True, slots=True)
class SubscriptionSeen:
    """As it is with the provider now.

    `ours`: of the order it came from, empty where it came otherwise. `period_started_at` and `period_ends_at`: of
    the billing period that runs. `paid_until`: the end of the last period that was paid for, was free, or is a
    trial; None: nothing was ever paid. `retry_at`: when the provider tries to take the money next; None: never.
    `ended_at`: when it was over, `ended_why` says why. `price`: as it is billed now; its `plan` is empty where the
    price is none of ours.
    """

    reference: str
    ours: str
    payer: str
    state: SubscriptionState
    started_at: datetime
    period_started_at: datetime
    period_ends_at: datetime
    price: Price
    seats: int = 1
    paid_until: datetime | None = None
    trial_until: datetime | None = None
    cancel_at_end: bool = False
    cancel_at: datetime | None = None
    """When it ends by what is settled now; None: it goes on."""
    ended_at: datetime | None = None
    ended_why: EndedWhy | None = None
    retry_at: datetime | None = None


class PaymentState(StrEnum):
    OPEN = "open"
    PAID = "paid"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class RefundSeen:
    """`done`: False while it is on its way, and where it `failed`."""

    reference: str
    cents: int
    done: bool
    at: datetime
    failed: bool = False


class DisputeState(StrEnum):
    OPEN = "open"
    WON = "won"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class DisputeSeen:
    """The payer has told their bank that they want the money back."""

    reference: str
    cents: int
    state: DisputeState
    at: datetime


@dataclass(frozen=True, slots=True)
class PaymentSeen:
    """Money of one payer. `ours`: of the order, where it was paid once; `subscription`: what it was for else."""

    reference: str
    ours: str
    payer: str
    state: PaymentState
    cents: int
    currency: str
    at: datetime
    subscription: str = ""
    refunds: tuple[RefundSeen, ...] = ()
    disputes: tuple[DisputeSeen, ...] = ()


@dataclass(frozen=True, slots=True)
class InvoiceSeen:
    """The provider's. `address`: where whoever has it sees it, and `pdf` the file; either may be empty."""

    reference: str
    number: str
    at: datetime
    cents: int
    currency: str
    is_paid: bool
    address: str = field(repr=False, default="")
    pdf: str = field(repr=False, default="")


class About(StrEnum):
    """What an event is of: what to ask the provider about."""

    CHECKOUT = "checkout"
    SUBSCRIPTION = "subscription"
    PAYMENT = "payment"
    NOTHING = "nothing"
    """Of no matter to us."""


@dataclass(frozen=True, slots=True)
class EventSeen:
    """`reference`: of the thing it is about."""

    id: str
    about: About
    reference: str
    at: datetime
