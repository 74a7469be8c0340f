"""Guests of the line: asked once, known again where they should be, parted from LINE afterwards (T-18, Q-58)."""

import pytest

from backend.db.models import LineUser, Rider
from backend.services import bookings, guests
from tests.make import Line, jst, make_caller, make_line_user, make_rider

NOW = jst("2025-05-05 12:00:00")
WHO = {"name": "空沼 花", "kana": "そらぬま はな", "phone": "090-1111-2222", "channel": "phone", "now": NOW}


@pytest.mark.req("T-18")
@pytest.mark.parametrize(
    ("name", "phone", "expected"),
    [
        ("空沼 花", "09011112222", None),
        (" ", "09011112222", "name_missing"),
        ("空沼 花", " ", "phone_missing"),
        ("空沼 花", "123", "phone_unreadable"),
    ],
)
def test_each_missing_item_names_itself(name, phone, expected):
    refusal = guests.check(name, phone)

    assert (refusal and refusal.code) == expected


@pytest.mark.req("Q-58")
def test_a_caller_is_known_again_by_phone_and_name(session):
    first = guests.make(session, **WHO, remember=False)

    assert guests.make(session, **WHO | {"phone": "+819011112222"}, remember=True) == first
    assert guests.make(session, **WHO | {"name": "空沼 太郎"}, remember=False) != first
    assert session.get_one(Rider, first).is_remembered is True


@pytest.mark.req("Q-58")
def test_a_line_account_is_never_joined_to_somebody_elses_guest(session):
    known = guests.make(session, **WHO, remember=True)
    account = make_line_user(session)

    own = guests.make(session, **WHO | {"channel": "line"}, remember=False, line_user_id=account.id)
    again = guests.make(session, **WHO | {"channel": "line"}, remember=False, line_user_id=account.id)

    assert own != known
    assert (again, account.rider_id) == (own, own)


@pytest.mark.req("Q-58")
def test_who_is_not_remembered_is_parted_from_line_when_the_ride_is_over(session):
    line = Line(session)
    accounts = [make_line_user(session) for _ in range(3)]
    member = make_line_user(session, rider=make_rider(session))
    ids = [
        guests.make(session, **WHO | {"channel": "line"}, remember=remembers, line_user_id=account.id)
        for account, remembers in zip(accounts, (False, True, False), strict=True)
    ]
    riding = bookings.book(
        session,
        line.wish("M3", "T03", "T20"),
        promise=None,
        caller=make_caller(session.get_one(Rider, ids[2])),
        now=NOW,
    )

    assert guests.forget_over(session, now=NOW) == 1
    linked = [session.get_one(LineUser, account.id).rider_id for account in accounts]
    assert linked == [None, ids[1], ids[2]]
    bookings.cancel(session, riding.public_id, actor="staff:1", now=NOW)
    session.flush()
    assert guests.forget_over(session, now=NOW) == 1
    assert session.get_one(LineUser, member.id).rider_id is not None
