"""Says in SQL which story an article belongs to."""

from sqlalchemy import func

from storage.models import Article

ROOT = func.coalesce(Article.duplicate_of, Article.id)
"""The id of the original of an article's story: its own, where it is no copy."""
