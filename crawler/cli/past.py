"""What `copydesk crawl --since` asks for: how far into the past sources are to be taken in."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Self

from crawler.cli.failures import WrongUsage
from crawler.cli.terminal import counted, note
from crawler.cli.times import read_time, shown_time

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crawler.desk import Desk
    from crawler.report import RunReport

NEVER = "never"


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """A backfill to ask for, or to call off."""

    back_to: datetime | None
    """None: it is called off."""

    @classmethod
    def read(cls, text: str, now: datetime) -> Self:
        """What a person wrote. Raises WrongUsage."""
        if text.strip().lower() == NEVER:
            return cls(back_to=None)
        back_to = read_time(text, now)
        if back_to >= now:
            raise WrongUsage(f"{text!r} is not past: --since takes the day to go back to")
        return cls(back_to=back_to)

    async def ask(self, desk: "Desk", source_ids: "Sequence[int]") -> None:
        """Write it down: from then on every run of the sources that has time left works on it."""
        from storage.backfill import ask_for_backfill, call_off_backfill

        if (back_to := self.back_to) is not None:
            await desk.archive.write(lambda session: ask_for_backfill(session, source_ids, back_to))
            return
        forgotten = await desk.archive.write(
            lambda session: sum(call_off_backfill(session, source_id) for source_id in source_ids)
        )
        note(f"called off; {counted(forgotten, 'page')} found and not fetched forgotten")

    async def tell(self, desk: "Desk", reports: "Sequence[RunReport]") -> None:
        """Say of each source whether it is done."""
        from storage.backfill import backfill_wanted

        if self.back_to is None or desk.broken is not None:
            return
        told = f"taken in back to {shown_time(self.back_to)}"
        for report in reports:
            if report.source_id is not None:
                ask = partial(backfill_wanted, source_id=report.source_id)
                left = await desk.archive.read(ask) is not None
                note(f"{report.source}: {f'not yet {told}; the same command goes on' if left else told}")
