"""The line's stops and fares on the masters pages, and its data by the command line (T-07, T-21, T-26, T-31, D-08)."""

import csv
import json
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from backend import towns
from backend.db import models
from backend.db.queries import money, network
from backend.db.session import transaction
from backend.settings import child_environment
from tests.admin.web import Web
from tests.make import LINE_DAY, LINE_NOW, GridMap, Line, Town

FOLDER = Path(towns.__file__).parent / "minami" / "line"
NEXT = date(2025, 5, 8)
LINE = "minami-line"


@pytest.fixture
def line(engine):
    """A small area service and the line, committed."""
    with transaction(engine) as session:
        Town(session)
        return Line(session)


@pytest.fixture
def web(engine, line):
    """A dispatcher's browser."""
    return Web(engine, now=LINE_NOW, map_source=GridMap())


def new_fares(**changes) -> dict[str, str]:
    """Return the form of the line's fares as printed, but for the changes."""
    halves = dict.fromkeys(("senior", "discount", "child"), "")
    form = {f"A-{each}": "250" for each in halves} | {f"B-{each}": "150" for each in halves}
    form |= {"A-adult": "500", "B-adult": "300"}
    form |= {f"{zone}-{free}": "0" for zone in "AB" for free in ("infant", "free")}
    return {"service": LINE, "valid_from": NEXT.isoformat()} | form | changes


@pytest.mark.req("D-08", "T-26")
def test_new_fares_of_the_line_count_from_their_day_on_and_rides_before_keep_theirs(web, engine, line):
    answer = web.post("/admin/masters/fares/", **new_fares(**{"A-adult": "600", "A-senior": "300"}))
    assert answer.status_code == 303

    with transaction(engine) as session:
        line.session = session
        before = line.book("M3", "T03", "T20", adult=1, senior=1)
        after = line.book("M3", "T03", "T20", day=NEXT, adult=1, senior=1)
        inner = line.book("M3", "T03", "T05", day=NEXT)
        assert [each.fare_yen for each in (before, after, inner)] == [750, 900, 300]
        area = network.get_service(session).id
        assert money.fares_on(session, area, NEXT)["adult"] == 350


@pytest.mark.req("D-08", "T-26", "T-27")
def test_the_page_shows_both_zones_and_names_what_is_no_fare(web):
    page = web.text(f"/admin/masters/fares/?service={LINE}")
    assert re.findall(r"<h2>([AB])区間</h2>", page) == ["A", "B"]
    assert page.count("福祉乗車証をお持ちの方") >= 2
    assert "福祉乗車証をお持ちの方" not in web.text("/admin/masters/fares/")

    wrong = web.post("/admin/masters/fares/", **new_fares(**{"B-child": "free"}))
    today = web.post("/admin/masters/fares/", **new_fares(valid_from="2025-05-05"))

    assert (wrong.status_code, today.status_code) == (400, 409)
    assert "こども" in wrong.get_data(as_text=True)


@pytest.mark.req("T-07")
def test_the_stops_stand_along_the_line_and_a_moved_pin_is_where_guidance_looks(web, engine, line):
    with (FOLDER / "stops.csv").open(encoding="utf-8") as lines:
        names = [row["name"] for row in csv.DictReader(lines)]
    page = web.text(f"/admin/masters/stops/?service={LINE}")
    assert re.findall(r'/stops/\d+">([^<]+)</a>', page) == names
    stop = line.stops["T17"]
    form = {"name": stop.name, "kana": stop.kana, "lat": "42.9900", "lon": "141.3400", "version": str(stop.version)}

    answer = web.post(f"/admin/masters/stops/{stop.id}", **form)

    assert answer.status_code == 303
    with transaction(engine) as session:
        near = network.nearest_stops(session, line.service.id, LINE_DAY, lat=42.9900, lon=141.3400)
        assert (near[0].stop.code, near[0].metres) == ("T17", 0)


@pytest.mark.req("T-01", "T-02", "T-21", "T-31", "T-57")
def test_the_command_line_loads_the_line_beside_the_area_service_once(engine, database_url, tmp_path):
    environment = child_environment(
        NORIAI_MODE="demo",
        NORIAI_VAR=str(tmp_path),
        DATABASE_URL=database_url,
        CLOCK_START="2025-05-05T12:00:00+09:00",
    )
    command = [sys.executable, "-m", "backend.cli", "seed"]

    first = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    again = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    assert first.returncode == 0, first.stderr
    assert again.returncode == 0 or "already" in json.dumps([again.stdout, again.stderr])
    with transaction(engine) as session:
        modes = [service.mode for service in network.list_services(session)]
        entries = session.scalars(select(models.TimetableEntry)).all()
        products = session.scalars(select(models.Product)).all()
        stops = set(session.scalars(select(models.Stop.name)))
        fixed = session.scalars(select(models.Run.id).where(models.Run.kind == "fixed")).all()
        seats = sorted((row.seats, row.is_spare) for row in session.scalars(select(models.Vehicle)) if row.look)
    assert modes == ["area", "line"]
    assert (len(entries), len(products)) == (10, 34)
    assert "空沼登山口" not in stops
    assert seats == [(4, False), (4, True), (9, False)]
    assert len(fixed) > 0
