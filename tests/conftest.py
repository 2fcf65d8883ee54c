"""Fixtures that every room's tests may ask for."""

from collections.abc import AsyncIterator, Iterator

import pytest

from newsite.press import Press, running_press


@pytest.fixture
async def press() -> AsyncIterator[Press]:
    """The sample press in the test's own event loop, with statistics of its own."""
    async with Press() as press:
        yield press


@pytest.fixture
def threaded_press() -> Iterator[Press]:
    """The sample press in a thread, for tests that start processes or block."""
    with running_press() as press:
        yield press
