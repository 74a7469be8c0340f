"""start"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE SCHEMA IF NOT EXISTS personal")
    op.create_table(
        "audit_entries",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("object_kind", sa.String(length=40), nullable=False),
        sa.Column("object_id", sa.Integer(), nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entries")),
    )
    op.create_table(
        "carriers",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_carriers")),
    )
    op.create_table(
        "demo_clock",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("moved_s", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_demo_clock")),
    )
    op.create_table(
        "riders",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("kana_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("phone_index", sa.LargeBinary(), nullable=True),
        sa.Column("birth_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("school_stage_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("fare_category_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("wheelchair_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("guardian_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("language", sa.String(length=40), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("seal_id", sa.String(length=22), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_riders")),
        sa.UniqueConstraint("public_id", name=op.f("uq_riders_public_id")),
        schema="personal",
    )
    op.create_index(op.f("ix_personal_riders_phone_index"), "riders", ["phone_index"], unique=False, schema="personal")
    op.create_table(
        "stops",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kana", sa.String(), nullable=False),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("lon", sa.Double(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("marker", sa.String(), nullable=False),
        sa.Column("winter_marker", sa.String(), nullable=False),
        sa.Column("hint", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stops")),
        sa.UniqueConstraint("code", name=op.f("uq_stops_code")),
    )
    op.create_table(
        "transport_services",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("members_only", sa.Boolean(), nullable=False),
        sa.Column("weekdays", sa.ARRAY(sa.SmallInteger()), nullable=False),
        sa.Column("closed_on_holidays", sa.Boolean(), nullable=False),
        sa.Column("hours_start_s", sa.Integer(), nullable=False),
        sa.Column("hours_end_s", sa.Integer(), nullable=False),
        sa.Column("phone_number", sa.String(), nullable=False),
        sa.Column("phone_lead_s", sa.Integer(), nullable=False),
        sa.Column("pickup_window_s", sa.Integer(), nullable=False),
        sa.Column("ride_percent", sa.Integer(), nullable=False),
        sa.Column("ride_plus_s", sa.Integer(), nullable=False),
        sa.Column("max_wait_s", sa.Integer(), nullable=False),
        sa.Column("max_early_s", sa.Integer(), nullable=False),
        sa.Column("dwell_s", sa.Integer(), nullable=False),
        sa.Column("wheelchair_dwell_s", sa.Integer(), nullable=False),
        sa.Column("max_party", sa.Integer(), nullable=False),
        sa.Column("walk_m", sa.Integer(), nullable=False),
        sa.Column("large_delay_s", sa.Integer(), nullable=False),
        sa.Column("resend_shift_s", sa.Integer(), nullable=False),
        sa.Column("no_show_wait_s", sa.Integer(), nullable=False),
        sa.Column("next_visit_lead_s", sa.Integer(), nullable=False),
        sa.Column("winter_from", sa.String(), nullable=False),
        sa.Column("winter_to", sa.String(), nullable=False),
        sa.Column("planned_days", sa.Integer(), nullable=False),
        sa.Column("planned_members", sa.Integer(), nullable=False),
        sa.Column("planned_callers", sa.Integer(), nullable=False),
        sa.Column("planned_stops", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("mode IN ('area', 'line')", name=op.f("ck_transport_services_mode")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transport_services")),
        sa.UniqueConstraint("code", name=op.f("uq_transport_services_code")),
    )
    op.create_table(
        "travel_time_tables",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("season", sa.String(length=40), nullable=False),
        sa.Column("band_start_s", sa.Integer(), nullable=False),
        sa.Column("stop_ids", sa.ARRAY(sa.Integer()), nullable=False),
        sa.Column("seconds", sa.ARRAY(sa.Integer()), nullable=False),
        sa.Column("metres", sa.ARRAY(sa.Integer()), nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_travel_time_tables")),
        sa.UniqueConstraint("season", "band_start_s", name=op.f("uq_travel_time_tables_season_band_start_s")),
    )
    op.create_table(
        "acceptance_stops",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("transport_service_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_by", sa.String(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(), nullable=True),
        sa.Column("from_day", sa.Date(), nullable=True),
        sa.Column("to_day", sa.Date(), nullable=True),
        sa.Column("from_s", sa.Integer(), nullable=True),
        sa.Column("to_s", sa.Integer(), nullable=True),
        sa.Column("stop_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["stop_id"], ["stops.id"], name=op.f("fk_acceptance_stops_stop_id_stops")),
        sa.ForeignKeyConstraint(
            ["transport_service_id"],
            ["transport_services.id"],
            name=op.f("fk_acceptance_stops_transport_service_id_transport_services"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_acceptance_stops")),
    )
    op.create_table(
        "booking_rules",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("transport_service_id", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("opens_days", sa.Integer(), nullable=False),
        sa.Column("opens_at_s", sa.Integer(), nullable=False),
        sa.Column("notice_s", sa.Integer(), nullable=True),
        sa.Column("closes_days", sa.Integer(), nullable=True),
        sa.Column("closes_at_s", sa.Integer(), nullable=True),
        sa.CheckConstraint("(notice_s IS NULL) <> (closes_days IS NULL)", name=op.f("ck_booking_rules_one_kind")),
        sa.ForeignKeyConstraint(
            ["transport_service_id"],
            ["transport_services.id"],
            name=op.f("fk_booking_rules_transport_service_id_transport_services"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_rules")),
        sa.UniqueConstraint(
            "transport_service_id", "channel", name=op.f("uq_booking_rules_transport_service_id_channel")
        ),
    )
    op.create_table(
        "closed_days",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("transport_service_id", sa.BigInteger(), nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("to_day", sa.Date(), nullable=False),
        sa.Column("yearly", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["transport_service_id"],
            ["transport_services.id"],
            name=op.f("fk_closed_days_transport_service_id_transport_services"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closed_days")),
    )
    op.create_table(
        "cost_entries",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("transport_service_id", sa.BigInteger(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("yen", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_by", sa.String(), nullable=False),
        sa.CheckConstraint("EXTRACT(day FROM month) = 1", name=op.f("ck_cost_entries_first_of_month")),
        sa.CheckConstraint("yen >= 0", name=op.f("ck_cost_entries_not_negative")),
        sa.ForeignKeyConstraint(
            ["transport_service_id"],
            ["transport_services.id"],
            name=op.f("fk_cost_entries_transport_service_id_transport_services"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cost_entries")),
        sa.UniqueConstraint("key", name=op.f("uq_cost_entries_key")),
    )
    op.create_table(
        "fare_tables",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("transport_service_id", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["transport_service_id"],
            ["transport_services.id"],
            name=op.f("fk_fare_tables_transport_service_id_transport_services"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fare_tables")),
        sa.UniqueConstraint(
            "transport_service_id", "valid_from", name=op.f("uq_fare_tables_transport_service_id_valid_from")
        ),
    )
    op.create_table(
        "operating_periods",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("transport_service_id", sa.BigInteger(), nullable=False),
        sa.Column("accepts_from", sa.Date(), nullable=False),
        sa.Column("accepts_to", sa.Date(), nullable=False),
        sa.Column("runs_from", sa.Date(), nullable=False),
        sa.Column("runs_to", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["transport_service_id"],
            ["transport_services.id"],
            name=op.f("fk_operating_periods_transport_service_id_transport_services"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operating_periods")),
    )
    op.create_table(
        "consents",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("rider_id", sa.BigInteger(), nullable=False),
        sa.Column("purpose_version", sa.String(length=40), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["rider_id"], ["personal.riders.id"], name=op.f("fk_consents_rider_id_riders")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consents")),
        schema="personal",
    )
    op.create_index(op.f("ix_personal_consents_rider_id"), "consents", ["rider_id"], unique=False, schema="personal")
    op.create_table(
        "favourites",
        sa.Column("rider_id", sa.BigInteger(), nullable=False),
        sa.Column("stop_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["rider_id"], ["personal.riders.id"], name=op.f("fk_favourites_rider_id_riders")),
        sa.ForeignKeyConstraint(["stop_id"], ["stops.id"], name=op.f("fk_favourites_stop_id_stops")),
        sa.PrimaryKeyConstraint("rider_id", "stop_id", name=op.f("pk_favourites")),
        schema="personal",
    )
    op.create_table(
        "line_users",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("user_id_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("user_id_index", sa.LargeBinary(), nullable=False),
        sa.Column("rider_id", sa.BigInteger(), nullable=True),
        sa.Column("followed", sa.Boolean(), nullable=False),
        sa.Column("language", sa.String(length=40), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("misses", sa.Integer(), nullable=False),
        sa.Column("seal_id", sa.String(length=22), nullable=False),
        sa.ForeignKeyConstraint(["rider_id"], ["personal.riders.id"], name=op.f("fk_line_users_rider_id_riders")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_line_users")),
        sa.UniqueConstraint("user_id_index", name=op.f("uq_line_users_user_id_index")),
        schema="personal",
    )
    op.create_index(
        op.f("ix_personal_line_users_rider_id"), "line_users", ["rider_id"], unique=False, schema="personal"
    )
    op.create_table(
        "refused_wishes",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("transport_service_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("rider_id", sa.BigInteger(), nullable=True),
        sa.Column("need_id", sa.BigInteger(), nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("wish_kind", sa.String(length=40), nullable=False),
        sa.Column("wish_s", sa.Integer(), nullable=False),
        sa.Column("pickup_stop_id", sa.BigInteger(), nullable=False),
        sa.Column("dropoff_stop_id", sa.BigInteger(), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("wheelchairs", sa.Integer(), nullable=False),
        sa.Column("alternatives", sa.Integer(), nullable=False),
        sa.Column("limits", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["dropoff_stop_id"], ["stops.id"], name=op.f("fk_refused_wishes_dropoff_stop_id_stops")
        ),
        sa.ForeignKeyConstraint(
            ["need_id"], ["refused_wishes.id"], name=op.f("fk_refused_wishes_need_id_refused_wishes")
        ),
        sa.ForeignKeyConstraint(["pickup_stop_id"], ["stops.id"], name=op.f("fk_refused_wishes_pickup_stop_id_stops")),
        sa.ForeignKeyConstraint(["rider_id"], ["personal.riders.id"], name=op.f("fk_refused_wishes_rider_id_riders")),
        sa.ForeignKeyConstraint(
            ["transport_service_id"],
            ["transport_services.id"],
            name=op.f("fk_refused_wishes_transport_service_id_transport_services"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refused_wishes")),
    )
    op.create_index(op.f("ix_refused_wishes_need_id"), "refused_wishes", ["need_id"], unique=False)
    op.create_table(
        "service_days",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("transport_service_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["transport_service_id"],
            ["transport_services.id"],
            name=op.f("fk_service_days_transport_service_id_transport_services"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_days")),
        sa.UniqueConstraint("transport_service_id", "day", name=op.f("uq_service_days_transport_service_id_day")),
    )
    op.create_table(
        "service_stops",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("transport_service_id", sa.BigInteger(), nullable=False),
        sa.Column("stop_id", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("in_area", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["stop_id"], ["stops.id"], name=op.f("fk_service_stops_stop_id_stops")),
        sa.ForeignKeyConstraint(
            ["transport_service_id"],
            ["transport_services.id"],
            name=op.f("fk_service_stops_transport_service_id_transport_services"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_stops")),
        sa.UniqueConstraint(
            "transport_service_id", "stop_id", name=op.f("uq_service_stops_transport_service_id_stop_id")
        ),
    )
    op.create_table(
        "staff",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("login", sa.String(length=40), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("carrier_id", sa.BigInteger(), nullable=True),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("totp_secret_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("totp_counter", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("language", sa.String(length=40), nullable=False),
        sa.Column("seal_id", sa.String(length=22), nullable=False),
        sa.CheckConstraint(
            "role IN ('operator', 'dispatcher', 'driver', 'carrier', 'town_officer')", name=op.f("ck_staff_role")
        ),
        sa.ForeignKeyConstraint(["carrier_id"], ["carriers.id"], name=op.f("fk_staff_carrier_id_carriers")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("login", name=op.f("uq_staff_login")),
        sa.UniqueConstraint("public_id", name=op.f("uq_staff_public_id")),
    )
    op.create_table(
        "vehicles",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("carrier_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("wheelchair_places", sa.Integer(), nullable=False),
        sa.Column("depot_stop_id", sa.BigInteger(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["carrier_id"], ["carriers.id"], name=op.f("fk_vehicles_carrier_id_carriers")),
        sa.ForeignKeyConstraint(["depot_stop_id"], ["stops.id"], name=op.f("fk_vehicles_depot_stop_id_stops")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vehicles")),
        sa.UniqueConstraint("code", name=op.f("uq_vehicles_code")),
    )
    op.create_table(
        "driver_messages",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("vehicle_id", sa.BigInteger(), nullable=False),
        sa.Column("from_driver", sa.Boolean(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seal_id", sa.String(length=22), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_driver_messages_staff_id_staff")),
        sa.ForeignKeyConstraint(["vehicle_id"], ["vehicles.id"], name=op.f("fk_driver_messages_vehicle_id_vehicles")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_driver_messages")),
        sa.UniqueConstraint("message_id", name=op.f("uq_driver_messages_message_id")),
    )
    op.create_index(op.f("ix_driver_messages_vehicle_id"), "driver_messages", ["vehicle_id"], unique=False)
    op.create_table(
        "duties",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("service_day_id", sa.BigInteger(), nullable=False),
        sa.Column("vehicle_id", sa.BigInteger(), nullable=False),
        sa.Column("driver_id", sa.BigInteger(), nullable=True),
        sa.Column("start_s", sa.Integer(), nullable=True),
        sa.Column("end_s", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["driver_id"], ["staff.id"], name=op.f("fk_duties_driver_id_staff")),
        sa.ForeignKeyConstraint(
            ["service_day_id"], ["service_days.id"], name=op.f("fk_duties_service_day_id_service_days")
        ),
        sa.ForeignKeyConstraint(["vehicle_id"], ["vehicles.id"], name=op.f("fk_duties_vehicle_id_vehicles")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duties")),
        sa.UniqueConstraint("service_day_id", "vehicle_id", name=op.f("uq_duties_service_day_id_vehicle_id")),
    )
    op.create_index(op.f("ix_duties_service_day_id"), "duties", ["service_day_id"], unique=False)
    op.create_table(
        "duty_patterns",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("transport_service_id", sa.BigInteger(), nullable=False),
        sa.Column("vehicle_id", sa.BigInteger(), nullable=False),
        sa.Column("driver_id", sa.BigInteger(), nullable=True),
        sa.Column("weekdays", sa.ARRAY(sa.SmallInteger()), nullable=False),
        sa.Column("start_s", sa.Integer(), nullable=True),
        sa.Column("end_s", sa.Integer(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["driver_id"], ["staff.id"], name=op.f("fk_duty_patterns_driver_id_staff")),
        sa.ForeignKeyConstraint(
            ["transport_service_id"],
            ["transport_services.id"],
            name=op.f("fk_duty_patterns_transport_service_id_transport_services"),
        ),
        sa.ForeignKeyConstraint(["vehicle_id"], ["vehicles.id"], name=op.f("fk_duty_patterns_vehicle_id_vehicles")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_patterns")),
    )
    op.create_table(
        "fares",
        sa.Column("fare_table_id", sa.BigInteger(), nullable=False),
        sa.Column("category", sa.String(length=40), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("yen", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["fare_table_id"], ["fare_tables.id"], name=op.f("fk_fares_fare_table_id_fare_tables")),
        sa.PrimaryKeyConstraint("fare_table_id", "category", name=op.f("pk_fares")),
    )
    op.create_table(
        "line_events",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("webhook_event_id", sa.String(), nullable=False),
        sa.Column("line_user_id", sa.BigInteger(), nullable=True),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("seal_id", sa.String(length=22), nullable=False),
        sa.CheckConstraint("state IN ('received', 'handled', 'ignored', 'failed')", name=op.f("ck_line_events_state")),
        sa.ForeignKeyConstraint(
            ["line_user_id"], ["personal.line_users.id"], name=op.f("fk_line_events_line_user_id_line_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_line_events")),
        sa.UniqueConstraint("webhook_event_id", name=op.f("uq_line_events_webhook_event_id")),
    )
    op.create_index(op.f("ix_line_events_line_user_id"), "line_events", ["line_user_id"], unique=False)
    op.create_index(
        "ix_line_events_waiting",
        "line_events",
        ["received_at"],
        unique=False,
        postgresql_where=sa.text("state = 'received'"),
    )
    op.create_table(
        "drafts",
        sa.Column("line_user_id", sa.BigInteger(), nullable=False),
        sa.Column("fields", sa.String(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["line_user_id"], ["personal.line_users.id"], name=op.f("fk_drafts_line_user_id_line_users")
        ),
        sa.PrimaryKeyConstraint("line_user_id", name=op.f("pk_drafts")),
        schema="personal",
    )
    op.create_table(
        "form_links",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("line_user_id", sa.BigInteger(), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["line_user_id"], ["personal.line_users.id"], name=op.f("fk_form_links_line_user_id_line_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_links")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_form_links_token_hash")),
        schema="personal",
    )
    op.create_table(
        "positions",
        sa.Column("vehicle_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("lon", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["vehicle_id"], ["vehicles.id"], name=op.f("fk_positions_vehicle_id_vehicles")),
        sa.PrimaryKeyConstraint("vehicle_id", name=op.f("pk_positions")),
    )
    op.create_table(
        "staff_sessions",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("factor_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_staff_sessions_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_sessions")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_staff_sessions_token_hash")),
    )
    op.create_index(op.f("ix_staff_sessions_staff_id"), "staff_sessions", ["staff_id"], unique=False)
    op.create_table(
        "runs",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("service_day_id", sa.BigInteger(), nullable=False),
        sa.Column("duty_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("plan_version", sa.Integer(), nullable=False),
        sa.Column("late_s", sa.Integer(), nullable=False),
        sa.Column("late_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("on_time_s", sa.Integer(), nullable=True),
        sa.Column("delivered_version", sa.Integer(), nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["duty_id"], ["duties.id"], name=op.f("fk_runs_duty_id_duties")),
        sa.ForeignKeyConstraint(
            ["service_day_id"], ["service_days.id"], name=op.f("fk_runs_service_day_id_service_days")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_runs")),
        sa.UniqueConstraint("duty_id", name=op.f("uq_runs_duty_id")),
    )
    op.create_index(op.f("ix_runs_service_day_id"), "runs", ["service_day_id"], unique=False)
    op.create_table(
        "bookings",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("transport_service_id", sa.BigInteger(), nullable=False),
        sa.Column("service_day_id", sa.BigInteger(), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("rider_id", sa.BigInteger(), nullable=True),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("booked_by", sa.String(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("wish_kind", sa.String(length=40), nullable=False),
        sa.Column("wish_s", sa.Integer(), nullable=False),
        sa.Column("pickup_stop_id", sa.BigInteger(), nullable=False),
        sa.Column("dropoff_stop_id", sa.BigInteger(), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("wheelchairs", sa.Integer(), nullable=False),
        sa.Column("fare_yen", sa.Integer(), nullable=False),
        sa.Column("told_pickup_s", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_by", sa.String(), nullable=True),
        sa.Column("late_cancellation", sa.Boolean(), nullable=False),
        sa.Column("is_promise_broken", sa.Boolean(), nullable=False),
        sa.Column("replaces_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("pickup_stop_id <> dropoff_stop_id", name=op.f("ck_bookings_two_stops")),
        sa.CheckConstraint("seats + wheelchairs > 0", name=op.f("ck_bookings_somebody")),
        sa.ForeignKeyConstraint(["dropoff_stop_id"], ["stops.id"], name=op.f("fk_bookings_dropoff_stop_id_stops")),
        sa.ForeignKeyConstraint(["pickup_stop_id"], ["stops.id"], name=op.f("fk_bookings_pickup_stop_id_stops")),
        sa.ForeignKeyConstraint(["replaces_id"], ["bookings.id"], name=op.f("fk_bookings_replaces_id_bookings")),
        sa.ForeignKeyConstraint(["rider_id"], ["personal.riders.id"], name=op.f("fk_bookings_rider_id_riders")),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_bookings_run_id_runs")),
        sa.ForeignKeyConstraint(
            ["service_day_id"], ["service_days.id"], name=op.f("fk_bookings_service_day_id_service_days")
        ),
        sa.ForeignKeyConstraint(
            ["transport_service_id"],
            ["transport_services.id"],
            name=op.f("fk_bookings_transport_service_id_transport_services"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bookings")),
        sa.UniqueConstraint("key", name=op.f("uq_bookings_key")),
        sa.UniqueConstraint("public_id", name=op.f("uq_bookings_public_id")),
        sa.UniqueConstraint("service_day_id", "number", name=op.f("uq_bookings_service_day_id_number")),
    )
    op.create_index(op.f("ix_bookings_rider_id"), "bookings", ["rider_id"], unique=False)
    op.create_index(op.f("ix_bookings_run_id"), "bookings", ["run_id"], unique=False)
    op.create_index(op.f("ix_bookings_service_day_id"), "bookings", ["service_day_id"], unique=False)
    op.create_table(
        "delay_reports",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("late_s", sa.Integer(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.Column("called", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_delay_reports_run_id_runs")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delay_reports")),
        sa.UniqueConstraint("event_id", name=op.f("uq_delay_reports_event_id")),
    )
    op.create_index(op.f("ix_delay_reports_run_id"), "delay_reports", ["run_id"], unique=False)
    op.create_table(
        "fare_records",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("booking_id", sa.BigInteger(), nullable=False),
        sa.Column("due_yen", sa.Integer(), nullable=False),
        sa.Column("received_yen", sa.Integer(), nullable=False),
        sa.Column("pay_kind", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("fk_fare_records_booking_id_bookings")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fare_records")),
    )
    op.create_index(op.f("ix_fare_records_booking_id"), "fare_records", ["booking_id"], unique=False)
    op.create_table(
        "notifications",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("dedupe_key", sa.String(), nullable=False),
        sa.Column("rider_id", sa.BigInteger(), nullable=True),
        sa.Column("line_user_id", sa.BigInteger(), nullable=True),
        sa.Column("booking_id", sa.BigInteger(), nullable=True),
        sa.Column("line_event_id", sa.BigInteger(), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("content_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("retry_key", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("owed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.Column("seal_id", sa.String(length=22), nullable=False),
        sa.CheckConstraint("state IN ('owed', 'sent', 'call', 'dropped')", name=op.f("ck_notifications_state")),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("fk_notifications_booking_id_bookings")),
        sa.ForeignKeyConstraint(
            ["line_event_id"], ["line_events.id"], name=op.f("fk_notifications_line_event_id_line_events")
        ),
        sa.ForeignKeyConstraint(
            ["line_user_id"], ["personal.line_users.id"], name=op.f("fk_notifications_line_user_id_line_users")
        ),
        sa.ForeignKeyConstraint(["rider_id"], ["personal.riders.id"], name=op.f("fk_notifications_rider_id_riders")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notifications")),
        sa.UniqueConstraint("dedupe_key", name=op.f("uq_notifications_dedupe_key")),
    )
    op.create_index(op.f("ix_notifications_booking_id"), "notifications", ["booking_id"], unique=False)
    op.create_index(
        "ix_notifications_owed",
        "notifications",
        ["not_before"],
        unique=False,
        postgresql_where=sa.text("state = 'owed'"),
    )
    op.create_table(
        "party_lines",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("booking_id", sa.BigInteger(), nullable=False),
        sa.Column("category", sa.String(length=40), nullable=False),
        sa.Column("persons", sa.Integer(), nullable=False),
        sa.Column("fare_each_yen", sa.Integer(), nullable=False),
        sa.CheckConstraint("persons > 0", name=op.f("ck_party_lines_somebody")),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("fk_party_lines_booking_id_bookings")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_party_lines")),
    )
    op.create_index(op.f("ix_party_lines_booking_id"), "party_lines", ["booking_id"], unique=False)
    op.create_table(
        "promises",
        sa.Column("booking_id", sa.BigInteger(), nullable=False),
        sa.Column("pickup_earliest_s", sa.Integer(), nullable=False),
        sa.Column("pickup_latest_s", sa.Integer(), nullable=False),
        sa.Column("arrive_latest_s", sa.Integer(), nullable=False),
        sa.Column("planned_pickup_s", sa.Integer(), nullable=False),
        sa.Column("planned_dropoff_s", sa.Integer(), nullable=False),
        sa.Column("max_ride_s", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("fk_promises_booking_id_bookings")),
        sa.PrimaryKeyConstraint("booking_id", name=op.f("pk_promises")),
    )
    op.create_table(
        "visits",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("booking_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("stop_id", sa.BigInteger(), nullable=False),
        sa.Column("planned_s", sa.Integer(), nullable=False),
        sa.Column("earliest_s", sa.Integer(), nullable=False),
        sa.Column("latest_s", sa.Integer(), nullable=False),
        sa.Column("service_s", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('pickup', 'dropoff')", name=op.f("ck_visits_kind")),
        sa.CheckConstraint("state IN ('planned', 'arrived', 'done', 'skipped')", name=op.f("ck_visits_state")),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("fk_visits_booking_id_bookings")),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_visits_run_id_runs")),
        sa.ForeignKeyConstraint(["stop_id"], ["stops.id"], name=op.f("fk_visits_stop_id_stops")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visits")),
        sa.UniqueConstraint("booking_id", "kind", name=op.f("uq_visits_booking_id_kind")),
    )
    op.create_index(op.f("ix_visits_booking_id"), "visits", ["booking_id"], unique=False)
    op.create_index(op.f("ix_visits_run_id"), "visits", ["run_id"], unique=False)
    op.create_table(
        "call_tasks",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("notification_id", sa.BigInteger(), nullable=False),
        sa.Column("booking_id", sa.BigInteger(), nullable=True),
        sa.Column("rider_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("why", sa.String(length=40), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("last_tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("fk_call_tasks_booking_id_bookings")),
        sa.ForeignKeyConstraint(
            ["notification_id"], ["notifications.id"], name=op.f("fk_call_tasks_notification_id_notifications")
        ),
        sa.ForeignKeyConstraint(["rider_id"], ["personal.riders.id"], name=op.f("fk_call_tasks_rider_id_riders")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_tasks")),
        sa.UniqueConstraint("notification_id", name=op.f("uq_call_tasks_notification_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_call_tasks_public_id")),
    )
    op.create_table(
        "terminal_events",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("visit_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("value", sa.Integer(), nullable=True),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_terminal_events_run_id_runs")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_terminal_events_staff_id_staff")),
        sa.ForeignKeyConstraint(["visit_id"], ["visits.id"], name=op.f("fk_terminal_events_visit_id_visits")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_terminal_events")),
        sa.UniqueConstraint("event_id", name=op.f("uq_terminal_events_event_id")),
    )
    op.create_index(op.f("ix_terminal_events_run_id"), "terminal_events", ["run_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_terminal_events_run_id"), table_name="terminal_events")
    op.drop_table("terminal_events")
    op.drop_table("call_tasks")
    op.drop_index(op.f("ix_visits_run_id"), table_name="visits")
    op.drop_index(op.f("ix_visits_booking_id"), table_name="visits")
    op.drop_table("visits")
    op.drop_table("promises")
    op.drop_index(op.f("ix_party_lines_booking_id"), table_name="party_lines")
    op.drop_table("party_lines")
    op.drop_index("ix_notifications_owed", table_name="notifications", postgresql_where=sa.text("state = 'owed'"))
    op.drop_index(op.f("ix_notifications_booking_id"), table_name="notifications")
    op.drop_table("notifications")
    op.drop_index(op.f("ix_fare_records_booking_id"), table_name="fare_records")
    op.drop_table("fare_records")
    op.drop_index(op.f("ix_delay_reports_run_id"), table_name="delay_reports")
    op.drop_table("delay_reports")
    op.drop_index(op.f("ix_bookings_service_day_id"), table_name="bookings")
    op.drop_index(op.f("ix_bookings_run_id"), table_name="bookings")
    op.drop_index(op.f("ix_bookings_rider_id"), table_name="bookings")
    op.drop_table("bookings")
    op.drop_index(op.f("ix_runs_service_day_id"), table_name="runs")
    op.drop_table("runs")
    op.drop_index(op.f("ix_staff_sessions_staff_id"), table_name="staff_sessions")
    op.drop_table("staff_sessions")
    op.drop_table("positions")
    op.drop_table("form_links", schema="personal")
    op.drop_table("drafts", schema="personal")
    op.drop_index("ix_line_events_waiting", table_name="line_events", postgresql_where=sa.text("state = 'received'"))
    op.drop_index(op.f("ix_line_events_line_user_id"), table_name="line_events")
    op.drop_table("line_events")
    op.drop_table("fares")
    op.drop_table("duty_patterns")
    op.drop_index(op.f("ix_duties_service_day_id"), table_name="duties")
    op.drop_table("duties")
    op.drop_index(op.f("ix_driver_messages_vehicle_id"), table_name="driver_messages")
    op.drop_table("driver_messages")
    op.drop_table("vehicles")
    op.drop_table("staff")
    op.drop_table("service_stops")
    op.drop_table("service_days")
    op.drop_index(op.f("ix_refused_wishes_need_id"), table_name="refused_wishes")
    op.drop_table("refused_wishes")
    op.drop_index(op.f("ix_personal_line_users_rider_id"), table_name="line_users", schema="personal")
    op.drop_table("line_users", schema="personal")
    op.drop_table("favourites", schema="personal")
    op.drop_index(op.f("ix_personal_consents_rider_id"), table_name="consents", schema="personal")
    op.drop_table("consents", schema="personal")
    op.drop_table("operating_periods")
    op.drop_table("fare_tables")
    op.drop_table("cost_entries")
    op.drop_table("closed_days")
    op.drop_table("booking_rules")
    op.drop_table("acceptance_stops")
    op.drop_table("travel_time_tables")
    op.drop_table("transport_services")
    op.drop_table("stops")
    op.drop_index(op.f("ix_personal_riders_phone_index"), table_name="riders", schema="personal")
    op.drop_table("riders", schema="personal")
    op.drop_table("demo_clock")
    op.drop_table("carriers")
    op.drop_table("audit_entries")
    op.execute("DROP SCHEMA personal")
