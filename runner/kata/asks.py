"""What a running grader may ask of the runner, by name: faults and facts about the server and its services."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from kata.environment import Environment
from kata.errors import NotGraded, SubmissionError
from kata.grading import Answer, AskFailed
from kata.services import Occupied


def answers(environment: Environment) -> Answer:
    """The function that answers a grader's asks from `environment`.

    It raises AskFailed when the submission did not bear the fault, NotGraded when the runner could not do it.
    """
    services = environment.services
    known: dict[str, Callable[..., Any]] = {
        "restart_app": lambda kill: environment.app.restart(kill),
        "stop_app": lambda: environment.app.end(kill=False),
        "start_app": environment.app.start,
        "app_state": environment.app_state,
        "start_replica": environment.replica_url,
        "start_together": environment.start_together,
        "hold_writes": lambda service: environment.writes.hold(services.prepared[service], services.address(service)),
        "let_writes_go": environment.writes.let_go,
        "stop_service": lambda service: services.stop(service),
        "start_service": lambda service: services.start(service),
        "pause_service": lambda service: services.pause(service),
        "resume_service": lambda service: services.resume(service),
    }

    def answer(what: str, parameters: Mapping[str, Any]) -> Any:
        if what not in known:
            raise NotGraded(f"the grader asked for {what!r}, which this runner does not know")
        try:
            return known[what](**parameters)
        except SubmissionError as error:
            raise AskFailed(f"{error.message}. {' | '.join(error.log_tail[-3:])}".strip()) from error
        except Occupied as error:
            raise AskFailed(str(error)) from error

    return answer
