"""Keeps one story once: which articles are copies of one, and which of them is the original."""
