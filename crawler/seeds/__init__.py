"""What is polled for news: when a seed is asked, what its answer says, and what leads into the past."""
