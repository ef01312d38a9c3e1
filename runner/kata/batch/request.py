"""What an instructor asks for, checked as a whole before anything is graded or written."""

from __future__ import annotations

import difflib
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kata.batch.digests import Graded, digests_of
from kata.batch.gradebook import Gradebook
from kata.batch.intake import Intake, Unit, take_in
from kata.batch.outputs import Sheets
from kata.batch.repositories import fetched, take_in_repositories
from kata.batch.roster import Student, read_roster
from kata.batch.running import Batch
from kata.batch.sheets import canvas_filled, moodle_filled
from kata.batch.store import Header, Store, same_batch
from kata.engine.images import cache_folder
from kata.errors import UsageError
from kata.exercise import Exercise
from kata.profile import Profile
from kata.results import Family, Verdict


@dataclass(frozen=True)
class Again:
    """Whom to grade again: students by name, everybody who failed, everybody whose submission changed."""

    who: tuple[str, ...] = ()
    failed: bool = False
    changed: bool = False


@dataclass(frozen=True)
class Request:
    """One call of `kata batch`."""

    exercise: Exercise
    submissions: Path
    out: Path
    profile: Profile
    roster: Path | None = None
    seed: int | None = None
    again: Again = Again()
    sheets: Sheets = field(default_factory=Sheets)


def take_in_request(request: Request) -> Intake:
    """Read the submissions' names, the roster and the sheets. Raises UsageError for the first that is wrong."""
    students: Sequence[Student] = read_roster(request.roster) if request.roster else ()
    out, source = request.out.resolve(), request.submissions.resolve()
    if out == source or source in out.parents:
        raise UsageError(
            f"the results would lie among the submissions, in {request.out}", "Name a folder beside them with --out."
        )
    if out in source.parents:
        raise UsageError(
            f"{request.submissions} lies in the results folder, {request.out}", "Give the folder that was handed in."
        )
    intake = _taken_in(request, students)
    nobody = Gradebook(request.exercise.id, request.exercise.title, (), ())
    if request.sheets.canvas is not None:
        canvas_filled(nobody, request.sheets.canvas, request.sheets.column)
    if request.sheets.moodle is not None:
        moodle_filled(nobody, request.sheets.moodle, request.sheets.column)
    return intake


def _taken_in(request: Request, students: Sequence[Student]) -> Intake:
    if request.submissions.suffix.lower() != ".csv":
        return take_in(request.submissions, students)
    if students:
        raise UsageError("a CSV of repositories is a roster itself", "Leave --roster out.")
    return take_in_repositories(request.submissions, fetched(cache_folder() / "repositories"))


def open_batch(request: Request, store: Store, intake: Intake) -> tuple[Batch, tuple[str, ...]]:
    """Make or check the folder's header and note what is to be graded again; the store must be taken.

    Returns the batch and what has to be said. Raises UsageError when the folder holds something else.
    """
    graded = digests_of(request.exercise)
    header = _header(request, store, graded)
    gone = _gone(store, intake, header)
    chosen, notes = _chosen(request, store, intake, graded)
    store.save_header(header)
    store.save_intake(intake)
    return Batch(request.exercise, graded, request.profile, header.seed, frozenset(chosen)), (*gone, *notes)


def _header(request: Request, store: Store, graded: Graded) -> Header:
    known = store.header() if store.exists() else None
    drawn = random.SystemRandom().randrange(1 << 31)
    header = Header(
        exercise=request.exercise.id,
        exercise_digest=graded.exercise,
        grader_digest=graded.grader,
        profile=request.profile.name,
        seed=known.seed if known else drawn if request.seed is None else request.seed,
        source=str(request.submissions.resolve()),
    )
    if known is not None:
        same_batch(known, header, request.again.changed)
        if request.seed not in (None, known.seed):
            raise UsageError(
                f"the results there were made with --seed {known.seed}", "Leave --seed out, or give a new --out."
            )
    return header


def _gone(store: Store, intake: Intake, now: Header) -> tuple[str, ...]:
    """Say who was graded and is not there any more. Raises UsageError when another folder has nobody of them."""
    before = set(store.journal.read().assigned)
    gone = sorted(before - {unit.key for unit in intake.units})
    if not gone:
        return ()
    source = store.header().source
    if len(gone) == len(before) and source != now.source:
        raise UsageError(
            f"{store.folder} holds the results of {source}, and nobody who was graded there is in {now.source}",
            "Give a new folder with --out.",
        )
    told = _counted(gone)
    return (f"Graded before, but no longer there, and so not in the tables: {told}. Their results are kept.",)


def _counted(keys: Sequence[str]) -> str:
    return ", ".join(keys[:8]) + (f" and {len(keys) - 8} more" if len(keys) > 8 else "")


def _chosen(request: Request, store: Store, intake: Intake, graded: Graded) -> tuple[set[str], tuple[str, ...]]:
    """The keys of the students who may lose their old submission's result for their new one's; notes the request."""
    again, units = request.again, [unit for unit in intake.units if not unit.missing]
    named = {unit.key for name in again.who for unit in _called(name, units)}
    history = store.journal.read()
    if again.failed:
        named |= {unit.key for unit in units if _failed(store, history.assigned.get(unit.key))}
    chosen = named | ({unit.key for unit in units} if again.changed else set())
    if not named:
        return chosen, ()
    if history.unfinished:
        return chosen, ("The grading again that was interrupted is finished; run the command once more for another.",)
    keys = {history.assigned[key] for key in named if key in history.assigned}
    wanted = {key: store.latest(key) + 1 for key in sorted(keys)}
    if wanted:
        store.journal.regrade(wanted)
    return chosen, (f"Graded again: {_counted(sorted(named))}. Their old results are kept.",)


def _failed(store: Store, key: str | None) -> bool:
    report = store.report(key, "") if key else None
    return (
        report is not None and report.verdict is not Verdict.PASSED and report.verdict.family is not Family.NOT_GRADED
    )


def _called(name: str, units: Sequence[Unit]) -> list[Unit]:
    """The one unit of that key, name, id, login or address. Raises UsageError with the nearest names."""
    wanted = name.casefold()
    by_key = [unit for unit in units if unit.key.casefold() == wanted]
    hits = by_key or [unit for unit in units if wanted in _names(unit)]
    if len(hits) == 1:
        return hits
    if hits:
        raise UsageError(f"{name!r} may be {' or '.join(unit.key for unit in hits)}", "Name one of them.")
    near = difflib.get_close_matches(name, [unit.key for unit in units], n=3, cutoff=0.4)
    raise UsageError(
        f"nobody called {name!r} handed anything in", f"Did you mean {', '.join(near)}?" if near else "Give a key."
    )


def _names(unit: Unit) -> set[str]:
    student = unit.student
    return {each.casefold() for each in (student.name, student.number, student.login, student.email) if each}
