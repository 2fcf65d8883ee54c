"""Why an address is what it is in the archive, and what is to be expected of it."""
