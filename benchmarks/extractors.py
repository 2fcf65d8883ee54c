"""Reads pages by one extractor, and tells what CPU time each took: what sidebyside.py runs, in any Python.

    python benchmarks/extractors.py NAME [--root FOLDER] [--templates FOLDER] [--fast-from N]

A line of stdin is a JSON object: the page's file (UTF-8), its address, and for copydesk the name of a file of
templates in that folder. A line of stdout answers it: CPU seconds, characters of text, what read it. With
"ask", it answers whether the extractor has anything for that host. None gets a connection: what it would
fetch beside the page is none of its work here.
"""

import argparse
import json
import logging
import os
import socket
import sys
import time
import warnings
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit

Outcome = tuple[int, str | None]
"""Characters of the text, and what read it, where that may differ."""
COPYDESK = "copydesk"
COLD, COLD_TEACHING = "cold", "cold, teaching"
"""Instead of the name of templates: none; the same, and the page tells what it teaches."""
Extract = Callable[[bytes, str, str | None], Outcome]


def trafilatura() -> Extract:
    from trafilatura import bare_extraction

    def extract(body: bytes, url: str, templates: str | None) -> Outcome:
        document = bare_extraction(body.decode("utf-8", "replace"), url=url, with_metadata=True)
        return len(getattr(document, "text", None) or ""), None

    return extract


def newspaper4k() -> Extract:
    newspaper = __import__("newspaper")
    config = newspaper.Config()
    config.fetch_images = False

    def extract(body: bytes, url: str, templates: str | None) -> Outcome:
        article = newspaper.Article(url, config=config)
        article.download(input_html=body.decode("utf-8", "replace"))
        article.parse()
        return len(article.text or ""), None

    return extract


def news_please() -> Extract:
    newsplease = __import__("newsplease").NewsPlease

    def extract(body: bytes, url: str, templates: str | None) -> Outcome:
        article = newsplease.from_html(body.decode("utf-8", "replace"), url=url, fetch_images=False)
        return len(getattr(article, "maintext", None) or ""), None

    return extract


def fundus() -> Extract:
    parser_of = _fundus_parsers()

    def extract(body: bytes, url: str, templates: str | None) -> Outcome:
        found = parser_of(url).parse(body.decode("utf-8", "replace"), error_handling="suppress")
        return len(str(found.get("body") or "")), None

    return extract


@cache
def _fundus_parsers() -> Callable[[str], Any]:
    """Gives the parser of an address' publisher; None if there is none."""
    collection = __import__("fundus").PublisherCollection
    publishers = {_host(one.domain): one for one in collection}

    @cache
    def parser_of_host(host: str) -> Any:
        while host and host not in publishers:
            host = host.partition(".")[2]
        return publishers[host].parser() if host else None

    return lambda url: parser_of_host(_host(url))


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.")


def copydesk(folder: Path) -> Extract:
    from pipelines.cleaning import Cleaning
    from pipelines.extract import read_page
    from pipelines.page import Page
    from pipelines.templates.template import Templates

    # as a crawl reads the pages of a source: what no template reads teaches
    known = {
        file.stem: Cleaning(templates=Templates.from_json(json.loads(file.read_text("utf-8"))), teach=True)
        for file in sorted(folder.glob("*.json"))
    }
    known |= {COLD: Cleaning(), COLD_TEACHING: Cleaning(teach=True)}

    def extract(body: bytes, url: str, templates: str | None) -> Outcome:
        page = Page(url=url, body=body, content_type="text/html; charset=utf-8")
        article = read_page(page, known[templates or COLD]).article
        return (len(article.text), article.read_by) if article else (0, None)

    return extract


PEERS: dict[str, Callable[[], Extract]] = {
    "trafilatura": trafilatura,
    "newspaper4k": newspaper4k,
    "news-please": news_please,
    "fundus": fundus,
}


def has_something_for(name: str, url: str) -> bool:
    return name != "fundus" or _fundus_parsers()(url) is not None


def measured(extract: Extract, job: dict[str, Any]) -> tuple[float, int, str | None]:
    body = Path(job["file"]).read_bytes()
    began = time.process_time()
    try:
        size, read_by = extract(body, job["url"], job.get("templates"))
    except Exception:  # noqa: BLE001  that it broke is what there is to tell
        size, read_by = 0, "broke"
    return time.process_time() - began, size, read_by


def _refuse(*_: Any, **__: Any) -> NoReturn:
    raise OSError("no connections here")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("name", choices=[*PEERS, COPYDESK])
    parser.add_argument("--root", help="where the packages of copydesk are")
    parser.add_argument("--templates", type=Path, help="folder of what was learned of sites")
    parser.add_argument("--fast-from", type=int, help="articles from which on a template reads by itself")
    options = parser.parse_args()
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a library prints is no answer
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    if options.root:
        sys.path.insert(0, options.root)
    if options.fast_from is not None:
        template = __import__("pipelines.templates.template", fromlist=["FAST_FROM"])
        template.FAST_FROM = options.fast_from
    extract = copydesk(options.templates) if options.name == COPYDESK else PEERS[options.name]()
    socket.socket.connect = _refuse  # type: ignore[method-assign]
    for line in sys.stdin:
        job = json.loads(line)
        if job.get("ask"):
            answer: Any = has_something_for(options.name, job["url"])
        else:
            answer = measured(extract, job)
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
