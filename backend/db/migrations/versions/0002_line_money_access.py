"""line money access"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "emergency_switches",
        sa.Column("door", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("shut_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shut_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("door", name=op.f("pk_emergency_switches")),
    )
    op.create_table(
        "contacts",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("duty", sa.String(length=40), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("hours", sa.String(), nullable=False),
        sa.Column("is_emergency", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("seal_id", sa.String(length=22), nullable=False),
        sa.Column("seal_generations", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contacts")),
        sa.UniqueConstraint("duty", name=op.f("uq_contacts_duty")),
        schema="personal",
    )
    op.create_table(
        "staff_networks",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("cidr", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_networks")),
        sa.UniqueConstraint("cidr", name=op.f("uq_staff_networks_cidr")),
    )
    op.create_table(
        "try_counts",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_try_counts")),
    )
    op.create_table(
        "audit_links",
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["audit_entries.id"], name=op.f("fk_audit_links_entry_id_audit_entries")),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_audit_links")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_audit_links_entry_id")),
    )
    op.create_table(
        "batches",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("transport_service_id", sa.BigInteger(), nullable=False),
        sa.Column("product_code", sa.String(length=40), nullable=False),
        sa.Column("design_version", sa.String(), nullable=False),
        sa.Column("agreed_on", sa.Date(), nullable=False),
        sa.Column("agreed_with", sa.String(), nullable=False),
        sa.Column("first_serial", sa.Integer(), nullable=False),
        sa.Column("pieces", sa.Integer(), nullable=False),
        sa.Column("is_numbered", sa.Boolean(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_by", sa.String(), nullable=False),
        sa.CheckConstraint("pieces > 0 AND first_serial > 0", name=op.f("ck_batches_some_pieces")),
        sa.ForeignKeyConstraint(
            ["transport_service_id"],
            ["transport_services.id"],
            name=op.f("fk_batches_transport_service_id_transport_services"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batches")),
        sa.UniqueConstraint("key", name=op.f("uq_batches_key")),
    )
    op.create_table(
        "cash_counts",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("transport_service_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("yen", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.CheckConstraint("yen >= 0", name=op.f("ck_cash_counts_not_negative")),
        sa.ForeignKeyConstraint(
            ["transport_service_id"],
            ["transport_services.id"],
            name=op.f("fk_cash_counts_transport_service_id_transport_services"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cash_counts")),
        sa.UniqueConstraint("key", name=op.f("uq_cash_counts_key")),
    )
    op.create_table(
        "cost_units",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("transport_service_id", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("method", sa.String(length=40), nullable=False),
        sa.Column("yen_per_run", sa.Integer(), nullable=True),
        sa.Column("yen_per_hour", sa.Integer(), nullable=True),
        sa.CheckConstraint("method IN ('run', 'hour', 'mixed')", name=op.f("ck_cost_units_method")),
        sa.ForeignKeyConstraint(
            ["transport_service_id"],
            ["transport_services.id"],
            name=op.f("fk_cost_units_transport_service_id_transport_services"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cost_units")),
        sa.UniqueConstraint(
            "transport_service_id", "valid_from", name=op.f("uq_cost_units_transport_service_id_valid_from")
        ),
    )
    op.create_table(
        "devices",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("key_hash", sa.LargeBinary(), nullable=True),
        sa.Column("code_hash", sa.LargeBinary(), nullable=True),
        sa.Column("code_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("carrier_id", sa.BigInteger(), nullable=True),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("registered_by", sa.String(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("emptied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("empty_done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by", sa.String(), nullable=True),
        sa.CheckConstraint("kind IN ('tablet', 'office')", name=op.f("ck_devices_kind")),
        sa.ForeignKeyConstraint(["carrier_id"], ["carriers.id"], name=op.f("fk_devices_carrier_id_carriers")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_devices")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_devices_code_hash")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_devices_key_hash")),
        sa.UniqueConstraint("public_id", name=op.f("uq_devices_public_id")),
    )
    op.create_table(
        "link_codes",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("rider_id", sa.BigInteger(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("way", sa.String(length=40), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["rider_id"], ["personal.riders.id"], name=op.f("fk_link_codes_rider_id_riders")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_codes")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_link_codes_code_hash")),
        schema="personal",
    )
    op.create_index(
        op.f("ix_personal_link_codes_rider_id"), "link_codes", ["rider_id"], unique=False, schema="personal"
    )
    op.create_table(
        "products",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("transport_service_id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("zone", sa.String(length=40), nullable=False),
        sa.Column("category", sa.String(length=40), nullable=False),
        sa.Column("is_welfare", sa.Boolean(), nullable=False),
        sa.Column("with_subway", sa.Boolean(), nullable=False),
        sa.Column("months", sa.Integer(), nullable=True),
        sa.Column("tickets", sa.Integer(), nullable=True),
        sa.Column("price_yen", sa.Integer(), nullable=False),
        sa.Column("proofs", sa.ARRAY(sa.String(length=40)), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.CheckConstraint("(kind = 'pass') = (months IS NOT NULL)", name=op.f("ck_products_months_of_a_pass")),
        sa.CheckConstraint(
            "(kind = 'ticket_book') = (tickets IS NOT NULL)", name=op.f("ck_products_tickets_of_a_book")
        ),
        sa.CheckConstraint("kind IN ('ticket_book', 'pass')", name=op.f("ck_products_kind")),
        sa.ForeignKeyConstraint(
            ["transport_service_id"],
            ["transport_services.id"],
            name=op.f("fk_products_transport_service_id_transport_services"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_products")),
        sa.UniqueConstraint(
            "transport_service_id", "code", "valid_from", name=op.f("uq_products_transport_service_id_code_valid_from")
        ),
    )
    op.create_table(
        "reports",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("transport_service_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("other_matters", sa.String(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=True),
        sa.Column("formula_version", sa.String(), nullable=True),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submitted_by", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'submitted') = (figures IS NOT NULL)", name=op.f("ck_reports_frozen")),
        sa.CheckConstraint("kind IN ('monthly', 'half_year')", name=op.f("ck_reports_kind")),
        sa.ForeignKeyConstraint(
            ["transport_service_id"],
            ["transport_services.id"],
            name=op.f("fk_reports_transport_service_id_transport_services"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reports")),
        sa.UniqueConstraint(
            "transport_service_id", "kind", "first_day", name=op.f("uq_reports_transport_service_id_kind_first_day")
        ),
    )
    op.create_table(
        "schemes",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("transport_service_id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["transport_service_id"],
            ["transport_services.id"],
            name=op.f("fk_schemes_transport_service_id_transport_services"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schemes")),
        sa.UniqueConstraint("transport_service_id", "code", name=op.f("uq_schemes_transport_service_id_code")),
    )
    op.create_table(
        "timetable_versions",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("transport_service_id", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("loaded_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["transport_service_id"],
            ["transport_services.id"],
            name=op.f("fk_timetable_versions_transport_service_id_transport_services"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timetable_versions")),
        sa.UniqueConstraint(
            "transport_service_id", "valid_from", name=op.f("uq_timetable_versions_transport_service_id_valid_from")
        ),
    )
    op.create_table(
        "known_browsers",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_known_browsers_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_known_browsers")),
        sa.UniqueConstraint("staff_id", "token_hash", name=op.f("uq_known_browsers_staff_id_token_hash")),
    )
    op.create_table(
        "machine_answers",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("request_index", sa.LargeBinary(), nullable=False),
        sa.Column("code", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_machine_answers_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_machine_answers")),
        sa.UniqueConstraint("staff_id", "key", name=op.f("uq_machine_answers_staff_id_key")),
    )
    op.create_index(op.f("ix_machine_answers_answered_at"), "machine_answers", ["answered_at"], unique=False)
    op.create_table(
        "passkeys",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("credential_id", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_passkeys_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkeys")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_passkeys_credential_id")),
    )
    op.create_index(op.f("ix_passkeys_staff_id"), "passkeys", ["staff_id"], unique=False)
    op.create_table(
        "cases",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("transport_service_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("rider_id", sa.BigInteger(), nullable=True),
        sa.Column("in_charge_id", sa.BigInteger(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("reply_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by", sa.String(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("seal_id", sa.String(length=22), nullable=False),
        sa.Column("seal_generations", sa.JSON(), nullable=False),
        sa.CheckConstraint("kind IN ('complaint', 'opinion', 'question')", name=op.f("ck_cases_kind")),
        sa.ForeignKeyConstraint(["in_charge_id"], ["staff.id"], name=op.f("fk_cases_in_charge_id_staff")),
        sa.ForeignKeyConstraint(["rider_id"], ["personal.riders.id"], name=op.f("fk_cases_rider_id_riders")),
        sa.ForeignKeyConstraint(
            ["transport_service_id"],
            ["transport_services.id"],
            name=op.f("fk_cases_transport_service_id_transport_services"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
        sa.UniqueConstraint("key", name=op.f("uq_cases_key")),
        sa.UniqueConstraint("number", name=op.f("uq_cases_number")),
        sa.UniqueConstraint("public_id", name=op.f("uq_cases_public_id")),
        schema="personal",
    )
    op.create_table(
        "run_follows",
        sa.Column("line_user_id", sa.BigInteger(), nullable=False),
        sa.Column("transport_service_id", sa.BigInteger(), nullable=False),
        sa.Column("entry_code", sa.String(length=40), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["line_user_id"], ["personal.line_users.id"], name=op.f("fk_run_follows_line_user_id_line_users")
        ),
        sa.ForeignKeyConstraint(
            ["transport_service_id"],
            ["transport_services.id"],
            name=op.f("fk_run_follows_transport_service_id_transport_services"),
        ),
        sa.PrimaryKeyConstraint("line_user_id", "transport_service_id", "entry_code", name=op.f("pk_run_follows")),
        schema="personal",
    )
    op.create_table(
        "recovery_codes",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_recovery_codes_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_codes")),
        sa.UniqueConstraint("staff_id", "code_hash", name=op.f("uq_recovery_codes_staff_id_code_hash")),
    )
    op.create_index(op.f("ix_recovery_codes_staff_id"), "recovery_codes", ["staff_id"], unique=False)
    op.create_table(
        "sales",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("transport_service_id", sa.BigInteger(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("batch_id", sa.BigInteger(), nullable=True),
        sa.Column("serial", sa.Integer(), nullable=True),
        sa.Column("sold_on", sa.Date(), nullable=False),
        sa.Column("place", sa.String(length=40), nullable=False),
        sa.Column("sold_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sold_by", sa.String(), nullable=False),
        sa.Column("rider_id", sa.BigInteger(), nullable=True),
        sa.Column("proofs_seen", sa.ARRAY(sa.String(length=40)), nullable=False),
        sa.Column("price_yen", sa.Integer(), nullable=False),
        sa.Column("scheme_id", sa.BigInteger(), nullable=True),
        sa.Column("subsidy_yen", sa.Integer(), nullable=False),
        sa.Column("paid_yen", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("handed_on", sa.Date(), nullable=True),
        sa.Column("handed_by", sa.String(), nullable=True),
        sa.Column("refunded_yen", sa.Integer(), nullable=True),
        sa.Column("refunded_on", sa.Date(), nullable=True),
        sa.Column("refund_reason", sa.String(), nullable=True),
        sa.Column("refunded_by", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("place IN ('office', 'vehicle', 'event')", name=op.f("ck_sales_place")),
        sa.CheckConstraint("paid_yen = price_yen - subsidy_yen AND paid_yen >= 0", name=op.f("ck_sales_paid")),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name=op.f("fk_sales_batch_id_batches")),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=op.f("fk_sales_product_id_products")),
        sa.ForeignKeyConstraint(["rider_id"], ["personal.riders.id"], name=op.f("fk_sales_rider_id_riders")),
        sa.ForeignKeyConstraint(["scheme_id"], ["schemes.id"], name=op.f("fk_sales_scheme_id_schemes")),
        sa.ForeignKeyConstraint(
            ["transport_service_id"],
            ["transport_services.id"],
            name=op.f("fk_sales_transport_service_id_transport_services"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales")),
        sa.UniqueConstraint("key", name=op.f("uq_sales_key")),
        sa.UniqueConstraint("public_id", name=op.f("uq_sales_public_id")),
    )
    op.create_index(
        "uq_sales_batch_id_serial",
        "sales",
        ["batch_id", "serial"],
        unique=True,
        postgresql_where=sa.text("serial IS NOT NULL"),
    )
    op.create_table(
        "staff_acts",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.BigInteger(), nullable=True),
        sa.Column("is_approved", sa.Boolean(), nullable=True),
        sa.Column("role", sa.String(length=40), nullable=True),
        sa.Column("designated_on", sa.Date(), nullable=True),
        sa.Column("word_hash", sa.LargeBinary(), nullable=True),
        sa.Column("token_hash", sa.LargeBinary(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind IN ('invite', 'reset_factor', 'change_role', 'leave')", name=op.f("ck_staff_acts_kind")
        ),
        sa.CheckConstraint("decided_by_id <> asked_by_id", name=op.f("ck_staff_acts_two_persons")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["staff.id"], name=op.f("fk_staff_acts_asked_by_id_staff")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["staff.id"], name=op.f("fk_staff_acts_decided_by_id_staff")),
        sa.ForeignKeyConstraint(["subject_id"], ["staff.id"], name=op.f("fk_staff_acts_subject_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_acts")),
        sa.UniqueConstraint("public_id", name=op.f("uq_staff_acts_public_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_staff_acts_token_hash")),
    )
    op.create_index(op.f("ix_staff_acts_subject_id"), "staff_acts", ["subject_id"], unique=False)
    op.create_table(
        "staff_notices",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_staff_notices_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_notices")),
    )
    op.create_index(op.f("ix_staff_notices_staff_id"), "staff_notices", ["staff_id"], unique=False)
    op.create_table(
        "timetable_entries",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("timetable_version_id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("direction", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("weekday_kind", sa.String(length=40), nullable=False),
        sa.Column("holiday_kind", sa.String(length=40), nullable=False),
        sa.Column("vehicle_id", sa.BigInteger(), nullable=False),
        sa.Column("holiday_vehicle_id", sa.BigInteger(), nullable=False),
        sa.Column("booking_limit", sa.Integer(), nullable=False),
        sa.Column("departs_s", sa.Integer(), nullable=False),
        sa.Column("arrives_s", sa.Integer(), nullable=False),
        sa.CheckConstraint("holiday_kind IN ('fixed', 'reserved')", name=op.f("ck_timetable_entries_holiday_kind")),
        sa.CheckConstraint("weekday_kind IN ('fixed', 'reserved')", name=op.f("ck_timetable_entries_weekday_kind")),
        sa.CheckConstraint("departs_s < arrives_s", name=op.f("ck_timetable_entries_forward")),
        sa.ForeignKeyConstraint(
            ["holiday_vehicle_id"], ["vehicles.id"], name=op.f("fk_timetable_entries_holiday_vehicle_id_vehicles")
        ),
        sa.ForeignKeyConstraint(
            ["timetable_version_id"],
            ["timetable_versions.id"],
            name=op.f("fk_timetable_entries_timetable_version_id_timetable_versions"),
        ),
        sa.ForeignKeyConstraint(["vehicle_id"], ["vehicles.id"], name=op.f("fk_timetable_entries_vehicle_id_vehicles")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timetable_entries")),
        sa.UniqueConstraint(
            "timetable_version_id", "code", name=op.f("uq_timetable_entries_timetable_version_id_code")
        ),
    )
    op.create_index(
        op.f("ix_timetable_entries_timetable_version_id"), "timetable_entries", ["timetable_version_id"], unique=False
    )
    op.create_table(
        "stop_times",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("timetable_entry_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("stop_id", sa.BigInteger(), nullable=False),
        sa.Column("time_s", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("as_printed", sa.String(), nullable=False),
        sa.Column("may_board", sa.Boolean(), nullable=False),
        sa.Column("may_alight", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('printed', 'range_start', 'range_end', 'interpolated')", name=op.f("ck_stop_times_kind")
        ),
        sa.ForeignKeyConstraint(["stop_id"], ["stops.id"], name=op.f("fk_stop_times_stop_id_stops")),
        sa.ForeignKeyConstraint(
            ["timetable_entry_id"],
            ["timetable_entries.id"],
            name=op.f("fk_stop_times_timetable_entry_id_timetable_entries"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stop_times")),
        sa.UniqueConstraint("timetable_entry_id", "seq", name=op.f("uq_stop_times_timetable_entry_id_seq")),
    )
    op.create_index(op.f("ix_stop_times_timetable_entry_id"), "stop_times", ["timetable_entry_id"], unique=False)
    op.create_table(
        "work_sessions",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("sign_in_id", sa.BigInteger(), nullable=False),
        sa.Column("device_id", sa.BigInteger(), nullable=False),
        sa.Column("work", sa.String(length=40), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_by_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("approved_by_id <> staff_id", name=op.f("ck_work_sessions_two_persons")),
        sa.ForeignKeyConstraint(["approved_by_id"], ["staff.id"], name=op.f("fk_work_sessions_approved_by_id_staff")),
        sa.ForeignKeyConstraint(["device_id"], ["devices.id"], name=op.f("fk_work_sessions_device_id_devices")),
        sa.ForeignKeyConstraint(
            ["sign_in_id"], ["staff_sessions.id"], name=op.f("fk_work_sessions_sign_in_id_staff_sessions")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_work_sessions_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_sessions")),
        sa.UniqueConstraint("public_id", name=op.f("uq_work_sessions_public_id")),
    )
    op.create_index(op.f("ix_work_sessions_sign_in_id"), "work_sessions", ["sign_in_id"], unique=False)
    op.create_index(op.f("ix_work_sessions_staff_id"), "work_sessions", ["staff_id"], unique=False)
    op.create_table(
        "coupon_uses",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("sale_id", sa.BigInteger(), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_coupon_uses_run_id_runs")),
        sa.ForeignKeyConstraint(["sale_id"], ["sales.id"], name=op.f("fk_coupon_uses_sale_id_sales")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coupon_uses")),
        sa.UniqueConstraint("event_id", name=op.f("uq_coupon_uses_event_id")),
        sa.UniqueConstraint("sale_id", "number", name=op.f("uq_coupon_uses_sale_id_number")),
    )
    op.create_index(op.f("ix_coupon_uses_sale_id"), "coupon_uses", ["sale_id"], unique=False)
    op.create_table(
        "head_counts",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("stop_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("category", sa.String(length=40), nullable=False),
        sa.Column("persons", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("kind IN ('board', 'alight')", name=op.f("ck_head_counts_kind")),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_head_counts_run_id_runs")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_head_counts_staff_id_staff")),
        sa.ForeignKeyConstraint(["stop_id"], ["stops.id"], name=op.f("fk_head_counts_stop_id_stops")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_head_counts")),
        sa.UniqueConstraint("event_id", name=op.f("uq_head_counts_event_id")),
    )
    op.create_index(op.f("ix_head_counts_run_id"), "head_counts", ["run_id"], unique=False)
    op.create_table(
        "left_behind",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("pickup_stop_id", sa.BigInteger(), nullable=False),
        sa.Column("dropoff_stop_id", sa.BigInteger(), nullable=False),
        sa.Column("persons", sa.Integer(), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("extra_run_id", sa.BigInteger(), nullable=True),
        sa.Column("dispatched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("picked_up_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("persons > 0", name=op.f("ck_left_behind_somebody")),
        sa.ForeignKeyConstraint(["dropoff_stop_id"], ["stops.id"], name=op.f("fk_left_behind_dropoff_stop_id_stops")),
        sa.ForeignKeyConstraint(["extra_run_id"], ["runs.id"], name=op.f("fk_left_behind_extra_run_id_runs")),
        sa.ForeignKeyConstraint(["pickup_stop_id"], ["stops.id"], name=op.f("fk_left_behind_pickup_stop_id_stops")),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_left_behind_run_id_runs")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_left_behind_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_left_behind")),
        sa.UniqueConstraint("event_id", name=op.f("uq_left_behind_event_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_left_behind_public_id")),
    )
    op.create_index(op.f("ix_left_behind_run_id"), "left_behind", ["run_id"], unique=False)
    op.create_table(
        "incidents",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("transport_service_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reported_by", sa.String(), nullable=False),
        sa.Column("vehicle_id", sa.BigInteger(), nullable=True),
        sa.Column("run_id", sa.BigInteger(), nullable=True),
        sa.Column("stop_id", sa.BigInteger(), nullable=True),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("told_town_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_town_by", sa.String(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("seal_id", sa.String(length=22), nullable=False),
        sa.Column("seal_generations", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_incidents_run_id_runs")),
        sa.ForeignKeyConstraint(["stop_id"], ["stops.id"], name=op.f("fk_incidents_stop_id_stops")),
        sa.ForeignKeyConstraint(
            ["transport_service_id"],
            ["transport_services.id"],
            name=op.f("fk_incidents_transport_service_id_transport_services"),
        ),
        sa.ForeignKeyConstraint(["vehicle_id"], ["vehicles.id"], name=op.f("fk_incidents_vehicle_id_vehicles")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incidents")),
        sa.UniqueConstraint("key", name=op.f("uq_incidents_key")),
        sa.UniqueConstraint("public_id", name=op.f("uq_incidents_public_id")),
        schema="personal",
    )
    op.create_table(
        "substitutions",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("from_duty_id", sa.BigInteger(), nullable=False),
        sa.Column("to_duty_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["from_duty_id"], ["duties.id"], name=op.f("fk_substitutions_from_duty_id_duties")),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_substitutions_run_id_runs")),
        sa.ForeignKeyConstraint(["to_duty_id"], ["duties.id"], name=op.f("fk_substitutions_to_duty_id_duties")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_substitutions")),
    )
    op.create_index(op.f("ix_substitutions_run_id"), "substitutions", ["run_id"], unique=False)
    op.create_table(
        "incident_notes",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("incident_id", sa.BigInteger(), nullable=False),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("seal_id", sa.String(length=22), nullable=False),
        sa.Column("seal_generations", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["personal.incidents.id"], name=op.f("fk_incident_notes_incident_id_incidents")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_notes")),
        sa.UniqueConstraint("key", name=op.f("uq_incident_notes_key")),
        schema="personal",
    )
    op.create_index(
        op.f("ix_personal_incident_notes_incident_id"),
        "incident_notes",
        ["incident_id"],
        unique=False,
        schema="personal",
    )
    op.create_table(
        "fare_record_lines",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("fare_record_id", sa.BigInteger(), nullable=False),
        sa.Column("category", sa.String(length=40), nullable=False),
        sa.Column("zone", sa.String(length=40), nullable=False),
        sa.Column("pay_kind", sa.String(length=40), nullable=False),
        sa.Column("persons", sa.Integer(), nullable=False),
        sa.Column("due_yen", sa.Integer(), nullable=False),
        sa.Column("received_yen", sa.Integer(), nullable=False),
        sa.Column("is_checked", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["fare_record_id"], ["fare_records.id"], name=op.f("fk_fare_record_lines_fare_record_id_fare_records")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fare_record_lines")),
    )
    op.create_index(op.f("ix_fare_record_lines_fare_record_id"), "fare_record_lines", ["fare_record_id"], unique=False)
    op.add_column(
        "acceptance_stops", sa.Column("is_suspension", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("audit_entries", sa.Column("mark", sa.LargeBinary(), nullable=False, server_default=sa.text("''")))
    op.create_index("ix_audit_entries_action_at", "audit_entries", ["action", "at"], unique=False)
    op.create_index("ix_audit_entries_object", "audit_entries", ["object_kind", "object_id"], unique=False)
    op.add_column(
        "closed_days", sa.Column("applies_to", sa.String(length=40), nullable=False, server_default="running")
    )
    op.add_column(
        "driver_messages", sa.Column("seal_generations", sa.JSON(), nullable=False, server_default=sa.text("'{}'"))
    )
    op.add_column("duties", sa.Column("start_stop_id", sa.BigInteger(), nullable=True))
    op.add_column("duties", sa.Column("end_stop_id", sa.BigInteger(), nullable=True))
    op.add_column("duties", sa.Column("driven_m", sa.Integer(), nullable=True))
    op.drop_constraint(op.f("uq_duties_service_day_id_vehicle_id"), "duties", type_="unique")
    op.create_unique_constraint(
        op.f("uq_duties_service_day_id_vehicle_id_start_s"),
        "duties",
        ["service_day_id", "vehicle_id", "start_s"],
        postgresql_nulls_not_distinct=True,
    )
    op.create_foreign_key(op.f("fk_duties_end_stop_id_stops"), "duties", "stops", ["end_stop_id"], ["id"])
    op.create_foreign_key(op.f("fk_duties_start_stop_id_stops"), "duties", "stops", ["start_stop_id"], ["id"])
    op.add_column("fare_records", sa.Column("run_id", sa.BigInteger(), nullable=True))
    op.add_column("fare_records", sa.Column("stop_id", sa.BigInteger(), nullable=True))
    op.add_column("fare_records", sa.Column("event_id", sa.String(), nullable=True))
    op.alter_column("fare_records", "booking_id", existing_type=sa.BIGINT(), nullable=True)
    op.create_index(op.f("ix_fare_records_run_id"), "fare_records", ["run_id"], unique=False)
    op.create_unique_constraint(op.f("uq_fare_records_event_id"), "fare_records", ["event_id"])
    op.create_foreign_key(op.f("fk_fare_records_run_id_runs"), "fare_records", "runs", ["run_id"], ["id"])
    op.create_foreign_key(op.f("fk_fare_records_stop_id_stops"), "fare_records", "stops", ["stop_id"], ["id"])
    op.add_column("fares", sa.Column("zone", sa.String(length=40), nullable=False, server_default=""))
    op.add_column(
        "line_events", sa.Column("seal_generations", sa.JSON(), nullable=False, server_default=sa.text("'{}'"))
    )
    op.add_column(
        "notifications", sa.Column("seal_generations", sa.JSON(), nullable=False, server_default=sa.text("'{}'"))
    )
    op.add_column("runs", sa.Column("timetable_entry_id", sa.BigInteger(), nullable=True))
    op.add_column("runs", sa.Column("parent_run_id", sa.BigInteger(), nullable=True))
    op.add_column("runs", sa.Column("departs_s", sa.Integer(), nullable=True))
    op.add_column("runs", sa.Column("arrives_s", sa.Integer(), nullable=True))
    op.add_column("runs", sa.Column("booking_limit", sa.Integer(), nullable=True))
    op.add_column("runs", sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("runs", sa.Column("suspended_reason", sa.String(), nullable=True))
    op.add_column("runs", sa.Column("dispatch_key", sa.String(), nullable=True))
    op.drop_constraint(op.f("uq_runs_duty_id"), "runs", type_="unique")
    op.create_index(op.f("ix_runs_duty_id"), "runs", ["duty_id"], unique=False)
    op.create_unique_constraint(op.f("uq_runs_dispatch_key"), "runs", ["dispatch_key"])
    op.create_index("uq_runs_duty_id_area", "runs", ["duty_id"], unique=True, postgresql_where=sa.text("kind = 'area'"))
    op.create_index(
        "uq_runs_service_day_id_timetable_entry_id",
        "runs",
        ["service_day_id", "timetable_entry_id"],
        unique=True,
        postgresql_where=sa.text("kind <> 'extra'"),
    )
    op.create_foreign_key(op.f("fk_runs_parent_run_id_runs"), "runs", "runs", ["parent_run_id"], ["id"])
    op.create_foreign_key(
        op.f("fk_runs_timetable_entry_id_timetable_entries"),
        "runs",
        "timetable_entries",
        ["timetable_entry_id"],
        ["id"],
    )
    op.add_column("service_stops", sa.Column("seq", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("service_stops", sa.Column("fare_zone", sa.String(length=40), nullable=False, server_default=""))
    op.add_column("staff", sa.Column("pin_hash", sa.String(), nullable=True))
    op.add_column("staff", sa.Column("password_set_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("staff", sa.Column("designated_on", sa.Date(), nullable=True))
    op.add_column("staff", sa.Column("left_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("staff", sa.Column("seal_generations", sa.JSON(), nullable=False, server_default=sa.text("'{}'")))
    op.drop_column("staff", "failures")
    op.drop_column("staff", "failed_at")
    op.add_column("staff_sessions", sa.Column("device_id", sa.BigInteger(), nullable=True))
    op.add_column("staff_sessions", sa.Column("factor", sa.String(length=40), nullable=True))
    op.add_column("staff_sessions", sa.Column("purpose", sa.String(length=40), nullable=True))
    op.add_column("staff_sessions", sa.Column("challenge", sa.LargeBinary(), nullable=True))
    op.create_foreign_key(
        op.f("fk_staff_sessions_device_id_devices"), "staff_sessions", "devices", ["device_id"], ["id"]
    )
    op.add_column("stops", sa.Column("road_note", sa.String(), nullable=False, server_default=""))
    op.add_column("transport_services", sa.Column("phone_start_s", sa.Integer(), nullable=True))
    op.add_column("transport_services", sa.Column("phone_end_s", sa.Integer(), nullable=True))
    op.add_column("transport_services", sa.Column("phone_weekdays", sa.ARRAY(sa.SmallInteger()), nullable=True))
    op.add_column(
        "transport_services", sa.Column("planned_fixed_runs", sa.Integer(), nullable=False, server_default="0")
    )
    op.add_column(
        "transport_services", sa.Column("planned_reserved_runs", sa.Integer(), nullable=False, server_default="0")
    )
    op.add_column(
        "transport_services", sa.Column("planned_extra_runs", sa.Integer(), nullable=False, server_default="0")
    )
    op.add_column("transport_services", sa.Column("planned_day_km", sa.Integer(), nullable=False, server_default="0"))
    op.add_column(
        "transport_services",
        sa.Column("pay_kinds", sa.ARRAY(sa.String(length=40)), nullable=False, server_default="{cash}"),
    )
    op.add_column("transport_services", sa.Column("vehicle_sign", sa.String(), nullable=False, server_default=""))
    op.add_column(
        "transport_services",
        sa.Column("likely_stops", sa.ARRAY(sa.String(length=40)), nullable=False, server_default="{}"),
    )
    op.add_column(
        "transport_services", sa.Column("allows_top_up", sa.Boolean(), nullable=False, server_default=sa.true())
    )
    op.add_column("transport_services", sa.Column("handover_days", sa.Integer(), nullable=False, server_default="30"))
    op.add_column(
        "transport_services", sa.Column("handover_reminder_days", sa.Integer(), nullable=False, server_default="25")
    )
    op.add_column("transport_services", sa.Column("report_due_day", sa.Integer(), nullable=False, server_default="10"))
    op.add_column(
        "transport_services", sa.Column("report_reminder_day", sa.Integer(), nullable=False, server_default="7")
    )
    op.add_column(
        "transport_services", sa.Column("longest_duty_s", sa.Integer(), nullable=False, server_default="46800")
    )
    op.add_column(
        "transport_services", sa.Column("shortest_rest_s", sa.Integer(), nullable=False, server_default="32400")
    )
    op.add_column("vehicles", sa.Column("look", sa.String(), nullable=False, server_default=""))
    op.add_column("vehicles", sa.Column("is_spare", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column(
        "line_users",
        sa.Column("seal_generations", sa.JSON(), nullable=False, server_default=sa.text("'{}'")),
        schema="personal",
    )
    op.add_column("riders", sa.Column("district_sealed", sa.LargeBinary(), nullable=True), schema="personal")
    op.add_column("riders", sa.Column("protection_sealed", sa.LargeBinary(), nullable=True), schema="personal")
    op.add_column(
        "riders", sa.Column("is_remembered", sa.Boolean(), nullable=False, server_default=sa.true()), schema="personal"
    )
    op.add_column(
        "riders",
        sa.Column("seal_generations", sa.JSON(), nullable=False, server_default=sa.text("'{}'")),
        schema="personal",
    )
    op.alter_column("acceptance_stops", "is_suspension", server_default=None)
    op.alter_column("audit_entries", "mark", server_default=None)
    op.alter_column("closed_days", "applies_to", server_default=None)
    op.alter_column("driver_messages", "seal_generations", server_default=None)
    op.alter_column("fares", "zone", server_default=None)
    op.alter_column("line_events", "seal_generations", server_default=None)
    op.alter_column("notifications", "seal_generations", server_default=None)
    op.alter_column("service_stops", "seq", server_default=None)
    op.alter_column("service_stops", "fare_zone", server_default=None)
    op.alter_column("staff", "seal_generations", server_default=None)
    op.alter_column("stops", "road_note", server_default=None)
    op.alter_column("transport_services", "planned_fixed_runs", server_default=None)
    op.alter_column("transport_services", "planned_reserved_runs", server_default=None)
    op.alter_column("transport_services", "planned_extra_runs", server_default=None)
    op.alter_column("transport_services", "planned_day_km", server_default=None)
    op.alter_column("transport_services", "pay_kinds", server_default=None)
    op.alter_column("transport_services", "vehicle_sign", server_default=None)
    op.alter_column("transport_services", "likely_stops", server_default=None)
    op.alter_column("transport_services", "allows_top_up", server_default=None)
    op.alter_column("transport_services", "handover_days", server_default=None)
    op.alter_column("transport_services", "handover_reminder_days", server_default=None)
    op.alter_column("transport_services", "report_due_day", server_default=None)
    op.alter_column("transport_services", "report_reminder_day", server_default=None)
    op.alter_column("transport_services", "longest_duty_s", server_default=None)
    op.alter_column("transport_services", "shortest_rest_s", server_default=None)
    op.alter_column("vehicles", "look", server_default=None)
    op.alter_column("vehicles", "is_spare", server_default=None)
    op.alter_column("line_users", "seal_generations", server_default=None, schema="personal")
    op.alter_column("riders", "is_remembered", server_default=None, schema="personal")
    op.alter_column("riders", "seal_generations", server_default=None, schema="personal")
    op.drop_constraint(op.f("pk_fares"), "fares", type_="primary")
    op.create_primary_key(op.f("pk_fares"), "fares", ["fare_table_id", "zone", "category"])
    op.drop_constraint(op.f("ck_staff_role"), "staff", type_="check")
    op.create_check_constraint(
        op.f("ck_staff_role"),
        "staff",
        "role IN ('operator', 'dispatcher', 'driver', 'carrier', 'town_officer', 'protection_manager', 'auditor', 'system_administrator')",
    )
    op.create_check_constraint(op.f("ck_closed_days_applies_to"), "closed_days", "applies_to IN ('running', 'desk')")
    op.create_check_constraint(op.f("ck_runs_kind"), "runs", "kind IN ('area', 'fixed', 'reserved', 'extra')")
    op.create_check_constraint(
        op.f("ck_fare_records_of_something"), "fare_records", "booking_id IS NOT NULL OR run_id IS NOT NULL"
    )
    op.execute(
        "CREATE FUNCTION only_ever_added() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'audit records are only ever added'; END $$"
    )
    for table in ("audit_entries", "audit_links"):
        op.execute(
            f"CREATE TRIGGER only_ever_added BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION only_ever_added()"
        )
        op.execute(
            f"CREATE TRIGGER never_emptied BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION only_ever_added()"
        )


def downgrade() -> None:
    for table in ("audit_entries", "audit_links"):
        op.execute(f"DROP TRIGGER IF EXISTS only_ever_added ON {table}")
        op.execute(f"DROP TRIGGER IF EXISTS never_emptied ON {table}")
    op.execute("DROP FUNCTION only_ever_added()")
    op.drop_constraint(op.f("ck_fare_records_of_something"), "fare_records", type_="check")
    op.drop_constraint(op.f("ck_runs_kind"), "runs", type_="check")
    op.drop_constraint(op.f("ck_closed_days_applies_to"), "closed_days", type_="check")
    op.drop_constraint(op.f("ck_staff_role"), "staff", type_="check")
    op.create_check_constraint(
        op.f("ck_staff_role"), "staff", "role IN ('operator', 'dispatcher', 'driver', 'carrier', 'town_officer')"
    )
    op.drop_constraint(op.f("pk_fares"), "fares", type_="primary")
    op.create_primary_key(op.f("pk_fares"), "fares", ["fare_table_id", "category"])
    op.drop_column("riders", "seal_generations", schema="personal")
    op.drop_column("riders", "is_remembered", schema="personal")
    op.drop_column("riders", "protection_sealed", schema="personal")
    op.drop_column("riders", "district_sealed", schema="personal")
    op.drop_column("line_users", "seal_generations", schema="personal")
    op.drop_column("vehicles", "is_spare")
    op.drop_column("vehicles", "look")
    op.drop_column("transport_services", "shortest_rest_s")
    op.drop_column("transport_services", "longest_duty_s")
    op.drop_column("transport_services", "report_reminder_day")
    op.drop_column("transport_services", "report_due_day")
    op.drop_column("transport_services", "handover_reminder_days")
    op.drop_column("transport_services", "handover_days")
    op.drop_column("transport_services", "allows_top_up")
    op.drop_column("transport_services", "likely_stops")
    op.drop_column("transport_services", "vehicle_sign")
    op.drop_column("transport_services", "pay_kinds")
    op.drop_column("transport_services", "planned_day_km")
    op.drop_column("transport_services", "planned_extra_runs")
    op.drop_column("transport_services", "planned_reserved_runs")
    op.drop_column("transport_services", "planned_fixed_runs")
    op.drop_column("transport_services", "phone_weekdays")
    op.drop_column("transport_services", "phone_end_s")
    op.drop_column("transport_services", "phone_start_s")
    op.drop_column("stops", "road_note")
    op.drop_constraint(op.f("fk_staff_sessions_device_id_devices"), "staff_sessions", type_="foreignkey")
    op.drop_column("staff_sessions", "challenge")
    op.drop_column("staff_sessions", "purpose")
    op.drop_column("staff_sessions", "factor")
    op.drop_column("staff_sessions", "device_id")
    op.add_column(
        "staff", sa.Column("failed_at", postgresql.TIMESTAMP(timezone=True), autoincrement=False, nullable=True)
    )
    op.add_column("staff", sa.Column("failures", sa.INTEGER(), autoincrement=False, nullable=False, server_default="0"))
    op.drop_column("staff", "seal_generations")
    op.drop_column("staff", "left_at")
    op.drop_column("staff", "designated_on")
    op.drop_column("staff", "password_set_at")
    op.drop_column("staff", "pin_hash")
    op.drop_column("service_stops", "fare_zone")
    op.drop_column("service_stops", "seq")
    op.drop_constraint(op.f("fk_runs_timetable_entry_id_timetable_entries"), "runs", type_="foreignkey")
    op.drop_constraint(op.f("fk_runs_parent_run_id_runs"), "runs", type_="foreignkey")
    op.drop_index(
        "uq_runs_service_day_id_timetable_entry_id", table_name="runs", postgresql_where=sa.text("kind <> 'extra'")
    )
    op.drop_index("uq_runs_duty_id_area", table_name="runs", postgresql_where=sa.text("kind = 'area'"))
    op.drop_constraint(op.f("uq_runs_dispatch_key"), "runs", type_="unique")
    op.drop_index(op.f("ix_runs_duty_id"), table_name="runs")
    op.create_unique_constraint(op.f("uq_runs_duty_id"), "runs", ["duty_id"], postgresql_nulls_not_distinct=False)
    op.drop_column("runs", "dispatch_key")
    op.drop_column("runs", "suspended_reason")
    op.drop_column("runs", "decided_at")
    op.drop_column("runs", "booking_limit")
    op.drop_column("runs", "arrives_s")
    op.drop_column("runs", "departs_s")
    op.drop_column("runs", "parent_run_id")
    op.drop_column("runs", "timetable_entry_id")
    op.drop_column("notifications", "seal_generations")
    op.drop_column("line_events", "seal_generations")
    op.drop_column("fares", "zone")
    op.drop_constraint(op.f("fk_fare_records_stop_id_stops"), "fare_records", type_="foreignkey")
    op.drop_constraint(op.f("fk_fare_records_run_id_runs"), "fare_records", type_="foreignkey")
    op.drop_constraint(op.f("uq_fare_records_event_id"), "fare_records", type_="unique")
    op.drop_index(op.f("ix_fare_records_run_id"), table_name="fare_records")
    op.alter_column("fare_records", "booking_id", existing_type=sa.BIGINT(), nullable=False)
    op.drop_column("fare_records", "event_id")
    op.drop_column("fare_records", "stop_id")
    op.drop_column("fare_records", "run_id")
    op.drop_constraint(op.f("fk_duties_start_stop_id_stops"), "duties", type_="foreignkey")
    op.drop_constraint(op.f("fk_duties_end_stop_id_stops"), "duties", type_="foreignkey")
    op.drop_constraint(op.f("uq_duties_service_day_id_vehicle_id_start_s"), "duties", type_="unique")
    op.create_unique_constraint(
        op.f("uq_duties_service_day_id_vehicle_id"),
        "duties",
        ["service_day_id", "vehicle_id"],
        postgresql_nulls_not_distinct=False,
    )
    op.drop_column("duties", "driven_m")
    op.drop_column("duties", "end_stop_id")
    op.drop_column("duties", "start_stop_id")
    op.drop_column("driver_messages", "seal_generations")
    op.drop_column("closed_days", "applies_to")
    op.drop_index("ix_audit_entries_object", table_name="audit_entries")
    op.drop_index("ix_audit_entries_action_at", table_name="audit_entries")
    op.drop_column("audit_entries", "mark")
    op.drop_column("acceptance_stops", "is_suspension")
    op.drop_index(op.f("ix_fare_record_lines_fare_record_id"), table_name="fare_record_lines")
    op.drop_table("fare_record_lines")
    op.drop_index(op.f("ix_personal_incident_notes_incident_id"), table_name="incident_notes", schema="personal")
    op.drop_table("incident_notes", schema="personal")
    op.drop_index(op.f("ix_substitutions_run_id"), table_name="substitutions")
    op.drop_table("substitutions")
    op.drop_table("incidents", schema="personal")
    op.drop_index(op.f("ix_left_behind_run_id"), table_name="left_behind")
    op.drop_table("left_behind")
    op.drop_index(op.f("ix_head_counts_run_id"), table_name="head_counts")
    op.drop_table("head_counts")
    op.drop_index(op.f("ix_coupon_uses_sale_id"), table_name="coupon_uses")
    op.drop_table("coupon_uses")
    op.drop_index(op.f("ix_work_sessions_staff_id"), table_name="work_sessions")
    op.drop_index(op.f("ix_work_sessions_sign_in_id"), table_name="work_sessions")
    op.drop_table("work_sessions")
    op.drop_index(op.f("ix_stop_times_timetable_entry_id"), table_name="stop_times")
    op.drop_table("stop_times")
    op.drop_index(op.f("ix_timetable_entries_timetable_version_id"), table_name="timetable_entries")
    op.drop_table("timetable_entries")
    op.drop_index(op.f("ix_staff_notices_staff_id"), table_name="staff_notices")
    op.drop_table("staff_notices")
    op.drop_index(op.f("ix_staff_acts_subject_id"), table_name="staff_acts")
    op.drop_table("staff_acts")
    op.drop_index("uq_sales_batch_id_serial", table_name="sales", postgresql_where=sa.text("serial IS NOT NULL"))
    op.drop_table("sales")
    op.drop_index(op.f("ix_recovery_codes_staff_id"), table_name="recovery_codes")
    op.drop_table("recovery_codes")
    op.drop_table("run_follows", schema="personal")
    op.drop_table("cases", schema="personal")
    op.drop_index(op.f("ix_passkeys_staff_id"), table_name="passkeys")
    op.drop_table("passkeys")
    op.drop_index(op.f("ix_machine_answers_answered_at"), table_name="machine_answers")
    op.drop_table("machine_answers")
    op.drop_table("known_browsers")
    op.drop_table("timetable_versions")
    op.drop_table("schemes")
    op.drop_table("reports")
    op.drop_table("products")
    op.drop_index(op.f("ix_personal_link_codes_rider_id"), table_name="link_codes", schema="personal")
    op.drop_table("link_codes", schema="personal")
    op.drop_table("devices")
    op.drop_table("cost_units")
    op.drop_table("cash_counts")
    op.drop_table("batches")
    op.drop_table("audit_links")
    op.drop_table("try_counts")
    op.drop_table("staff_networks")
    op.drop_table("contacts", schema="personal")
    op.drop_table("emergency_switches")
