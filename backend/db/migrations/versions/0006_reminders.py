"""reminders"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    reminds = sa.Column("reminds", sa.Boolean(), nullable=False, server_default=sa.true())
    remind_at = sa.Column("remind_at_s", sa.Integer(), nullable=False, server_default=str(18 * 3600))
    for column in (reminds, remind_at):
        op.add_column("transport_services", column)
        op.alter_column("transport_services", column.name, server_default=None)
    # Kept: until it is restarted, the former version adds accounts without knowing of the column.
    wants = sa.Column("wants_reminders", sa.Boolean(), nullable=False, server_default=sa.true())
    op.add_column("line_users", wants, schema="personal")


def downgrade() -> None:
    op.drop_column("line_users", "wants_reminders", schema="personal")
    op.drop_column("transport_services", "remind_at_s")
    op.drop_column("transport_services", "reminds")
