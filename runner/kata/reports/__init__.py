"""Reports: one `Report`, told in the format of whoever reads it. Writers are pure and loaded when they are used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from types import MappingProxyType

from kata.results import Report


@dataclass(frozen=True)
class Writer:
    """One format. `function` of `module` renders it; `needs` names what it takes beside the report."""

    name: str
    description: str
    file_name: str
    module: str
    function: str = "render"
    needs: str = ""

    def render(self, report: Report, *, token: str = "", environment: Mapping[str, str] | None = None) -> str:
        """The report in this format. An empty text means that nothing must be written.

        `token` is a random word, for formats that fence their values; `environment` names the submission, for formats
        that repeat it. Raises ValueError when what the format needs is missing.
        """
        function = getattr(import_module(f"kata.reports.{self.module}"), self.function)
        extra = {"token": token, "environment": environment or {}}
        text: str = function(report, extra[self.needs]) if self.needs else function(report)
        return text


_ALL = (
    Writer("text", "plain text, for logs and screen readers", "report.txt", "terminal"),
    Writer("json", "everything, for programs (schemas/report.schema.json)", "report.json", "json"),
    Writer("html", "one page to read in a browser", "report.html", "html"),
    Writer("junit", "JUnit XML, for Jenkins, GitLab and most CI systems", "junit.xml", "junit"),
    Writer("tap", "Test Anything Protocol 14", "report.tap", "tap"),
    Writer("har", "every HTTP exchange, for a browser's developer tools", "exchanges.har", "har"),
    Writer("github", "GitHub Actions annotations, to be printed", "annotations.txt", "github"),
    Writer("github-summary", "GitHub Actions step summary, in Markdown", "summary.md", "github", "step_summary"),
    Writer("github-output", "GitHub Actions step outputs", "output.txt", "github", "outputs", "token"),
    Writer("gradescope", "Gradescope autograder", "results.json", "gradescope"),
    Writer("exercism", "Exercism test runner, version 3", "results.json", "exercism"),
    Writer("classroom50", "Classroom 50 autograder", "result.json", "classroom50", needs="environment"),
    Writer("check50", "check50 and what reads it", "check50.json", "check50"),
    Writer("prairielearn", "PrairieLearn external grader", "results.json", "prairielearn"),
)

#: Every writer by its name.
WRITERS: Mapping[str, Writer] = MappingProxyType({writer.name: writer for writer in _ALL})
