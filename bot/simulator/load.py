"""``noriai bench booking``: how long a booking over HTTP takes in a town of 100 vehicles, at its peak and beyond.

The product is started as `./noriai run` starts it, with web, workers and sweeper, so that better plans are looked for
all the while. Clerks' programs book over the machine API; what is measured is the answer as they see it.
"""

import argparse
import json
import queue
import random
import statistics
import sys
import tempfile
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Self

from bot.simulator import metro_town
from bot.simulator.browser import Browser
from bot.simulator.day_doors import Product, own_product, sign_in
from bot.simulator.metro_town import Ride
from bot.simulator.process_times import Usage, usage
from bot.simulator.wire import Answer, UnreachableError, send

LOGIN = "desk"
START_S = 5 * 3600
PEAK = 25.0  # bookings a minute: 10,000 in 16 hours are 10.4, and the morning has more than twice that
BEYOND = (60.0, 120.0)
CLIENTS = 16
TIMEOUT_S = 30.0
READY_S = 600.0  # half a million driving times are reckoned first
CREATED, REFUSED = 201, 409


@dataclass(frozen=True, slots=True)
class Booked:
    """One booking as it was asked for: how long until the answer (seconds, waiting for a free client included)."""

    took_s: float
    status: int
    code: str


@dataclass(slots=True)
class Clerks:
    """Programs signed in as one clerk that book at once."""

    base_url: str
    browser: Browser
    csrf: str
    started_s: float
    phones: Iterator[int] = field(default_factory=lambda: count(10_000_000))

    @classmethod
    def signed_in(cls, base_url: str, started_s: float) -> "Clerks":
        """Return them signed in; ``started_s`` is when (monotonic) the product's clock stood at its start."""
        browser = sign_in(base_url, LOGIN)
        return cls(base_url, browser, str(browser.get_json("/api/v1/session")["csrf"]), started_s)

    def book(self, ride: Ride, due_s: float) -> Booked:
        """Book one ride that was asked for at ``due_s``."""
        answer = self._send(self._body(ride))
        code = "" if answer.status == CREATED else str(json.loads(answer.body or b"{}").get("code", ""))
        return Booked(time.monotonic() - due_s, answer.status, code)

    def _body(self, ride: Ride) -> dict[str, object]:
        second = START_S + int(time.monotonic() - self.started_s) + ride.ahead_s
        return {
            "service": metro_town.SERVICE,
            "day": metro_town.DAY,
            "from": ride.origin,
            "to": ride.destination,
            "kind": "depart",
            "time": f"{second // 3600}:{second // 60 % 60:02d}",
            "party": {"adult": ride.adults},
            "wheelchairs": ride.wheelchairs,
            "name": "load test",
            "phone": f"090{next(self.phones)}",
        }

    def _send(self, body: dict[str, object]) -> Answer:
        cookies = "; ".join(f"{each.name}={each.value}" for each in self.browser.cookies)
        headers = {
            "Content-Type": "application/json",
            "Cookie": cookies,
            "X-CSRFToken": self.csrf,
            "Idempotency-Key": str(uuid.uuid4()),
            "Referer": self.base_url,
        }
        address = f"{self.base_url}/api/v1/bookings"
        try:
            return send("POST", address, body=json.dumps(body).encode(), headers=headers, timeout_s=TIMEOUT_S)
        except UnreachableError:
            return Answer(0, b"")


def main(argv: Sequence[str]) -> int:
    """Print the table; 0 when every booking at the peak rate was answered and 95 of 100 within a second."""
    asked = _parser().parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="noriai-metro-") as folder:
        town = Path(folder) / "metro"
        metro_town.write(town, seed=asked.seed)
        with own_product(ready_within_s=READY_S, DEMO_TOWN=str(town), CLOCK_START=metro_town.START) as product:
            return _measure(product, asked)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="noriai bench booking", description=__doc__)
    parser.add_argument("--held", type=int, default=1500, help="bookings held before the clock is looked at")
    parser.add_argument("--seconds", type=float, default=120.0, help="length of each measurement")
    parser.add_argument("--rates", type=float, nargs="+", default=(PEAK, *BEYOND), help="bookings a minute")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="fewer bookings held, the peak rate only, half a minute")
    return parser


def _measure(product: Product, asked: argparse.Namespace) -> int:
    held, seconds, rates = asked.held, asked.seconds, asked.rates
    if asked.quick:
        held, seconds, rates = min(held, 200), min(seconds, 30.0), rates[:1]
    clerks = Clerks.signed_in(product.url, product.started_s)
    _say(
        f"{'a minute':>9}{'asked':>7}{'booked':>8}{'refused':>9}{'failed':>8}{'p50 s':>8}{'p95 s':>8}{'p99 s':>8}"
        f"{'max s':>8}  cpu s a booking"
    )
    rides = iter(metro_town.rides(asked.seed, 100_000))
    before = usage(product.pid)
    full = _as_fast_as_possible(clerks, rides, held)
    _row("held", full, usage(product.pid).since(before))
    is_fast = True
    rng = random.Random(asked.seed)  # noqa: S311 -- no secret
    for rate in rates:
        before = usage(product.pid)
        done = _at_rate(clerks, rides, rate, seconds, rng)
        _row(f"{rate:g}", done, usage(product.pid).since(before))
        is_fast = is_fast and (rate > PEAK or _is_fast(done))
    return 0 if is_fast else 1


def _as_fast_as_possible(clerks: Clerks, rides: Iterator[Ride], held: int) -> list[Booked]:
    """Book without a pause, until so many rides were asked for."""
    wishes: queue.SimpleQueue[tuple[Ride, float] | None] = queue.SimpleQueue()
    with _Pool(clerks, wishes, clients=2) as pool:
        for _ in range(held):
            wishes.put((next(rides), 0.0))
    return pool.done


def _at_rate(clerks: Clerks, rides: Iterator[Ride], rate: float, seconds: float, rng: random.Random) -> list[Booked]:
    """Book at random moments, ``rate`` a minute on average, whether or not the answers before have come."""
    wishes: queue.SimpleQueue[tuple[Ride, float] | None] = queue.SimpleQueue()
    with _Pool(clerks, wishes, clients=CLIENTS) as pool:
        due_s = time.monotonic()
        end_s = due_s + seconds
        while (due_s := due_s + rng.expovariate(rate / 60)) < end_s:
            time.sleep(max(0.0, due_s - time.monotonic()))
            wishes.put((next(rides), due_s))
    return pool.done


class _Pool:
    """Clients that take wishes from a queue until all are answered."""

    def __init__(self, clerks: Clerks, wishes: "queue.SimpleQueue[tuple[Ride, float] | None]", *, clients: int) -> None:
        self.done: list[Booked] = []
        self._clerks, self._wishes = clerks, wishes
        self._threads = [threading.Thread(target=self._work) for _ in range(clients)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        for _ in self._threads:
            self._wishes.put(None)
        for thread in self._threads:
            thread.join()

    def _work(self) -> None:
        while (wish := self._wishes.get()) is not None:
            ride, due_s = wish
            self.done.append(self._clerks.book(ride, due_s or time.monotonic()))


def _is_fast(done: Sequence[Booked]) -> bool:
    return _failed(done) == 0 and _quantile(done, 95) < 1.0


def _failed(done: Sequence[Booked]) -> int:
    return sum(each.status not in {CREATED, REFUSED} for each in done)


def _quantile(done: Sequence[Booked], percent: int) -> float:
    return statistics.quantiles([each.took_s for each in done], n=100, method="inclusive")[percent - 1]


def _row(rate: str, done: Sequence[Booked], used: Usage) -> None:
    """Print one measurement, the reasons of refusals, and who used the processors."""
    booked = sum(each.status == CREATED for each in done)
    refused = sum(each.status == REFUSED for each in done)
    quantiles = "".join(f"{_quantile(done, percent):8.3f}" for percent in (50, 95, 99))
    slowest_s = max(each.took_s for each in done)
    cpu = ", ".join(f"{name} {seconds / len(done):.3f}" for name, seconds in used.by_name.items())
    _say(f"{rate:>9}{len(done):7}{booked:8}{refused:9}{_failed(done):8}{quantiles}{slowest_s:8.3f}  {cpu}")
    reasons = Counter(f"{each.status} {each.code}".strip() for each in done if each.status != CREATED)
    if reasons:
        _say(" " * 9 + ", ".join(f"{reason}: {times}" for reason, times in reasons.most_common()))


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
