"""Views for whoever asks in SQL. They are made after the last step, from storage/views.py."""

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass
