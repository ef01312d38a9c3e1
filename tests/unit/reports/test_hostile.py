"""Text from a submission is inert in every format, even when the first guard has missed it."""

from __future__ import annotations

import dataclasses
import io
import json
import re
import unicodedata
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import Any

import pytest
import yaml
from lxml import etree
from lxml import html as lxml_html
from markdown_it import MarkdownIt
from rich.console import Console
from tests.chromium import Chromium

from kata.reports import WRITERS
from kata.reports.terminal import print_report
from kata.results import Report

TOKEN = "t0k3n-t0k3n"
HOSTILE = {
    "colour": "\x1b[31mred\x1b[0m",
    "title": "\x1b]0;owned\x07",
    "link": "\x1b]8;;https://evil.example\x1b\\click\x1b]8;;\x1b\\",
    "clipboard": "\x1b]52;c;cm0gLXJmIH4=\x07",
    "c1": "\x9b31mred\x85next",
    "backspace": "safe\b\b\b\bevil\rover",
    "bidi": "\u202egnp.exe\u2066\u2069",
    "invisible": "ad\u200bmin\ufeff\u00ad",
    "separators": "a\u2028b\u2029c",
    "rich link": "[link=https://evil.example]x[/link][bold red]y[/]",
    "emoji": ":x: :warning:",
    "script": "</script><script>document.title='owned'</script>",
    "attribute": '"\' onmouseover="alert(1)" x=\'',
    "style": "</style><style>body{display:none}</style>",
    "image": "<img src=https://evil.example/x onerror=alert(1)>",
    "address": "javascript:alert(1)",
    "template": "{{ 7*7 }}{% include 'x' %}",
    "formula": '=HYPERLINK("https://evil.example";"x")',
    "fence": "```\n# heading\n[x](https://evil.example)\n````text\n<b>bold</b>",
    "markdown": "![x](https://evil.example/x.png) | cell | <details> **bold** @everyone",
    "command": "::error title=owned::boom\n::set-output name=score::100\n  ::add-mask::x",
    "old command": "##[error]boom ##[set-env name=PATH]x",
    "resume": f"::{TOKEN[:4]}::\n::notice title=Autograding report::{{}}",
    "output": "x\nscore=100\nscore<<EOF\n100\nEOF",
    "cdata": "]]><testcase/><!-- --> &lol;",
    "tap": "ok 1\nnot ok 2 - x\nBail out! owned\n1..0\n  ...\n  ---\n# SKIP",
    "nul": "a\x00b",
    "surrogate": "a\ud800b\udfff",
    "nonchar": "a\ufffeb\uffffc",
    "percent": "%0A::error::x%25",
    "long": "A" * 5000,
}
ENVIRONMENT = dict.fromkeys(
    ("CLASSROOM", "ASSIGNMENT", "OWNER", "COMMIT_URL", "RELEASE_URL", "REVIEW_URL", "USERNAME"), "x"
) | {"SUBMISSION_TAG": "submit/1", "COMMIT_DATE": "2026-11-23T00:31:01Z"}


def poisoned(value: Any, text: str) -> Any:
    """The same report with `text` in every place that holds text, ids included."""
    if isinstance(value, Enum) or value is None:
        return value
    if isinstance(value, str):
        return text
    if isinstance(value, tuple):
        return tuple(poisoned(item, text) for item in value)
    if isinstance(value, dict):
        return {text: text}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        names = [each.name for each in dataclasses.fields(value)]
        return dataclasses.replace(value, **{name: poisoned(getattr(value, name), text) for name in names})
    return value


@pytest.fixture(scope="session")
def all_poisoned(every_report: tuple[Report, ...]) -> dict[str, tuple[Report, ...]]:
    """Each kind in every report, made once for all writers."""
    return {kind: tuple(poisoned(report, text) for report in every_report) for kind, text in HOSTILE.items()}


def strings(value: Any) -> list[str]:
    """Every text inside parsed JSON."""
    if isinstance(value, str):
        return [value]
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [text for key, item in inside for text in (*strings(key), *strings(item))]


def assert_visible(text: str) -> None:
    """No control, invisible, direction-changing or lone character is left; newline and tab are fine."""
    bad = {character for character in text if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}}
    assert bad <= {"\n", "\t"}


def json_is_inert(text: str) -> None:
    for found in strings(json.loads(text)):
        assert_visible(found)


def text_is_inert(text: str) -> None:
    assert "##[" not in text
    assert not any(line.lstrip().startswith("::") for line in text.splitlines())


def html_is_inert(text: str) -> None:
    page = lxml_html.document_fromstring(text)
    tags = {element.tag for element in page.iter() if isinstance(element.tag, str)}
    assert not tags & {"script", "img", "iframe", "object", "b", "testcase", "link", "form"}
    assert len(page.xpath("//style")) == 1
    attributes = {name for element in page.iter() for name in element.attrib}
    assert not any(name.startswith("on") or name in {"src", "style"} for name in attributes)
    assert all(href.startswith(("#", "https://", "http://")) for href in page.xpath("//@href"))


def junit_is_inert(text: str) -> None:
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    root = etree.fromstring(text.encode(), parser)
    assert not list(root.iter(etree.Comment, etree.Entity))
    assert len(list(root.iter("testcase"))) == int(root[0].get("tests", ""))


def tap_is_inert(text: str) -> None:
    plan = re.search(r"^1\.\.(\d+)$", text, re.MULTILINE)
    assert plan is not None
    lines = text.splitlines()
    points = [line for line in lines if re.match(r"(not )?ok", line)]
    assert [int(re.sub(r"\D*(\d+).*", r"\1", line)) for line in points] == list(range(1, int(plan[1]) + 1))
    assert sum(line.startswith("1..") for line in lines) == 1
    assert all(re.match(r"TAP |# |1\.\.|(not )?ok |Bail out!|  ", line) for line in lines)
    for block in re.findall(r"^  ---\n(.*?)^  \.\.\.$", text, re.MULTILINE | re.DOTALL):
        assert yaml.safe_load(block)["status"] in {"passed", "failed", "skipped", "error"}


def commands_are_inert(text: str) -> None:
    for line in text.splitlines():
        assert re.match(r"::(error|warning|notice) title=[^:,]*::", line)
        assert "##[" not in line
    assert len(text.splitlines()) <= 30


def markdown_is_inert(text: str) -> None:
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    flat = [inner for token in tokens for inner in (token, *(token.children or ()))]
    assert not [token for token in flat if token.type in ("image", "link_open", "html_inline")]
    ours = r"<details><summary>[^<>]*</summary>|</details>"
    for token in flat:
        if token.type == "html_block":
            assert re.fullmatch(f"({ours}|\\s)*", token.content), token.content
    assert [token.tag for token in flat if token.type == "heading_open"] == ["h2"]


def outputs_are_inert(text: str) -> None:
    block = rf"(score|max_score|verdict)<<{TOKEN}\n[\w-]*\n{TOKEN}\n"
    assert re.fullmatch(f"({block}){{3}}", text)


INERT: dict[str, Callable[[str], None]] = {
    "text": text_is_inert,
    "html": html_is_inert,
    "junit": junit_is_inert,
    "tap": tap_is_inert,
    "github": commands_are_inert,
    "github-summary": markdown_is_inert,
    "github-output": outputs_are_inert,
}


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_text_is_inert(name: str, kind: str, all_poisoned: dict[str, tuple[Report, ...]]) -> None:
    """Whatever the format could obey stands there as words; the bytes are valid UTF-8 without controls."""
    for report in all_poisoned[kind]:
        text = WRITERS[name].render(report, token=TOKEN, environment=ENVIRONMENT)
        assert_visible(text.encode().decode())
        if text:
            INERT.get(name, json_is_inert)(text)


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_terminal_obeys_only_our_own_colours(kind: str, all_poisoned: dict[str, tuple[Report, ...]]) -> None:
    """The only escape sequences are colours that rich wrote, and no markup or emoji code is read from the text."""
    for report in all_poisoned[kind]:
        file = io.StringIO()
        console = Console(file=file, width=80, force_terminal=True, color_system="truecolor")
        print_report(report, console, verbose=1)
        text = re.sub("\x1b\\[[0-9;]*m", "", file.getvalue())
        assert_visible(text)
        text_is_inert(text)
        if kind in ("rich link", "emoji"):
            assert HOSTILE[kind] in text


def test_a_browser_runs_nothing_of_it(chromium: Chromium, failing: Report, tmp_path: Path) -> None:
    """The title is what we wrote: no script ran."""
    file = tmp_path / "report.html"
    file.write_text(WRITERS["html"].render(poisoned(failing, " ".join(HOSTILE.values()))), "utf-8")
    page = chromium.page(file.as_uri(), 1280, 800)
    text = page.value("document.documentElement.outerHTML")
    page.close()
    assert "<title>NOT YET: " in text
    html_is_inert(text)
