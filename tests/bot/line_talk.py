"""How somebody books the line in the chat: by tapping only what is shown."""

from datetime import date

from sqlalchemy import select

from backend.db.models import Booking, Stop
from backend.db.queries import bookings as queries
from backend.db.session import transaction
from bot import postback
from tests.bot.make_bot import actions, form_path, send_form, take_pushes

TYPED = {"name": "見本 ハナ", "phone": "090-1234-5678"}
TOMORROW = date(2025, 5, 8)


def bookings_of(resident):
    with transaction(resident.world.engine) as session:
        return [queries.view(booking) for booking in session.scalars(select(Booking).order_by(Booking.id))]


def stop_id(resident, code):
    with transaction(resident.world.engine) as session:
        return session.scalars(select(Stop.id).where(Stop.code == code)).one()


def to_runs(resident, pickup, dropoff, *, day=TOMORROW):
    """Begin a booking and go to the list of runs, by tapping what is shown."""
    resident.rich("book")
    resident.tap("ほかの場所をえらぶ")
    resident.tap_data(data_for(resident, "from", stop_id(resident, pickup)))
    resident.tap_data(data_for(resident, "to", stop_id(resident, dropoff)))
    choose_day(resident, day)


def data_for(resident, verb, value):
    """Return the data of the shown button that does ``verb`` on ``value``."""
    found = [
        action["data"]
        for action in actions(resident.shown)
        if (tap := postback.parse(action.get("data", ""))) and (tap.verb, tap.value) == (verb, str(value))
    ]
    assert found, f"no {verb} {value} in {resident.labels()}"
    return found[0]


def choose_day(resident, day):
    """Tap the button of a day if there is one, else the calendar."""
    shown = [
        action["data"]
        for action in actions(resident.shown)
        if action["type"] == "postback" and action["data"].endswith(f":{day.isoformat()}")
    ]
    if shown:
        resident.tap_data(shown[0])
        return
    picker = next(action for action in actions(resident.shown) if action["type"] == "datetimepicker")
    resident.tap_data(picker["data"], date=day.isoformat())


def tap_run(resident, start):
    """Tap the run that leaves at a time, as it stands in the list."""
    data = next(
        action["data"] for action in actions(resident.shown) if action.get("label", "").startswith(f"{start}発")
    )
    return resident.tap_data(data)


def book_as_guest(resident, pickup, dropoff, start, *, day=TOMORROW, **typed):
    to_runs(resident, pickup, dropoff, day=day)
    tap_run(resident, start)
    resident.tap("はい、予約する")
    answer = send_form(resident, form_path(resident, "guest"), **{**TYPED, **typed})
    take_pushes(resident)
    return answer


def more(resident, category, change="ふやす"):
    return next(
        action["data"] for action in actions(resident.shown) if action.get("displayText") == f"{category}を{change}"
    )


def change_party(resident, how):
    resident.tap("変更する")
    resident.tap("のる人")
    resident.tap_data(more(resident, "こども", "ふやす" if how == "grow" else "へらす"))
    resident.tap("これでよい")
