"""The points at which container tests end a batch are still there, whatever was renamed meanwhile."""

from __future__ import annotations

import importlib

import pytest
from tests.batch.dying import POINTS, Point


@pytest.mark.parametrize("point", POINTS.values(), ids=POINTS)
def test_a_point_leads_to_a_call_of_kata(point: Point) -> None:
    module, _, within = point.owner.partition(":")
    owner = importlib.import_module(module)
    assert callable(getattr(getattr(owner, within) if within else owner, point.name))
