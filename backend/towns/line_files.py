"""Reads the folder of a town's line; a town may lack it. Every bad line is named, nothing is half loaded."""

from collections.abc import Collection
from datetime import date
from pathlib import Path

from backend.towns import csv_files, settings_file, timetable_files, written
from backend.towns.csv_cells import Cells, keep_unique, rows
from backend.towns.faults import Faults
from backend.towns.line_values import (
    Closing,
    LineBooking,
    LineDesk,
    LineFare,
    LineOperation,
    LinePlan,
    LineProduct,
    LineStop,
    LineVehicle,
    PrintedRun,
    TownLine,
)
from backend.towns.toml_tables import Table, TomlFile
from backend.towns.values import TownFare

PASS_CATEGORIES = {"通勤": "commute", "通学(大人)": "student", "通学(小学生)": "pupil"}
SUBWAY = {"なし": False, "設定なし": False, "あり": True}
BOOK_CATEGORIES = {"大人(中学生以上)": "full", "高齢者(70歳以上)・障がい者(手帳保有者)・小学生": "half"}
YES_NO = ("0", "1")
CHANNELS = ("default", "phone", "line", "counter")
MONTHS = (1, 3)


def load(folder: Path, bad: Faults) -> TownLine | None:
    """Return the line whose files lie in ``folder``, or None where there is no such folder."""
    if not folder.is_dir():
        return None
    settings = TomlFile(folder / "line.toml", bad)
    stops = _stops(folder, bad)
    vehicles = _vehicles(folder, {each.code for each in stops}, bad)
    drivers = csv_files.drivers(folder, bad)
    look, demand, reports = (settings.table(name) for name in ("vehicles", "demand", "reports"))
    line = TownLine(
        operation=_operation(settings.table("operation")),
        booking=_booking(settings.table("booking")),
        desk=_desk(settings.table("support")),
        plan=_plan(settings.table("planned")),
        vehicle_sign=look.text("sign"),
        report_recipient=reports.text("recipient"),
        likely_stops=tuple(demand.texts("likely_stops")),
        pay_kinds=look.texts("pay_kinds"),
        stops=stops,
        runs=_runs(folder, stops, vehicles, bad),
        vehicles=vehicles,
        drivers=drivers,
        duties=csv_files.duties(folder, {each.code for each in vehicles}, {each.login for each in drivers}, bad),
        fares=_fares(folder, bad),
        products=(*_books(folder, bad), *_passes(folder, bad)),
        closed=csv_files.closed(folder, bad),
    )
    for table in (look, demand, reports):
        table.finish()
    settings.finish()
    return line


def _stops(folder: Path, bad: Faults) -> tuple[LineStop, ...]:
    def stop(cells: Cells) -> LineStop:
        return LineStop(
            code=cells.text("stop_id"),
            name=cells.text("name"),
            kana=cells.kana("kana"),
            lat=cells.degrees("lat", *csv_files.JAPAN_LAT),
            lon=cells.degrees("lon", *csv_files.JAPAN_LON),
            seq=cells.whole("seq"),
            zone=cells.text("fare_zone"),
            marker=cells.text("marker"),
            winter_marker=cells.text("winter_marker"),
            hint=cells.text("hint"),
        )

    columns = ["stop_id", "name", "kana", "lat", "lon", "seq", "fare_zone", "marker", "winter_marker", "hint"]
    found = [(cells, stop(cells)) for cells in rows(folder / "stops.csv", columns, bad)]
    keep_unique(found, lambda each: str(each.seq), "seq")
    return keep_unique(found, lambda each: each.code, "stop_id")


def _vehicles(folder: Path, stop_codes: Collection[str], bad: Faults) -> tuple[LineVehicle, ...]:
    def vehicle(cells: Cells) -> LineVehicle:
        return LineVehicle(
            code=cells.text("code"),
            name=cells.text("name"),
            kind=cells.text("type"),
            seats=cells.whole("seats"),
            wheelchair_places=cells.whole("wheelchair_places"),
            depot_stop=cells.known("depot_stop", stop_codes),
            look=cells.text("look"),
            is_spare=cells.known("spare", YES_NO) == "1",
        )

    columns = ["code", "name", "type", "seats", "wheelchair_places", "depot_stop", "look", "spare"]
    found = [(cells, vehicle(cells)) for cells in rows(folder / "vehicles.csv", columns, bad)]
    return keep_unique(found, lambda each: each.code, "code")


def _runs(
    folder: Path, stops: tuple[LineStop, ...], vehicles: tuple[LineVehicle, ...], bad: Faults
) -> tuple[PrintedRun, ...]:
    texts = []
    for name in (timetable_files.RUNS, timetable_files.TIMES):
        try:
            texts.append((folder / name).read_text(encoding="utf-8-sig"))
        except (OSError, UnicodeDecodeError):
            bad.append(f"{name}:1: cannot be read as a UTF-8 file")
    if len(texts) < len(("runs", "times")):
        return ()
    seats = {each.kind: each.seats for each in reversed(vehicles) if not each.is_spare}
    return timetable_files.read(texts[0], texts[1], {each.code: each.name for each in stops}, seats, bad)


def _fares(folder: Path, bad: Faults) -> tuple[LineFare, ...]:
    def fare(cells: Cells) -> LineFare:
        return LineFare(
            zone=cells.text("zone"),
            fare=TownFare(
                category=cells.text("category"),
                label=cells.text("label"),
                condition=cells.text("condition"),
                yen=cells.whole("yen"),
                valid_from=cells.read("valid_from", written.day, instead=date.min),
            ),
        )

    columns = ["zone", "category", "label", "condition", "yen", "valid_from"]
    found = [(cells, fare(cells)) for cells in rows(folder / "fares.csv", columns, bad)]
    return keep_unique(found, lambda each: f"{each.fare.category} in {each.zone} from {each.fare.valid_from}", "fare")


def _books(folder: Path, bad: Faults) -> tuple[LineProduct, ...]:
    def book(cells: Cells) -> LineProduct:
        zone = cells.text("fare_zone")
        category = BOOK_CATEGORIES.get(cells.known("category", tuple(BOOK_CATEGORIES)), "")
        return LineProduct(
            code=f"book-{zone}-{category}",
            kind="ticket_book",
            zone=zone,
            category=category,
            price_yen=cells.whole("price_yen"),
            tickets=cells.whole("tickets"),
        )

    columns = ["fare_zone", "category", "tickets", "price_yen"]
    found = [(cells, book(cells)) for cells in rows(folder / "ticket_books.csv", columns, bad)]
    return keep_unique(found, lambda each: each.code, "category")


def _passes(folder: Path, bad: Faults) -> tuple[LineProduct, ...]:
    columns = ["fare_zone", "welfare_discount", "pass_type", "subway_transfer", "price_1month_yen", "price_3month_yen"]
    found = [(cells, _pass(cells, months)) for cells in rows(folder / "passes.csv", columns, bad) for months in MONTHS]
    return keep_unique(found, lambda each: each.code, "pass_type")


def _pass(cells: Cells, months: int) -> LineProduct:
    """Return a pass; its price is looked up, never computed (T-31, Q-49)."""
    zone = cells.text("fare_zone")
    category = PASS_CATEGORIES.get(cells.known("pass_type", tuple(PASS_CATEGORIES)), "")
    is_welfare = cells.known("welfare_discount", YES_NO) == "1"
    with_subway = SUBWAY.get(cells.known("subway_transfer", tuple(SUBWAY)), False)
    parts = ("pass", zone, category, "welfare" * is_welfare, "subway" * with_subway, str(months))
    return LineProduct(
        code="-".join(part for part in parts if part),
        kind="pass",
        zone=zone,
        category=category,
        price_yen=cells.whole(f"price_{months}month_yen"),
        is_welfare=is_welfare,
        with_subway=with_subway,
        months=months,
    )


def _operation(table: Table) -> LineOperation:
    found = LineOperation(
        service_name=table.text("service_name"),
        operates_from=table.day("operates_from"),
        operates_to=table.day("operates_to"),
        weekdays=table.read("weekdays", written.weekdays, instead=()),
        closed_on_holidays=table.yes("closed_on_holidays"),
        starts_s=settings_file.clock(table, "starts_at"),
        ends_s=settings_file.clock(table, "ends_at"),
        closed_each_year=tuple(settings_file.closure(each) for each in table.tables("closed_each_year")),
    )
    table.finish()
    return found


def _booking(table: Table) -> LineBooking:
    found = LineBooking(
        opens_days_before=table.whole("opens_days_before"),
        opens_s=settings_file.clock(table, "opens_at"),
        max_party=table.whole("max_party"),
        members_only=table.yes("members_only"),
        closings=tuple(_closing(each) for each in table.tables("closes")),
    )
    if "default" not in {each.channel for each in found.closings}:
        table.refuse("closes", "has none for the channel 'default'")
    table.finish()
    return found


def _closing(table: Table) -> Closing:
    found = Closing(table.text("channel"), table.whole("days_before"), settings_file.clock(table, "at"))
    if found.channel not in CHANNELS:
        table.refuse("channel", f"'{found.channel}' is not known")
    table.finish()
    return found


def _desk(table: Table) -> LineDesk:
    found = LineDesk(
        table.text("phone"), settings_file.clock(table, "opens_at"), settings_file.clock(table, "closes_at")
    )
    table.finish()
    return found


def _plan(table: Table) -> LinePlan:
    found = LinePlan(
        fixed_runs=table.whole("fixed_runs"),
        reserved_runs=table.whole("reserved_runs"),
        extra_runs=table.whole("extra_runs"),
        day_km=table.whole("day_km"),
    )
    table.finish()
    return found
