"""The page and the archive in a real browser: on a phone and on a desk, in the dark, by keyboard alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from importlib.resources import files
from pathlib import Path

import pytest
from tests.chromium import Chromium, Page

from kata.reports import har, html
from kata.results import Report

#: Phone and desk, in CSS pixels.
SIZES = ((390, 844), (1280, 800))
#: What the keyboard is on: (element, text, whether a ring is drawn around it, whether it is on the screen).
FOCUS = """(() => {
  const on = document.activeElement, style = getComputedStyle(on), box = on.getBoundingClientRect();
  return [on.tagName, on.innerText, style.outlineStyle === "solid" && parseFloat(style.outlineWidth) >= 2,
          box.width > 0 && box.right > 0 && box.top >= 0 && box.bottom <= innerHeight];
})()"""
#: Every element that fits a selector, through every shadow root.
FIND = """((selector) => {
  const found = [];
  const walk = (node) => {
    if (node.shadowRoot) walk(node.shadowRoot);
    for (const child of node.children) walk(child);
    if (node.matches && node.matches(selector)) found.push(node);
  };
  walk(document.body);
  return found;
})"""
#: The rows of the network panel, by cell.
ROWS = f"""{FIND}("tr:has(td)").map((row) => [...row.cells].map((cell) => cell.innerText))
  .filter((row) => row.some((text) => text.trim()))"""
OPEN_NETWORK = """(async () => {
  const UI = await import("./ui/legacy/legacy.js");
  await UI.ViewManager.ViewManager.instance().showView("network");
  return true;
})()"""


@pytest.fixture
def shown(chromium: Chromium, tmp_path: Path) -> Iterator[Page]:
    """An empty tab that is closed after the test."""
    page = chromium.page(blank(tmp_path), *SIZES[0])
    yield page
    page.close()


def blank(folder: Path) -> str:
    (folder / "blank.html").write_text("<!doctype html><title>blank</title>")
    return (folder / "blank.html").as_uri()


def show(page: Page, report: Report, folder: Path) -> None:
    """Let the tab show the page of that report."""
    file = folder / f"{report.verdict.value}-{len(report.checks)}.html"
    file.write_text(html.render(report), "utf-8")
    page.go(file.as_uri())


def test_nothing_is_cut_off_on_a_phone_or_on_a_desk(
    shown: Page, every_report: tuple[Report, ...], tmp_path: Path
) -> None:
    """Nobody scrolls sideways; also not with every detail open."""
    for report in every_report:
        show(shown, report, tmp_path)
        for size in SIZES:
            shown.size(*size)
            shown.value("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
            assert shown.value("document.documentElement.scrollWidth <= innerWidth"), (report.verdict, size)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing(dark: bool, shown: Page, every_report: tuple[Report, ...], tmp_path: Path) -> None:
    """Names, roles, order, contrast and all else that axe can judge by itself."""
    axe = pytest.importorskip("axe_core_python", reason="axe-core-python is not installed")
    script = files(axe).joinpath("axe.min.js").read_text("utf-8")
    shown.dark(dark)
    for report in every_report:
        show(shown, report, tmp_path)
        shown.value("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
        shown.value(script)
        found = shown.value("axe.run().then((all) => all.violations.map((each) => [each.id, each.nodes[0].html]))")
        assert found == [], report.verdict


def test_everything_is_reached_and_opened_by_keyboard(shown: Page, failing: Report, tmp_path: Path) -> None:
    """Tab alone comes by everything in its order, each time with a ring around it; Enter opens details."""
    shown.size(*SIZES[1])
    show(shown, failing, tmp_path)
    expected = shown.value("[...document.querySelectorAll('a, summary')].filter((e) => e.checkVisibility()).length")
    stops = []
    for _ in range(expected):
        shown.press("Tab")
        stops.append(shown.value(FOCUS))
    assert stops[0][1] == "Skip to what to fix"
    assert all(name in ("A", "SUMMARY") and ring and seen for name, _, ring, seen in stops), stops
    assert len({(name, text) for name, text, *_ in stops}) > 3
    shown.value("document.querySelector('summary').focus()")
    shown.press("Enter")
    assert shown.value("document.querySelector('details').open") is True
    shown.press("Enter")
    assert shown.value("document.querySelector('details').open") is False


def test_the_skip_link_leads_to_the_failures(shown: Page, failing: Report, tmp_path: Path) -> None:
    """After Enter on it, Tab goes on from there."""
    show(shown, failing, tmp_path)
    shown.press("Tab")
    shown.press("Enter")
    assert shown.value("location.hash") == "#failures"
    shown.press("Tab")
    assert shown.value("!!document.activeElement.closest('section[aria-labelledby=failures]')") is True


def network_panel(chromium: Chromium) -> Page:
    """The developer tools in a tab; the browser's own server sometimes leaves them half loaded."""
    for _ in range(12):
        page = chromium.page(chromium.devtools(), *SIZES[1])
        with suppress(AssertionError):
            page.until(f"{FIND}('[role=tab]').length > 3", seconds=5)
            assert page.value(OPEN_NETWORK)
            page.until(f"{FIND}('.network-log-grid, .data-grid').length > 0", seconds=5)
            return page
        page.close()
    raise AssertionError("the developer tools do not load")


def test_the_developer_tools_open_the_archive(chromium: Chromium, failing: Report, tmp_path: Path) -> None:
    """Dropped on the network panel, every exchange is a row with its status and its type; none is added or lost."""
    file = tmp_path / "exchanges.har"
    file.write_text(har.render(failing), "utf-8")
    page = network_panel(chromium)
    page.drop(file, 600, 500)
    page.until(f"{ROWS}.length >= 4")
    rows = page.value(ROWS)
    page.close()
    assert [(name, status, kind) for name, status, kind, *_ in rows] == [
        ("users", "201", "fetch"),
        ("login", "200", "fetch"),
        ("login", "500", "fetch"),
        ("login", "the server closed the connection", "fetch"),
    ]
