"""Static files under names that hold a hash of what is in them, so that browsers keep them for ever.

There is no collecting step to forget: names are made as the process starts, of the files as the packages bring
them. What a style sheet names by itself keeps its plain name, and is asked for again after a minute.
"""

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage
from whitenoise.middleware import WhiteNoiseMiddleware

_HASH_DIGITS: Final = 12


class HashedNames(StaticFilesStorage):
    def url(self, name: str | None) -> str:
        """A file that no package brings keeps the name that it was asked for by."""
        return super().url(_hashed(name) if name else name)


class HashedFiles(WhiteNoiseMiddleware):
    """Serves each file by both names; by the hashed one for ever, as WhiteNoise sees from HashedNames."""

    def add_file_to_dictionary(self, url: str, path: str, stat_cache: Any = None) -> None:
        super().add_file_to_dictionary(url, path, stat_cache=stat_cache)
        name = url.removeprefix(self.static_prefix)
        super().add_file_to_dictionary(self.static_prefix + _hashed(name), path, stat_cache=stat_cache)


@lru_cache(maxsize=10_000)
def _hashed(name: str) -> str:
    path = finders.find(name)
    if not isinstance(path, str) or not Path(path).is_file():
        return name
    digest = hashlib.sha256(Path(path).read_bytes()).hexdigest()[:_HASH_DIGITS]
    found = Path(name)
    return str(found.with_name(f"{found.stem}.{digest}{found.suffix}"))
