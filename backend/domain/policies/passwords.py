"""Which passwords staff may choose (S-05): long ones that are more than a common word. No rules of composition."""

import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path

from backend.domain.refusals import Refusal

SHORTEST, LONGEST = 12, 128
FEWEST_SIGNS = 5  # different ones
LEAST_REST = 4  # letters that remain when common words, digits and punctuation are taken away
WORDS = Path(__file__).with_name("common_words.txt")
LOOKS_LIKE = str.maketrans("013457@$", "oleastas")


def check(password: str, *, own_words: Sequence[str] = ()) -> Refusal | None:
    """Return why ``password`` cannot be chosen, or None. ``own_words`` are the person's names for signing in."""
    if len(password) < SHORTEST:
        return Refusal("password_too_short", {"least": SHORTEST})
    if len(password) > LONGEST:
        return Refusal("password_too_long", {"most": LONGEST})
    folded = unicodedata.normalize("NFKC", password).casefold()
    if len(set(folded)) < FEWEST_SIGNS or _is_sequence(folded):
        return Refusal("password_common")
    words = [*_common(), *(word.casefold() for word in own_words if len(word) >= LEAST_REST)]
    if any(_rest(form, words) < LEAST_REST for form in (folded, folded.translate(LOOKS_LIKE))):
        return Refusal("password_common")
    return None


@cache
def _common() -> tuple[str, ...]:
    """Return the words that alone make no password, the longest first."""
    lines = WORDS.read_text(encoding="utf-8").split()
    return tuple(sorted(lines, key=len, reverse=True))


def _rest(folded: str, words: Sequence[str]) -> int:
    """Return how many letters remain beside common words, digits and punctuation; halves that repeat count once."""
    rest = folded
    for word in words:
        rest = rest.replace(word, " ")
    rest = re.sub(r"[\W\d_]+", "", rest)
    half = len(rest) // 2
    return half if half and rest[:half] == rest[half:] else len(rest)


def _is_sequence(folded: str) -> bool:
    steps = {ord(b) - ord(a) for a, b in pairwise(folded)}
    return len(steps) == 1
