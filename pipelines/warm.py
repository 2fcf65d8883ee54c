"""Loads what is slow and large; imported by the process that workers are forked from, and shared by them."""

import pipelines.extract  # noqa: F401  with it, trafilatura and lxml
from pipelines.language import load_model
from pipelines.metadata.canonical import registered_domain

load_model()
registered_domain("http://example.org/")  # reads the list of public suffixes
