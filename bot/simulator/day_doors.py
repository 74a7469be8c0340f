"""The doors as the demonstration day uses them, over HTTP: the product started, staff signed in, terminals tapped."""

import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from backend.clock import wall
from backend.services.seeding import DEMO_PASSWORD
from backend.settings import ROOT, child_environment
from bot.simulator.browser import Browser, Page
from bot.simulator.client import Phone, call

Seen = TypeVar("Seen")

START = "2022-11-28T08:00:00+09:00"
READY_TIMEOUT_S = 120.0
STOP_TIMEOUT_S = 60.0
PATIENCE_S = 15.0
CODE_LASTS_S = 30
HTTP_OK = 200
OTHERS = ("DATABASE_URL", "REDIS_URL", "LINE_API_BASE_URL", "NORIAI_CLOCK_OFFSET_S")


class DemoDayError(Exception):
    """Something on the day is not as it should be; the message says what."""


@dataclass(slots=True)
class Day:
    """The day so far: whose phone is whose, which number each ride has, who is signed in, what was checked."""

    base_url: str
    say: Callable[[str], None]
    checks: int = 0
    phones: dict[str, Phone] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)
    browsers: dict[str, Browser] = field(default_factory=dict)

    def check(self, what: str, *, holds: object) -> None:
        """Print what was looked at, or end the day."""
        if not holds:
            raise DemoDayError(what)
        self.checks += 1
        self.say(f"  ✓ {what}")

    def until(self, what: str, look: Callable[[], Seen | None], *, within_s: float = PATIENCE_S) -> Seen:
        """Look until there is something to see and return it, or end the day."""
        end_at = time.monotonic() + within_s
        while time.monotonic() < end_at:
            seen = look()
            if seen:
                self.check(what, holds=True)
                return seen
            time.sleep(0.2)
        raise DemoDayError(f"{what}: not within {within_s:.0f} s")

    def move_clock(self, *steps: str) -> None:
        """Move the service's clock."""
        for step in steps:
            call("POST", f"{self.base_url}/sim/api/clock", {"step": step})

    def staff(self, login: str) -> Browser:
        """Return the browser of a person of the staff, signed in once."""
        if login not in self.browsers:
            self.browsers[login] = sign_in(self.base_url, login)
        return self.browsers[login]


@dataclass(slots=True)
class Terminal:
    """A driver's terminal on one run."""

    browser: Browser
    run_id: int

    def plan(self) -> dict[str, object]:
        """Return what the terminal shows."""
        return self.browser.get_json(f"/api/v1/driver/runs/{self.run_id}/plan")

    def visits(self) -> list[dict[str, object]]:
        """Return the visits in order."""
        found = self.plan()["visits"]
        assert isinstance(found, list)
        return found

    def numbers(self) -> set[str]:
        """Return the booking numbers that are still to be served."""
        return {number_of(each) for each in self.visits() if each["state"] in {"planned", "arrived"}}

    def visit(self, number: str, kind: str) -> dict[str, object]:
        """Return the pick-up or drop-off of a booking."""
        return next(each for each in self.visits() if number_of(each) == number and each["kind"] == kind)

    def tap(self, **event: object) -> str:
        """Tap, and return what became of it: applied, duplicate, stale or refused."""
        now = wall().isoformat()
        body = {"sent_at": now, "events": [{"event_id": str(uuid.uuid4()), "happened_at": now, **event}]}
        address = f"/api/v1/driver/runs/{self.run_id}/events"
        answer = self.browser.send_json(address, body, csrf_token=str(self.plan()["csrf"]))
        outcomes = answer["outcomes"]
        assert isinstance(outcomes, list)
        return str(outcomes[0]["outcome"])


def number_of(visit: dict[str, object]) -> str:
    """Return the booking number of a visit."""
    booking = visit["booking"]
    assert isinstance(booking, dict)
    return str(booking["number"])


def terminals(day: Day) -> list[Terminal]:
    """Return the terminals of the drivers that have a run."""
    found = []
    for login in ("driver1", "driver2"):
        browser = day.staff(login)
        vehicle = re.search(r'data-vehicle="?(\d+)', browser.get("/driver/").text)
        if vehicle is not None:
            runs = browser.get_json(f"/api/v1/driver/vehicles/{vehicle[1]}/day")["runs"]
            assert isinstance(runs, list)
            found += [Terminal(browser, each["run_id"]) for each in runs if each["kind"] == "area"]
    return found


def sign_in(base_url: str, login: str) -> Browser:
    """Return a browser signed in with the password and the code that the start page shows; a code works once."""
    for _ in range(2):
        browser = Browser(base_url)
        start = browser.get("/")
        code = re.search(rf'data-login="{login}">(\d{{6}})<', start.text)
        page = browser.get("/admin/sign-in")
        page = browser.submit(page, page.form("/admin/sign-in"), {"login": login, "password": DEMO_PASSWORD})
        page = browser.submit(page, page.form("/code"), {"code": code[1] if code else ""})
        if page.status == HTTP_OK and "sign-in" not in page.url:
            return browser
        time.sleep(CODE_LASTS_S + 1 - time.time() % CODE_LASTS_S)
    raise DemoDayError(f"{login} cannot sign in: {plain(page)[:200]}")


def plain(page: Page) -> str:
    """Return the words of a page."""
    without_scripts = re.sub(r"(?s)<(script|style)\b.*?</\1>", " ", page.text)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", without_scripts))


@dataclass(frozen=True, slots=True)
class Product:
    """A product that runs: its address, its data, its process, and when (monotonic) that was started."""

    url: str
    folder: Path
    pid: int
    started_s: float


@contextmanager
def own_product(*, ready_within_s: float = READY_TIMEOUT_S, **told: str) -> Iterator[Product]:
    """Run a product of its own, with its own data, for the length of the day; ``told`` are further settings."""
    with tempfile.TemporaryDirectory(prefix="noriai-day-", ignore_cleanup_errors=True) as folder, held_port() as port:
        Path(folder).chmod(0o755)  # the embedded database runs as another account where we are root
        url = f"http://127.0.0.1:{port}"
        changes = {"NORIAI_VAR": folder, "PORT": str(port), "PUBLIC_URL": url, "CLOCK_START": START}
        env = child_environment(**{**changes, "NORIAI_MODE": "demo", **told})
        for name in OTHERS:
            env.pop(name, None)
        started_s = time.monotonic()
        process = subprocess.Popen(
            [sys.executable, "-m", "backend.cli", "run"], env=env, cwd=ROOT, stdout=subprocess.DEVNULL
        )
        try:
            _wait_until_ready(url, process, within_s=ready_within_s)
            yield Product(url, Path(folder), process.pid, started_s)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(STOP_TIMEOUT_S)


@contextmanager
def held_port() -> Iterator[int]:
    """Hold a port on which our own server may listen, and which nobody else is given while that one starts.

    It is bound and not listened on: the system gives such a port to nobody who asks for any, and lets a server that
    asks for this one, and may use addresses again, have it.
    """
    with socket.socket() as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind(("127.0.0.1", 0))
        yield int(held.getsockname()[1])


def _wait_until_ready(url: str, process: subprocess.Popen[bytes], *, within_s: float) -> None:
    end_at = time.monotonic() + within_s
    while time.monotonic() < end_at:
        if process.poll() is not None:
            raise DemoDayError(f"the product ended with status {process.returncode}")
        with suppress(OSError):
            if Browser(url).get("/readyz").status == HTTP_OK:
                return
        time.sleep(0.2)
    raise DemoDayError("the product did not get ready")
