"""What the agency has sent, by slug: its own pages and its customers' are drawn from the same text."""

from collections.abc import Mapping
from pathlib import Path

from newsite.story import Story, load_stories

WIRE: Mapping[str, Story] = {
    story.slug: story for story in load_stories(Path(__file__).parent / "articles") if story.edition == 1
}
