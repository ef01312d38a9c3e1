"""What the origin says, and how to ask it."""

import json
import os
from dataclasses import asdict, dataclass

import httpx

LANGUAGES = ("en", "de")  # the first when nothing fits
PASSED_ON = ("authorization", "accept-language", "content-type")

client = httpx.AsyncClient(base_url=os.environ["ORIGIN_URL"], timeout=5)


@dataclass(frozen=True)
class Answer:
    status: int
    text: str
    media_type: str | None = None
    language: str = ""
    cache_control: str = ""

    @property
    def body(self) -> bytes:
        return self.text.encode()

    @property
    def refused(self) -> bool:
        return 400 <= self.status < 500

    @property
    def may_be_kept(self) -> bool:
        """A found or a missing thing may be remembered, unless the origin says otherwise; a failure never."""
        forbidden = "no-store" in self.cache_control or "private" in self.cache_control
        return self.status in (200, 404) and not forbidden

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: bytes) -> "Answer":
        return cls(**json.loads(text))


async def ask(method: str, path: str, headers, body: bytes = b"") -> Answer:
    """The origin's answer; 502 when it fails or does not answer at all."""
    passed_on = {name: headers[name] for name in PASSED_ON if name in headers}
    try:
        reply = await client.request(method, path, headers=passed_on, content=body or None)
    except httpx.HTTPError:
        return Answer(502, '{"title": "the origin does not answer"}', "application/json")
    if reply.status_code >= 500:
        return Answer(502, '{"title": "the origin failed"}', "application/json")
    told = reply.headers
    return Answer(
        reply.status_code,
        reply.text,
        told.get("content-type"),
        told.get("content-language", ""),
        told.get("cache-control", "").lower(),
    )


def best_language(accepted: str) -> str:
    """The language that Accept-Language likes best among those the origin has."""
    weighted = []
    for part in accepted.split(","):
        name, _, weight = part.strip().lower().partition(";q=")
        try:
            weighted.append((float(weight or 1), name.split("-")[0]))
        except ValueError:
            continue
    for weight, name in sorted(weighted, key=lambda pair: -pair[0]):
        if weight > 0 and name in LANGUAGES:
            return name
    return LANGUAGES[0]
