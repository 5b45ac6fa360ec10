"""Phones of partners, known by links as staff make them."""

from django.test import Client
from django.utils import timezone

from hub.partners.link_operations import LinkShown, make_link
from hub.partners.models import Partner


def secret_in(address: str) -> str:
    return address.rpartition("#")[2]


def a_link(partner: Partner, label: str = "bar phone") -> LinkShown:
    return make_link(partner, label, timezone.now())


def opens(link: LinkShown, phone: Client | None = None) -> Client:
    """A phone that has opened it."""
    phone = phone or Client(SERVER_NAME="localhost")
    phone.post("/partner/link", {"link": link.address})
    return phone


def a_phone_of(partner: Partner) -> Client:
    return opens(a_link(partner))


def home(phone: Client) -> str:
    response = phone.get("/partner/")
    assert response.status_code == 200
    return response.content.decode()
