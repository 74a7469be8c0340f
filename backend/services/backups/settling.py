"""After a restore: what is past its period goes, the anchors are set back, and all is looked at by other means."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from backend.db import erasures, invariants
from backend.db.erasures import Erased
from backend.db.session import transaction
from backend.domain.refusals import Refusal
from backend.services import audit_chain, purging
from backend.services.backups.restoring import ACTOR, Restored


@dataclass(frozen=True, slots=True)
class Settled:
    """What was done after a restore. ``aside`` is the file of anchors as it was, where the trail now ends earlier."""

    purged: int
    aside: Path | None
    faults: tuple[str, ...]


def settle(
    engine: Engine,
    restored: Restored,
    *,
    erased: Collection[Erased],
    ledger: Path,
    anchors: Path,
    now: datetime,
    wall: datetime,
) -> Settled:
    """Bring a restored database up to today, and return everything that is not as it should be."""
    done = purging.purge(engine, actor=ACTOR, now=now, wall=wall, with_trail=False)
    faults, aside = [], None
    try:
        erasures.add_missing(ledger, erased)
        aside = audit_chain.put_aside(anchors, after=restored.trail_end, wall=wall)
    except OSError as error:
        faults.append(f"{error.filename}: {error.strerror}")
    with transaction(engine) as session:
        faults += [f"check-invariants: {each}" for each in invariants.check(session, now=now)]
        trail = audit_chain.verify(session, anchors)
    faults += [f"verify-audit: position {each.position}: {each.what}" for each in trail]
    return Settled(0 if isinstance(done, Refusal) else sum(done.counts.values()), aside, tuple(faults))
