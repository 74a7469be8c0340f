"""what ifs"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

SERVICE = "transport_service_id"


def upgrade() -> None:
    op.create_table(
        "what_ifs",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column(SERVICE, sa.BigInteger(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("change", sa.JSON(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("figures", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(
            [SERVICE], ["transport_services.id"], name=op.f("fk_what_ifs_transport_service_id_transport_services")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_what_ifs")),
        sa.UniqueConstraint("key", name=op.f("uq_what_ifs_key")),
    )
    op.create_index(op.f("ix_what_ifs_transport_service_id"), "what_ifs", [SERVICE], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_what_ifs_transport_service_id"), table_name="what_ifs")
    op.drop_table("what_ifs")
