"""Many ids of articles in little room: a bit for each id there is, so that a million take 125 kB."""

from collections.abc import Iterable, Iterator
from itertools import islice

_PART = 200


class IdSet:
    """A growing set of positive integers, gone through in order."""

    __slots__ = ("_bits",)

    def __init__(self, ids: Iterable[int] = ()) -> None:
        self._bits = bytearray()
        for number in ids:
            self.add(number)

    def add(self, number: int) -> None:
        """Put one in; it may be there already."""
        place = number >> 3
        if place >= len(self._bits):
            self._bits.extend(bytes(place + 1 - len(self._bits)))
        self._bits[place] |= 1 << (number & 7)

    def __contains__(self, number: int) -> bool:
        place = number >> 3
        return place < len(self._bits) and bool(self._bits[place] >> (number & 7) & 1)

    def __iter__(self) -> Iterator[int]:
        for place, bits in enumerate(self._bits):
            if bits:
                yield from (place * 8 + bit for bit in range(8) if bits >> bit & 1)

    def __len__(self) -> int:
        return sum(bits.bit_count() for bits in self._bits)


def in_parts(ids: Iterable[int]) -> Iterator[list[int]]:
    """Ids as lists that a statement can name, in their order."""
    rest = iter(ids)
    while part := list(islice(rest, _PART)):
        yield part
