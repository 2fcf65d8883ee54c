"""The Meridian's JSON-LD: what its pages tell machines about a story."""

import json
from typing import Any

from newsite.publisher import Newsroom
from newsite.story import Story
from newsite.theme import Html

_TYPES = {"live": "LiveBlogPosting", "gallery": "ImageGallery"}


def linked_data(story: Story, room: Newsroom) -> Html:
    """A graph of the article and its breadcrumbs (schema.org), for a script element."""
    organization = {"@type": "NewsMediaOrganization", "name": "The Meridian", "url": f"{room.root}/"}
    article: dict[str, Any] = {
        "@type": _TYPES.get(story.kind, "NewsArticle"),
        "mainEntityOfPage": {"@type": "WebPage", "@id": room.url(story)},
        "headline": story.title,
        "description": story.standfirst,
        "datePublished": story.published_at.isoformat(),
        "dateModified": (story.modified_at or story.published_at).isoformat(),
        "author": [{"@type": "Person", "name": name} for name in story.authors]
        or [{"@type": "Organization", "name": story.credit or "The Meridian"}],
        "publisher": organization,
        "image": [f"{room.root}/media/{story.slug}-1200.jpg"],
        "articleSection": story.section,
        "keywords": list(story.tags),
        "inLanguage": "en-US",
        "isAccessibleForFree": story.kind != "stub",
    }
    if story.kind == "live":
        article |= {"liveBlogUpdate": _updates(story), "coverageStartTime": story.published_at.isoformat()}
    crumbs = {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": 1, "name": "Home", "item": f"{room.root}/"},
            {"@type": "ListItem", "position": 2, "name": story.section},
        ],
    }
    graph = {"@context": "https://schema.org", "@graph": [crumbs, article]}
    return Html(json.dumps(graph, ensure_ascii=False).replace("</", "<\\/"))


def _updates(story: Story) -> list[dict[str, str]]:
    day = f"{story.published_at:%Y-%m-%d}"
    posts = [block.text.partition(" ") for block in story.blocks if block.kind == "post"]
    return [
        {"@type": "BlogPosting", "headline": headline, "datePublished": f"{day}T{clock}:00-05:00"}
        for clock, _, headline in posts
    ]
