"""Japanese as people type it: one form to search by."""

import unicodedata

HIRAGANA_FIRST, HIRAGANA_LAST = "ァ", "ヶ"
SHIFT = ord("ァ") - ord("ぁ")


def folded(text: str) -> str:
    """Return ``text`` as it is searched by: one width, small letters, hiragana, no spaces.

    >>> folded("マコマナイ　Ｓｔ")
    'まこまないst'
    """
    plain = unicodedata.normalize("NFKC", text).lower()
    return "".join(_hiragana(letter) for letter in plain if not letter.isspace())


def _hiragana(letter: str) -> str:
    return chr(ord(letter) - SHIFT) if HIRAGANA_FIRST <= letter <= HIRAGANA_LAST else letter
