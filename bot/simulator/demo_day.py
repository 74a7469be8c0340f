"""A scripted day through the real doors, which checks itself: `./noriai demo-day`.

Two residents on LINE, a caller at the phone desk, two drivers, a delay, a breakdown. Everything goes over HTTP into a
product started for the day with data of its own; every line printed is something that was looked at.
"""

import argparse
import re
import sys
from collections.abc import Sequence
from functools import partial

from backend.texts import text
from bot.simulator.browser import Browser, Page
from bot.simulator.client import Phone, Received
from bot.simulator.day_doors import (
    HTTP_OK,
    PATIENCE_S,
    START,
    Day,
    DemoDayError,
    Terminal,
    number_of,
    own_product,
    plain,
    terminals,
)

TODAY = "2022-11-28"
TO = "真駒内駅"
PICKUPS = {"Hana": "石山中央", "Taro": "石山2条二丁目", "caller": "石山陸橋"}
RESIDENTS = {
    "Hana": {"name": "見本 花", "kana": "みほん はな", "phone": "060-9999-0081", "birth_year": "1944"},
    "Taro": {"name": "見本 太郎", "kana": "みほん たろう", "phone": "060-9999-0082", "birth_year": "1950"},
}
CALLER_PHONE = "060-9999-0001"
PICKUPS_NAMED = re.compile("|".join(PICKUPS.values()))
DELAY_MINUTES = 20
MOST_TAPS = 4


def main(argv: Sequence[str]) -> int:
    """Play the day; exit status 1 and one line for the first thing that is wrong."""
    parser = argparse.ArgumentParser(prog="noriai demo-day", description=__doc__)
    parser.add_argument("--url", help=f"a fresh demo to play in, its clock at {START} (default: start one)")
    chosen = parser.parse_args(argv)
    try:
        if chosen.url:
            return play(Day(chosen.url.rstrip("/"), _say))
        with own_product() as product:
            return play(Day(product.url, _say))
    except DemoDayError as error:
        print(f"demo-day: not as it should be: {error}", file=sys.stderr)  # noqa: T201 -- a command's one line
        return 1


def play(day: Day) -> int:
    """Play scene after scene."""
    for scene in (residents_book, desk_books, driver_picks_up, delay_is_told, vehicle_breaks_down, day_ends):
        day.say(scene.__doc__ or "")
        scene(day)
    day.say(f"demo-day: {day.checks} checks passed")
    return 0


def residents_book(day: Day) -> None:
    """8:00. Two residents register and book on LINE."""
    for who, person in RESIDENTS.items():
        phone = day.phones[who] = Phone.add(day.base_url, person["name"])
        phone.wait_for_message(PATIENCE_S)
        register(day, who, phone, person)
        told = len(pushes(phone))
        receipt = book_on_line(day, phone, PICKUPS[who])
        number = re.search(r"(?<!\d)\d{4}(?!\d)", receipt.text.partition(text("bot-fact-number"))[2])
        day.check(f"{who} has a receipt with a booking number", holds=number)
        assert number is not None
        day.numbers[who] = number[0]
        day.check(f"{who}'s booking took replies only", holds=len(pushes(phone)) == told)


def register(day: Day, who: str, phone: Phone, person: dict[str, str]) -> None:
    """Register through the chat and the form that it opens."""
    ask(phone, text("bot-menu-register"))
    ask(phone, text("bot-agree"))
    browser = Browser(day.base_url)
    page = browser.get(phone.tap(text("bot-open-form")) or "")
    sent = browser.submit(page, page.form("/my/register"), {**person, "fare_category": "senior", "consent": "yes"})
    day.check(f"{who}'s form is taken", holds=sent.status == HTTP_OK and "/my/done" in sent.url)
    said = phone.wait_for_message(PATIENCE_S)
    day.check("the chat says that registration is done", holds=text("bot-registered-title") in said.text)
    chat = "\n".join(each.text for each in phone.messages())
    day.check("nothing personal stands in the chat", holds=not any(value in chat for value in person.values()))


def book_on_line(day: Day, phone: Phone, pickup: str) -> Received:
    """Book for 10:00 today by tapping and by typing stops, and return the receipt."""
    ask(phone, text("bot-menu-book"))
    for stop in (pickup, TO):
        phone.say(stop)
        phone.wait_for_message(PATIENCE_S)
    ask(phone, next(button.label for button in phone.buttons() if button.label.startswith("今日")))
    shown = ask(phone, "10:00")
    for _ in range(MOST_TAPS):
        if text("bot-yes-book") in shown.text:
            break
        shown = ask(phone, phone.buttons()[0].label)
    is_complete = "到着" in shown.text and "円" in shown.text and PICKUPS_NAMED.search(shown.text)
    day.check("window, arrival and fare are shown before confirming", holds=is_complete)
    return ask(phone, text("bot-yes-book"))


def ask(phone: Phone, label: str) -> Received:
    """Tap a button and return the answer."""
    phone.tap(label)
    return phone.wait_for_message(PATIENCE_S)


def desk_books(day: Day) -> None:
    """8:05. A caller without LINE books at the phone desk."""
    desk = day.staff("desk")
    page = desk.get("/admin/desk/")
    found = desk.submit(page, page.form("/admin/desk/find"), {"who": CALLER_PHONE})
    day.check("the caller is found by number", holds="みほん" in plain(found))
    wish = {"pickup": PICKUPS["caller"], "dropoff": TO, "day": TODAY, "time": "10:00", "kind": "depart"}
    offers = desk.submit(found, found.form("/offers"), {**wish, "senior": "1"})
    booked = desk.submit(offers, offers.form("/book"))
    number = re.search(r"(?<!\d)\d{4}(?!\d)", plain(booked).partition("予約番号")[2])
    day.check("the clerk reads out a booking number", holds=number)
    assert number is not None
    day.numbers["caller"] = number[0]


def driver_picks_up(day: Day) -> None:
    """9:50. The terminals show the rides, shared, with the fares; Hana boards."""
    shown = day.until("both LINE rides are on one terminal", lambda: shared_terminal(day))
    fares = [each["booking"] for each in shown.visits()]
    day.check("the fare to collect is shown", holds=all("円" in str(each) for each in fares))
    names = str(fares)
    day.check("the terminal knows no full name", holds="花" not in names and "太郎" not in names)
    day.move_clock("plus_1_hour", *["plus_10_minutes"] * 5)
    pickup = shown.visit(day.numbers["Hana"], "pickup")
    for kind in ("arrived", "boarded"):
        day.check(f"the tap '{kind}' is taken", holds=shown.tap(kind=kind, visit_id=pickup["id"]) == "applied")
    state = shown.visit(day.numbers["Hana"], "pickup")["state"]
    day.check("Hana is on board", holds=state == "done")


def delay_is_told(day: Day) -> None:
    """9:52. Every vehicle is 20 minutes late: who waits reads it in the chat, or is called."""
    for terminal in terminals(day):
        outcome = terminal.tap(kind="delay", value=DELAY_MINUTES * 60)
        day.check("the driver's report is taken", holds=outcome == "applied")
    notices = day.until("Taro reads the notice in the chat", lambda: notices_of(day, "Taro", "bot-notice-delay-title"))
    day.check("it names the minutes", holds=f"{DELAY_MINUTES}分" in notices[0].text)
    calls = day.until("who has no LINE is on the call list", lambda: calls_of(day))
    desk = day.staff("desk")
    ticked = desk.submit(calls, calls.form("/result"), {"result": "reached"})
    day.check("the call is ticked off", holds=ticked.status == HTTP_OK and not calls_of(day))
    day.check("Taro was told once", holds=len(notices_of(day, "Taro", "bot-notice-delay-title")) == 1)


def vehicle_breaks_down(day: Day) -> None:
    """9:55. The shared vehicle breaks down: everybody is placed with the other one or called, nobody is cancelled."""
    broken = shared_terminal(day, kind="dropoff")
    assert broken is not None
    other = next(each for each in terminals(day) if each.run_id != broken.run_id)
    board = day.staff("dispatch")
    page = board.get("/admin/dispatch/")
    done = board.submit(page, page.form(f"/runs/{broken.run_id}/breakdown"), {"reason": "車両故障"})
    day.check("the board says what became of the bookings", holds=text("board-taken-out") in plain(done))
    for who in RESIDENTS:
        day.check(f"{who}'s ride is on the other vehicle", holds=day.numbers[who] in other.numbers())
        day.until(f"{who} reads of it", partial(notices_of, day, who, "bot-notice-vehicle-title"))
    asked = board.get(f"/admin/desk/bookings/?day={TODAY}")
    listed = plain(board.submit(asked, asked.form("/works/begin")))
    day.check("no booking is lost", holds=all(number in listed for number in day.numbers.values()))


def day_ends(day: Day) -> None:
    """10:30. The other vehicle serves everybody; a rider looks up the booking and finds it done."""
    serving = next(each for each in terminals(day) if day.numbers["Taro"] in each.numbers())
    day.move_clock("plus_10_minutes", "plus_10_minutes", "plus_10_minutes")
    for _ in range(2 * len(PICKUPS)):
        waiting = [each for each in serving.visits() if each["state"] in {"planned", "arrived"}]
        if not waiting:
            break
        kind = "boarded" if waiting[0]["kind"] == "pickup" else "alighted"
        outcome = serving.tap(kind=kind, visit_id=waiting[0]["id"])
        day.check(f"the tap '{kind}' is taken", holds=outcome == "applied")
    day.check("everybody was served", holds=not serving.numbers())
    phone = day.phones["Hana"]
    phone.tap(text("bot-menu-book"))
    asked = phone.wait_for_message(PATIENCE_S, matching=lambda each: text("bot-which-ride") in each.text)
    day.check("Hana's next booking begins with the last trip", holds=text("bot-same-again") in asked.text)


def shared_terminal(day: Day, *, kind: str = "pickup") -> Terminal | None:
    """Return the terminal that shows both LINE rides, if they share a vehicle."""
    wanted = {day.numbers["Hana"], day.numbers["Taro"]}
    for terminal in terminals(day):
        shown = {number_of(each) for each in terminal.visits() if each["kind"] == kind}
        if wanted <= shown:
            return terminal
    return None


def pushes(phone: Phone) -> list[Received]:
    """Return what was sent to a resident without being asked."""
    return [each for each in phone.messages() if each.kind == "push"]


def notices_of(day: Day, who: str, title: str) -> list[Received]:
    """Return the notices with this title that a resident got."""
    return [each for each in pushes(day.phones[who]) if text(title) in each.text]


def calls_of(day: Day) -> Page | None:
    """Return the call list while somebody is on it."""
    page = day.staff("desk").get("/admin/desk/calls/")
    return page if any("/result" in form.action for form in page.forms) else None


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 -- what the command is for
