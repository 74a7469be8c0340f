import dataclasses
from datetime import timedelta

import pytest

from backend.bell import SilentBell
from backend.db.session import transaction
from tests.bot.make_bot import make_resident
from tests.make import NOW, Town, jst, make_line_user, make_rider, make_world, seed_minami

# The clock runs on while a test does: at nine sharp the 9:30 would close under a slow one's feet.
BEFORE_NINE = NOW - timedelta(minutes=1)


class CountingBell(SilentBell):
    """A bell that keeps what was rung for, until a test does the work."""

    def __init__(self):
        self.rung = []
        super().__init__(lambda job, ids: self.rung.append((job, ids)))


@pytest.fixture
def minami(demo_engine):
    """The demo town, in a world of its own."""
    return with_bell(make_world(demo_engine, now=BEFORE_NINE))


@pytest.fixture
def soranuma(demo_engine):
    """The demo town in the year of its line: the area service of 2022 is over."""
    return with_bell(make_world(demo_engine, now=jst("2025-05-07 10:00:00")))


@pytest.fixture
def line_guest(soranuma):
    """Somebody who has just added the account, in the year of the line."""
    return make_resident(soranuma)


@pytest.fixture
def both(engine):
    """The demo town with both services at work, on a Wednesday morning."""
    seed_minami(engine, now=jst("2025-05-07 07:00:00"))
    return with_bell(make_world(engine, now=jst("2025-05-07 07:00:00")))


@pytest.fixture
def rider_of_both(both):
    """A member of the town with LINE in the hand, where both services are at work."""
    resident = make_resident(both)
    with transaction(both.engine) as session:
        rider = make_rider(session, phone="09011112222", name="見本 テスト", kana="みほん てすと")
        make_line_user(session, user_id=resident.user_id, rider=rider)
        resident.rider_id = rider.id
    return resident


@pytest.fixture
def small(engine):
    """A town of six stops and one vehicle, in a world of its own."""
    with transaction(engine) as session:
        Town(session)
    return with_bell(make_world(engine, now=BEFORE_NINE))


def with_bell(world):
    """Return ``world`` with a bell that keeps what was rung for."""
    return dataclasses.replace(world, bell=CountingBell())


@pytest.fixture
def member(minami):
    """A member of the demo town with LINE in the hand."""
    resident = make_resident(minami)
    with transaction(minami.engine) as session:
        rider = make_rider(session, phone="09011112222", name="見本 テスト", kana="みほん てすと")
        make_line_user(session, user_id=resident.user_id, rider=rider)
        resident.rider_id = rider.id
    return resident


@pytest.fixture
def guest(minami):
    """Somebody who has just added the account."""
    return make_resident(minami)
