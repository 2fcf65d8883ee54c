"""What is learned of the site of tests/marrow.py."""

import pytest
from marrow import box, learned, page_of

from pipelines.templates.template import Templates


@pytest.fixture(scope="session")
def known() -> Templates:
    """What eight of its pages teach, each with a call to buy among its paragraphs."""
    return learned([page_of(number, inside=box(number)) for number in range(8)])
