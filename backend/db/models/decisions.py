"""What dispatch decided for a wish, and everything it takes to decide it again (decision 0029)."""

from datetime import date, datetime

from sqlalchemy import ARRAY, JSON, CheckConstraint, ForeignKey, Index, Integer, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from backend.db.models.base import Base, Code, Id, PublicId
from backend.db.models.bookings import Booking, RefusedWish
from backend.db.models.network import Stop, TransportService

Record = dict[str, object]


class KeptTravelTimes(Base):
    """Driving times as they once held, under the fingerprint of their numbers: decisions are looked at again with them.

    ``seconds`` holds one square table after the other, row by row in the order of ``stop_ids``, one for each of
    ``band_starts``.
    """

    __tablename__ = "kept_travel_times"

    fingerprint: Mapped[str] = mapped_column(String(40), primary_key=True)
    stop_ids: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    band_starts: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    seconds: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    kept_at: Mapped[datetime]


class Decision(Base):
    """One decision of the area service: offers made, a ride booked or refused, a better plan, a ride moved elsewhere.

    Nobody is named: who asked stands in the booking or in the refused wish. ``code`` is the refusal's; ``party`` the
    persons by fare category, ``direct_s`` the direct drive, ``pickup_s`` and ``dropoff_s`` the planned times of the
    ride taken. ``only_reserve`` tells that the wish was refused for the places kept for wheelchairs alone. ``engine``
    is the fingerprint of the code that decided, ``record`` what it knew and weighed (`routing/records.py`).
    """

    __tablename__ = "decisions"

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    transport_service_id: Mapped[int] = mapped_column(ForeignKey(TransportService.id))
    day: Mapped[date]
    at: Mapped[datetime]
    kind: Mapped[Code]
    code: Mapped[Code | None]
    channel: Mapped[Code | None]
    booking_id: Mapped[int | None] = mapped_column(ForeignKey(Booking.id, ondelete="SET NULL"), index=True)
    refused_wish_id: Mapped[int | None] = mapped_column(ForeignKey(RefusedWish.id, ondelete="SET NULL"), index=True)
    wish_kind: Mapped[Code | None]
    wish_s: Mapped[int | None]
    pickup_stop_id: Mapped[int | None] = mapped_column(ForeignKey(Stop.id))
    dropoff_stop_id: Mapped[int | None] = mapped_column(ForeignKey(Stop.id))
    seats: Mapped[int] = mapped_column(default=0)
    wheelchairs: Mapped[int] = mapped_column(default=0)
    party: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    direct_s: Mapped[int | None]
    pickup_s: Mapped[int | None]
    dropoff_s: Mapped[int | None]
    only_reserve: Mapped[bool] = mapped_column(default=False)
    engine: Mapped[str] = mapped_column(String(40))
    travel_times: Mapped[str | None] = mapped_column(ForeignKey(KeptTravelTimes.fingerprint))
    record: Mapped[Record] = mapped_column(JSONB)

    __table_args__ = (
        Index("ix_decisions_transport_service_id_day", "transport_service_id", "day"),
        CheckConstraint("kind IN ('offered', 'booked', 'refused', 'replanned', 'moved')", name="kind"),
    )
