"""Addresses of repositories as people write them down: which can be fetched, and what to give instead. Pure."""

from __future__ import annotations

import re

from kata.safe import safe_line

_ADDRESS = re.compile(r"(https://|ssh://|git@[\w.-]+:)[^\s\x00-\x1f]+")
#: A name or token that opens the repository; it is used and never kept or shown.
_SECRET = re.compile(r"(?<=https://)[^/@\s]+@")
_REPOSITORY = r"https://[^/?#]+/[^/?#]+(?:/[^/?#]+)*?"
#: Below a repository, in what a browser shows; GitLab, which has groups in groups, lets no repository be called so.
_PAGES = r"/(?:-|tree|blob|blame|raw|commits|src/(?:branch|commit|tag))(?:/|$)"
#: Hosts where a repository always is OWNER/NAME.
_TWO_DEEP = r"https://(?:(?:www\.)?github\.[^/?#]+|bitbucket\.org|codeberg\.org)/[^/?#]+/[^/?#]+"


def without_secret(text: str) -> str:
    """An address, or what git says about one, without the name or token in it."""
    return _SECRET.sub("", text)


def wrong_address(address: str) -> str:
    """What is wrong with an address of a repository, and what to give instead; nothing when it can be fetched."""
    plain = without_secret(address)
    shown = safe_line(plain, 120)
    if not _ADDRESS.fullmatch(address):
        instead = _with_https(plain)
        return f"{shown} is no https or ssh address" + (f"; give {safe_line(instead, 120)}" if instead else "")
    repository = _shown_by_page(plain)
    return f"{shown} is a page in a browser; give {safe_line(repository, 120)}" if repository else ""


def _with_https(address: str) -> str:
    """An address that was meant: of another scheme, or without one, as browsers show it."""
    bare = re.sub(r"^(?:http|git)://", "", address)
    meant = re.fullmatch(r"[\w-]+(?:\.[\w-]+)+/[^\s:]+", bare)
    return _shown_by_page(f"https://{bare}") or f"https://{bare}" if meant else ""


def _shown_by_page(address: str) -> str:
    """The repository that a page belongs to; nothing when the address is one of a repository itself."""
    if address.endswith(".git"):
        return ""
    page = re.match(rf"({_TWO_DEEP})(?=/.|[?#])", address) or re.match(
        rf"({_REPOSITORY}/[^/?#]+)(?={_PAGES}|/?[?#])", address
    )
    return page[1] if page else ""
