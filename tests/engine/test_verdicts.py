"""Every way a run can end has its own verdict and its own message."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from tests.tiny import tiny

from kata.engine import Sandbox
from kata.profile import LEARNER
from kata.results import Report, Status, Verdict

Grade = Callable[..., Report]
HURRIED = replace(LEARNER, boot_seconds=4.0)


def statuses(report: Report) -> dict[str, str]:
    return {check.id: check.status.value for check in report.checks}


def test_right_server_passes_with_full_score(grade: Grade, tmp_path: Path) -> None:
    report = grade(tiny(tmp_path / "api"))
    assert report.verdict is Verdict.PASSED, report
    assert (report.score, report.max_score) == (105, 100)
    assert {phase.name for phase in report.phases} >= {"snapshot", "build", "boot", "checks", "teardown"}


def test_wrong_answer_fails_one_check_and_skips_what_needs_it(grade: Grade, tmp_path: Path) -> None:
    report = grade(tiny(tmp_path / "api", on_put="value = value + 1 if isinstance(value, int) else value"))
    assert report.verdict is Verdict.FAILED
    assert statuses(report) == {"greets": "passed", "keeps-number": "failed", "refuses-words": "skipped"}
    failed = report.checks[1]
    assert failed.exchanges[0].as_curl().startswith("curl -i -X PUT")
    assert any("handled PUT /number" in line for line in failed.app_log)


def test_what_is_said_later_hides_nothing(grade: Grade, tmp_path: Path) -> None:
    """A server that writes a thousand lines afterwards: the failed check still has the lines of its own request."""
    noise = 'import time; time.sleep(0.1); print("noise\\n" * 1000, flush=True)'
    report = grade(tiny(tmp_path, at_import='os.environ["GREETING"] = "x"', on_put=noise))
    (failed,) = [check for check in report.checks if check.status is Status.FAILED]
    assert "handled GET /" in failed.app_log
    assert "noise" not in failed.app_log


def test_same_seed_replays_the_same_values(grade: Grade, tmp_path: Path) -> None:
    folder = tiny(tmp_path / "api")
    bodies = [
        [exchange.request_body for check in grade(folder, seed=7).checks for exchange in check.exchanges]
        for _ in range(2)
    ]
    assert bodies[0] == bodies[1]
    assert any(bodies[0])


def test_only_runs_a_check_with_what_it_needs(grade: Grade, tmp_path: Path) -> None:
    report = grade(tiny(tmp_path / "api"), only=("refuses-words",))
    assert statuses(report) == {"keeps-number": "passed", "refuses-words": "passed"}
    assert report.partial


def test_crash_at_start_tells_exit_code_and_log(grade: Grade, tmp_path: Path) -> None:
    report = grade(tiny(tmp_path / "api", at_import='print("no such table", flush=True); sys.exit(3)'))
    assert report.verdict is Verdict.CRASHED
    assert "exit code 3" in report.message
    assert any("no such table" in line for line in report.log_tail)


def test_loopback_is_named(grade: Grade, tmp_path: Path) -> None:
    report = grade(tiny(tmp_path / "api", host='"127.0.0.1"'))
    assert report.verdict is Verdict.NOT_READY
    assert "127.0.0.1" in report.message
    assert "0.0.0.0" in report.hint


def test_wrong_port_is_named(grade: Grade, tmp_path: Path) -> None:
    report = grade(tiny(tmp_path / "api", port="3000"))
    assert report.verdict is Verdict.NOT_READY
    assert "port 3000" in report.message
    assert "port = 3000" in report.hint


def test_server_that_never_listens(grade: Grade, tmp_path: Path) -> None:
    report = grade(tiny(tmp_path / "api", before_serving="import time; time.sleep(600)"), profile=HURRIED)
    assert report.verdict is Verdict.NOT_READY
    assert "nothing listens" in report.message


def test_server_that_never_answers(grade: Grade, tmp_path: Path) -> None:
    report = grade(tiny(tmp_path / "api", on_get="import time; time.sleep(600)"), profile=HURRIED)
    assert report.verdict is Verdict.NOT_READY
    assert "did not answer" in report.message


def test_health_path_that_fails_inside(grade: Grade, tmp_path: Path) -> None:
    report = grade(tiny(tmp_path / "api", on_get="return self.answer(503)"), profile=HURRIED)
    assert report.verdict is Verdict.NOT_READY
    assert "503" in report.message


def test_out_of_memory_at_start(grade: Grade, tmp_path: Path) -> None:
    small = replace(LEARNER, sandbox=Sandbox(memory=64 << 20))
    report = grade(tiny(tmp_path / "api", at_import="hog = bytearray(400 << 20)"), profile=small)
    assert report.verdict is Verdict.RESOURCE_LIMIT
    assert "memory" in report.message


def test_out_of_memory_on_a_request(grade: Grade, tmp_path: Path) -> None:
    small = replace(LEARNER, sandbox=Sandbox(memory=64 << 20))
    report = grade(tiny(tmp_path / "api", on_put="hog = bytearray(400 << 20)"), profile=small)
    assert report.verdict is Verdict.RESOURCE_LIMIT
    assert "memory" in report.message


def test_crash_on_a_request_fails_that_check_alone(grade: Grade, tmp_path: Path) -> None:
    report = grade(tiny(tmp_path / "api", on_put="os._exit(9)"))
    assert report.verdict is Verdict.FAILED
    assert statuses(report)["greets"] == "passed"
    failed = report.checks[1]
    assert failed.status is Status.FAILED
    assert "exit code 9" in failed.message


def test_failing_install_shows_the_build(grade: Grade, tmp_path: Path) -> None:
    folder = tiny(tmp_path / "api")
    (folder / "requirements.txt").write_text("no-such-distribution-of-kata==99\n")
    report = grade(folder)
    assert report.verdict is Verdict.BUILD_FAILED
    assert any("no-such-distribution-of-kata" in line for line in report.log_tail)


def test_own_dockerfile_is_built_and_run(grade: Grade, tmp_path: Path, images: dict[str, str]) -> None:
    folder = tiny(tmp_path / "api")
    (folder / "Dockerfile").write_text(
        f"FROM {images['python']}\nWORKDIR /srv\nCOPY . .\nVOLUME /data\nCMD python main.py\n"
    )
    report = grade(folder)
    assert report.verdict is Verdict.PASSED, report
    assert "Dockerfile" in report.stack_why


def test_failing_dockerfile_is_a_build_failure(grade: Grade, tmp_path: Path, images: dict[str, str]) -> None:
    folder = tiny(tmp_path / "api")
    (folder / "Dockerfile").write_text(f"FROM {images['python']}\nRUN echo looking; false\n")
    report = grade(folder)
    assert report.verdict is Verdict.BUILD_FAILED
    assert any("looking" in line for line in report.log_tail)


def test_empty_folder_says_what_was_looked_for(grade: Grade, tmp_path: Path) -> None:
    (tmp_path / "api").mkdir()
    report = grade(tmp_path / "api")
    assert report.verdict is Verdict.REFUSED
    assert "requirements.txt" in report.message + report.hint


@pytest.mark.parametrize("stack", ["python main.py", "exec python main.py"])
def test_kata_toml_overrides_the_start_command(grade: Grade, tmp_path: Path, stack: str) -> None:
    folder = tiny(tmp_path / "api")
    (folder / "Procfile").unlink()
    (folder / "main.py").rename(folder / "serve.py")
    (folder / "kata.toml").write_text(f'start = "{stack.replace("main", "serve")}"\n')
    report = grade(folder)
    assert report.verdict is Verdict.PASSED, report
