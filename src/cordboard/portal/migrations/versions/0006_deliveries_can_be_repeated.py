"""deliveries keep what a repetition needs."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("event_delivery", schema=None) as batch_op:
        batch_op.add_column(sa.Column("subject", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("user_id", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("base_url", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("event_delivery", schema=None) as batch_op:
        for name in ("base_url", "user_id", "subject"):
            batch_op.drop_column(name)
