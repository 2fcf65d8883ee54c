"""How a page is marked whose article was pruned: it counts as read, and no seed makes it due again."""

PRUNED = "pruned"
"""The `reason` of such a page; its state stays STORED."""
