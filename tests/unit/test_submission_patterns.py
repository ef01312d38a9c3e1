"""Patterns of .dockerignore and .kataignore, compared with Docker's own translation and with git."""

from __future__ import annotations

import posixpath
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kata.errors import SubmissionError
from kata.submission import Snapshot, dockerignore, ignore, take
from kata.submission.patterns import Matcher

PATHS = st.lists(st.text("ab.", min_size=1, max_size=3).filter(lambda n: n.strip(".")), min_size=1, max_size=4).map(
    "/".join
)
DOCKER_LINES = st.lists(
    st.lists(st.sampled_from(["a", "b", "/", "*", "**", "?", "/**/", "."]), min_size=1, max_size=6).map("".join),
    min_size=1,
    max_size=4,
)
GIT_NAMES = st.lists(st.sampled_from(["a", "b", "*", "?", "[ab]", "[!a]", "[a-b]"]), min_size=1, max_size=3).map(
    "".join
)
GIT_PARTS = st.lists(st.one_of(GIT_NAMES, st.just("**")), min_size=1, max_size=3).map("/".join)
GIT_LINES = st.lists(
    st.tuples(st.sampled_from(["", "!", "/", "!/"]), GIT_PARTS, st.sampled_from(["", "/"])).map("".join),
    min_size=1,
    max_size=4,
).filter(lambda lines: not any("**" in line.replace("/**", "").removeprefix("!").removeprefix("**/") for line in lines))


def docker_leaves_out(text: str, path: str) -> bool:
    return dockerignore.leaves_out(Matcher(dockerignore.parse(text, ".dockerignore")), path)


def git_leaves_out(text: str, path: str) -> bool:
    """As the walk asks: from the root inwards, stopping at the first folder that is left out."""
    skip = ignore.rules(text.encode())
    parts = path.split("/")
    return any(skip("/".join(parts[: depth + 1]), depth < len(parts) - 1) for depth in range(len(parts)))


@pytest.mark.parametrize(
    ("text", "left_out", "kept"),
    [
        ("*.md", ["README.md"], ["docs/README.md"]),
        ("**/*.md", ["README.md", "docs/a/README.md"], ["README.txt"]),
        ("docs", ["docs", "docs/a/b.txt"], ["my/docs", "docs2"]),
        ("/docs/", ["docs/a"], ["a/docs"]),
        ("*/temp*", ["a/temp.txt", "a/temp/b"], ["temp", "a/b/temp"]),
        ("temp?", ["tempa", "tempb/x"], ["temp", "tempab"]),
        ("*\n!main.py\n!src", ["a", "x/y"], ["main.py", "src/a/b"]),
        ("!main.py\n*", ["main.py"], []),
        ("*.md\n!README*.md\nREADME-secret.md", ["README-secret.md", "x.md"], ["README.md", "README-a.md"]),
        ("# comment\n\n  a  \n", ["a"], ["# comment", "b"]),
        (" #a", ["#a"], ["a"]),
        ("./a/../b", ["b"], ["a"]),
        ("**", ["a", "a/b"], []),
        ("**/node_modules", ["node_modules/x", "a/b/node_modules/x"], ["node_modules2"]),
        ("a/**/b", ["a/b", "a/x/b", "a/x/y/b/z"], ["a", "ab", "a/xb"]),
        ("a/**", ["a/b", "a/b/c"], ["a", "ab"]),
        ("[a-c]x", ["ax", "cx"], ["dx", "-x"]),
        ("[^a-c]x", ["dx"], ["ax"]),
        ("a\\*b", ["a*b"], ["axb"]),
        ("..\\x", ["..x/y"], ["x"]),
        ("../x", [], ["x"]),
    ],
)
def test_dockerignore_is_read_as_docker_reads_it(text: str, left_out: list[str], kept: list[str]) -> None:
    assert [path for path in [*left_out, *kept] if docker_leaves_out(text, path)] == left_out


@pytest.mark.parametrize(
    ("text", "left_out", "kept"),
    [
        ("*.md", ["README.md", "docs/README.md"], ["md"]),
        ("docs/", ["docs/a", "x/docs/a"], ["docs"]),
        ("/docs", ["docs", "docs/a"], ["x/docs"]),
        ("a/b", ["a/b"], ["x/a/b"]),
        ("data/*\n!data/keep", ["data/x"], ["data/keep"]),
        ("data\n!data/keep", ["data/keep"], []),
        ("**/x/**", ["x/a", "b/x/a/c"], ["x"]),
        ("\\#a\n\\!b", ["#a", "!b"], ["a", "b"]),
        ("a\\ ", ["a "], ["a"]),
        ("a ", ["a"], ["a "]),
        ("/", [], ["a"]),
    ],
)
def test_kataignore_is_read_as_git_reads_it(text: str, left_out: list[str], kept: list[str]) -> None:
    assert [path for path in [*left_out, *kept] if git_leaves_out(text, path)] == left_out


@given(DOCKER_LINES, PATHS)
def test_dockerignore_agrees_with_dockers_regular_expressions(lines: list[str], path: str) -> None:
    lines = [line for line in lines if posixpath.normpath(line).strip("/")]
    expected = False
    for line in lines:
        if any(moby(line).match(prefix) for prefix in prefixes(path)):
            expected = True
    assert docker_leaves_out("\n".join(lines), path) == expected


def prefixes(path: str) -> Iterator[str]:
    parts = path.split("/")
    return ("/".join(parts[: depth + 1]) for depth in range(len(parts)))


def moby(line: str) -> re.Pattern[str]:
    """The regular expression that moby/patternmatcher makes of a pattern of these characters."""
    body = posixpath.normpath(line).replace("//", "/")
    body = body[1:] if len(body) > 1 and body.startswith("/") else body
    body = re.sub(r"\*\*/?$", "\0", body)
    parts = re.split(r"(\0|\*\*/?|\*|\?)", body)
    meanings = {"\0": ".*", "**": "(.*/)?", "**/": "(.*/)?", "*": "[^/]*", "?": "[^/]"}
    return re.compile("".join(meanings.get(part, re.escape(part)) for part in parts) + r"\Z")


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty repository to ask git about patterns."""
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    folder = tmp_path_factory.mktemp("repository")
    subprocess.run(["git", "init", "--quiet", folder], check=True)
    return folder


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(lines=GIT_LINES, paths=st.lists(PATHS, min_size=1, max_size=30, unique=True))
def test_kataignore_agrees_with_git(repository: Path, lines: list[str], paths: list[str]) -> None:
    (repository / ".git/info/exclude").write_text("\n".join(lines) + "\n")
    said = subprocess.run(
        ["git", "-C", repository, "check-ignore", "--no-index", "--stdin", "-z"],
        input="\0".join(paths) + "\0",
        capture_output=True,
        text=True,
        check=False,
    )
    text = "\n".join(lines)
    assert {path for path in paths if git_leaves_out(text, path)} == set(said.stdout.split("\0")) - {""}


@pytest.mark.parametrize("pattern", ["*a" * 60 + "b", "**/a" * 60 + "/b", "[^b]*" + "?*" * 60, "?*" * 60])
def test_no_pattern_takes_more_than_one_pass(pattern: str) -> None:
    """Backtracking would take longer than the universe has left; every character moves all positions once."""
    path = "/".join(["a" * 200] * 20)
    text = "\n".join([pattern] * (16_000 // (len(pattern) + 1)))
    docker_leaves_out(text, path)
    git_leaves_out(text, path)


@pytest.mark.parametrize("line", ["[", "[]", "[b-a]", "a\\", "!"])
def test_malformed_patterns_are_refused_with_their_line(line: str) -> None:
    with pytest.raises(SubmissionError, match=r"\.dockerignore:2"):
        dockerignore.parse(f"fine\n{line}\n", ".dockerignore")


@pytest.mark.parametrize("content", [b"a\n" * 501, b"x" * 20_000, b"[a]" * 201, b"\xff", b"a\n["])
def test_a_kataignore_that_cannot_be_read_is_refused(content: bytes) -> None:
    with pytest.raises(SubmissionError, match="kataignore"):
        ignore.rules(content)


@pytest.fixture
def snapshot(tmp_path: Path) -> Iterator[Snapshot]:
    """A submission with a Dockerfile that nothing is left out of."""
    for name in ("Dockerfile", "main.py", "secret.txt"):
        (tmp_path / name).write_text("x")
    with take(tmp_path) as taken:
        yield taken


def context(snapshot: Snapshot, dockerfile: str = "Dockerfile") -> list[str]:
    return list(filter(dockerignore.build_context(snapshot, dockerfile), snapshot.paths))


def test_a_build_gets_everything_without_a_dockerignore(snapshot: Snapshot) -> None:
    assert context(snapshot) == ["Dockerfile", "main.py", "secret.txt"]


def test_a_build_gets_the_dockerfile_whatever_dockerignore_says(snapshot: Snapshot) -> None:
    with snapshot.overlay({".dockerignore": b"*\n!main.py\n"}) as ignoring:
        assert context(ignoring) == [".dockerignore", "Dockerfile", "main.py"]


def test_a_dockerfiles_own_dockerignore_comes_first(snapshot: Snapshot) -> None:
    with snapshot.overlay({".dockerignore": b"main.py", "Dockerfile.dockerignore": b"secret.txt"}) as ignoring:
        assert context(ignoring) == [".dockerignore", "Dockerfile", "Dockerfile.dockerignore", "main.py"]
