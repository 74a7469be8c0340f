"""What typed words mean: wishes, stops, times and days, in any width of letters and digits."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from backend.domain import japanese, times
from backend.domain.offers import WishKind
from bot.dialogue.turns import StopName

MOST_FOUND = 5
LONGEST_READ = 100
DIGITS = str.maketrans("一二三四五六七八九", "123456789")

# The first entry that is part of the text counts: 「予約をとりけし」 is about taking back.
MEANINGS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("quit", ("やめる", "やめます", "中止", "quit")),
    ("back", ("もどる", "戻る", "もどり", "back")),
    ("cancel", ("きゃんせる", "とりけ", "取り消", "取消", "cancel")),
    ("settings", ("登録内容", "登録の内容", "登録をやめ", "退会", "my data")),
    ("bookings", ("予約確認", "よやくかくにん", "予約の確認", "予約をみる", "予約を見る", "確認", "my booking")),
    ("phone", ("でんわ", "電話", "人と話", "はなした", "話した", "phone", "call")),
    ("fares", ("料金", "りょうきん", "運賃", "うんちん", "ねだん", "値段", "いくら", "fare", "price")),
    ("timetable", ("時刻", "じこく", "だいや", "timetable", "times")),
    ("opinion", ("意見", "いけん", "苦情", "くじょう", "要望", "ようぼう", "opinion", "complain")),
    ("guide", ("停留所", "ていりゅうじょ", "のりば", "乗り場", "ばす停", "ばすてい", "のる場所", "stops")),
    ("help", ("使い方", "つかいかた", "へるぷ", "help", "?")),
    ("register", ("登録", "とうろく", "register", "sign up")),
    ("english", ("english", "英語", "えいご")),
    ("japanese", ("日本語", "にほんご", "japanese")),
    ("book", ("予約", "よやく", "のりたい", "乗りたい", "book", "ride")),
)


def fold(text: str) -> str:
    """Return ``text`` in the form that words are compared in: one width, hiragana, small letters, no blanks.

    >>> fold("マコマナイ 3丁目"), fold("ﾖﾔｸ")
    ('まこまない3丁目', 'よやく')
    """
    return japanese.folded(text[:LONGEST_READ])


def meaning(text: str) -> str:
    """Return which wish the words name, or nothing.

    >>> meaning("予約をキャンセルしたい"), meaning("りんご")
    ('cancel', '')
    """
    folded = fold(text)
    return next((wish for wish, parts in MEANINGS if any(fold(part) in folded for part in parts)), "")


def is_exactly(text: str, wish: str) -> bool:
    """Tell whether the words say ``wish`` and nothing else."""
    parts = next(parts for name, parts in MEANINGS if name == wish)
    return fold(text) in {fold(part) for part in parts}


def find_stops(text: str, stops: Sequence[StopName]) -> list[int]:
    """Return the stops that ``text`` names, best first: whole name, beginning, part, or the name inside the text."""
    wanted = fold(text).translate(DIGITS)
    if not wanted:
        return []
    ranked = [(rank, stop.kana, stop.id) for stop in stops if (rank := _likeness(wanted, stop)) is not None]
    if any(rank == 0 for rank, _kana, _id in ranked):
        ranked = [entry for entry in ranked if entry[0] == 0]
    return [stop_id for _rank, _kana, stop_id in sorted(ranked)][:MOST_FOUND]


def stops_in(text: str, stops: Sequence[StopName]) -> list[int]:
    """Return the stops whose whole names stand in ``text``, in the order of the text; a longer name beats a part."""
    wanted = fold(text).translate(DIGITS)
    found: list[tuple[int, int]] = []
    taken: set[int] = set()
    names = sorted(((fold(stop.name).translate(DIGITS), stop.id) for stop in stops), key=lambda each: -len(each[0]))
    for name, stop_id in names:
        place = wanted.find(name)
        span = set(range(place, place + len(name)))
        if place >= 0 and not span & taken:
            taken |= span
            found.append((place, stop_id))
    return [stop_id for _place, stop_id in sorted(found)]


def _likeness(wanted: str, stop: StopName) -> int | None:
    names = [fold(name).translate(DIGITS) for name in (stop.name, stop.kana)]
    if wanted in names:
        return 0
    if any(name.startswith(wanted) for name in names):
        return 1
    if any(wanted in name for name in names) and len(wanted) > 1:
        return 2
    return 3 if any(name in wanted for name in names) else None


def time_of(text: str) -> int | None:
    """Return the second of the day that ``text`` names, or None.

    >>> time_of("１０時半"), time_of("9:15"), time_of("午後１時"), time_of("25時")
    (37800, 33300, 46800, None)
    """
    folded = fold(text)
    found = re.search(r"(?P<hour>\d{1,2})(?:時|:)(?P<minute>半|\d{1,2})?", folded)
    found = found or re.fullmatch(r"(?P<hour>\d{1,2})(?P<minute>)", folded)
    if not found:
        return None
    hour = int(found["hour"]) + (12 if "午後" in folded and int(found["hour"]) < 12 else 0)  # noqa: PLR2004 -- noon
    minute = 30 if found["minute"] == "半" else int(found["minute"] or 0)
    return times.parse_clock(f"{hour}:{minute:02d}")


def kind_of(text: str) -> WishKind:
    """Return whether the words name an arrival (「10時までに」, 「10時着」) or a departure."""
    folded = fold(text)
    return WishKind.ARRIVE if any(word in folded for word in ("まで", "着", "by", "arrive")) else WishKind.DEPART


def day_of(text: str, *, today: date, days: Iterable[date]) -> date | None:
    """Return the day that ``text`` names, or None. A bare number is the next such day that can be booked."""
    folded = fold(text)
    named = {"今日": 0, "きょう": 0, "today": 0, "明日": 1, "あした": 1, "あす": 1, "tomorrow": 1}
    named |= {"明後日": 2, "あさって": 2}
    for word in sorted(named, key=len, reverse=True):
        if word in folded:
            return today + timedelta(days=named[word])
    found = re.search(r"(\d{1,2})[/月](\d{1,2})", folded)
    if found:
        return _next_date(int(found[1]), int(found[2]), today=today)
    found = re.fullmatch(r"(\d{1,2})日?", folded)
    return next((day for day in days if found and day.day == int(found[1])), None)


def _next_date(month: int, day: int, *, today: date) -> date | None:
    for year in (today.year, today.year + 1):
        try:
            named = date(year, month, day)
        except ValueError:
            continue
        if named >= today:
            return named
    return None


def persons_of(text: str) -> int | None:
    """Return how many persons ``text`` names, or None.

    >>> persons_of("３人"), persons_of("2"), persons_of("友だち")
    (3, 2, None)
    """
    found = re.fullmatch(r"(\d)(?:人|名|にん|めい)?", fold(text).translate(DIGITS))
    return int(found[1]) if found and int(found[1]) else None
