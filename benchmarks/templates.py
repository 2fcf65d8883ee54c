"""How well pages are read by their source's templates, beside the extractor alone.

    python benchmarks/templates.py [--pages PAGES --evaluate FOLDER] [--only press] [--list] [--json]

press:     the made-up sites of madesites.py, each crawled in four runs of ten pages: what is known is learned
           from the pages before, as in a crawl (crawler/templates.py). Learned lines are left out of it.
real:      pages of publishers of whom there are several, each read by what the others teach; with the
           thresholds of production, and with thresholds of one page. PAGES and FOLDER are as for text.py.
others:    each page read by the templates of all other sites, with thresholds of one page. One that is made
           alike may be; no other should.
mutations: pages that their template reads, changed so that it should not, or that nothing comes of it: the
           made-up ones with the thresholds of production, the real ones with those of one page.

F1 of made-up pages is that of words, each counted as often as it stands; of real pages, that of their set.
"""

import argparse
import json
import multiprocessing
from pathlib import Path
from typing import Any

from madesites import MadeSite, made_sites
from templatemutated import mutated, mutated_result, show_mutated
from templateothers import by_others, others_result, show_others, taught
from templatepress import crawled, press_result, show_press
from templatepublishers import Publisher, left_out, publishers, publishers_result, show_publishers

PARTS = ("press", "real", "others", "mutations")


def measure(options: argparse.Namespace) -> dict[str, Any]:
    sites = list(made_sites(options.seed))
    real = publishers(options.pages, options.evaluate) if options.pages else []
    everything: list[MadeSite | Publisher] = [*sites, *real]
    wanted = options.only or PARTS
    result: dict[str, Any] = {}
    with multiprocessing.get_context("forkserver").Pool(2) as pool:
        if "press" in wanted:
            result["press"] = press_result([row for rows in pool.imap(crawled, sites) for row in rows])
        if "real" in wanted and real:
            read = list(pool.imap(left_out, real, chunksize=2))
            result["real"] = {
                name: publishers_result([row for one in read for row in one[name]], options.evaluate)
                for name in ("production", "one page")
            }
        if "others" in wanted:
            known = [one for found in pool.imap(taught, everything) for one in found]
            jobs = [(site, known) for site in everything]
            result["others"] = others_result(list(pool.imap(by_others, jobs)))
        if "mutations" in wanted:
            result["mutations"] = {
                where: mutated_result([one for found in pool.imap(mutated, changed) for one in found])
                for where, sort in (("made-up", MadeSite), ("real", Publisher))
                if (changed := [site for site in everything if isinstance(site, sort)])
            }
    return result


def show(result: dict[str, Any], *, full: bool) -> None:
    if press := result.get("press"):
        show_press(press, full=full)
    for name, real in result.get("real", {}).items():
        show_publishers(name, real, full=full)
    if others := result.get("others"):
        show_others(others, full=full)
    for where, found in result.get("mutations", {}).items():
        show_mutated(where, found, full=full)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--pages", type=Path, help="folder with manifest.jsonl and real pages")
    parser.add_argument("--evaluate", type=Path, help="folder with metrics.py")
    parser.add_argument("--seed", type=int, default=1, help="of the made-up sites")
    parser.add_argument("--only", action="append", choices=PARTS)
    parser.add_argument("--list", action="store_true", help="name each page that is read otherwise")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    result = measure(options)
    if options.json:
        print(json.dumps(result, ensure_ascii=False, indent=1))
    else:
        show(result, full=options.list)


if __name__ == "__main__":
    main()
