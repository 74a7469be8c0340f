"""Questions about accidents, damage, faults and own-judgement responses (T-48, T-50, D-22)."""

import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, func, select, true
from sqlalchemy.orm import Session, aliased

from backend.db.models import (
    Duty,
    Incident,
    IncidentNote,
    IncidentPhoto,
    Run,
    Staff,
    Stop,
    TimetableEntry,
    TransportService,
    Vehicle,
)
from backend.db.models.base import UNREADABLE
from backend.domain import times
from backend.domain.errors import NotFoundError

KINDS = ("accident", "damage", "fault", "own_judgement")


@dataclass(frozen=True, slots=True)
class NoteView:
    """A dated note on how an incident goes on."""

    at: datetime
    by: str
    text: str


@dataclass(frozen=True, slots=True)
class IncidentView:
    """An incident: what, when, where, and how it stands. Places that do not matter are empty."""

    id: int
    public_id: str
    service_name: str
    kind: str
    state: str
    happened_at: datetime
    reported_at: datetime
    reported_by: str
    vehicle: str
    run: str
    stop: str
    text: str
    told_town_at: datetime | None
    closed_at: datetime | None
    notes: tuple[NoteView, ...]
    photos: tuple[str, ...]

    @property
    def happened_on(self) -> date:
        """Return its day in Japan."""
        return times.day_of(self.happened_at)


def list_open(session: Session, *, carrier_id: int | None = None) -> list[IncidentView]:
    """Return the open incidents, or those that concern one carrier, the last one on top."""
    return _views(session, _incidents(carrier_id).where(Incident.state == "open"))


def happened_between(
    session: Session, first: datetime, last: datetime, *, carrier_id: int | None = None
) -> list[IncidentView]:
    """Return what happened from ``first`` until before ``last``, to anybody or one carrier, the last one on top."""
    return _views(session, _incidents(carrier_id).where(Incident.happened_at >= first, Incident.happened_at < last))


def get_incident(session: Session, public_id: str, *, carrier_id: int | None = None) -> IncidentView:
    """Return one incident with its notes; raise `NotFoundError`, with ``carrier_id`` also where it is another's."""
    found = _views(session, _incidents(carrier_id).where(Incident.public_id == public_id))
    if not found:
        raise NotFoundError(f"incident {public_id}")
    return found[0]


def get_photo(session: Session, public_id: str, photo_id: str) -> bytes:
    """Return a picture of an incident; raise `NotFoundError`, also for one that cannot be read any more."""
    query = (
        select(IncidentPhoto)
        .join(Incident, Incident.id == IncidentPhoto.incident_id)
        .where(Incident.public_id == public_id, IncidentPhoto.public_id == photo_id)
    )
    photo = session.scalars(query).one_or_none()
    if photo is None or photo.picture in {"", UNREADABLE}:
        raise NotFoundError(f"photo {photo_id}")
    return base64.b64decode(photo.picture)


def count_open(session: Session) -> int:
    """Return how many incidents are open: what town officers are alerted of (T-48)."""
    return session.scalars(select(func.count()).select_from(Incident).where(Incident.state == "open")).one()


def count_untold(session: Session, *, carrier_id: int | None = None) -> int:
    """Return how many incidents, or of those that concern one carrier, were not reported to the town yet."""
    query = _incidents(carrier_id).where(Incident.told_town_at.is_(None), Incident.state == "open")
    return session.scalars(query.order_by(None).with_only_columns(func.count())).one()


Rows = Select[Incident, str, str, str, str]


def _incidents(carrier_id: int | None) -> Rows:
    """Ask for incidents. One that names neither vehicle nor run concerns every carrier."""
    driven = aliased(Vehicle)
    whose = func.coalesce(Vehicle.carrier_id, driven.carrier_id, carrier_id) == carrier_id
    return (
        select(Incident, TransportService.name, Vehicle.name, Stop.name, TimetableEntry.code)
        .join(TransportService, TransportService.id == Incident.transport_service_id)
        .outerjoin(Vehicle, Vehicle.id == Incident.vehicle_id)
        .outerjoin(Stop, Stop.id == Incident.stop_id)
        .outerjoin(Run, Run.id == Incident.run_id)
        .outerjoin(Duty, Duty.id == Run.duty_id)
        .outerjoin(driven, driven.id == Duty.vehicle_id)
        .outerjoin(TimetableEntry, TimetableEntry.id == Run.timetable_entry_id)
        .where(true() if carrier_id is None else whose)
        .order_by(Incident.happened_at.desc(), Incident.id.desc())
    )


def _views(session: Session, query: Rows) -> list[IncidentView]:
    rows = session.execute(query).all()
    notes = session.scalars(
        select(IncidentNote)
        .where(IncidentNote.incident_id.in_([row[0].id for row in rows]))
        .order_by(IncidentNote.at, IncidentNote.id)
    ).all()
    taken = select(IncidentPhoto.public_id, IncidentPhoto.incident_id).order_by(IncidentPhoto.id)
    photos = session.execute(taken.where(IncidentPhoto.incident_id.in_([row[0].id for row in rows]))).all()
    names = _names(session, [row[0].reported_by for row in rows] + [note.by for note in notes])
    return [
        IncidentView(
            id=incident.id,
            public_id=incident.public_id,
            service_name=service_name,
            kind=incident.kind,
            state=incident.state,
            happened_at=incident.happened_at,
            reported_at=incident.reported_at,
            reported_by=names.get(incident.reported_by, ""),
            vehicle=vehicle or "",
            run=entry or "",
            stop=stop or "",
            text=incident.text,
            told_town_at=incident.told_town_at,
            closed_at=incident.closed_at,
            notes=tuple(
                NoteView(note.at, names.get(note.by, ""), note.text)
                for note in notes
                if note.incident_id == incident.id
            ),
            photos=tuple(photo.public_id for photo in photos if photo.incident_id == incident.id),
        )
        for incident, service_name, vehicle, stop, entry in rows
    ]


def _note(note: IncidentNote, names: Mapping[str, str]) -> NoteView:
    return NoteView(note.at, names.get(note.by, ""), note.text)


def _names(session: Session, actors: Iterable[str]) -> dict[str, str]:
    """Return the names behind actors like ``staff:12``."""
    numbers = {int(actor.removeprefix("staff:")) for actor in actors if actor.removeprefix("staff:").isdecimal()}
    people = session.scalars(select(Staff).where(Staff.id.in_(numbers)))
    return {f"staff:{person.id}": person.name for person in people}
