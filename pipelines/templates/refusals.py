"""Why a page was not read by its source's templates."""

import enum


class Refusal(enum.StrEnum):
    """The value is what users see and what the database keeps."""

    NO_CONTAINER = "no container"
    """The element that holds the articles of this source is not there."""
    TOO_SHORT = "too short"
    """Far less text than its articles have."""
    UNKNOWN_PARTS = "unknown parts"
    """Much in the container is made as nothing was before."""
    TEXT_OUTSIDE = "text outside"
    """Paragraphs stand outside the container that are made as nothing was before."""
    ANOTHER_KIND = "another kind"
    """A live blog, a gallery or a film, where the template is of articles; or the other way round."""
    CONTRADICTED = "contradicted"
    """The page's own data has far more text."""
    AUDIT = "audit"
    """It was read both ways, to compare, and they differed."""
