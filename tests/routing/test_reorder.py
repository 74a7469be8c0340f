"""Who fits only when others change their order is taken; nobody's promise breaks, no frozen visit moves."""

from dataclasses import replace
from itertools import permutations

from hypothesis import given, settings
from hypothesis import strategies as st

from routing import cost, decision
from routing.checker import check
from routing.decision import Case
from routing.fleet import Fleet
from routing.insertion import first_feasible, insertions
from routing.problem import Boarded, Limit, VisitKind
from routing.reorder import reorderings
from routing.reserve import first_beside, insertions_beside
from routing.timing import Violation, party_rows, schedule
from routing.travel_times import Matrix
from tests.routing.plans import days, make_itinerary, make_request, make_vehicle, off, up

LINE = Matrix.single([[abs(a - b) * 100 for b in range(8)] for a in range(8)])


def names(visits):
    return [(visit.request.id, visit.kind.value) for visit in visits]


def every_order(itinerary, request):
    """Yield the itinerary in every order of its visits with ``request`` that leaves the frozen ones where they are."""
    first, rest = itinerary.visits[: itinerary.frozen], itinerary.visits[itinerary.frozen :]
    for visits in permutations((*rest, up(request), off(request))):
        kinds = [(visit.request.id, visit.kind is VisitKind.PICKUP) for visit in (*first, *visits)]
        boards = {party: place for place, (party, is_pickup) in enumerate(kinds) if is_pickup}
        if all(boards.get(party, -1) <= place for place, (party, _) in enumerate(kinds)):
            yield make_itinerary(
                *first,
                *visits,
                vehicle=itinerary.vehicle,
                at_stop=itinerary.at_stop,
                ready_s=itinerary.ready_s,
                onboard=itinerary.onboard,
                frozen=itinerary.frozen,
                began_s=itinerary.began_s,
            )


def least_cost(itinerary, request, travel):
    """Return the cost of the cheapest legal order, None if there is none."""
    times = [(each, schedule(each, travel)) for each in every_order(itinerary, request)]
    return min((cost.cost(each, kept, travel) for each, kept in times if not isinstance(kept, Violation)), default=None)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(days())
def test_another_order_breaks_nobodys_promise_and_moves_no_frozen_visit(day):
    party, fleet = party_rows(day.request), Fleet(day.plan, day.travel)
    for found in reorderings(fleet, party):
        before = fleet.itinerary(found.vehicle)
        old_cost = cost.cost(before, schedule(before, day.travel), day.travel)

        assert fleet.rearrange(found.vehicle, found.order, day.request) is None

        after = fleet.itinerary(found.vehicle)
        assert check((after,), day.travel) == []
        assert after.visits[: after.frozen] == before.visits[: before.frozen]
        assert sorted(names(after.visits)) == sorted(names((*before.visits, up(day.request), off(day.request))))
        times = schedule(after, day.travel)
        assert times.starts_s[after.visits.index(up(day.request))] == found.pickup_s
        assert abs(cost.cost(after, times, day.travel) - old_cost - found.added_cost) < 1e-6


@st.composite
def busy_lines(draw):
    """One vehicle on a straight road, with up to three parties under promises, and one more that asks."""
    vehicle = make_vehicle(1, (draw(st.integers(1, 4)), 0), start_stop=draw(st.integers(0, 7)))
    itinerary = make_itinerary(vehicle=vehicle)
    for party in range(1, draw(st.integers(2, 4))):
        for _, found in [first_feasible((itinerary,), [draw(rides(party))], LINE) or (0, None)]:
            itinerary = found.itinerary if found else itinerary
    return itinerary, draw(rides(9))


@st.composite
def rides(draw, party):
    origin = draw(st.integers(0, 7))
    destination = draw(st.integers(0, 7).filter(lambda stop: stop != origin))
    opens_s = draw(st.integers(0, 12)) * 100
    return make_request(party, origin, destination, (opens_s, opens_s + draw(st.sampled_from((200, 400, 800)))))


@settings(max_examples=150, deadline=None, derandomize=True)
@given(busy_lines())
def test_who_fits_in_any_order_is_taken_and_who_does_not_is_not(day):
    itinerary, request = day

    found = insertions((itinerary,), request, LINE, reorders=True)

    best = least_cost(itinerary, request, LINE)
    assert bool(found) == (best is not None)
    if found:
        assert found[0].is_reordered == (insertions((itinerary,), request, LINE) == [])


def detour():
    """A vehicle that takes somebody from stop 0 to 7, then comes back for another, though that one is on the way."""
    far, near = make_request(1, 0, 7), make_request(2, 1, 2, (0, 1_350))
    return make_itinerary(up(far), off(far), up(near), off(near))


def test_who_fits_only_when_others_get_on_and_off_in_another_order_is_taken():
    itinerary, asks = detour(), make_request(9, 7, 6, (800, 900))

    (found,) = insertions((itinerary,), asks, LINE, reorders=True)

    assert insertions((itinerary,), asks, LINE) == []
    assert found.is_reordered
    assert [f"{number} {kind}" for number, kind in names(found.itinerary.visits)] == [
        "1 pickup",
        "2 pickup",
        "2 dropoff",
        "1 dropoff",
        "9 pickup",
        "9 dropoff",
    ]
    assert (found.pickup_s, found.dropoff_s) == (800, 900)


def test_the_visit_shown_to_the_driver_is_not_put_off_for_it():
    itinerary, asks = detour(), make_request(9, 7, 6, (800, 900))
    shown = make_itinerary(*itinerary.visits, frozen=2)

    assert insertions((shown,), asks, LINE, reorders=True) == []
    assert first_feasible((shown,), [asks], LINE) is None


def test_who_is_on_board_is_not_driven_about_longer_than_promised():
    aboard = make_request(1, 0, 7, (0, 100), max_ride_s=750)
    roomy = make_itinerary(off(aboard), vehicle=make_vehicle(1, (2, 0)), onboard=(Boarded(aboard, 0),))
    asks = make_request(9, 1, 0, (0, 100), dropoff=(0, 300))

    assert insertions((roomy,), asks, LINE, reorders=True) == []


def test_the_wish_most_wanted_comes_first_even_in_another_order():
    wishes = [make_request(9, 7, 6, window) for window in ((800, 900), (2_000, 2_600))]

    index, found = first_feasible((detour(),), wishes, LINE)

    assert (index, found.is_reordered) == (0, True)
    assert first_feasible((detour(),), wishes[1:], LINE)[1].is_reordered is False


def test_others_are_not_put_together_in_seats_that_are_kept():
    far, near = make_request(1, 0, 7, load=(2, 0)), make_request(2, 1, 2, (0, 1_350), load=(2, 0))
    plan = (make_itinerary(up(far), off(far), up(near), off(near), vehicle=make_vehicle(1, (3, 0))),)
    asks = make_request(9, 7, 6, (800, 900))

    assert insertions_beside(plan, asks, 1, LINE, cost.DEFAULT) == []
    assert first_beside(plan, [asks], [1], LINE, cost.DEFAULT) is None


def test_kept_seats_have_their_price_where_only_another_order_would_use_them():
    asks, vehicle = make_request(9, 7, 6, (800, 900)), make_vehicle(1, (2, 1))
    case = Case((replace(detour(), vehicle=vehicle),), (asks,), (2,))

    assert decision.choose(case, LINE) == ()
    assert decision.only_kept_seats(case, LINE)
    assert [each.limit for each in decision.verdicts(case, 0, LINE)] == [Limit.RESERVED]
    assert decision.choose(replace(case, kept=(0,)), LINE)[0].is_reordered


def test_the_one_vehicle_with_a_wheelchair_place_is_asked_however_many_others_are_near():
    carries = detour()
    carries = replace(carries, vehicle=make_vehicle(99, (4, 1)))
    others = [replace(carries, vehicle=make_vehicle(number, (4, 0))) for number in range(20)]
    asks = make_request(9, 7, 6, (800, 900), load=(0, 1))

    found = insertions((*others, carries), asks, LINE, reorders=True)

    assert [(each.vehicle_id, each.is_reordered) for each in found] == [(99, True)]


def test_a_vehicle_too_small_for_what_it_holds_keeps_no_other_from_taking_somebody_beside_kept_seats():
    crowd = make_request(1, 0, 7, load=(4, 0))
    small = make_itinerary(up(crowd), off(crowd), vehicle=make_vehicle(1, (3, 0)))
    asks = make_request(9, 0, 3)

    index, found = first_beside((small, make_itinerary(vehicle=make_vehicle(2))), [asks], [1], LINE, cost.DEFAULT)

    assert (index, found.vehicle_id) == (0, 2)


def test_a_break_that_alone_moves_is_no_other_order_for_riders():
    pause = replace(make_request(-1, 0, 0, load=(4, 1), max_ride_s=0), only_vehicle=1, pickup_service_s=900)
    held = make_request(1, 0, 7, (0, 1_500))
    itinerary = make_itinerary(up(pause), off(pause), up(held), off(held))

    (found,) = insertions((itinerary,), make_request(9, 7, 6, (800, 900)), LINE, reorders=True)

    assert names(found.itinerary.visits)[0] == (1, "pickup")
    assert not found.is_reordered


@settings(max_examples=300, deadline=None, derandomize=True)
@given(days(slack_s=200), st.integers(1, 2))
def test_beside_kept_seats_nobody_is_put_where_others_would_not_fit_together(day, kept):
    found = insertions_beside(day.plan, day.request, kept, day.travel, cost.DEFAULT)

    for each in found:
        assert check((each.itinerary,), day.travel) == []
    first = first_beside(day.plan, [day.request], [kept], day.travel, cost.DEFAULT)
    assert (first is None) == (found == [])
    assert first is None or first[1].itinerary == found[0].itinerary
