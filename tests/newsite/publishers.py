"""The publishers of the sample press, in the order in which they are listed."""

from newsite.harbour_gazette.site import HARBOUR_GAZETTE
from newsite.publisher import Publisher

PUBLISHERS: tuple[Publisher, ...] = (HARBOUR_GAZETTE,)
