"""Who takes a missed caller on, and why one was closed by hand."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "missed_taken",
        sa.Column("phone_key", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("taken_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("phone_key", name=op.f("pk_missed_taken")),
    )
    with op.batch_alter_table("missed_closed", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reason", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("missed_closed", schema=None) as batch_op:
        batch_op.drop_column("reason")

    op.drop_table("missed_taken")
