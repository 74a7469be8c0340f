"""Who is refused, waits and is driven around how much, by group (product: no group is refused more often than others)."""

import pytest
from sqlalchemy import select

from backend.db.models import Decision
from backend.db.queries import fairness as counted
from backend.domain.policies import fairness
from backend.domain.policies.fairness import Asked
from tests.make import MONDAY, NOW, Town, make_rider, make_vehicle


def asked(*, refused=False, wheelchairs=0, **values):
    held = {"channel": "phone", "pickup": "A", "dropoff": "B", "categories": frozenset({"adult"})}
    return Asked(is_refused=refused, wheelchairs=wheelchairs, **held | values)


def by_wheelchair(each):
    return ["with" if each.wheelchairs else "without"]


def marks(people):
    return {row.name: row.mark for row in fairness.rows(people, by_wheelchair)}


@pytest.mark.parametrize(
    ("kind", "pickup", "dropoff", "expected"),
    [("depart", 600, 1200, 100), ("depart", 400, 1200, 0), ("arrive", 0, 450, 50), ("arrive", 0, 600, 0)],
)
def test_a_ride_is_off_the_wish_when_later_than_the_departure_or_before_the_arrival(kind, pickup, dropoff, expected):
    assert fairness.wait_s(kind, 500, pickup, dropoff) == expected


def test_wishes_are_parted_into_quarters_by_length():
    bounds = fairness.quarters([400, 100, 200, 300])

    assert [fairness.quarter_of(direct_s, bounds) for direct_s in (100, 200, 300, 400)] == ["1", "2", "3", "4"]
    assert fairness.quarters([]) == ()


@pytest.mark.parametrize(
    ("refused", "asked_", "all_refused", "all_asked", "expected"),
    [(0, 3, 2, 6, 1.0), (2, 2, 2, 4, 1 / 6), (1, 2, 2, 4, 5 / 6), (3, 3, 3, 10, 1 / 120)],
)
def test_chance_is_that_of_drawing_lots(refused, asked_, all_refused, all_asked, expected):
    assert fairness.chance(refused, asked_, all_refused, all_asked) == pytest.approx(expected)


def test_a_group_that_is_refused_more_often_than_the_rest_is_marked():
    even = [asked(refused=number < 4) for number in range(40)]
    worse = [asked(refused=number < 6, wheelchairs=1) for number in range(12)]

    assert marks([*even, *worse]) == {"with": "worse", "without": ""}


def test_a_difference_that_chance_may_make_is_not_marked():
    even = [asked(refused=number < 4) for number in range(40)]
    others = [asked(refused=number < 2, wheelchairs=1) for number in range(12)]

    assert marks([*even, *others]) == {"with": "few", "without": ""}


def test_a_small_group_is_neither_shown_nor_judged():
    even = [asked(refused=number < 4) for number in range(40)]
    few = [asked(refused=True, wheelchairs=1) for _ in range(4)]

    assert marks([*even, *few])["with"] == "small"


def test_a_small_group_cannot_be_reckoned_from_the_whole_and_the_others():
    even = [asked(refused=number < 4) for number in range(40)]
    few = [asked(refused=True, wheelchairs=1) for _ in range(4)]

    assert marks([*even, *few]) == {"with": "small", "without": "beside"}


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ({"A": 1, "B": 3, "C": 6, "D": 9}, {"A": "small", "B": "small", "C": "beside", "D": "few"}),
        ({"A": 2, "B": 3, "C": 6, "D": 9}, {"A": "small", "B": "small", "C": "few", "D": "few"}),
        ({"A": 5, "B": 6}, {"A": "few", "B": "few"}),
    ],
)
def test_as_many_groups_are_hidden_as_it_takes(counts, expected):
    people = [asked(pickup=name) for name, count in counts.items() for _ in range(count)]

    assert {row.name: row.mark for row in fairness.rows(people, lambda each: [each.pickup])} == expected


def test_a_group_that_fares_worse_is_hidden_last():
    even = [asked(refused=number < 4, pickup="A") for number in range(60)]
    worse = [asked(refused=number < 9, pickup="B") for number in range(12)]
    few = [asked(pickup="C") for _ in range(4)]

    rows = fairness.rows([*even, *worse, *few], lambda each: [each.pickup])

    assert {row.name: row.mark for row in rows} == {"A": "beside", "B": "worse", "C": "small"}


def test_nobody_to_compare_with_is_no_bias():
    assert marks([asked(refused=True) for _ in range(40)]) == {"without": ""}


def test_nobody_who_asked_is_nobody_refused():
    assert (fairness.row("", []).rate, fairness.row("", []).wait_s) == (0.0, None)


def day(session, town):
    return counted.between(session, town.service.id, first=MONDAY, last=MONDAY)


def test_a_day_is_counted_from_its_records(session):
    town = Town(session, seats=(4,))
    town.book(0, 3, time="10:00")
    town.book(0, 2, time="12:00", channel="line")
    for _ in range(2):  # two tries of one person are one need
        town.book(0, 3, time="10:00", wheelchairs=1, rider=town.rider)
    town.book(0, 3, time="8:00")  # a rule, no vehicle, says no

    view = day(session, town)

    assert (view.whole.asked, view.whole.refused, view.only_reserve) == (3, 1, 0)
    assert {row.name: (row.asked, row.refused) for row in view.groups["wheelchair"]} == {
        "with": (1, 1),
        "without": (2, 0),
    }
    assert {row.name: row.asked for row in view.groups["channel"]} == {"line": 1, "phone": 2}
    assert {row.name: row.asked for row in view.groups["dropoff"]} == {"停留所3": 1, "停留所4": 2}
    assert view.whole.wait_s is not None


def test_offers_and_days_outside_are_not_counted(session):
    town = Town(session)
    town.book(0, 3, time="10:00")
    tuesday = MONDAY.replace(day=29)

    assert counted.between(session, town.service.id, first=tuesday, last=tuesday).whole.asked == 0


def test_a_day_with_a_bias_put_in_turns_red(session):
    """Wheelchair users find no vehicle with a place for them; everybody else rides."""
    town = Town(session, seats=(8, 8, 8))
    for number in range(24):
        town.book(
            number % 3, 3 + number % 3, time=f"{9 + number // 5}:{(number % 5) * 10:02d}", wheelchairs=number % 4 == 0
        )

    rows = {row.name: row for row in day(session, town).groups["wheelchair"]}

    assert (rows["with"].mark, rows["with"].rate) == ("worse", 1.0)
    assert rows["without"].mark != "worse"


def two_at_ten(session, **service):
    """A vehicle of four seats with a wheelchair place, three of which are taken at ten."""
    town = Town(session, seats=(), max_wait_s=300, **service)
    make_vehicle(session, town.service, town.stops[0], seats=4, wheelchair_places=1)
    town.book(0, 5, time="10:00", adult=3)
    return town


def state_of(outcome):
    return getattr(outcome, "state", None) or outcome.code


@pytest.mark.req("D-12", "D-21")
def test_the_last_seat_is_kept_for_a_party_with_a_wheelchair(session):
    town = two_at_ten(session, reserved_seats=1)

    assert state_of(town.book(0, 5, time="10:00")) == "full"
    assert state_of(town.book(0, 5, time="10:00", wheelchairs=1)) == "confirmed"


def test_without_keeping_seats_anybody_has_the_last_one(session):
    assert state_of(two_at_ten(session).book(0, 5, time="10:00")) == "confirmed"


def test_shortly_before_the_pick_up_anybody_has_the_kept_seat(session):
    town = two_at_ten(session, reserved_seats=1, reserve_until_s=3600)
    monday = NOW.replace(day=28)

    assert state_of(town.book(0, 5, time="10:00", now=monday.replace(hour=8, minute=50))) == "full"
    assert state_of(town.book(0, 5, time="10:00", now=monday.replace(hour=9, minute=5))) == "confirmed"


def test_a_vehicle_without_a_wheelchair_place_keeps_nothing(session):
    town = Town(session, seats=(4,), reserved_seats=1)
    town.book(0, 5, time="10:00", adult=3)

    assert state_of(town.book(0, 5, time="10:00")) == "confirmed"


def test_a_wheelchair_party_on_board_uses_the_seats_kept_for_it(session):
    town = Town(session, seats=(), reserved_seats=1)
    make_vehicle(session, town.service, town.stops[0], seats=4, wheelchair_places=1)
    town.book(0, 5, time="10:00", wheelchairs=1, adult=2)

    assert state_of(town.book(0, 5, time="10:00", adult=3, rider=make_rider(session))) == "confirmed"


def test_what_keeping_seats_costs_is_counted(session):
    town = two_at_ten(session, reserved_seats=1)
    town.book(0, 5, time="10:00")
    town.book(0, 5, time="10:00", adult=4)

    rows = session.scalars(select(Decision).where(Decision.kind == "refused").order_by(Decision.id)).all()

    assert [row.only_reserve for row in rows] == [True, False]
    assert day(session, town).only_reserve == 1
    assert counted.refused_for_reserve(session, town.service.id, since=NOW) == 1
    assert counted.refused_for_reserve(session, town.service.id, since=NOW.replace(year=2030)) == 0
    assert [limit for _, limit, _, _ in rows[0].record["verdicts"]["0"]] == ["reserved"]
