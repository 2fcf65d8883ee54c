"""Waits for what a service brings about in an archive, and counts it."""

import asyncio
from collections.abc import Callable

from sqlalchemy import func, select

from storage.session import Database


def count(database: Database, model: type, **where: object) -> int:
    """How many rows a table has whose columns hold these values."""
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(model).filter_by(**where)) or 0


async def until(true: Callable[[], bool], seconds: float = 30) -> None:
    """Wait for it to come true. Raises TimeoutError."""
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110  what is waited for stands in a database
            await asyncio.sleep(0.05)
