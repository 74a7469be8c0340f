"""The residents' own forms, opened from the chat."""

import dataclasses
import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from backend import world as worlds
from backend.clock import wall
from backend.db.models import (
    Booking,
    Consent,
    FormLink,
    LineEvent,
    LineUser,
    Notification,
    Rider,
    Stop,
    TransportService,
)
from backend.db.session import transaction
from bot import jobs
from bot.pages import entry
from tests.admin.web import without_chance
from tests.bot.make_bot import actions, make_app
from tests.make import NOW, make_booking, make_wish

TYPED = {
    "consent": "yes",
    "name": "見本　ハナ",
    "kana": "ミホン ハナ",
    "phone": "０９０−１２３４−５６７８",
    "birth_year": "昭和16",
    "fare_category": "senior",
}


def form_path(resident, verb):
    """Return the path of the one-time link that the chat gives."""
    resident.rich(verb)
    wanted = {"agree": "/my/register/", "settings": "/my/settings/"}[verb]
    (link,) = [action["uri"] for action in actions(resident.shown) if wanted in action.get("uri", "")]
    return link.removeprefix(resident.world.settings.public_url)


def send(resident, path, page_path=None, **fields):
    """Send a form as a browser does, with the token of its page."""
    page = resident.client.get(page_path or path).get_data(as_text=True)
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    return resident.client.post(path, data={"csrf_token": found[1] if found else "", **fields})


def people(resident):
    with transaction(resident.world.engine) as session:
        return list(session.scalars(select(Rider).where(Rider.source == "line").order_by(Rider.id)))


@pytest.mark.req("D-13", "L-13", "P-09")
def test_the_purpose_stands_before_the_first_field(guest):
    page = guest.client.get(form_path(guest, "agree")).get_data(as_text=True)

    assert page.index("のためだけに使います") < page.index("<input id=")
    assert people(guest) == []


@pytest.mark.req("D-13", "L-01")
def test_a_guest_becomes_a_member_with_consent_and_books(guest):
    path = form_path(guest, "agree")

    answer = send(guest, path, **TYPED)

    assert answer.status_code == 303
    (rider,) = people(guest)
    assert (rider.name, rider.kana, rider.phone) == ("見本 ハナ", "みほん はな", "+819012345678")
    assert (rider.birth, rider.fare_category) == ("1941", "senior")
    with transaction(guest.world.engine) as session:
        assert session.scalars(select(Consent.purpose_version).where(Consent.rider_id == rider.id)).all()
        assert session.scalars(select(LineUser.rider_id)).all() == [rider.id]
    guest.rich("book")
    assert "どこからのりますか" in guest.read


def test_nothing_personal_goes_into_the_chat(guest):
    send(guest, form_path(guest, "agree"), **TYPED)
    with transaction(guest.world.engine) as session:
        owed = session.scalars(select(Notification.id).where(Notification.kind == "registered")).one()

    jobs.send_notification(owed)

    ((to, messages, _key),) = guest.messenger.pushes
    assert to == guest.user_id
    assert "会員登録ができました" in str(messages)
    assert "ハナ" not in str(messages)
    assert "5678" not in without_chance(str(messages))


def test_a_form_to_be_mended_keeps_what_was_typed_and_names_each_field(guest):
    path = form_path(guest, "agree")

    answer = send(guest, path, **{**TYPED, "phone": "12", "consent": "", "kana": "Hana"})

    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    for words in ("電話番号を確かめてください", "同意の欄に印を", "ひらがなで書いてください", "見本　ハナ", "昭和16"):
        assert words in page
    assert people(guest) == []
    assert send(guest, path, **TYPED).status_code == 303


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        pytest.param({"name": ""}, "name", id="no name"),
        pytest.param({"name": "見" * 41}, "name", id="a long name"),
        pytest.param({"birth_year": ""}, "birth", id="neither year nor school"),
        pytest.param({"birth_year": "41"}, "birth", id="two digits"),
        pytest.param({"birth_year": "2030"}, "birth", id="a year to come"),
        pytest.param({"birth_year": "1941", "birth_month": "2"}, "birth", id="half a date"),
        pytest.param({"birth_year": "1941", "birth_month": "2", "birth_day": "30"}, "birth", id="no such day"),
        pytest.param({"birth_year": "1941", "birth_month": "9" * 30, "birth_day": "1"}, "birth", id="a huge month"),
        pytest.param({"fare_category": "infant"}, "category", id="a class nobody registers as"),
        pytest.param({"birth_year": "2012"}, "guardian", id="under sixteen"),
        pytest.param({"birth_year": "", "school_stage": "primary"}, "guardian", id="a pupil"),
        pytest.param(
            {"birth_year": "2012", "guardian_consent": "yes"}, "guardian-phone", id="a guardian without number"
        ),
    ],
)
@pytest.mark.req("Q-19", "Q-67")
def test_each_fault_of_a_form_is_named(changes, field):
    values = entry.typed({**TYPED, **changes})

    checked = entry.check(values, language="ja", today=NOW.date())

    assert checked.data is None
    assert field in checked.errors


@pytest.mark.req("Q-19")
def test_a_guardian_registers_a_pupil():
    values = entry.typed(
        {**TYPED, "birth_year": "", "school_stage": "primary", "guardian_consent": "yes", "guardian": "011-581-0000"}
    )

    checked = entry.check(values, language="ja", today=NOW.date())

    assert checked.errors == {}
    assert (checked.data.school_stage, checked.data.guardian) == ("primary", "+81115810000")


@pytest.mark.parametrize(
    ("typed", "birth"),
    [
        ({"birth_year": "1941"}, "1941"),
        ({"birth_year": "１９４１年"}, "1941"),
        ({"birth_year": "S16", "birth_month": "４", "birth_day": "1"}, "1941-04-01"),
        ({"birth_year": "平成元"}, "1989"),
    ],
)
def test_births_are_read_in_every_spelling(typed, birth):
    checked = entry.check(entry.typed({**TYPED, **typed}), language="ja", today=NOW.date())

    assert checked.data.birth == birth


def test_a_link_works_once(guest):
    path = form_path(guest, "agree")
    send(guest, path, **TYPED)

    assert guest.client.get(path).status_code == 410
    assert len(people(guest)) == 1


def test_a_link_opens_for_ten_minutes_and_then_leaves_time_to_type(guest):
    opened = form_path(guest, "agree")
    assert guest.client.get(opened).status_code == 200
    later(guest, minutes=25)
    assert guest.client.get(opened).status_code == 200
    later(guest, minutes=31)
    assert guest.client.get(opened).status_code == 410

    later(guest, minutes=0)
    unopened = form_path(guest, "agree")
    later(guest, minutes=11)
    assert guest.client.get(unopened).status_code == 410


def test_a_new_link_closes_the_one_before(guest):
    first = form_path(guest, "agree")
    second = form_path(guest, "agree")

    assert guest.client.get(first).status_code == 410
    assert guest.client.get(second).status_code == 200


@pytest.mark.parametrize("path", ["/my/register/x", "/my/settings/x", "/my/register/" + "a" * 500, "/my/settings/%00"])
def test_a_guessed_link_opens_nothing(guest, path):
    assert guest.client.get(path).status_code == 410


def test_a_form_without_its_token_is_refused(guest):
    path = form_path(guest, "agree")

    assert guest.client.post(path, data=TYPED).status_code == 400
    assert people(guest) == []


def test_the_token_is_kept_as_a_hash_only(guest):
    token = form_path(guest, "agree").rpartition("/")[2]

    with transaction(guest.world.engine) as session:
        assert token.encode() not in session.scalars(select(FormLink.token_hash)).one()


def test_a_link_that_was_sent_too_often_is_closed(guest):
    path = form_path(guest, "agree")
    answers = [send(guest, path, **{**TYPED, "name": ""}).status_code for _ in range(30)]

    assert answers == [422] * 30
    assert guest.client.get(path).status_code == 410


def test_registering_tells_nobody_who_is_a_member(guest, member):
    """Name, kana and number of a member lead to the very same answer as those of a stranger (T4)."""
    known = {**TYPED, "name": "見本 テスト", "kana": "みほん てすと", "phone": "09011112222"}

    answer = send(guest, form_path(guest, "agree"), **known)

    assert (answer.status_code, answer.headers["Location"]) == (303, "/my/done?lang=ja")
    with transaction(guest.world.engine) as session:
        linked = session.scalars(select(LineUser.rider_id).order_by(LineUser.id)).all()
    assert len(set(linked)) == 2


@pytest.mark.req("Q-81")
def test_own_data_are_shown_only_to_who_knows_the_last_digits(member):
    path = form_path(member, "settings")
    assert "09011112222" not in member.client.get(path).get_data(as_text=True)

    assert "みほん" not in send(member, path, tail="0000").get_data(as_text=True)
    shown = send(member, path, tail="２２２２").get_data(as_text=True)

    assert "みほん てすと" in shown


@pytest.mark.req("Q-81")
def test_five_wrong_guesses_close_the_link(member):
    path = form_path(member, "settings")

    answers = [send(member, path, tail="0000").status_code for _ in range(5)]

    assert answers == [422] * 5
    assert member.client.get(path).status_code == 410


def test_own_data_are_not_changed_without_the_digits(member):
    path = form_path(member, "settings")

    assert send(member, f"{path}/data", page_path=path, **TYPED).status_code == 410
    assert send(member, f"{path}/leave", page_path=path, sure="yes").status_code == 410


def test_own_data_are_corrected(member):
    path = form_path(member, "settings")
    send(member, path, tail="2222")

    answer = send(member, f"{path}/data", page_path=path, **{**TYPED, "name": "見本 新"})

    assert answer.status_code == 303
    with transaction(member.world.engine) as session:
        assert session.get_one(Rider, member.rider_id).name == "見本 新"


@pytest.mark.req("L-17")
def test_who_leaves_is_erased_at_once_and_rides_to_come_are_given_up(member):
    with transaction(member.world.engine) as session:
        service = session.scalars(select(TransportService)).first()
        first, second = session.scalars(select(Stop).order_by(Stop.id).limit(2))
        make_booking(session, make_wish(service, first, second), rider=session.get_one(Rider, member.rider_id))
    path = form_path(member, "settings")
    send(member, path, tail="2222")

    assert send(member, f"{path}/leave", page_path=path).status_code == 422
    send(member, path, tail="2222")
    answer = send(member, f"{path}/leave", page_path=path, sure="yes")

    assert answer.status_code == 303
    with transaction(member.world.engine) as session:
        rider = session.get_one(Rider, member.rider_id)
        assert (rider.state, rider.name, rider.phone, rider.phone_index) == ("left", "", "", None)
        assert session.scalars(select(Booking.state)).all() == ["cancelled"]
        assert session.scalars(select(LineUser.rider_id)).all() == [None]
        assert session.scalar(select(func.count()).where(LineEvent.body_sealed.is_not(None))) == 0
    member.rich("book")
    assert "ご予約には会員登録が必要です" in member.read


def test_pages_are_kept_in_no_cache_and_run_no_foreign_code(guest):
    answer = guest.client.get("/my/privacy")

    assert answer.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "<script" not in answer.get_data(as_text=True)
    assert "style=" not in answer.get_data(as_text=True)


def test_the_privacy_page_speaks_english(guest):
    assert "We use them only to book" in guest.client.get("/my/privacy?lang=en").get_data(as_text=True)


def later(resident, **passed):
    shift = timedelta(**passed)
    resident.world = dataclasses.replace(resident.world, wall=lambda: wall() + shift)
    worlds.install(resident.world)
    resident.client = make_app(resident.world).test_client()
