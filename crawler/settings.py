"""Scrapy's settings: the manners of the crawler, and which of our components stand where."""

from importlib.metadata import version

from crawler.config import CrawlConfig

BOT_NAME = "copydesk"
SPIDER_MODULES = ["crawler.spiders"]
NEWSPIDER_MODULE = "crawler.spiders"

USER_AGENT = f"copydesk/{version('copydesk')} (news archive)"
"""`contact` in copydesk.toml is added to it."""

# One asyncio loop, no Twisted reactor: Scrapy then fetches with aiohttp, and `asyncio.run` is all it takes.
TWISTED_REACTOR_ENABLED = False
_HANDLER = "crawler.handler.PoliteDownloadHandler"
DOWNLOAD_HANDLERS = {"http": _HANDLER, "https": _HANDLER, "file": None, "ftp": None, "s3": None, "data": None}

# Manners. The delay between two requests to a host is kept by crawler/politeness.py, across all crawls of the
# process and through redirects and robots.txt, which Scrapy's per-crawl slots cannot see.
HOST_DELAY = 1.0  # seconds
DOWNLOAD_DELAY = 0
CONCURRENT_REQUESTS_PER_DOMAIN = 1
ROBOTSTXT_OBEY = True
ROBOTSTXT_USER_AGENT = "copydesk"

# What one crawl may hold in memory at once: requests under way, and answers on their way to the archive.
CONCURRENT_REQUESTS = 8
CONCURRENT_ITEMS = 1  # of one answer: each gives one, and Scrapy starts so many tasks for it
SCRAPER_SLOT_MAX_ACTIVE_SIZE = 8_000_000

DOWNLOAD_TIMEOUT = 30
DOWNLOAD_MAXSIZE = 8_000_000
DOWNLOAD_WARNSIZE = 0
DOWNLOAD_VERIFY_CERTIFICATES = True
REDIRECT_MAX_TIMES = 8
METAREFRESH_MAXDELAY = 3
HTTPERROR_ALLOW_ALL = True  # a 404 is an outcome to record, not an error to hide
REST_AFTER_REFUSAL = 10.0  # seconds that a host is left alone after a 429 or 503 that names no time
RETRY_ENABLED = False  # the frontier tries again, later each time: see crawler/revisit.py
COOKIES_ENABLED = True  # some sites redirect for ever to a reader who keeps none; they last one crawl
URLLENGTH_LIMIT = 0  # the frontier has judged them; a request dropped in silence would never land
PRIVATE_HOSTS_ALLOWED: list[str] = []  # hosts that may stand at an address that is not public
PORTS_ALLOWED = CrawlConfig().ports

DOWNLOADER_MIDDLEWARES = {
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "crawler.middlewares.addresses.AddressMiddleware": 90,
    "crawler.middlewares.robots.RobotsMiddleware": 100,
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
    "crawler.middlewares.compression.CompressionMiddleware": 590,  # Scrapy's own place for it
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
    "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,
}
ITEM_PIPELINES = {"pipelines.store.StorePipeline": 100}

# Nothing listens on a port, and nothing is counted that nobody reads.
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False
LOG_LEVEL = "WARNING"
LOG_VERSIONS: list[str] = []
LOGSTATS_INTERVAL = 0
STATS_DUMP = False
MEMUSAGE_ENABLED = False
