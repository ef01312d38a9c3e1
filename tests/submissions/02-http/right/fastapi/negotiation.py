"""Reading the headers with which a client says what it wants."""


def media_type(header: str) -> str:
    """`Text/HTML; charset=utf-8` is of the media type `text/html`."""
    return header.split(";")[0].strip().lower()


def preferred(accept: str, offers: list[str]) -> str | None:
    """The offer that the client likes best, the first one among equals, or None when it takes none of them."""
    ranges = [_range(part) for part in accept.split(",") if part.strip()]
    best = max(offers, key=lambda offer: _quality(offer, ranges))
    return best if _quality(best, ranges) > 0 else None


def _range(part: str) -> tuple[str, float]:
    """`text/*;q=0.5` as ("text/*", 0.5)."""
    name, *parameters = [piece.strip().lower() for piece in part.split(";")]
    q = next((piece[2:] for piece in parameters if piece.startswith("q=")), "1")
    try:
        return name, float(q)
    except ValueError:
        return name, 0.0


def _quality(offer: str, ranges: list[tuple[str, float]]) -> float:
    """The q of the most precise range that takes the offer."""
    for pattern in (offer, offer.split("/")[0] + "/*", "*/*"):
        for name, q in ranges:
            if name == pattern:
                return q
    return 0.0


def byte_range(header: str, length: int) -> tuple[int, int] | None:
    """First and last byte that `bytes=2-5`, `bytes=20-` or `bytes=-4` asks for; None when they are behind the end.

    Raises ValueError for a header that is not one range of bytes: such a header is to be ignored.
    """
    unit, _, span = header.partition("=")
    first, dash, last = span.strip().partition("-")
    if unit.strip() != "bytes" or not dash or not (first + last).isdecimal():
        raise ValueError(header)
    if first:
        start, end = int(first), min(int(last), length - 1) if last else length - 1
    else:
        start, end = max(length - int(last), 0), length - 1
    return (start, end) if start <= end else None


def names_version(if_none_match: str, etag: str) -> bool:
    """Whether `"a", W/"b"` or `*` names this version (weak comparison)."""
    tags = [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]
    return etag in tags or "*" in tags
