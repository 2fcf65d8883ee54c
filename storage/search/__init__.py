"""Finds articles: the query language, the index on both engines, the order of hits."""
