"""Speed of extraction, side by side: what a page costs other extractors, and copydesk, cold and warm.

    python benchmarks/sidebyside.py --pages PAGES | --sites press|made [--peer newspaper4k=PYTHON ...]
        [--learned-from others|all] [--from N] [--most 150] [--rounds 3] [--json]

No page is fetched. A peer is read in the Python that it is installed in: newspaper4k, news-please, fundus;
trafilatura is in our own. Each contender has two processes that are warm and take pages one by one; blocks
of pages go to each contender in turn, who goes first changes from block to block, and only one works at a
time. Fundus reads the pages of publishers that it has a parser for.

copydesk is "cold" where nothing is known of a page's site, and "warm" with templates of its site, learned as
a crawl learns them: from no more pages than it keeps, and either the others (the site's pages are dealt into
five parts, each read by what the other four teach) or all at hand, the page itself among them. `--from`
lowers the number of articles from which on a template reads by itself, for sites of few pages.
Ratios are of the same pages in the same round: of all they took together (the rounds' median), in which one
bad page may weigh as much as a hundred, and of each page, the median.
"""

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, Self

from extractors import COLD, COLD_TEACHING, COPYDESK, PEERS
from streams import STREAMS, SitePage, by_site, of_folder

from pipelines.article import TEMPLATE
from pipelines.cleaning import Cleaning
from pipelines.extract import read_page
from pipelines.templates.labels import Labels
from pipelines.templates.learn import learn_templates
from storage.templates import MOST_SAMPLES

PARTS = 5
WARM_UP = 12
"""Pages that each process reads before it is timed."""
NONE_LEARNED = "none"
YARDSTICK = "trafilatura"
_ROOT = Path(__file__).parent.parent


@dataclass(slots=True)
class Contender:
    """An extractor in two processes."""

    name: str
    command: Sequence[str]
    templates: str | None = None
    """COLD, or COLD_TEACHING; None: each page by those of its site."""
    processes: list["subprocess.Popen[str]"] = field(default_factory=list)

    def __enter__(self) -> Self:
        for _ in range(2):
            pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
            self.processes.append(subprocess.Popen(self.command, text=True, **pipes))
        return self

    def __exit__(self, *_: object) -> None:
        for process in self.processes:
            process.kill()
            process.wait()

    def ask(self, process: "subprocess.Popen[str]", job: dict[str, Any]) -> Any:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(job) + "\n")
        process.stdin.flush()
        answer = process.stdout.readline()
        if not answer:
            sys.exit(f"{self.name} came to an end: {' '.join(self.command)}")
        return json.loads(answer)

    def has_something_for(self, url: str) -> bool:
        return bool(self.ask(self.processes[0], {"ask": True, "url": url}))

    def job_of(self, one: "Timed") -> dict[str, Any]:
        return {"file": str(one.file), "url": one.url, "templates": self.templates or one.templates}

    def warm_up(self, pages: Sequence["Timed"]) -> None:
        for process in self.processes:
            for one in pages:
                self.ask(process, self.job_of(one))

    def read(self, pages: Sequence["Timed"]) -> tuple[float, dict[int, tuple[float, int, str | None]]]:
        """Seconds on the clock for these pages by both processes, and what each page cost."""
        waiting: SimpleQueue[Timed] = SimpleQueue()
        for one in pages:
            waiting.put(one)
        answers: dict[int, tuple[float, int, str | None]] = {}

        def work(process: "subprocess.Popen[str]") -> None:
            while True:
                try:
                    one = waiting.get_nowait()
                except Empty:
                    return
                answers[one.number] = tuple(self.ask(process, self.job_of(one)))

        threads = [threading.Thread(target=work, args=(process,)) for process in self.processes]
        began = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return time.perf_counter() - began, answers


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """A page as the contenders get it."""

    number: int
    url: str
    file: Path
    templates: str


def labels_of(one: SitePage) -> Labels | None:
    data = read_page(one.page, Cleaning(teach=True)).labels
    return None if data is None else Labels.from_bytes(data)


def learned(
    pages: Sequence[SitePage], wanted: Sequence[int], way: str, folder: Path
) -> tuple[dict[int, str], Counter[str]]:
    """The name of the templates of each wanted page, which lie in `folder`; how many sites have any."""
    names = dict.fromkeys(wanted, NONE_LEARNED)
    (folder / f"{NONE_LEARNED}.json").write_text(_as_json([]), encoding="utf-8")
    numbers = {id(one): number for number, one in enumerate(pages)}
    counts: Counter[str] = Counter()
    with ProcessPoolExecutor(2) as pool:
        sites = by_site(pages).values()
        several = [
            site for site in sites if len(site) > 1 and {numbers[id(one)] for one in site} & set(wanted)
        ]
        taught = list(pool.map(labels_of, [one for site in several for one in site], chunksize=4))
    start = 0
    for number, site in enumerate(several):
        labels = taught[start : start + len(site)]
        start += len(site)
        counts["sites of several pages"] += 1
        counts["sites of six pages or more"] += len(site) >= 6
        parts = min(PARTS, len(site)) if way == "others" else 1
        for part in range(parts):
            pool_of_labels = [
                one for at, one in enumerate(labels) if one and (way == "all" or at % parts != part)
            ]
            name = f"{number}-{part}"
            (folder / f"{name}.json").write_text(_as_json(pool_of_labels[-MOST_SAMPLES:]), encoding="utf-8")
            for at, one in enumerate(site):
                if at % parts == part and numbers[id(one)] in names:
                    names[numbers[id(one)]] = name
    return names, counts


def _as_json(labels: Sequence[Labels]) -> str:
    return json.dumps(learn_templates(labels).to_json())


def sample(pages: Sequence[SitePage], most: int) -> list[int]:
    """Numbers of at most so many pages, evenly from first to last; of sites with several pages first."""
    sites = by_site(pages)
    order = sorted(range(len(pages)), key=lambda n: (-min(len(sites[pages[n].site]), 2), n))
    several = [n for n in order if len(sites[pages[n].site]) > 1]
    found = several if len(several) >= most else order
    step = max(1.0, len(found) / most)
    return [found[int(n * step)] for n in range(min(most, len(found)))]


@dataclass(slots=True)
class Measured:
    """What a contender did in all rounds: by round, by page."""

    cpu: list[dict[int, float]] = field(default_factory=list)
    clock: list[float] = field(default_factory=list)
    read_by: dict[int, str | None] = field(default_factory=dict)
    empty: set[int] = field(default_factory=set)


def measure(
    contenders: Sequence[Contender], pages: Sequence[Timed], rounds: int, block: int
) -> dict[str, Measured]:
    found: defaultdict[str, Measured] = defaultdict(Measured)
    theirs = {
        one.name: {page.number for page in pages if one.has_something_for(page.url)} for one in contenders
    }
    for one in contenders:
        one.warm_up([page for page in pages if page.number in theirs[one.name]][:WARM_UP])
    for number in range(rounds):
        for one in contenders:
            found[one.name].cpu.append({})
            found[one.name].clock.append(0.0)
        for turn, start in enumerate(range(0, len(pages), block)):
            for one in (*contenders[turn % len(contenders) :], *contenders[: turn % len(contenders)]):
                mine = [page for page in pages[start : start + block] if page.number in theirs[one.name]]
                clock, answers = one.read(mine)
                measured = found[one.name]
                measured.clock[-1] += clock
                for page, (cpu, size, read_by) in answers.items():
                    measured.cpu[-1][page] = cpu
                    measured.read_by[page] = read_by
                    if not size:
                        measured.empty.add(page)
        print(f"round {number + 1} of {rounds}", file=sys.stderr, flush=True)
    return dict(found)


def figures(mine: Measured, theirs: Measured, pages: set[int] | None = None) -> dict[str, Any] | None:
    """What one measured, beside the yardstick, on its pages or on some of them."""
    wanted = set(mine.cpu[0]) if pages is None else pages & set(mine.cpu[0])
    if not wanted:
        return None
    of_page = [statistics.median(cpu[page] for cpu in mine.cpu) * 1e3 for page in wanted]
    of_theirs = [statistics.median(cpu[page] for cpu in theirs.cpu) * 1e3 for page in wanted]
    ratios = [
        sum(cpu[page] for page in wanted) / sum(other[page] for page in wanted)
        for cpu, other in zip(mine.cpu, theirs.cpu, strict=True)
    ]
    result = {
        "pages": len(wanted),
        "no_text": len(mine.empty & wanted),
        "broke": sum(mine.read_by[page] == "broke" for page in wanted),
        "cpu_ms_mean": round(statistics.fmean(of_page), 2),
        "cpu_ms_median": round(statistics.median(of_page), 2),
        "cpu_to_trafilatura": round(statistics.median(ratios), 3),
        "cpu_of_a_page_to_trafilatura": round(
            statistics.median(a / b for a, b in zip(of_page, of_theirs, strict=True)), 3
        ),
        "cpu_to_trafilatura_rounds": [round(ratio, 3) for ratio in ratios],
        "trafilatura_ms_mean": round(statistics.fmean(of_theirs), 2),
    }
    if pages is None:
        rates = [len(wanted) / clock for clock in mine.clock]
        beside = [
            rate / (len(other) / clock)
            for rate, other, clock in zip(rates, theirs.cpu, theirs.clock, strict=True)
        ]
        result["pages_per_second"] = round(statistics.median(rates), 1)
        result["rate_to_trafilatura"] = round(statistics.median(beside), 2)
    return result


def summed_up(found: dict[str, Measured]) -> dict[str, Any]:
    theirs = found[YARDSTICK]
    table = {name: figures(mine, theirs) for name, mine in found.items()}
    for name, mine in found.items():
        if name == "copydesk warm":
            fast = {page for page, read_by in mine.read_by.items() if read_by == TEMPLATE}
            table[f"{name}: read by template"] = figures(mine, theirs, fast)
            table[f"{name}: the others"] = figures(mine, theirs, set(mine.read_by) - fast)
    return {name: row for name, row in table.items() if row}


def contenders_of(options: argparse.Namespace, templates: Path) -> Iterator[Contender]:
    program = str(Path(__file__).with_name("extractors.py"))
    ours = [sys.executable, program, COPYDESK, "--root", str(_ROOT), "--templates", str(templates)]
    if options.fast_from is not None:
        ours += ["--fast-from", str(options.fast_from)]
    yield Contender(YARDSTICK, [sys.executable, program, YARDSTICK])
    for peer in options.peer:
        name, _, python = peer.partition("=")
        if name not in PEERS or not Path(python).exists():
            sys.exit(f"--peer {peer}: one of {', '.join(PEERS)}, and a Python that has it")
        yield Contender(name, [python, program, name])
    yield Contender("copydesk cold", ours, COLD)
    yield Contender("copydesk cold, teaching", ours, COLD_TEACHING)
    yield Contender("copydesk warm", ours)


def show(result: dict[str, Any]) -> None:
    size = f"{result['median_kb']:.0f} kB in the median"
    print(f"{result['pages']} pages of {result['sites']} sites, {size}; {result['warm']}")
    columns = {
        "pages/s": "pages_per_second",
        "CPU ms": "cpu_ms_mean",
        "median": "cpu_ms_median",
        "to traf.": "cpu_to_trafilatura",
        "of a page": "cpu_of_a_page_to_trafilatura",
        "pages": "pages",
        "no text": "no_text",
        "broke": "broke",
    }
    print(f"{'':34}" + "".join(f"{head:>11}" for head in columns))
    for name, row in result["contenders"].items():
        print(f"{name:34}" + "".join(f"{row.get(key, ''):>11}" for key in columns.values()))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--pages", type=Path, help="folder with manifest.jsonl and the pages")
    where.add_argument("--sites", choices=STREAMS, help="the sample press, or made-up sites")
    parser.add_argument("--peer", action="append", default=[], metavar="NAME=PYTHON")
    parser.add_argument("--learned-from", choices=("others", "all"), default="others")
    parser.add_argument("--from", type=int, dest="fast_from", metavar="N")
    parser.add_argument("--most", type=int, default=150, help="pages that are timed")
    parser.add_argument("--block", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    pages = of_folder(options.pages) if options.pages else STREAMS[options.sites]()
    wanted = sample(pages, options.most)
    folder = Path(tempfile.mkdtemp())
    try:
        names, counts = learned(pages, wanted, options.learned_from, folder)
        timed = []
        for number in wanted:
            file = folder / f"{number}.html"
            file.write_bytes(pages[number].page.body)
            timed.append(Timed(number=number, url=pages[number].page.url, file=file, templates=names[number]))
        found = run(list(contenders_of(options, folder)), timed, options.rounds, options.block)
    finally:
        shutil.rmtree(folder)
    result = {
        "pages": len(timed),
        "sites": len({pages[number].site for number in wanted}),
        "median_kb": statistics.median(len(pages[number].page.body) for number in wanted) / 1000,
        "warm": said_of_warm(options),
        **counts,
        "contenders": summed_up(found),
    }
    if options.json:
        print(json.dumps(result, indent=1))
    else:
        show(result)


def run(contenders: list[Contender], pages: Sequence[Timed], rounds: int, block: int) -> dict[str, Measured]:
    """Measure with every contender's processes there, and end them."""
    started: list[Contender] = []
    try:
        started.extend(one.__enter__() for one in contenders)
        return measure(started, pages, rounds, block)
    finally:
        for one in started:
            one.__exit__()


def said_of_warm(options: argparse.Namespace) -> str:
    which = (
        "the site's other pages" if options.learned_from == "others" else "all of the site's pages at hand"
    )
    lowered = (
        ""
        if options.fast_from is None
        else (f"; templates read from {options.fast_from} articles on, WHICH IS NOT HOW copydesk DOES")
    )
    return f"warm: by templates learned from {which}{lowered}"


if __name__ == "__main__":
    main()
