"""retention report heads photos"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

REPORT_HEADS = ("report_recipient", "contractor_address", "contractor", "contractor_person")


def upgrade() -> None:
    op.create_table(
        "retention_terms",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("days", sa.JSON(), nullable=False),
        sa.Column("agreed_on", sa.Date(), nullable=True),
        sa.Column("agreed_with", sa.String(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention_terms")),
    )
    op.create_table(
        "incident_photos",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("incident_id", sa.BigInteger(), nullable=False),
        sa.Column("picture_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("seal_id", sa.String(length=22), nullable=False),
        sa.Column("seal_generations", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["personal.incidents.id"], name=op.f("fk_incident_photos_incident_id_incidents")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_photos")),
        sa.UniqueConstraint("key", name=op.f("uq_incident_photos_key")),
        sa.UniqueConstraint("public_id", name=op.f("uq_incident_photos_public_id")),
        schema="personal",
    )
    op.create_index(
        op.f("ix_personal_incident_photos_incident_id"),
        "incident_photos",
        ["incident_id"],
        unique=False,
        schema="personal",
    )
    for name in REPORT_HEADS:
        op.add_column("transport_services", sa.Column(name, sa.String(), nullable=False, server_default=""))
        op.alter_column("transport_services", name, server_default=None)
    op.add_column("riders", sa.Column("used_on", sa.Date(), nullable=True), schema="personal")
    op.add_column("riders", sa.Column("asked_on", sa.Date(), nullable=True), schema="personal")


def downgrade() -> None:
    op.drop_column("riders", "asked_on", schema="personal")
    op.drop_column("riders", "used_on", schema="personal")
    for name in reversed(REPORT_HEADS):
        op.drop_column("transport_services", name)
    op.drop_index(op.f("ix_personal_incident_photos_incident_id"), table_name="incident_photos", schema="personal")
    op.drop_table("incident_photos", schema="personal")
    op.drop_table("retention_terms")
