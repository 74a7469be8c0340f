"""The worker is killed while it decides a cut-off, and the job is done again: each run is decided once (T-13)."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace

import pytest
import redis
from sqlalchemy import select, text

from backend import world as worlds
from backend.bell import Bell
from backend.db.models import AuditEntry, Run
from backend.db.session import transaction
from backend.jobs import sweeping
from backend.settings import ROOT
from tests.make import Line, jst, make_world
from tests.patience import PATIENCE_S

EVE = "2025-05-06T17:00:30+09:00"


@pytest.fixture
def day(engine):
    """A day of the line on which one reserved run is booked; returns the id of a run in the middle of the day."""
    with transaction(engine) as session:
        line = Line(session)
        line.book("M4", "T03", "T20")
        return line.run("M3").id


@pytest.fixture
def start_worker(database_url, valkey, tmp_path):
    """Start a worker of the product on the test's servers, after the cut-off by its clock."""
    redis.Redis.from_url(valkey.url).flushall()
    started = []

    def start() -> subprocess.Popen[bytes]:
        folder = tmp_path / f"worker-{len(started)}"
        env = {
            "PATH": "/usr/bin:/bin",
            "PYTHONPATH": str(ROOT),
            "NORIAI_MODE": "demo",
            "NORIAI_VAR": str(folder),
            "DATABASE_URL": database_url,
            "REDIS_URL": valkey.url,
            "CLOCK_START": EVE,
        }
        command = [sys.executable, "-m", "backend.cli", "worker", "--queues", "talk"]
        log = (tmp_path / f"worker-{len(started)}.log").open("wb")
        started.append(subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=log))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait(PATIENCE_S)


def wait_until(holds, what: str) -> None:
    end_at = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < end_at, what
        time.sleep(0.05)


def decisions(engine) -> Counter:
    """Return how often each run was decided, by the trail."""
    with transaction(engine) as session:
        made = select(AuditEntry.object_id).where(AuditEntry.action.in_(("run.committed", "run.not_operated")))
        return Counter(session.scalars(made))


def is_waiting(engine) -> bool:
    """Tell whether a worker is stuck in the middle of its transaction."""
    query = "SELECT count(*) FROM pg_locks WHERE NOT granted"
    with engine.connect() as connection:
        return connection.execute(text(query)).scalar_one() > 0


@pytest.mark.req("T-13", "D-29")
def test_a_worker_killed_in_the_middle_decides_nothing_and_the_next_one_decides_each_run_once(
    engine, day, valkey, start_worker
):
    made = replace(make_world(engine, now=jst("2025-05-06 17:00:30")), bell=Bell(valkey.url))
    worlds.install(made)
    sweeper = sweeping.make()
    first = start_worker()
    with transaction(engine) as holder:
        holder.execute(select(Run.id).where(Run.id == day).with_for_update())
        sweeper.cut_offs()
        wait_until(lambda: is_waiting(engine), "the worker came to the run that is held")
        os.kill(first.pid, signal.SIGKILL)
        first.wait(PATIENCE_S)
    after_the_kill = decisions(engine)

    wait_until(lambda: not is_waiting(engine), "nobody waits any more")
    sweeper.cut_offs()
    by_sweeper = decisions(engine)
    made.bell.ring(sweeping.DECIDE, service_day_of(engine, day))
    start_worker()
    wait_until(lambda: not redis.Redis.from_url(valkey.url).llen("rq:queue:talk"), "the worker took the rings up")
    sweeper.cut_offs()

    assert after_the_kill == {}
    assert (len(by_sweeper), set(by_sweeper.values())) == (10, {1})
    assert decisions(engine) == by_sweeper
    with transaction(engine) as session:
        states = Counter(session.scalars(select(Run.state)))
    assert states == {"committed": 3, "not_operated": 7}


def service_day_of(engine, run_id: int) -> int:
    with transaction(engine) as session:
        return session.get_one(Run, run_id).service_day_id
