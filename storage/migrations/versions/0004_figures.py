"""The figures: what bookings add up to, kept by triggers; how Client AI did, rolled up by day."""

from storage.migrate import run_sql_beside

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the sums, and fill them from the bookings there are."""
    run_sql_beside(__file__)


def downgrade() -> None:
    """Who made a booking could not be told any more."""
    raise RuntimeError("0004 cannot be taken back; restore a backup of before it")
