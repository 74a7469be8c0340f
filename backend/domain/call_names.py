"""What a driver calls a rider by: the family name in kana, nothing more (Q-60)."""


def call_name(kana: str) -> str:
    """Return the family name of a name in kana; empty when there is none.

    >>> call_name("みほん　はる")
    'みほん'
    """
    parts = kana.split()
    return parts[0] if parts else ""
