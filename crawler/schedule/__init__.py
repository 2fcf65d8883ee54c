"""When a source is crawled: what its schedule means, when it publishes, and the plan made of both."""
