"""The foundation: the seeds' tables and what the engine needs beside them."""

from storage.migrate import run_sql_beside

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create every table, then close them by row-level security."""
    run_sql_beside(__file__)


def downgrade() -> None:
    """There is nothing before the foundation."""
    raise RuntimeError("0001 is the first revision; to start over, create another database")
