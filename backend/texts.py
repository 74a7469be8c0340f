"""Every sentence a person can see, by key and language (Fluent). One loader for all doors."""

from datetime import date, datetime
from functools import cache
from pathlib import Path

from fluent.runtime import FluentBundle, FluentResource

LOCALES = Path(__file__).resolve().parent.parent / "locales"
FALLBACK = "ja"
REGIONS = {"ja": "ja-JP", "en": "en-GB"}

Argument = str | int | float | date | datetime


class MissingTextError(LookupError):
    """No language has this key: a fault of ours, found by the tests."""


def languages() -> list[str]:
    """Return the languages there are texts in."""
    return sorted(folder.name for folder in LOCALES.iterdir() if folder.is_dir())


@cache
def bundle(language: str) -> FluentBundle:
    """Return all texts of one language."""
    texts = FluentBundle([REGIONS.get(language, language)], use_isolating=False)
    for path in sorted((LOCALES / language).glob("*.ftl")):
        texts.add_resource(FluentResource(path.read_text(encoding="utf-8")))
    return texts


def text(key: str, language: str = FALLBACK, **arguments: Argument) -> str:
    """Return the text ``key`` in ``language``, in Japanese where that language lacks it.

    Arguments with underscores match Fluent's variables written the same way. Numbers that are names (years, booking
    numbers) are passed as `str`, so that no thousands separator appears in them.
    """
    for name in dict.fromkeys((language, FALLBACK)):
        if name in languages() and bundle(name).has_message(key):
            pattern = bundle(name).get_message(key).value
            if pattern is None:
                continue
            value, errors = bundle(name).format_pattern(pattern, dict(arguments))
            if errors:
                raise MissingTextError(f"{key} ({name}): {errors[0]}")
            return str(value)
    raise MissingTextError(key)


def has(key: str, language: str = FALLBACK) -> bool:
    """Tell whether ``language`` itself has the text ``key``."""
    return language in languages() and bool(bundle(language).has_message(key))
