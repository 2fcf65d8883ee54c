"""A page that shows one article as a template has read it: each block marked by its verdict."""

from collections import Counter
from collections.abc import Sequence
from html import escape

from crawler.cli.articles import read_by
from crawler.cli.passages import lines_in_place
from pipelines.cleaning import family_of
from storage.shown import in_one_line
from storage.stored import StoredArticle

_STYLE = """
:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }
body { overflow-wrap: anywhere; }
h1 { font-size: 1.4rem; line-height: 1.25; }
ul { padding-left: 1.2rem; }
p, .legend li { margin: .4rem 0; padding: .3rem .6rem; border-left: .4rem solid; list-style: none; }
.legend { padding: 0; display: flex; flex-wrap: wrap; gap: .6rem; }
p b { font-size: .8rem; font-weight: 600; display: block; }
.text { border-color: #2a7; }
.line { border-style: dotted; border-color: #c70; background: #c702; }
.block { border-style: dashed; border-color: #36c; background: #36c2; }
.outside { border-style: double; border-color: #a3a; background: #a3a2; }
.other { border-color: #888; background: #8882; }
.gone { text-decoration: line-through; text-decoration-thickness: 1px; }
"""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_CLASSES = {"learned line": "line", "learned block": "block", "outside the container": "outside"}


def page_of(source: str, article: StoredArticle, words: Sequence[str]) -> str:
    """The page, as HTML that holds all it needs; `words` say what the template is."""
    lines = lines_in_place(article)
    title = f"{source}: how its articles are read"
    counts = Counter("text" if rule is None else family_of(rule) for _, rule in lines)
    legend = "".join(
        f'<li class="{_class_of(name)}">{_shown(name)}: {count:,}</li>'
        for name, count in counts.most_common()
    )
    reader = f", read by {how}" if (how := read_by(article)) else ""
    told = "".join(f"<li>{_shown(line)}</li>" for line in words)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width">\n'
        f"<title>{_shown(title)}</title>\n<style>{_STYLE}</style></head><body>\n"
        f"<h1>{_shown(title)}</h1>\n<ul>{told}</ul>\n<h2>{_shown(article.title)}</h2>\n"
        f"<div>{_shown(article.canonical_url)}{_shown(reader)}</div>\n<ul class=legend>{legend}</ul>\n"
        + "\n".join(_line(text, rule) for text, rule in lines)
        + "\n</body></html>\n"
    )


def _line(text: str, rule: str | None) -> str:
    if rule is None:
        return f'<p class="text">{_shown(text)}</p>'
    kind = _class_of(family_of(rule))
    gone = f'<b>{_shown(rule)}</b><span class="gone">{_shown(text)}</span>'
    return f'<p class="{kind}" title="{_shown(rule)}">{gone}</p>'


def _class_of(family: str) -> str:
    return "text" if family == "text" else _CLASSES.get(family, "other")


def _shown(text: str) -> str:
    return escape(in_one_line(text))
