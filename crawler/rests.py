"""What an archive keeps of hosts that are to be left alone, for the gate of the next process."""

from collections.abc import Mapping
from datetime import UTC, datetime

from storage.rests import KeptRest, load_rest, save_rests
from storage.thread import ArchiveThread


class Rests:
    """Rests by the names of hosts' leases, each with the refusals that count against the host."""

    def __init__(self, archive: ArchiveThread) -> None:
        self._archive = archive

    async def recall(self, name: str) -> tuple[int, float]:
        """A host's refusals, and for how many seconds more it is to be left alone. Raises StorageError."""
        kept = await self._archive.read(lambda session: load_rest(session, name))
        return (0, 0.0) if kept is None else (kept.level, kept.left(datetime.now(UTC)))

    async def keep(self, rests: Mapping[str, tuple[int, float]]) -> None:
        """Keep refusals and seconds of these hosts; those that have neither are forgotten.

        Raises StorageError.
        """
        if not rests:
            return
        now = datetime.now(UTC)
        kept = [
            KeptRest(host=name, level=level, seconds=seconds, at=now)
            for name, (level, seconds) in rests.items()
        ]
        await self._archive.write(lambda session: save_rests(session, kept, now))
