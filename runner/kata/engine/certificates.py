"""The host's own certificate authorities, for builds behind a company proxy that signs with its own."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

#: Any of these on the host says that the system's defaults are not enough.
_NAMING = ("PIP_CERT", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE")
#: Variables by which the usual package managers learn of a bundle.
_TOLD = (
    "PIP_CERT",
    "SSL_CERT_FILE",
    "NODE_EXTRA_CA_CERTS",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "GIT_SSL_CAINFO",
    "BUNDLE_SSL_CA_CERT",
    "npm_config_cafile",
)
IN_IMAGE = "/kata/certificates.crt"
_LARGEST = 4 << 20


def host_bundle(environment: Mapping[str, str] = os.environ) -> bytes | None:
    """The first bundle that the host's environment names and that can be read; None when there is none."""
    for name in _NAMING:
        file = Path(environment[name]) if environment.get(name) else None
        if file is not None and file.is_file() and file.stat().st_size <= _LARGEST:
            return file.read_bytes()
    return None


def shell_exports() -> str:
    """The shell words that tell package managers about the bundle inside an image."""
    return "export " + " ".join(f"{name}={IN_IMAGE}" for name in _TOLD)
