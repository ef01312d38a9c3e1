"""The exchanges of one check, and which of them failed."""

from __future__ import annotations

from kata.grader.recorder import Recorder, placed
from kata.results import Exchange


def exchange(moment: int) -> Exchange:
    return Exchange("GET", f"http://127.0.0.1:1/{moment}", status=200, started=float(moment))


def test_the_failing_exchange_is_found_by_its_place() -> None:
    """It need not be the last: replies may be compared after all of them came."""
    sent = tuple(exchange(moment) for moment in range(3))
    assert placed(sent[1], sent) == (sent, 1)
    assert placed(None, sent) == (sent, None)


def test_a_failing_exchange_that_was_left_out_comes_back_at_its_moment() -> None:
    """Of many exchanges the middle ones are forgotten, and one of those may be the one that failed."""
    recorder = Recorder()
    sent = [exchange(moment) for moment in range(60)]
    for each in sent:
        recorder.add(each)
    kept, _ = recorder.take()
    assert sent[30] not in kept
    exchanges, failing = placed(sent[30], kept)
    assert failing is not None
    assert exchanges[failing] == sent[30]
    assert [each.started for each in exchanges] == sorted(each.started for each in exchanges)
