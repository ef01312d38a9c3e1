"""Languages that kata has no image for: named, so that nobody looks for a fault in their own files."""

from __future__ import annotations

from kata.errors import SubmissionError
from kata.stacks.app import App
from kata.submission.refusal import refused, shown

#: How the name of a file in the root ends, and what it belongs to.
_MARKS = (
    ("deno.json", "Deno"),
    ("deno.jsonc", "Deno"),
    ("bunfig.toml", "Bun"),
    ("Cargo.toml", "Rust"),
    (".csproj", ".NET"),
    (".fsproj", ".NET"),
    (".sln", ".NET"),
    ("mix.exs", "Elixir"),
    ("Package.swift", "Swift"),
    ("build.sbt", "Scala"),
    ("pubspec.yaml", "Dart"),
    ("deps.edn", "Clojure"),
    ("project.clj", "Clojure"),
    (".cabal", "Haskell"),
    ("stack.yaml", "Haskell"),
    ("gleam.toml", "Gleam"),
    ("shard.yml", "Crystal"),
    ("build.zig", "Zig"),
)


def refusal(app: App) -> SubmissionError | None:
    """Why a submission of such a language cannot be started; None when nothing of it is recognised."""
    for ending, language in _MARKS:
        for file in app.named(ending)[:1]:
            return without_image(f"{shown(file)} is there", language)
    return None


def without_image(reason: str, language: str) -> SubmissionError:
    """A refusal that says what was seen, what kata lacks, and the way that works for every language."""
    return refused(
        f"{reason}: this looks like {language}, and kata has no image for it.",
        "Add a Dockerfile that builds your server and starts it on 0.0.0.0:$PORT; kata runs any Dockerfile.",
    )


def is_deno(app: App) -> bool:
    """Is TypeScript here written for Deno alone?"""
    return app.first(("deno.json", "deno.jsonc")) is not None and not app.has("package.json")
