"""The owner: orders that wait for a yes, the log of what was done, letters, questions to the shop, what it knows."""

from storage.migrate import run_sql_beside

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the owner's tables, and the wakes that take letters and questions to their workflows."""
    run_sql_beside(__file__)


def downgrade() -> None:
    """What was ordered since could not be told apart."""
    raise RuntimeError("0003 cannot be taken back; restore a backup of before it")
