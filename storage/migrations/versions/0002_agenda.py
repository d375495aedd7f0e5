"""The agenda: what its rules need, slots held for who decides, the waiting list, and wakes for the workflows."""

from storage.migrate import run_sql_beside

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Widen the tables of the foundation, and add the agenda's own."""
    run_sql_beside(__file__)


def downgrade() -> None:
    """Bookings made since could not be told apart."""
    raise RuntimeError("0002 cannot be taken back; restore a backup of before it")
