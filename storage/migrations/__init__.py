"""The archive's schema, step by step: Alembic's env.py and one file a step under versions/."""
