"""Pages a second: a whole crawl against trafilatura alone, on the same pages, in turn.

    python benchmarks/speed.py --replay REPLAY --pages PAGES [--sites 8] [--rounds 3]

The pages are dealt out to a few sites, so that the crawl is of pages and not of robots.txt and feeds; the
replay serves them on loopback without a delay. trafilatura runs `bare_extraction(with_metadata=True)` in a
pool of two processes that are warm. The crawl is `copydesk crawl --all`, timed from the first run's begin to
the last one's end, and as a whole command; and once more with `templates = false`: pages that have next to
nothing in common show what templates cost, and nothing of what they give.
"""

import gzip
import json
import multiprocessing
import statistics
import sys
import tempfile
import time
from pathlib import Path

from sqlalchemy import func, select

from storage.models import Article, Run
from storage.session import open_database
from webreplay import arguments, hosts_of, import_hosts, no_delay, replay, start_copydesk


def read(path: Path) -> int:
    """What a worker of the pool does with one page."""
    from trafilatura import bare_extraction

    html = gzip.decompress(path.read_bytes()).decode("utf-8", "replace")
    document = bare_extraction(html, with_metadata=True)
    return len(getattr(document, "text", None) or "")


def trafilatura_alone(files: list[Path]) -> float:
    """Seconds for all pages in two warm processes."""
    with multiprocessing.get_context("forkserver").Pool(2) as pool:
        pool.map(read, files[:20], chunksize=1)
        began = time.perf_counter()
        pool.map(read, files, chunksize=4)
        return time.perf_counter() - began


def deal_out(pages: Path, sites: int) -> tuple[Path, list[Path]]:
    """A folder for the replay in which the same pages stand on a few sites; the pages' files."""
    folder = Path(tempfile.mkdtemp())
    files = []
    with (folder / "manifest.jsonl").open("w", encoding="utf-8") as manifest:
        for number, line in enumerate((pages / "manifest.jsonl").read_text(encoding="utf-8").splitlines()):
            file = (pages / json.loads(line)["file"]).resolve()
            files.append(file)
            row = {"url": f"http://www.site{number % sites}.example/2026/story-{number}", "file": str(file)}
            manifest.write(json.dumps(row) + "\n")
    return folder, files


def crawl(replay_program: Path, dealt: Path, settings: str = "") -> dict[str, float]:
    """One crawl of all sites into a fresh archive."""
    folder = Path(tempfile.mkdtemp())
    no_delay(folder, settings)
    with replay(replay_program, dealt) as server:
        import_hosts(folder, hosts_of(dealt), server)
        began = time.perf_counter()
        start_copydesk(folder, "crawl", "--all", server=server).wait()
        whole = time.perf_counter() - began
    with open_database(str(folder / "copydesk.sqlite")) as archive, archive.read() as session:
        first, last = session.execute(select(func.min(Run.started_at), func.max(Run.ended_at))).one()
        articles = session.scalar(select(func.count()).select_from(Article)) or 0
    return {"command": whole, "crawl": (last - first).total_seconds(), "articles": articles}


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--sites", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    dealt, files = deal_out(options.pages, options.sites)
    rounds = []
    for _ in range(options.rounds):
        alone = trafilatura_alone(files)
        ours = crawl(options.replay, dealt)
        without = crawl(options.replay, dealt, "[cleaning]\ntemplates = false\n")
        rounds.append(
            {
                "trafilatura_pages_per_second": round(len(files) / alone, 1),
                "crawl_pages_per_second": round(len(files) / ours["crawl"], 1),
                "command_pages_per_second": round(len(files) / ours["command"], 1),
                "articles": ours["articles"],
                "ratio": round(alone / ours["crawl"], 3),
                "ratio_without_templates": round(alone / without["crawl"], 3),
                "ratio_of_the_whole_command": round(alone / ours["command"], 3),
            }
        )
        print(json.dumps(rounds[-1]), file=sys.stderr, flush=True)
    medians = {
        f"median_{name}": statistics.median(r[name] for r in rounds)
        for name in ("ratio", "ratio_without_templates")
    }
    print(json.dumps({"pages": len(files), "rounds": rounds, **medians}, indent=1))


if __name__ == "__main__":
    main()
