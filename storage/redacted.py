"""Takes passwords out of what is told: whoever reads a log or an error needs none."""

import re

HIDDEN = "***"

# The lengths are bounded, as each "://" in a text is looked behind.
_USER = re.compile(r"""://([^\s/:@?#\["'<>]{0,200}):(?!\d{1,5}(?:[/?#\s"',;)]|$))[^\s"'<>]{0,500}@""")
"""user:password@ of an address. A password may hold what it should have been percent-encoded for; digits
before a / are a port."""
_TOKEN = re.compile(r"""(?i)(https?|ftp)://[^\s/:@?#"'<>]{1,500}@""")
"""On the web, a user without a password is one himself."""
_VALUE = re.compile(
    r"""(?i)((?:password|passwd|passphrase|secret|token|api_?key)\w{0,20}(?:["']\s?[=:]|\s?=)\s?)"""
    r"""(?:"[^"]*"|'[^']*'|[^\s&;,"')]+)"""
)
"""password=… of an address' query, of a connection string or of a setting; "password": … of a table."""
_HEADER = re.compile(r"""(?i)(authorization\W{1,6}(?:b?['"])?(?:basic|bearer|digest)\s)[^\s'"]+""")


def without_secrets(text: str) -> str:
    """`text` with `***` for each password in it that is known by where it stands."""
    if "@" in text:
        text = _TOKEN.sub(rf"\1://{HIDDEN}@", _USER.sub(rf"://\1:{HIDDEN}@", text))
    return _HEADER.sub(rf"\1{HIDDEN}", _VALUE.sub(rf"\1{HIDDEN}", text))
