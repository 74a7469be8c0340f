"""decisions"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "kept_travel_times",
        sa.Column("fingerprint", sa.String(length=40), nullable=False),
        sa.Column("stop_ids", sa.ARRAY(sa.Integer()), nullable=False),
        sa.Column("band_starts", sa.ARRAY(sa.Integer()), nullable=False),
        sa.Column("seconds", sa.ARRAY(sa.Integer()), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("fingerprint", name=op.f("pk_kept_travel_times")),
    )
    op.create_table(
        "decisions",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("transport_service_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=True),
        sa.Column("channel", sa.String(length=40), nullable=True),
        sa.Column("booking_id", sa.BigInteger(), nullable=True),
        sa.Column("refused_wish_id", sa.BigInteger(), nullable=True),
        sa.Column("wish_kind", sa.String(length=40), nullable=True),
        sa.Column("wish_s", sa.Integer(), nullable=True),
        sa.Column("pickup_stop_id", sa.BigInteger(), nullable=True),
        sa.Column("dropoff_stop_id", sa.BigInteger(), nullable=True),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("wheelchairs", sa.Integer(), nullable=False),
        sa.Column("party", sa.JSON(), nullable=False),
        sa.Column("direct_s", sa.Integer(), nullable=True),
        sa.Column("pickup_s", sa.Integer(), nullable=True),
        sa.Column("dropoff_s", sa.Integer(), nullable=True),
        sa.Column("only_reserve", sa.Boolean(), nullable=False),
        sa.Column("engine", sa.String(length=40), nullable=False),
        sa.Column("travel_times", sa.String(length=40), nullable=True),
        sa.Column("record", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint(
            "kind IN ('offered', 'booked', 'refused', 'replanned', 'moved')", name=op.f("ck_decisions_kind")
        ),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["bookings.id"], name=op.f("fk_decisions_booking_id_bookings"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["refused_wish_id"],
            ["refused_wishes.id"],
            name=op.f("fk_decisions_refused_wish_id_refused_wishes"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["transport_service_id"],
            ["transport_services.id"],
            name=op.f("fk_decisions_transport_service_id_transport_services"),
        ),
        sa.ForeignKeyConstraint(["pickup_stop_id"], ["stops.id"], name=op.f("fk_decisions_pickup_stop_id_stops")),
        sa.ForeignKeyConstraint(["dropoff_stop_id"], ["stops.id"], name=op.f("fk_decisions_dropoff_stop_id_stops")),
        sa.ForeignKeyConstraint(
            ["travel_times"],
            ["kept_travel_times.fingerprint"],
            name=op.f("fk_decisions_travel_times_kept_travel_times"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
        sa.UniqueConstraint("public_id", name=op.f("uq_decisions_public_id")),
    )
    op.create_index("ix_decisions_transport_service_id_day", "decisions", ["transport_service_id", "day"], unique=False)
    op.create_index(op.f("ix_decisions_booking_id"), "decisions", ["booking_id"], unique=False)
    op.create_index(op.f("ix_decisions_refused_wish_id"), "decisions", ["refused_wish_id"], unique=False)
    for column in (
        sa.Column("weights", sa.JSON(), nullable=False, server_default="{}"),
        sa.Column("reserved_seats", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("reserve_until_s", sa.Integer(), nullable=False, server_default="0"),
    ):
        op.add_column("transport_services", column)
        op.alter_column("transport_services", column.name, server_default=None)


def downgrade() -> None:
    for name in ("reserve_until_s", "reserved_seats", "weights"):
        op.drop_column("transport_services", name)
    op.drop_index(op.f("ix_decisions_refused_wish_id"), table_name="decisions")
    op.drop_index(op.f("ix_decisions_booking_id"), table_name="decisions")
    op.drop_index("ix_decisions_transport_service_id_day", table_name="decisions")
    op.drop_table("decisions")
    op.drop_table("kept_travel_times")
