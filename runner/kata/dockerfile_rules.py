"""What a Dockerfile from a stranger may say: everything that happens inside of its own build, nothing outside of it.

`--network none` stops neither ADD from an address (the daemon itself fetches it, from the host's loopback too) nor FROM
and COPY --from, which take any image of the machine. The file is therefore read here as Docker reads it
(docs.docker.com/reference/dockerfile), and where versions of Docker read it differently, it is refused.
"""

from __future__ import annotations

import json
import posixpath
import re
import tarfile
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field

from kata.engine.images import DEFAULTS
from kata.errors import SubmissionError
from kata.submission import Snapshot
from kata.submission.refusal import refused, shown

#: Roles whose images a server may be built on; databases and our own images are no base for one.
_BASES = ("python", "node", "php", "ruby", "perl", "java", "go")
_ABOUT_THE_PROCESS = {"CMD", "ENTRYPOINT", "ENV", "EXPOSE", "HEALTHCHECK", "SHELL", "STOPSIGNAL"}
_HARMLESS = _ABOUT_THE_PROCESS | {"LABEL", "MAINTAINER", "USER", "WORKDIR"}
_DIRECTIVE = re.compile(r"(?:#|//)\s*(?:syntax|escape)\s*=", re.IGNORECASE)
_CONTINUED = re.compile(r"\\[ \t]*$")
_CONTROL = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\ufeff]")
#: What separates words for Docker; Python's own notion of a space is wider.
_SPACE = re.compile(r"[\t ]+")
_VARIABLE = re.compile(r"\$(?:(\w+)|\{(\w+)\})")
#: First parts of paths that a volume may not cover.
_SYSTEM = {"", "proc", "sys", "dev"}
_WRITE_OUT = "Write it out instead."
#: What a word of ADD may be spelled with: no scheme, and nothing that Docker would take away before it reads the word.
_PLAIN_WORD = re.compile(r"[^:\\\"'`$<]+")
#: gzip, bzip2, xz, zstd: how the files begin that ADD unpacks.
_PACKED = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd")

Refuse = Callable[[int, str, str], SubmissionError]


@dataclass(frozen=True)
class Instruction:
    """One instruction with the number of its first line; `flags` are its leading --words, `rest` what follows."""

    line: int
    name: str
    flags: tuple[str, ...]
    rest: str


@dataclass
class _Build:
    """What is known: allowed repositories, archives of the submission, ARG defaults before the first FROM, stages.

    A stage without a name is "": FROM knows it by no other, and takes a number for the beginning of an image's id.
    """

    repositories: Collection[str]
    archives: Collection[str]
    refuse: Refuse
    arguments: dict[str, str] = field(default_factory=dict)
    stages: list[str] = field(default_factory=list)


def require_harmless(text: str, path: str, images: Mapping[str, str], archives: Collection[str] = ()) -> None:
    """Raise SubmissionError (refused) with file and line at the first instruction that reaches outside of the build.

    `images` is the image table: FROM may name any tag of its languages' images, or of the official ones. `archives` are
    the files of the submission that ADD would unpack.
    """

    def refuse(line: int, message: str, hint: str) -> SubmissionError:
        return refused(f"{shown(path)}:{line}: {message}", hint)

    build = _Build(repositories(images), archives, refuse)
    for instruction in instructions(text, refuse):
        _require_harmless(instruction, build)


def repositories(images: Mapping[str, str]) -> frozenset[str]:
    """The repositories that FROM may name, without registry prefix of the default registry and without tag."""
    tables: tuple[Mapping[str, str], ...] = (images, DEFAULTS)
    return frozenset(_repository(table[role]) for table in tables for role in _BASES if role in table)


def archives(snapshot: Snapshot) -> list[str]:
    """The files that ADD would unpack: the daemon does it, outside of every limit of the build."""
    return [path for path in snapshot.paths if _is_archive(snapshot.head(path, tarfile.BLOCKSIZE))]


def _is_archive(head: bytes) -> bool:
    try:
        return head.startswith(_PACKED) or bool(tarfile.TarInfo.frombuf(head, "utf-8", "surrogateescape"))
    except tarfile.HeaderError:
        return False


def instructions(text: str, refuse: Refuse) -> Iterator[Instruction]:
    """The instructions of a Dockerfile, continued lines joined and comments left out."""
    joined, first = "", 0
    for number, line in _lines(text, refuse):
        if line.lstrip().startswith("#") or (joined and not line.strip()):
            continue
        first = first if joined else number
        more = _CONTINUED.search(line)
        joined += (line[: more.start()] or " ") if more else line
        if more:
            continue
        if joined.strip():
            yield _instruction(first, joined, refuse)
        joined = ""
    if joined.strip():
        yield _instruction(first, joined, refuse)


def _lines(text: str, refuse: Refuse) -> Iterator[tuple[int, str]]:
    """Numbered lines, refused where versions of Docker would not agree on where they end or what they mean."""
    at_top = True
    for number, raw in enumerate(text.removeprefix("\ufeff").split("\n"), 1):
        line = raw.removesuffix("\r")
        if _CONTROL.search(line):
            raise refuse(number, "a control character stands in this line.", "Remove it.")
        if re.search(r"\\\\[ \t]*$", line):
            raise refuse(number, "two backslashes end this line; versions of Docker disagree on it.", "Remove them.")
        at_top = at_top and (not line.strip() or line.lstrip().startswith(("#", "//")))
        if at_top and _DIRECTIVE.match(line.strip()):
            raise refuse(number, "`# syntax` and `# escape` change how this file is read.", "Remove that line.")
        yield number, line


def _instruction(line: int, text: str, refuse: Refuse) -> Instruction:
    words = _SPACE.split(text.strip(), maxsplit=1)
    rest = words[1] if len(words) > 1 else ""
    flags: list[str] = []
    while rest.startswith("--") and not re.match(r"--(\s|$)", rest):
        flag, _, rest = (_SPACE.sub(" ", rest, count=1)).partition(" ")
        if re.search(r"[\"'\\`]", flag):
            raise refuse(line, "quotes and escapes in a flag are not understood.", _WRITE_OUT)
        flags.append(flag)
    return Instruction(line, words[0].upper(), tuple(flags), rest)


def _require_harmless(said: Instruction, build: _Build) -> None:
    rules = {"FROM": _from, "ADD": _add, "COPY": _copy, "RUN": _run, "ARG": _argument, "VOLUME": _volume}
    if said.name in rules:
        rules[said.name](said, build)
    elif said.name == "ONBUILD":
        raise build.refuse(said.line, "ONBUILD acts in other builds.", "Remove that line.")
    elif said.name not in _HARMLESS:
        raise build.refuse(
            said.line,
            f"{shown(said.name[:30])} is no instruction that is understood here.",
            "Here-documents and extensions are not; write `RUN a && b`.",
        )


def _from(said: Instruction, build: _Build) -> None:
    for flag in said.flags:
        if not flag.startswith("--platform="):
            raise build.refuse(said.line, f"FROM with {shown(flag)} is not allowed.", "Remove that flag.")
    words = said.rest.split()
    name = _VARIABLE.sub(lambda found: build.arguments.get(found.group(1) or found.group(2), "$"), " ".join(words[:1]))
    if "$" in name:
        raise build.refuse(said.line, "FROM uses a variable without a plain default.", _WRITE_OUT)
    is_stage = bool(name) and name.lower() in build.stages
    if not is_stage and name != "scratch" and _repository(name) not in build.repositories:
        raise build.refuse(
            said.line,
            f"FROM {shown(name)} is not one of the images allowed here.",
            f"Use one of: {', '.join(sorted(build.repositories))} (any tag).",
        )
    build.stages.append(words[2].lower() if len(words) == 3 and words[1].upper() == "AS" else "")


def _add(said: Instruction, build: _Build) -> None:
    """ADD takes files of the submission; an address is fetched and an archive unpacked by the daemon itself."""
    words = _words(said.rest)
    if not words or not all(map(_PLAIN_WORD.fullmatch, words)) or any(not _is_plain(flag) for flag in said.flags):
        raise build.refuse(
            said.line,
            "ADD may only take files of the submission, by their plain names.",
            "Put the file into the submission, and use COPY.",
        )
    packed = next((path for path in build.archives if any(_may_name(word, path) for word in words[:-1])), None)
    if packed is not None:
        raise build.refuse(
            said.line,
            f"ADD would unpack {shown(packed)} outside of the build's limits.",
            "Use COPY, and unpack it in a RUN.",
        )


def _words(rest: str) -> list[str]:
    """The words of an ADD, as a JSON list or with spaces between them; none where an escape hides them."""
    if not rest.startswith("["):
        return rest.split()
    try:
        listed = [] if "\\" in rest else json.loads(rest)
    except ValueError:
        return []
    return listed if all(isinstance(word, str) for word in listed) else []


def _may_name(word: str, path: str) -> bool:
    return bool(re.search(r"[*?\[]", word)) or posixpath.normpath(f"/{word}").lstrip("/") == path


def _copy(said: Instruction, build: _Build) -> None:
    for flag in said.flags:
        source = flag.removeprefix("--from=")
        if source == flag:
            if not _is_plain(flag):
                raise build.refuse(said.line, f"COPY with {shown(flag)} is not allowed.", "Remove that flag.")
        elif not _is_stage(source.lower(), build.stages):
            raise build.refuse(
                said.line,
                f"COPY --from={shown(source)} takes files from another image.",
                "Copy from a stage of this file (`FROM ... AS name`) or from the submission.",
            )


def _run(said: Instruction, build: _Build) -> None:
    if said.flags:
        raise build.refuse(said.line, f"RUN with {shown(said.flags[0])} is not allowed.", "Remove that flag.")


def _volume(said: Instruction, build: _Build) -> None:
    """A volume over the whole file system keeps the builder busy for ever and leaves what it copied on the host."""
    for path in re.split(r"[\s,\[\]\"']+", said.rest):
        whole = posixpath.normpath(f"/{path.strip()}").lstrip("/")
        if path and ("$" in path or whole.split("/")[0] in _SYSTEM):
            raise build.refuse(said.line, f"VOLUME {shown(path)} may cover the system.", "Name a folder of your own.")


def _argument(said: Instruction, build: _Build) -> None:
    """ARG before the first FROM may stand in a FROM; what is quoted or built from others is left unknown."""
    if build.stages:
        return
    for word in said.rest.split():
        name, _, value = word.partition("=")
        build.arguments[name] = "$" if re.search(r"[\"'\\$]", value) or not value else value


def _is_stage(name: str, stages: Collection[str]) -> bool:
    """Whether `name` is an earlier stage of this file, by its name or its number (the stage itself not counted)."""
    earlier = list(stages)[:-1]
    return (bool(name) and name in earlier) or (
        name.isascii() and name.isdigit() and len(name) < 4 and int(name) < len(earlier)
    )


def _is_plain(flag: str) -> bool:
    return flag == "--link" or flag.startswith(("--chown=", "--chmod=", "--exclude=", "--parents"))


def _repository(image: str) -> str:
    """`docker.io/library/python:3.13@sha256:...` -> `python`."""
    name = image.partition("@")[0]
    head, slash, last = name.rpartition("/")
    name = head + slash + last.partition(":")[0]
    for prefix in ("docker.io/", "index.docker.io/", "library/"):
        name = name.removeprefix(prefix)
    return name
