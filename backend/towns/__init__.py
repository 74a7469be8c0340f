"""The towns whose data we ship. A town's files are read whole or refused whole (contract: data a town brings)."""

from pathlib import Path

from backend.towns import csv_files, line_files, settings_file
from backend.towns.faults import Faults
from backend.towns.toml_tables import TomlFile
from backend.towns.town import Town
from backend.towns.written import TownDataError

__all__ = ["Town", "TownDataError", "load", "load_folder"]


def load(code: str) -> Town:
    """Return the town we ship under ``code``; TownDataError names every bad line of its files."""
    return load_folder(Path(__file__).parent / code)


def load_folder(folder: Path) -> Town:
    """Return the town whose files lie in ``folder``.

    Raises TownDataError with every bad line of every file; nothing is half loaded.
    """
    bad: Faults = []
    town = _town(folder, bad)
    bad.extend(f"{path.name}:1: is missing" for path in (town.roads_path, town.speeds_path) if not path.is_file())
    if bad:
        raise TownDataError(tuple(str(each) for each in bad))
    return town


def _town(folder: Path, bad: Faults) -> Town:
    settings = TomlFile(folder / "town.toml", bad)
    heading = settings.table("town")
    stops = csv_files.stops(folder, bad)
    stop_codes = {each.code for each in stops}
    vehicles = csv_files.vehicles(folder, stop_codes, bad)
    drivers = csv_files.drivers(folder, bad)
    logins = {each.login for each in drivers}
    fares = csv_files.fares(folder, bad)
    town = Town(
        code=heading.text("code"),
        name=heading.text("name"),
        area_name=heading.text("area_name"),
        carrier_name=heading.text("carrier_name"),
        note=heading.text("note"),
        credits=heading.texts("credits"),
        operation=settings_file.operation(settings),
        booking=settings_file.booking(settings),
        promise=settings_file.promise(settings),
        day=settings_file.day(settings),
        support=settings_file.support(settings),
        planned=settings_file.planned(settings),
        stops=stops,
        vehicles=vehicles,
        drivers=drivers,
        duties=csv_files.duties(folder, {each.code for each in vehicles}, logins, bad),
        staff=csv_files.staff(folder, logins, bad),
        members=csv_files.members(folder, {each.category for each in fares}, stop_codes, bad),
        fares=fares,
        closed=csv_files.closed(folder, bad),
        line=line_files.load(folder / "line", bad),
        roads_path=folder / "roads.geojson",
        speeds_path=folder / "speeds.toml",
    )
    heading.finish()
    settings.finish()
    return town
