"""Reads candidates out of what a site publishes: feeds, sitemaps, section pages. Bytes in, no network."""
