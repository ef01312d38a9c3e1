"""Hostile servers (27-40): the verdict names the true cause, and the machine is clean afterwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.tiny import tiny

from kata.results import Report, Verdict

Strict = Callable[..., Report]
MIB = 1 << 20


def test_31_files_without_end_are_a_resource_limit(strict: Strict, tmp_path: Path, HURRIED: Any) -> None:
    small = replace(HURRIED, sandbox=replace(HURRIED.sandbox, written=32 * MIB))
    filling = "out = open('/app/fill', 'wb')\nwhile True: out.write(bytes(MIB)); out.flush(); time.sleep(0.02)"
    report = strict(tiny(tmp_path / "api", at_import=f"import time\nMIB = 4 << 20\n{filling}"), profile=small)
    assert report.verdict is Verdict.RESOURCE_LIMIT, report
    assert "wrote more than 32 MB of files" in report.message


@pytest.mark.parametrize("line", ["x", "x" * 5000])
def test_32_a_flood_of_output_is_a_resource_limit(strict: Strict, tmp_path: Path, line: str) -> None:
    report = strict(tiny(tmp_path / "api", at_import=f"while True: print({line!r})"))
    assert report.verdict is Verdict.RESOURCE_LIMIT, report
    assert "printed more than" in report.message


def test_32_a_flood_on_a_request_is_a_resource_limit(strict: Strict, tmp_path: Path, HURRIED: Any) -> None:
    """Ended while it is checked, and told so in place of the checks that failed after it."""
    patient = replace(HURRIED, exchange_seconds=15.0)
    report = strict(tiny(tmp_path / "api", on_put="while True: print('x' * 3000)"), profile=patient)
    assert report.verdict is Verdict.RESOURCE_LIMIT, report
