"""Accidents, damage, faults and own-judgement responses: written down, told to the town, closed (T-48, T-50, D-22)."""

import base64
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.db.models import Incident, IncidentNote, IncidentPhoto
from backend.db.queries.incidents import KINDS
from backend.db.session import lock_name
from backend.domain import pictures
from backend.domain.errors import NotFoundError
from backend.domain.refusals import Refusal
from backend.services import lifecycle

LARGEST_PHOTO = 5_000_000
MOST_PHOTOS = 4


def report(  # noqa: PLR0913 -- what, when and where
    session: Session,
    *,
    kind: str,
    service_id: int,
    text: str,
    happened_at: datetime,
    reported_by: str,
    key: str,
    now: datetime,
    run_id: int | None = None,
    stop_id: int | None = None,
    vehicle_id: int | None = None,
) -> Incident:
    """Write down an incident; town officers see it at once (T-48, T-50). The same ``key`` again is the same incident.

    ``kind`` is accident, damage, fault or own_judgement; ``reported_by`` an actor as in the audit trail.
    """
    if kind not in KINDS:
        raise ValueError(f"no such incident: {kind}")
    lock_name(session, f"incident {key}")
    before = session.scalars(select(Incident).where(Incident.key == key)).one_or_none()
    if before is not None:
        return before
    incident = Incident(
        key=key,
        transport_service_id=service_id,
        kind=kind,
        happened_at=happened_at,
        reported_at=now,
        reported_by=reported_by,
        run_id=run_id,
        stop_id=stop_id,
        vehicle_id=vehicle_id,
    )
    incident.text = text
    session.add(incident)
    session.flush()
    facts: lifecycle.Facts = {"kind": kind}
    lifecycle.record(session, "incident", incident.id, "incident.reported", actor=reported_by, now=now, facts=facts)
    return incident


def add_note(session: Session, public_id: str, *, text: str, key: str, actor: str, now: datetime) -> None:
    """Add a dated note on how it goes on (D-22); the same ``key`` again is the same note."""
    incident = _lock(session, public_id)
    if session.scalars(select(IncidentNote.id).where(IncidentNote.key == key)).first() is not None:
        return
    note = IncidentNote(key=key, incident_id=incident.id, at=now, by=actor)
    note.text = text
    session.add(note)
    lifecycle.record(session, "incident", incident.id, "incident.noted", actor=actor, now=now)


def add_photo(
    session: Session, incident_id: int, *, picture: bytes, key: str, actor: str, now: datetime
) -> Refusal | None:
    """Keep a picture of an incident, sealed and without what the camera wrote into it (T-50).

    Refused when it is no JPEG or too large, or when there are enough; the same ``key`` again is the same picture.
    """
    plain = pictures.without_origin(picture) if len(picture) <= LARGEST_PHOTO else None
    if plain is None:
        return Refusal("photo_unreadable", {"most": LARGEST_PHOTO // 1_000_000})
    lock_name(session, f"incident photos {incident_id}")
    held = session.scalars(select(IncidentPhoto.key).where(IncidentPhoto.incident_id == incident_id)).all()
    if key in held:
        return None
    if len(held) >= MOST_PHOTOS:
        return Refusal("photos_enough", {"most": MOST_PHOTOS})
    photo = IncidentPhoto(key=key, incident_id=incident_id, at=now, by=actor)
    photo.picture = base64.b64encode(plain).decode()
    session.add(photo)
    lifecycle.record(session, "incident", incident_id, "incident.photographed", actor=actor, now=now)
    session.flush()
    return None


def tell_town(session: Session, public_id: str, *, actor: str, now: datetime) -> None:
    """Keep when the report went to the town, and who sent it (T-48); the first time counts."""
    incident = _lock(session, public_id)
    if incident.told_town_at is None:
        incident.told_town_at, incident.told_town_by = now, actor
        lifecycle.record(session, "incident", incident.id, "incident.told", actor=actor, now=now)


def close(session: Session, public_id: str, *, actor: str, now: datetime) -> Refusal | None:
    """Close an incident (T-50). Refused while an accident or own-judgement response was not reported to the town."""
    incident = _lock(session, public_id)
    if incident.state == "closed":
        return None
    if incident.told_town_at is None and incident.kind in {"accident", "own_judgement"}:
        return Refusal("incident_not_told")
    incident.state, incident.closed_at, incident.closed_by = "closed", now, actor
    lifecycle.record(session, "incident", incident.id, "incident.closed", actor=actor, now=now)
    return None


def _lock(session: Session, public_id: str) -> Incident:
    query = select(Incident).where(Incident.public_id == public_id)
    incident = session.scalars(query.with_for_update().execution_options(populate_existing=True)).one_or_none()
    if incident is None:
        raise NotFoundError(f"incident {public_id}")
    return incident
