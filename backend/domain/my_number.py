"""Individual numbers (マイナンバー) have no place here: they are known by their check digit and refused (S-28)."""

import re
import unicodedata

DIGITS = 12
BETWEEN = re.compile(r"(?<=\d)[\s・.\-‐‑‒–—―−ーｰ](?=\d)")
RUNS = re.compile(r"(?<!\d)\d{12}(?!\d)")
WEIGHTS = (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
MODULUS = 11


def holds_one(text: str) -> bool:
    """Tell whether a text holds a number that passes for an individual number, in any width and grouping.

    >>> holds_one("番号は1234-5678-9018です"), holds_one("123456789012"), holds_one("090-1234-5678")
    (True, False, False)
    """
    plain = BETWEEN.sub("", unicodedata.normalize("NFKC", text))
    return any(is_one(run) for run in RUNS.findall(plain))


def is_one(digits: str) -> bool:
    """Tell whether twelve digits end with their check digit (省令 平成26年総務省令第85号 5条)."""
    rest = sum(int(digit) * weight for digit, weight in zip(digits, WEIGHTS, strict=False)) % MODULUS
    return int(digits[-1]) == (0 if rest <= 1 else MODULUS - rest)
