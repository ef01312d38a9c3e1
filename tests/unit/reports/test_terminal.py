"""The report in a terminal: everything a learner needs, at any width, with and without colour."""

from __future__ import annotations

import io
import re
import shlex
import subprocess
from dataclasses import replace

import pytest
from rich.cells import cell_len
from rich.console import Console

from kata.reports import wording
from kata.reports.detail import _one_line
from kata.reports.terminal import print_report, render
from kata.results import Exchange, Report, Status
from kata.safe import safe


def printed(report: Report, width: int = 80, verbose: int = 0, **options: object) -> str:
    file = io.StringIO()
    print_report(report, Console(file=file, width=width, **options), verbose)  # type: ignore[arg-type]
    return file.getvalue()


def test_a_failure_tells_all_that_is_needed_to_see_it(failing: Report) -> None:
    """Statement, problem, request, reply with what was cut, hint, link and the server's own words."""
    check = failing.checks[2]
    text = render(failing)
    for words in (check.title, check.sentence, "expected 401, got 200", check.hint, check.see, *check.app_log):
        assert words in text
    for words in ("POST /users: 201 Created", "200 OK", "set-cookie: session=", "(1,457 more bytes not shown)"):
        assert words in text
    assert "date: Mon" not in text


def test_the_failing_exchange_is_shown_and_not_the_last_one(failing: Report) -> None:
    """Sent and Came back belong to the problem; -v also tells what was sent afterwards."""
    check = failing.checks[2]
    later = replace(check.exchanges[0], method="DELETE", status=204)
    report = replace(failing, checks=(replace(check, exchanges=(*check.exchanges, later), failing=1),))
    assert check.exchanges[1].as_curl() in printed(report, 400)
    assert "DELETE" not in printed(report, 400)
    assert "POST /users: 201 Created" in printed(report)
    assert "After       DELETE /users: 204 No Content" in printed(report, verbose=1)


@pytest.mark.parametrize("width", [20, 40, 60, 80, 200])
def test_the_curl_line_survives_copy_and_paste(failing: Report, width: int) -> None:
    """It stands on one line of its own, at every width, and a shell reads it back."""
    command = failing.checks[2].exchanges[-1].as_curl()
    lines = [line.strip() for line in printed(failing, width).splitlines()]
    assert command in lines
    assert shlex.split(command)[0] == "curl"


@pytest.mark.parametrize("width", [20, 40, 60, 80, 200])
def test_nothing_else_is_wider_than_the_terminal(every_report: tuple[Report, ...], width: int) -> None:
    """Commands and links stay whole; every other line is folded."""
    whole = ("curl", "https://", "start = ", "Read")
    for report in every_report:
        for line in printed(report, width).splitlines():
            assert cell_len(line) <= width or line.lstrip().startswith(whole), line


@pytest.mark.parametrize("plain", [True, False])
def test_the_line_that_changes_the_stack_is_no_setting_of_the_learner(passing: Report, plain: bool) -> None:
    """It says where it would have to go, and stands alone on its line, to be copied."""
    lines = (render(passing) if plain else printed(passing)).splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith("To change"))
    assert lines[at].endswith("put a line like this into kata.toml:")
    assert lines[at + 1].strip() == passing.override


def test_no_line_ends_in_spaces(every_report: tuple[Report, ...]) -> None:
    """Logs and diffs stay clean."""
    for report in every_report:
        assert all(line == line.rstrip() for line in printed(report).splitlines())


def test_colour_only_repeats_the_words(every_report: tuple[Report, ...]) -> None:
    """Without colour, the text is the same."""
    for report in every_report:
        coloured = printed(report, force_terminal=True, color_system="truecolor")
        assert "\x1b[" in coloured
        without = printed(report, color_system=None)
        assert "\x1b" not in without
        assert _without_colour(coloured) == without


def _without_colour(text: str) -> str:
    return re.sub("\x1b\\[[0-9;]*m", "", text)


def test_the_plain_variant_has_no_decoration(every_report: tuple[Report, ...]) -> None:
    """A screen reader or a log gets words only, whole lines, and no glyph of ours."""
    for report in every_report:
        assert render(report).isascii()


def test_a_console_that_knows_no_unicode_gets_the_plain_variant(failing: Report) -> None:
    """Text of the submission that it cannot show is escaped, and nothing crashes."""
    file = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    print_report(replace(failing, title="Prüfung"), Console(file=file, width=80))
    file.flush()
    text = file.buffer.getvalue().decode("ascii")
    assert "Pr\\xfcfung" in text
    assert "FAILED" in text


def test_the_verdict_stands_at_the_top_and_at_the_end(failing: Report) -> None:
    """The last lines are what a learner sees: they name the first thing to fix."""
    lines = printed(failing).splitlines()
    assert any(line.startswith("NOT YET  10 of 35 points") for line in lines[:10])
    assert lines[-1] == "NOT YET  10 of 35 points. Fix first: A wrong password is refused"


def test_nothing_has_to_be_fixed_after_a_pass(passing: Report, failing: Report) -> None:
    """What is left then is a bonus or an advice."""
    bonus = next(check for check in failing.checks if check.id == "rate-limit")
    last = printed(replace(passing, checks=(*passing.checks, bonus))).splitlines()[-1]
    assert last == "PASSED  60 of 60 points. Still open: Logins are limited"


def test_quiet_is_the_verdict_only(passing: Report, failing: Report, build_failed: Report, not_graded: Report) -> None:
    """One line, and for a run that stopped the reason, and whose fault it is not."""
    assert wording.NOT_YOUR_FAULT in printed(not_graded, width=200, verbose=-1)
    assert printed(passing, verbose=-1) == "PASSED  60 of 60 points  ·  12 passed\n"
    assert len(printed(failing, width=200, verbose=-1).splitlines()) == 1
    assert "npm ci ended with exit code 1." in printed(build_failed, verbose=-1)


def test_a_long_list_is_cut_and_verbose_is_not(crowded: Report) -> None:
    """Five causes in full, then one line a check; -v tells each of them."""
    short, whole = printed(crowded), printed(crowded, verbose=1)
    assert "-v tells each of them in full" in short
    for check in crowded.checks:
        assert check.title in short
        if check.status is Status.FAILED:
            assert check.message.splitlines()[0] in whole
    assert "date: Mon" in whole
    assert "Image       app: node:22-slim" in whole


def test_not_graded_is_said_to_be_nobodys_fault(not_graded: Report) -> None:
    """No score, a word of reassurance, and what to do."""
    text = render(not_graded)
    assert wording.NOT_YOUR_FAULT in text
    assert "Run it again" in text
    assert "points  " not in text.split("Passed")[0]
    assert " of " not in text.splitlines()[5]


def test_a_submission_that_did_not_start_shows_its_own_last_words(not_ready: Report, crashed: Report) -> None:
    """The reason, the advice and the log's tail."""
    assert "Server ready on http://localhost:3000" in render(not_ready)
    assert "Listen on 0.0.0.0" in render(not_ready)
    assert "CRASHED" in render(crashed)


def test_a_build_that_failed_shows_the_log_of_the_build(build_failed: Report, not_ready: Report) -> None:
    """There was no server yet whose words they could be."""
    assert "Build log" in printed(build_failed)
    assert "App log" not in printed(build_failed)
    assert "App log" in printed(not_ready)


def test_a_request_body_with_line_breaks_is_one_line_for_the_shell(failing: Report) -> None:
    """A line break inside the quotes is written as an escape."""
    check = failing.checks[3]
    exchange = replace(check.exchanges[0], request_body='{\n "a": 1\n}')
    report = replace(failing, checks=(replace(check, exchanges=(exchange,)),))
    (line,) = [line for line in printed(report).splitlines() if "curl -i" in line]
    assert "--data-raw '{'$'\\n'' \"a\": 1'$'\\n''}'" in line


@pytest.mark.parametrize("content", [b'{"text": "50 % \\\xff\x00\'"}', bytes(range(256))])
def test_the_line_for_the_shell_sends_the_very_bytes(content: bytes) -> None:
    """A byte that is no text goes through `printf`, also where the line breaks have become escapes."""
    line = _one_line(Exchange("POST", "http://127.0.0.1:1/", request_body=safe(content)).as_curl())
    sent, _, received = line.partition(" | ")
    assert received == "curl -i -X POST --data-binary @- http://127.0.0.1:1/"
    assert subprocess.run(["bash", "-c", sent], capture_output=True, check=True).stdout == content


def test_the_line_for_the_shell_sends_as_many_bytes_as_are_too_many_to_show() -> None:
    line = Exchange("POST", "http://127.0.0.1:1/", request_body=safe(b"a" * 524_288, 4000)).as_curl()
    sent, _, received = line.rpartition(" | ")
    assert received == "curl -i -X POST --data-binary @- http://127.0.0.1:1/"
    assert len(subprocess.run(["bash", "-c", sent], capture_output=True, check=True).stdout) == 524_288


def test_skipped_checks_name_what_they_wait_for(failing: Report, not_graded: Report) -> None:
    """Behind a failure they are told with it; behind a fault of ours they stand alone."""
    assert "Waiting     A token expires; Logging out ends the session" in printed(failing)
    behind = replace(not_graded.checks[0], id="x", title="Later", status=Status.SKIPPED, blocked_by="check-2")
    assert "Later, waits for check-2" in printed(replace(not_graded, checks=(*not_graded.checks, behind)), verbose=1)


def test_a_long_queue_behind_one_failure_is_counted_and_verbose_names_it(failing: Report) -> None:
    """Five titles and the number of the others; -v has them all."""
    blocker = failing.checks[2]
    queue = tuple(
        replace(blocker, id=f"w{n}", title=f"Check {n}", status=Status.SKIPPED, blocked_by=blocker.id, exchanges=())
        for n in range(76)
    )
    report = replace(failing, checks=(blocker, *queue))
    assert "Check 4 and 71 more" in " ".join(printed(report).split())
    assert "Check 5" not in printed(report)
    assert "Check 75" in printed(report, verbose=1)


def test_a_graded_failure_repeats_neither_its_count_nor_the_whole_log(failing: Report, not_ready: Report) -> None:
    """The verdict line has counted already, and a whole run's log explains no single failure."""
    report = replace(failing, message="4 of 12 required checks did not pass", log_tail=("GET /noise",))
    assert "did not pass" not in printed(report)
    assert "GET /noise" not in printed(report, verbose=1)
    assert "Server ready on" in printed(not_ready)
