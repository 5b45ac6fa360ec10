"""Which key the hub seals with, and how edges come to it. Reads private halves from `folder`; writes nothing."""

from dataclasses import dataclass
from pathlib import Path

from contract.keys import SigningKey
from hub import keys
from hub.errors import HubError
from hub.wire_keys.models import WireKey


class WrongSigningKey(HubError):
    """A key file does not hold the key that edges know."""


class NoWireKey(HubError):
    """`init` has not made the first key's row yet."""


@dataclass(frozen=True, slots=True)
class CurrentKey:
    generation: int
    key: SigningKey


@dataclass(frozen=True, slots=True)
class SealedRotation:
    """For the topic contract.topics.key(generation)."""

    generation: int
    sealed: bytes


def newest_generation() -> int:
    """0 where there is none yet."""
    return WireKey.objects.order_by("-generation").values_list("generation", flat=True).first() or 0


def current(folder: Path) -> CurrentKey:
    """The key that seals what the hub says now. NoWireKey, WrongSigningKey, hub.keys.KeyFileError."""
    newest = WireKey.objects.order_by("-generation").first()
    if newest is None:
        raise NoWireKey("the hub has no signing key yet: run `doorward-hub init`")
    key = SigningKey(keys.signing_seed(folder, newest.generation))
    if key.verifying.public != bytes(newest.public):
        path = keys.signing_path(folder, newest.generation)
        raise WrongSigningKey(f"{path} is not the key that edges know: put it back from a backup")
    return CurrentKey(newest.generation, key)


def rotations() -> list[SealedRotation]:
    """All of them, oldest first: an edge that was away follows one after the other."""
    found = WireKey.objects.filter(rotation__isnull=False).order_by("generation")
    return [SealedRotation(each.generation, bytes(each.rotation)) for each in found]
