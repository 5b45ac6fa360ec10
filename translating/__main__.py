"""`python -m translating`: takes what is newly marked into each catalogue, writes what the hub reads, and tells
what there is left to translate. Exit code 1 where there is something."""

import sys
from pathlib import Path
from typing import Final

from translating.catalogue import CatalogueWrong, compiled, merged, parsed, written
from translating.marked import messages

HUB: Final = Path(__file__).parents[1] / "hub"
LANGUAGES: Final = ("de",)


def catalogue(language: str) -> Path:
    """The .po file; the .mo file lies beside it."""
    return HUB / "locale" / language / "LC_MESSAGES" / "django.po"


def main() -> int:
    missing = 0
    for language in LANGUAGES:
        path = catalogue(language)
        try:
            known = parsed(path.read_text()) if path.exists() else []
        except CatalogueWrong as error:
            sys.stderr.write(f"{path}, {error}\n")
            return 1
        found = merged(messages(HUB), known)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(written(found, language))
        path.with_suffix(".mo").write_bytes(compiled(found, language))
        for each in found:
            if not each.is_whole:
                missing += 1
                sys.stdout.write(f"{language}: {each.key.text!r} ({each.places[0]})\n")
    sys.stdout.write(f"{missing} left to translate\n")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
