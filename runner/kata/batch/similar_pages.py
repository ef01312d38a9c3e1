"""The pages of `kata similar`: the pairs, the most alike first, and each pair side by side. Pure."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from kata.batch.similarity import Pair, Source
from kata.safe import safe, safe_line

if TYPE_CHECKING:
    from jinja2 import Environment

#: (is it a file's name, is it in both, text)
Run = tuple[bool, bool, str]


def index_page(exercise: str, pairs: Sequence[Pair], names: Mapping[str, str], notes: Sequence[str]) -> str:
    """The list of pairs; `names` are the students' by key."""
    return _rendered(
        "similar.html.jinja", exercise=exercise, pairs=[_told(pair, names) for pair in pairs], notes=notes, pair=None
    )


def pair_page(exercise: str, pair: Pair, names: Mapping[str, str]) -> str:
    """Both submissions beside each other, with what they share marked."""
    sides = (runs(pair.left, pair.left_spans), runs(pair.right, pair.right_spans))
    return _rendered("similar.html.jinja", exercise=exercise, pairs=[], notes=[], pair=_told(pair, names), sides=sides)


def pair_file(number: int) -> str:
    """The name of the page of the pair with that number, from 1."""
    return f"pair-{number:03}.html"


def runs(source: Source, spans: Sequence[tuple[int, int]]) -> list[Run]:
    """The text in pieces: file names, what is shared, what is not; harmless, whatever stands in it."""
    cuts = {0, len(source.text), *(start for start, _ in source.starts), *(end for span in spans for end in span)}
    edges = sorted(cut for cut in cuts if cut <= len(source.text))
    names = dict(source.starts)
    found: list[Run] = []
    for start, end in zip(edges, edges[1:] + edges[-1:], strict=True):
        if start in names:
            found.append((True, False, safe_line(names[start].encode("utf-8", "surrogateescape"), 200)))
        if end > start:
            shared = any(span[0] <= start and end <= span[1] for span in spans)
            found.append((False, shared, safe(source.text[start:end].replace("\r\n", "\n"), len(source.text))))
    return found


def _told(pair: Pair, names: Mapping[str, str]) -> dict[str, str | int]:
    return {
        "left": safe_line(names.get(pair.left.key, pair.left.key), 120),
        "right": safe_line(names.get(pair.right.key, pair.right.key), 120),
        "left_share": round(100 * pair.left_share),
        "right_share": round(100 * pair.right_share),
        "tokens": pair.tokens,
        "language": pair.left.language,
    }


def _rendered(template: str, **values: object) -> str:
    style = resources.files(__package__).joinpath("similar.css").read_text("utf-8")
    digest = "sha256-" + base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    found = _environment().from_string(resources.files(__package__).joinpath(template).read_text("utf-8"))
    return found.render(style=style, style_digest=digest, file=pair_file, **values)


@cache
def _environment() -> Environment:
    from jinja2 import Environment, StrictUndefined

    return Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
