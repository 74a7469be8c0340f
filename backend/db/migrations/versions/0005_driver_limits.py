"""driver limits"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

SETTINGS = {"break_s": 45 * 60, "break_after_s": 6 * 3600, "gap_s": 0, "changes_an_hour": 6}


def upgrade() -> None:
    op.create_table(
        "driver_breaks",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("stop_id", sa.BigInteger(), nullable=False),
        sa.Column("length_s", sa.Integer(), nullable=False),
        sa.Column("earliest_s", sa.Integer(), nullable=False),
        sa.Column("latest_s", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("planned_s", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_driver_breaks_run_id_runs"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["stop_id"], ["stops.id"], name=op.f("fk_driver_breaks_stop_id_stops")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_driver_breaks")),
    )
    op.create_index(op.f("ix_driver_breaks_run_id"), "driver_breaks", ["run_id"], unique=False)
    op.create_table(
        "plan_changes",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("only_saves", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_plan_changes_run_id_runs"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_changes")),
    )
    op.create_index("ix_plan_changes_run_id_at", "plan_changes", ["run_id", "at"], unique=False)
    op.create_index("ix_visits_open", "visits", ["run_id"], postgresql_where=sa.text("state IN ('planned', 'arrived')"))
    op.create_index("ix_visits_done", "visits", ["run_id", "done_at"], postgresql_where=sa.text("state = 'done'"))
    for name, value in SETTINGS.items():
        _add("transport_services", name, value)
    _add("service_days", "gap_s", 0)


def downgrade() -> None:
    op.drop_column("service_days", "gap_s")
    for name in SETTINGS:
        op.drop_column("transport_services", name)
    op.drop_index("ix_visits_done", table_name="visits")
    op.drop_index("ix_visits_open", table_name="visits")
    op.drop_table("plan_changes")
    op.drop_table("driver_breaks")


def _add(table: str, name: str, value: int) -> None:
    op.add_column(table, sa.Column(name, sa.Integer(), nullable=False, server_default=str(value)))
    op.alter_column(table, name, server_default=None)
