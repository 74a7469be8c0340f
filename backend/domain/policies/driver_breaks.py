"""When the breaks of a duty have to begin, so that nobody is out for longer than allowed without one."""

from dataclasses import dataclass

from backend.domain import times

SPREAD_S = times.HOUR_S  # a break may begin so much before or after its even share, where the limit leaves room


@dataclass(frozen=True, slots=True)
class BreakRule:
    """How long a break is, and after how long on duty, or since the last break, one has begun (seconds)."""

    length_s: int
    after_s: int


def windows(start_s: int, end_s: int, rule: BreakRule) -> list[tuple[int, int]]:
    """Return for each break of a duty when it may begin, from and to; none where the duty is short or the rule empty.

    The breaks part the duty evenly. Each may move as far as every stretch still keeps the limit, whatever the others
    do. Where breaks as long as that leave no duty to be parted there are none.

    >>> windows(0, 6 * 3600, BreakRule(2700, 6 * 3600))
    []
    >>> windows(9 * 3600, 17 * 3600, BreakRule(3600, 6 * 3600))
    [(41400, 48600)]
    """
    if rule.length_s <= 0 or rule.after_s <= 0:
        return []
    count = max(0, -(-(end_s - start_s - rule.after_s) // (rule.after_s + rule.length_s)))
    stretch_s = -(-(end_s - start_s - count * rule.length_s) // (count + 1))
    if stretch_s <= 0:
        return []
    room_s = rule.after_s - stretch_s
    moves_s = min(SPREAD_S, room_s if count == 1 else room_s // 2, stretch_s // 2)
    first_s = [start_s + place * stretch_s + (place - 1) * rule.length_s for place in range(1, count + 1)]
    return [(each - moves_s, each + moves_s) for each in first_s]
