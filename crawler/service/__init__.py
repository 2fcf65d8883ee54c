"""`copydesk run`: the process that crawls by schedule."""
