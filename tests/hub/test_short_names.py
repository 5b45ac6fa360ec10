"""Short names: made of a name where none is typed, proposed where what is typed cannot be one."""

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from hub.desk.short_names import short_name
from hub.fleet.models import Site
from hub.members.models import Permission
from hub.partners.models import Partner


@pytest.mark.parametrize(
    ("typed", "name", "made"),
    [
        ("front-door", "Front", "front-door"),
        ("", "Glass of wine", "glass-of-wine"),
        ("", "Käse & Brot_2", "kase-brot-2"),
        ("", "x" * 31 + " y", "x" * 31),
    ],
)
def test_what_is_typed_stands_and_else_it_is_made_of_the_name(typed: str, name: str, made: str) -> None:
    assert short_name(typed, name) == made


@pytest.mark.parametrize(
    ("typed", "name", "said"), [("Cellar", "", "“cellar” would do"), ("", "会员", "Use 1 to 32")]
)
def test_what_cannot_be_one_is_told_with_one_that_can(typed: str, name: str, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        short_name(typed, name)


def test_staffs_pages_propose_and_make_them(owner_client: Client, database: object) -> None:
    site = {"name": "Cellar", "time_zone": "Europe/Berlin", "week_starts_on": 0, "day_starts_at": "00:00"}
    refused = owner_client.post("/desk/sites/new/", site)
    assert refused.status_code == 422 and "“cellar” would do" in refused.content.decode()
    assert owner_client.post("/desk/sites/new/", site | {"name": "cellar"}).status_code == 302
    assert owner_client.post("/desk/partners/new/", {"name": "Bike shop", "active": "on"}).status_code == 302
    assert owner_client.post("/desk/permissions/new/", {"name": "10 % off", "is_benefit": "on"}).status_code == 302
    assert (Site.objects.get().name, Partner.objects.get().slug, Permission.objects.get().slug) == (
        "cellar",
        "bike-shop",
        "10-off",
    )
