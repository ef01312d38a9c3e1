"""A second guard: each writer cleans its report, so that a text that slipped past the first one is harmless too."""

from __future__ import annotations

import dataclasses
import math
from enum import Enum
from typing import Any

from kata.results import Report
from kata.safe import safe, safe_line

#: Everything has been cut where it entered the report; this only bounds a mistake.
LIMIT = 1_000_000
_MANY_LINES = {"message", "hint", "sentence", "request_body", "reply_body", "warnings", "app_log", "log_tail"}


def cleaned(report: Report) -> Report:
    """The report with every text harmless: titles, names and addresses on one line, prose and bodies on many."""
    result: Report = _clean(report, "")
    return result


def _clean(value: Any, field: str) -> Any:
    if isinstance(value, Enum):
        return value
    if isinstance(value, str):
        return _text(value, field)
    if isinstance(value, float):
        return value if math.isfinite(value) else 0.0
    if isinstance(value, tuple):
        return tuple(_clean(item, field) for item in value)
    if isinstance(value, dict):
        return {_text(name, field): _text(item, field) for name, item in value.items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        names = [each.name for each in dataclasses.fields(value)]
        return dataclasses.replace(value, **{name: _clean(getattr(value, name), name) for name in names})
    return value


def _text(text: str, field: str) -> str:
    if text.isprintable() and len(text) <= LIMIT:
        return text
    return safe(text, LIMIT) if field in _MANY_LINES else safe_line(text, LIMIT)
