"""Schedules as they are given on the command line and in lists."""

from crawler.cli.failures import WrongUsage


def read_when(text: str) -> str:
    """A schedule in the form in which it is kept. Raises WrongUsage."""
    from crawler.schedule.schedule import NoSchedule, read_schedule

    try:
        return str(read_schedule(text))
    except NoSchedule as error:
        raise WrongUsage(str(error)) from None
