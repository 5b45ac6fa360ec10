"""Every write to the hub's signing keys. Their files lie in `folder` (hub/keys.py); rows and files fit each other.

A file is made before its row: a rotation that was cut off between the two comes to its end in `establish`, and so
does one that a database put back from a backup has forgotten, since edges may follow it already.
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from django.db import transaction

from contract.instants import to_us
from contract.keys import SigningKey
from contract.messages import encode
from contract.seal import Rotation, seal
from contract.topics import key as key_topic
from hub import keys
from hub.audit import operations as audit
from hub.wire_keys.models import WireKey
from hub.wire_keys.queries import CurrentKey, current

KEEP_OLD: Final = timedelta(days=1)
"""For how long seals of the key before count, unless said otherwise: messages under way and other workers."""

_LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)


def establish(folder: Path, at: datetime) -> list[int]:
    """Every key file has its row; returns the generations that had none. The first row has no rotation.

    How long the key before was to count is forgotten then, and it may have been stolen: it counts no more.

    hub.keys.KeyFileError: a file is missing or damaged. WrongSigningKey: the newest row's is another key.
    """
    with transaction.atomic():
        before = _locked(folder)
        reached = 0 if before is None else before.generation
        added = [generation for generation in keys.signing_generations(folder) if generation > reached]
        for generation in added:
            before = _append(folder, generation, before, at, timedelta(0))
    return added


def rotate(folder: Path, keep_old: timedelta, at: datetime) -> CurrentKey:
    """A new key seals what the hub says; seals of the one before count until `at` + `keep_old`, 0 and more.

    Workers take it up within a second. hub.keys.KeyFileError, WrongSigningKey: the old key is not there to say so.
    """
    with transaction.atomic():
        _locked(folder)
        establish(folder, at)
        before = current(folder)
        keys.create_signing(folder, before.generation + 1)
        made = _append(folder, before.generation + 1, before, at, keep_old)
        row = WireKey.objects.get(pk=made.generation)
        audit.note("key rotated", row, {"generation": before.generation}, {"generation": row.generation})
        return made


def _locked(folder: Path) -> CurrentKey | None:
    """The current key, with the first row locked: rotations go one after the other."""
    first = WireKey.objects.select_for_update().order_by("generation").first()
    return None if first is None else current(folder)


def _append(
    folder: Path, generation: int, before: CurrentKey | None, at: datetime, keep_old: timedelta
) -> CurrentKey:
    key = SigningKey(keys.signing_seed(folder, generation))
    row = WireKey(generation=generation, public=key.verifying.public, made_at=at)
    if before is not None:
        # A clock may lag: what ends at once ends at an instant that no clock lies before.
        row.old_until = at + keep_old if keep_old else _LONG_AGO
        rotation = Rotation(key=key.verifying.public, generation=generation, old_until_us=to_us(row.old_until))
        row.rotation = seal(encode(rotation), before.key, key_topic(generation))
    row.save(force_insert=True)
    return CurrentKey(generation, key)
