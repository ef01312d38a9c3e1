"""A stranger's Dockerfile may do what it likes inside of its build, and nothing outside of it."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
from pathlib import Path

import pytest
from tests.submitted import write

from kata.dockerfile_rules import archives, repositories, require_harmless
from kata.errors import SubmissionError
from kata.results import Verdict
from kata.submission import take

IMAGES = {"python": "registry.example:5000/class/python:3.13", "node": "node:22", "postgres": "postgres:17"}

HARMLESS = [
    "FROM python\nRUN pip install flask\nCOPY . .\nCMD python main.py",
    "FROM docker.io/library/python:3.12-slim@sha256:00",
    "FROM registry.example:5000/class/python",
    "from python:3.13 as build\nRUN make \\\n  # a comment inside\n\n  all\nFROM node\nCOPY --from=build /a /b",
    "FROM python AS a\nFROM node\nCOPY --from=0 /a /b\nFROM a",
    "ARG TAG=3.13\nARG NAME=python\nFROM ${NAME}:$TAG",
    "FROM --platform=linux/amd64 python",
    "FROM scratch\nADD --chown=1:1 app.tar /app",
    'FROM python\nADD . .\nADD src /src\nADD ["a b", "/c/"]',
    "\ufeff# a comment\n\nFROM python\nVOLUME /data\nHEALTHCHECK CMD true\nEXPOSE 1-65535\nSTOPSIGNAL SIGCONT",
    "FROM python\r\nRUN a \\\r\n && b\r\n",
]

REFUSED = [
    ("FROM python\nVOLUME /", 2, "VOLUME /"),
    ('FROM python\nVOLUME ["/data", "/../."]', 2, "VOLUME"),
    ("FROM python\nVOLUME . /x", 2, "VOLUME"),
    ("FROM python\nENV A=/\nVOLUME $A", 3, "$A"),
    ("FROM python\nVOLUME /data //proc/x", 2, "proc"),
    ("FROM alpine", 1, "alpine"),
    ("FROM postgres:17", 1, "postgres"),
    ("FROM kata-cache/own:0123456789abcdef", 1, "kata-cache"),
    ("FROM evil.example/python", 1, "evil.example"),
    ("FROM someone/python", 1, "someone/python"),
    ("FROM c2c7b2ed23e2", 1, "c2c7b2ed23e2"),
    ("FROM", 1, "FROM"),
    ("ARG X\nFROM $X", 2, "variable"),
    ("ARG X=alpine\nFROM $X", 2, "alpine"),
    ("ARG X=python\nFROM ${X:-alpine}", 2, "variable"),
    ('ARG X="python"\nFROM $X', 2, "variable"),
    ("FROM py\\\nthon:3 \\\n AS a\nFROM b", 4, "FROM b"),
    ("FROM python\nADD http://127.0.0.1:8000/x /x", 2, "ADD"),
    ('FROM python\nADD ["https://example.org/x", "/x"]', 2, "ADD"),
    ("FROM python\nADD git@example.org:a/b.git /x", 2, "ADD"),
    ("FROM python\nENV U=http:\nADD ${U}//host/x /x", 3, "ADD"),
    ("FROM python\nADD ht\\\ntp://host/x /x", 2, "ADD"),
    ("FROM python\nADD http:\\/\\/host/x /x", 2, "ADD"),
    ('FROM python\nADD http:""//host/x /x', 2, "ADD"),
    ("FROM python\nADD ht'tp:'//host/x /x", 2, "ADD"),
    ('FROM python\nADD ["http:\\u002f\\u002fhost/x", "/x"]', 2, "ADD"),
    ('FROM python\nADD ["http\\u003a//host/x", "/x"]', 2, "ADD"),
    ("FROM python\nFROM 0", 2, "FROM 0"),
    ("FROM python\nFROM 1\nCOPY --from=0 /a /b", 2, "FROM 1"),
    ("FROM python\nadd --keep-git-dir=true x /x", 2, "ADD"),
    ("FROM python\nCOPY --from=redis:8 / /", 2, "redis:8"),
    ("FROM python AS a\nCOPY --from=a / /", 2, "--from=a"),
    ("FROM python\nCOPY --from=0 / /", 2, "--from=0"),
    ("FROM python\nCOPY --chown=1 --from=evil / /", 2, "evil"),
    ("FROM python\nCOPY\t--from=evil / /", 2, "evil"),
    ("FROM python\nCOPY --chown=1\\\n --from=evil / /", 2, "evil"),
    ('FROM python\nCOPY --"from"=evil / /', 2, "quotes"),
    ("FROM python\nCOPY --from=$X / /", 2, "$X"),
    ("# syntax=example/evil\nFROM python", 1, "syntax"),
    ("# a comment\n\n#Syntax = example/evil\nFROM python", 3, "syntax"),
    ("// syntax=example/evil\nFROM python", 1, "syntax"),
    ("#escape=`\nFROM python", 1, "escape"),
    ("# a comment\n# escape=`\nFROM python\nRUN a `\nADD http://host/x /x", 2, "escape"),
    ("\ufeff# escape=`\nFROM python", 1, "escape"),
    ("FROM python\nRUN a \\\n\x1c# no comment\nADD http://host/x /x", 3, "control"),
    ("FROM python\nRUN a\rADD http://host/x /x", 2, "control"),
    ("FROM python\nRUN --mount=type=bind,from=evil,target=/x cat /x", 2, "--mount"),
    ("FROM python\nRUN --network=host true", 2, "--network"),
    ("FROM python\nONBUILD ADD http://host/x /x", 2, "ONBUILD"),
    ("FROM python\nRUN <<EOF\ntouch /x\nEOF", 3, "TOUCH"),
    ("FROM python\nIMPORT x", 2, "IMPORT"),
    ("FROM python\nRUN echo \\\\\nADD x /x", 2, "backslashes"),
    ("FROM python\n# a comment \\\nADD http://host/x /x", 3, "ADD"),
    ("FROM python\nRUN a \\\n# a comment\nADD http://host/x /x\nCOPY --from=evil / /", 5, "evil"),
    ("FROM python\nADD\u00a0http://host/x /x", 2, "ADD"),
]


@pytest.mark.parametrize("text", HARMLESS)
def test_what_stays_inside_of_the_build_is_allowed(text: str) -> None:
    require_harmless(text, "Dockerfile", IMAGES)


@pytest.mark.parametrize(("text", "line", "word"), REFUSED)
def test_what_reaches_outside_is_refused_with_its_line(text: str, line: int, word: str) -> None:
    with pytest.raises(SubmissionError) as caught:
        require_harmless(text, "Dockerfile", IMAGES)
    assert caught.value.verdict is Verdict.REFUSED
    assert caught.value.message.startswith(f"Dockerfile:{line}: ")
    assert word in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize("word", ["a/data", "./a//data", "/a/x/../data", "a/*", "a/dat?", "[a-b]/data", '["a/data"'])
def test_what_the_daemon_would_unpack_is_not_added(word: str) -> None:
    """It unpacks whatever begins like an archive, into as much as that says, outside of every limit of the build."""
    line = f'{word}, "/x"]' if word.startswith('["') else f"{word} /x"
    with pytest.raises(SubmissionError, match=r"unpack|plain names"):
        require_harmless(f"FROM python\nADD {line}", "Dockerfile", IMAGES, ["a/data"])
    require_harmless("FROM python\nADD a /x\nADD a/other /a/data", "Dockerfile", IMAGES, ["a/data"])


def test_an_archive_is_told_by_its_first_bytes(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        tar.addfile(tarfile.TarInfo("x"))
    files = {
        "a": gzip.compress(b""),
        "b": bz2.compress(b""),
        "c": lzma.compress(b""),
        "d": b"\x28\xb5\x2f\xfd",
        "e": b"x",
    }
    with take(write(tmp_path / "api", {**files, "f": packed.getvalue(), "g": b"", "h": bytes(512)})) as snapshot:
        assert archives(snapshot) == ["a", "b", "c", "d", "f"]


def test_the_allow_list_is_the_table_and_the_official_names() -> None:
    """A classroom's own images are allowed beside the names that everybody writes; services are no base."""
    allowed = repositories(IMAGES)
    assert {"python", "registry.example:5000/class/python", "node", "golang"} <= allowed
    assert "postgres" not in allowed


def test_untrusted_names_are_shown_harmlessly() -> None:
    with pytest.raises(SubmissionError) as caught:
        require_harmless("FROM \u202eevil", "Dockerfile", IMAGES)
    assert "\u202e" not in caught.value.message
