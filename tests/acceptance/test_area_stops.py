"""The running area and its stops (D-06, D-09, D-33, D-34, Q-16)."""

from datetime import date

import pytest
from sqlalchemy import func, select

from backend.db.models import RefusedWish, Stop
from backend.db.queries import network
from backend.domain.party import FareCategory
from backend.services import masters
from backend.towns import load as load_town
from tests.demo_town import CHANNELS, said
from tests.make import MONDAY, NOW, GridMap


def listed(demo, day: date = MONDAY) -> list[str]:
    return [stop.code for stop in network.list_stops(demo.session, demo.service.id, day)]


@pytest.mark.req("D-06", "D-21")
def test_a_stop_outside_the_area_vanishes_and_is_refused_on_every_channel(demo):
    stop = demo.stops["M18"]

    masters.serve_stop(demo.session, demo.service.id, stop.id, in_area=False, valid_to=None, actor="staff:1", now=NOW)

    assert "M18" not in listed(demo)
    assert network.search_stops(demo.session, demo.service.id, MONDAY, stop.name) == []
    outcomes = [demo.book("M38", "M18", channel=channel) for channel in CHANNELS]
    outcomes += [demo.book("M18", "M38", channel=channel) for channel in CHANNELS]
    assert {said(outcome) for outcome in outcomes} == {"stop_not_served"}


@pytest.mark.req("D-09", "Q-16")
def test_forty_stops_are_loaded_and_marked_as_a_sample(demo):
    town = load_town("minami")

    assert len(listed(demo)) == len(town.stops) == demo.service.planned_stops == 40
    assert "見本" in town.name
    assert "架空" in town.note


@pytest.mark.req("D-09")
def test_a_forty_first_stop_is_added_and_one_is_retired(demo):
    entry = masters.StopData(
        "新しい停留所", "あたらしいていりゅうじょ", 42.95, 141.34, "", "青い標識", "雪ポール", "", ""
    )
    added = masters.add_stop(demo.session, demo.service.id, code="M41", entry=entry, actor="staff:1", now=NOW)
    masters.refresh_travel_times(demo.session, GridMap(), now=NOW)
    demo.stops["M41"] = added
    last = date(2022, 11, 28)
    masters.serve_stop(
        demo.session, demo.service.id, demo.stops["M40"].id, in_area=True, valid_to=last, actor="staff:1", now=NOW
    )

    after = date(2022, 11, 29)
    assert (len(listed(demo)), len(listed(demo, after))) == (41, 40)
    assert ("M40" in listed(demo), "M40" in listed(demo, after)) == (True, False)
    assert said(demo.book("M41", "M01")) == "confirmed"
    assert (said(demo.book("M40", "M01")), said(demo.book("M40", "M01", day=after))) == (
        "confirmed",
        "stop_not_served",
    )


@pytest.mark.req("D-33")
def test_the_three_nearest_stops_come_with_their_distance(demo):
    here = demo.stops["M01"]

    near = network.nearest_stops(demo.session, demo.service.id, MONDAY, lat=here.lat + 0.0001, lon=here.lon)

    assert near[0].stop.code == "M01"
    assert len(near) == 3
    assert near[0].metres == 11
    assert [each.metres for each in near] == sorted(each.metres for each in near)


@pytest.mark.req("D-33")
@pytest.mark.parametrize("text", ["真駒内駅", "まこまないえき", "マコマナイ　エキ", "ﾏｺﾏﾅｲｴｷ"])
def test_a_stop_is_found_by_name_or_kana_however_it_is_typed(demo, text):
    found = network.search_stops(demo.session, demo.service.id, MONDAY, text)

    assert [stop.code for stop in found][:1] == ["M01"]


@pytest.mark.req("D-34")
@pytest.mark.parametrize(
    ("origin", "destination"), [("M01", "M40"), ("M40", "M01"), ("M13", "M31"), ("M22", "M21"), ("M30", "M35")]
)
def test_three_riders_of_three_categories_ride_from_any_stop_to_any_other(demo, origin, destination):
    booking = demo.book(origin, destination, adult=1, senior=1, child=1)

    lines = {line.category: (line.persons, line.fare_each_yen) for line in booking.party}
    assert lines == {
        FareCategory.ADULT: (1, 350),
        FareCategory.SENIOR: (1, 150),
        FareCategory.CHILD: (1, 150),
    }
    assert (booking.pickup_stop.code, booking.dropoff_stop.code, booking.seats) == (origin, destination, 3)


@pytest.mark.req("D-34")
@pytest.mark.parametrize("channel", CHANNELS)
def test_from_and_to_the_same_stop_is_refused(demo, channel):
    outcome = demo.book("M01", "M01", channel=channel)

    kept = demo.session.scalars(select(RefusedWish.code)).all()
    assert (said(outcome), outcome.alternatives, kept) == ("same_stop", (), ["same_stop"])


@pytest.mark.req("D-34", "Q-15")
@pytest.mark.parametrize(
    ("party", "expected"),
    [
        ({"adult": 8}, "confirmed"),
        ({"adult": 9}, "party_too_big"),
        ({"adult": 2, "child": -1}, "party_empty"),
        ({"adult": 1, "wheelchairs": 2}, "more_wheelchairs"),
        ({"adult": 1, "wheelchairs": 1}, "confirmed"),
        ({"adult": 2, "wheelchairs": 2}, "no_wheelchair_place"),
    ],
)
def test_a_party_has_one_to_eight_persons(demo, party, expected):
    assert said(demo.book(**party)) == expected


@pytest.mark.req("D-09")
def test_every_stop_is_stored_with_marker_and_winter_marker(demo):
    bare = select(func.count()).where(Stop.marker.in_([""]) | Stop.winter_marker.in_([""]))

    assert demo.session.scalar(bare) == 0
