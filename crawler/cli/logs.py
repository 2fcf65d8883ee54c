"""What a crawl logs, and what of it the user sees."""

import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crawler.cli.invocation import Invocation
    from crawler.desk import Desk


def show_logs(invocation: "Invocation", desk: "Desk") -> None:
    """Log as the settings say.

    Of Scrapy's own loggers only errors are shown, unless --debug or a LOG_LEVEL asks for more: their warnings
    give advice on settings to whoever writes spiders.
    """
    from scrapy.utils.log import configure_logging

    configure_logging(desk.settings)
    if not invocation.debug and "LOG_LEVEL" not in invocation.config().scrapy:
        logging.getLogger("scrapy").setLevel(logging.ERROR)
