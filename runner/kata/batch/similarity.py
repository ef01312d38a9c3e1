"""How much of one submission stands in another: a signal for a person to look at, never a verdict.

Winnowed fingerprints over token streams (Schleimer, Wilkerson, Aiken: Winnowing, SIGMOD 2003), through copydetect:
names and layout do not matter, and what the exercise's own starter holds is left out.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

from kata.errors import SubmissionError, UsageError
from kata.submission import Limits, Snapshot, take

#: ending -> language; only files of one language are compared with each other.
_LANGUAGES: Mapping[str, str] = {
    **dict.fromkeys((".py",), "python"),
    **dict.fromkeys((".js", ".mjs", ".cjs", ".ts"), "javascript"),
    **dict.fromkeys((".php",), "php"),
    **dict.fromkeys((".rb",), "ruby"),
    **dict.fromkeys((".pl", ".pm", ".psgi"), "perl"),
    **dict.fromkeys((".java",), "java"),
    **dict.fromkeys((".go",), "go"),
}
_ENDING = {language: ending for ending, language in reversed(list(_LANGUAGES.items()))}
#: A match shorter than this many characters of filtered code is chance; one of twice the length is always found.
_NOISE, _GUARANTEED = 25, 40
_LARGEST = 400_000
_FEWEST = 60


@dataclass(frozen=True)
class Source:
    """The code of one student in one language, file after file; `starts` says where each begins."""

    key: str
    language: str
    text: str
    starts: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class Pair:
    """Two students with code in common. Shares are of each one's own code, 0 to 1; spans are offsets in the text."""

    left: Source
    right: Source
    left_share: float
    right_share: float
    tokens: int
    left_spans: tuple[tuple[int, int], ...]
    right_spans: tuple[tuple[int, int], ...]

    @property
    def share(self) -> float:
        """The larger share: a small program that is wholly part of a large one counts as a whole."""
        return max(self.left_share, self.right_share)


def sources_of(key: str, snapshot: Snapshot) -> list[Source]:
    """The code of a submission, one source for each language it is written in."""
    texts: dict[str, list[tuple[str, str]]] = {}
    for path in snapshot.paths:
        language = _LANGUAGES.get(Path(path).suffix.lower())
        if language is not None:
            content = snapshot.head(path, _LARGEST)
            texts.setdefault(language, []).append((path, content.decode("utf-8", "replace").replace("\0", " ")))
    return [_joined(key, language, files) for language, files in texts.items()]


def starter_sources(starters: Path, limits: Limits) -> list[Source]:
    """What the exercise gave everybody, in every language that it has a starter for."""
    found: list[Source] = []
    for folder in sorted(starters.iterdir()) if starters.is_dir() else []:
        try:
            with take(folder, limits) as snapshot:
                found += sources_of(f"starter {folder.name}", snapshot)
        except (SubmissionError, UsageError):
            continue  # a starter with no code in it
    return found


def pairs_of(sources: Sequence[Source], starters: Iterable[Source], above: float) -> list[Pair]:
    """Every pair with at least the share `above` in common, the most alike first. Raises UsageError: no copydetect."""
    given: dict[str, list[Any]] = {}
    for starter in starters:
        given.setdefault(starter.language, []).append(_fingerprint(starter, []).hashes)
    prints = [(source, _fingerprint(source, _union(given.get(source.language, [])))) for source in sources]
    found = []
    for (left, left_print), (right, right_print) in combinations(prints, 2):
        if left.language == right.language and left.key != right.key:
            pair = _compared(left, left_print, right, right_print)
            if pair is not None and pair.share >= above:
                found.append(pair)
    return sorted(found, key=lambda pair: (-pair.share, -pair.tokens, pair.left.key, pair.right.key))


def _joined(key: str, language: str, files: Sequence[tuple[str, str]]) -> Source:
    text, starts = "", []
    for path, content in files:
        starts.append((len(text), path))
        text += content if content.endswith("\n") else content + "\n"
    return Source(key, language, text[:_LARGEST], tuple(starts))


def _fingerprint(source: Source, boilerplate: Any) -> Any:
    try:
        from copydetect import CodeFingerprint
    except ImportError as error:
        raise UsageError(
            "`kata similar` needs copydetect, which is not installed", "pip install 'kata-grader[similar]'"
        ) from error
    file = f"{source.key}{_ENDING[source.language]}"
    window = _GUARANTEED - _NOISE + 1
    return CodeFingerprint(file, _NOISE, window, boilerplate=boilerplate, fp=io.StringIO(source.text))


def _union(hashes: Sequence[Any]) -> list[int]:
    return sorted({int(each) for some in hashes for each in some})


def _compared(left: Source, left_print: Any, right: Source, right_print: Any) -> Pair | None:
    from copydetect import compare_files

    if left_print.token_coverage == 0 or right_print.token_coverage == 0:
        return None
    tokens, shares, slices = compare_files(left_print, right_print)
    if tokens < _FEWEST:
        return None
    return Pair(
        left,
        right,
        min(1.0, float(shares[0])),
        min(1.0, float(shares[1])),
        int(tokens),
        _spans(slices[0], len(left.text)),
        _spans(slices[1], len(right.text)),
    )


def _spans(slices: Any, end: int) -> tuple[tuple[int, int], ...]:
    """(start, end) of each match, in order and without overlap."""
    spans: list[tuple[int, int]] = []
    for start, stop in sorted((int(start), min(end, int(stop))) for start, stop in zip(*slices, strict=True)):
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(stop, spans[-1][1]))
        elif stop > start:
            spans.append((start, stop))
    return tuple(spans)
