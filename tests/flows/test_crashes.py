"""Everything is killed, one after the other, while people book: nothing acknowledged is lost or doubled."""

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from backend.settings import ROOT
from bot.simulator.browser import Browser, BrowserError
from bot.simulator.client import Phone, call
from bot.simulator.day_doors import Day, Product, own_product, plain, sign_in, terminals
from bot.simulator.demo_day import RESIDENTS, book_on_line, notices_of, register
from tests.patience import PATIENCE_S

STOPS = ["石山中央", "石山陸橋", "石山2条二丁目", "柏丘8丁目", "真駒内駅", "常盤", "藻南公園", "南町3丁目"]
BACK_WITHIN_S = 2 * PATIENCE_S
GONE = (OSError, http.client.HTTPException)  # what a client sees of a server that is killed, before or in an answer


@pytest.fixture(scope="module")
def product() -> Iterator[Product]:
    with own_product() as running:
        yield running


def pids_of(product: Product) -> dict[str, int]:
    """Return the product's processes by what they do."""
    found: dict[str, int] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
        except (OSError, ValueError):
            continue
        if parent == product.pid:
            for name, mark in MARKS.items():
                if mark in command:
                    found[name] = int(entry.name)
    return found


MARKS = {
    "web": "gunicorn",
    "talk": "--queues talk",
    "sweep": "cli sweep",
    "valkey": "valkey-server",
    "postgres": "bin/postgres",
}


class Clerk(threading.Thread):
    """A phone desk that keeps booking, and writes down what it was told: ok, refused, or unknown."""

    def __init__(self, product: Product, number: int, browser: Browser) -> None:
        super().__init__(daemon=True)
        self.browser = browser
        self.number = number
        self.told: list[str] = []
        self.stop = threading.Event()

    def run(self) -> None:
        turn = 0
        while not self.stop.is_set():
            turn += 1
            try:
                self.book(turn)
            except (*GONE, BrowserError, ValueError):
                time.sleep(0.3)

    def book(self, turn: int) -> None:
        who = f"060-9999-00{self.number * 3 + turn % 3 + 1:02d}"
        page = self.browser.get("/admin/desk/")
        found = self.browser.submit(page, page.form("/admin/desk/find"), {"who": who})
        pickup, dropoff = STOPS[turn % 7], STOPS[(turn + self.number) % 7 + 1]
        day = f"2022-{11 if turn % 3 else 12}-{29 if turn % 3 == 1 else 30 if turn % 3 else 1:02d}"
        wish = {"pickup": pickup, "dropoff": dropoff, "day": day, "time": f"{9 + turn % 6}:00", "kind": "depart"}
        offers = self.browser.submit(found, found.form("/offers"), {**wish, "senior": "1"})
        form = offers.form("/book")
        for _ in range(60):
            # The same form again: its key makes it one booking however often it is sent.
            try:
                booked = self.browser.submit(offers, form)
            except GONE:
                time.sleep(0.3)
                continue
            if booked.status >= 500:
                time.sleep(0.3)
                continue
            number = re.search(r"(?<!\d)\d{4}(?!\d)", plain(booked).partition("予約番号")[2])
            if booked.status == 200 and number:
                self.told.append(f"{day} {number[0]}")
            return


def wait_until_back(product: Product, *, without: str = "") -> None:
    end_at = time.monotonic() + BACK_WITHIN_S
    while time.monotonic() < end_at:
        try:
            page = Browser(product.url).get("/readyz")
            if page.status == 200 and set(MARKS) <= set(pids_of(product)):
                return
        except GONE:
            pass
        time.sleep(0.2)
    raise AssertionError(f"not back after {without} was killed")


def wait_for_bookings(clerks: list[Clerk], more: int) -> None:
    """Wait until the clerks have been told of ``more`` further bookings."""
    wanted = sum(len(clerk.told) for clerk in clerks) + more
    end_at = time.monotonic() + BACK_WITHIN_S
    while sum(len(clerk.told) for clerk in clerks) < wanted and time.monotonic() < end_at:
        time.sleep(0.05)


def database(product: Product) -> psycopg.Connection:
    url = json.loads((product.folder / "servers.json").read_text())["database_url"]
    return psycopg.connect(url.replace("postgresql+psycopg", "postgresql"))


@pytest.mark.req("D-22", "D-29")
def test_nothing_acknowledged_is_lost_or_doubled_when_everything_is_killed(product):
    clerks = [Clerk(product, number, sign_in(product.url, login)) for number, login in enumerate(("desk", "dispatch"))]
    for clerk in clerks:
        clerk.start()
    for name in MARKS:
        wait_for_bookings(clerks, 1)
        os.kill(pids_of(product)[name], signal.SIGKILL)
        wait_until_back(product, without=name)
    wait_for_bookings(clerks, 1)
    for clerk in clerks:
        clerk.stop.set()
    for clerk in clerks:
        clerk.join(2 * PATIENCE_S)

    told = [number for clerk in clerks for number in clerk.told]
    with database(product) as connection:
        query = (
            "SELECT s.day || ' ' || b.number, count(*) FROM bookings b JOIN service_days s ON s.id = b.service_day_id"
        )
        rows = dict(connection.execute(f"{query} WHERE b.state = 'confirmed' GROUP BY 1").fetchall())
        doubles = connection.execute("SELECT key FROM bookings GROUP BY key HAVING count(*) > 1").fetchall()
    assert len(told) > len(MARKS), "the clerks must have booked while things were killed"
    assert [number for number in told if rows.get(number) != 1] == []
    assert doubles == []
    assert checked_by_the_command(product) == "ok"


def checked_by_the_command(product: Product) -> str:
    """Return what `check-invariants` says of the running product's rows."""
    env = {"PATH": "/usr/bin:/bin", "NORIAI_VAR": str(product.folder), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "backend.cli", "check-invariants"]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60, check=False)
    return done.stdout.strip() or done.stderr.strip()


@pytest.mark.req("D-47")
def test_each_owed_notice_arrives_once_whatever_fails_on_the_way(product):
    day = Day(product.url, lambda _line: None)
    for who, person in RESIDENTS.items():
        phone = day.phones[who] = Phone.add(day.base_url, person["name"])
        phone.wait_for_message()
        register(day, who, phone, person)
        book_on_line(day, phone, "石山中央" if who == "Hana" else "石山2条二丁目")
    faults = f"{product.url}/sim/faults"
    for mode in ("500", "429", "drop_after_accept"):
        call("POST", faults, {"mode": mode, "count": 1})
    pids = pids_of(product)
    os.kill(pids["talk"], signal.SIGKILL)
    for terminal in terminals(day):
        assert terminal.tap(kind="delay", value=1200) == "applied"
    redis.Redis.from_url(json.loads((product.folder / "servers.json").read_text())["redis_url"]).flushall()

    end_at = time.monotonic() + 2 * PATIENCE_S
    while time.monotonic() < end_at and not all(notices_of(day, who, "bot-notice-delay-title") for who in RESIDENTS):
        time.sleep(0.5)
    time.sleep(6)

    assert {who: len(notices_of(day, who, "bot-notice-delay-title")) for who in RESIDENTS} == {"Hana": 1, "Taro": 1}
