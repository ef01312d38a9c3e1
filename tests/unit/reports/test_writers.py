"""The register of writers: every format by name, loaded only when used."""

from __future__ import annotations

import subprocess
import sys

import pytest

from kata.reports import WRITERS
from kata.results import Report

ENVIRONMENT = dict.fromkeys(
    ("CLASSROOM", "ASSIGNMENT", "OWNER", "COMMIT_URL", "RELEASE_URL", "REVIEW_URL", "USERNAME"), "x"
) | {"SUBMISSION_TAG": "submit/1", "COMMIT_DATE": "2026-11-23T00:31:01Z"}


@pytest.mark.parametrize("name", WRITERS)
def test_every_writer_tells_every_report(name: str, every_report: tuple[Report, ...]) -> None:
    """Whatever the run ended with; and twice the same."""
    for report in every_report:
        texts = {WRITERS[name].render(report, token="t0k3n", environment=ENVIRONMENT) for _ in range(2)}
        assert len(texts) == 1
        assert texts.pop() or report.exit_code == 3


def test_every_writer_says_what_it_is_for() -> None:
    """`kata check --help` lists them."""
    assert all(name == writer.name and writer.description and writer.file_name for name, writer in WRITERS.items())


def test_nothing_slow_is_loaded_with_the_register() -> None:
    """`kata --help` stays instant."""
    code = "import sys, kata.reports; print(sorted({'rich', 'jinja2', 'xml', 'json'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("name", ["github-output", "classroom50"])
def test_a_format_says_what_it_needs(name: str, passing: Report) -> None:
    """Without its token or environment it raises, with words that help."""
    with pytest.raises(ValueError, match=r"token|environment"):
        WRITERS[name].render(passing)
