"""How a source is doing: judged by the facts at the end of each of its runs."""
