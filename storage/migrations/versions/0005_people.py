"""People of the shop: operators, hand-overs with deadlines, notes, ready answers; what keeps failing."""

from storage.migrate import run_sql_beside

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the tables, and a row for each conversation that waits already."""
    run_sql_beside(__file__)


def downgrade() -> None:
    """Who had which conversation could not be told any more."""
    raise RuntimeError("0005 cannot be taken back; restore a backup of before it")
