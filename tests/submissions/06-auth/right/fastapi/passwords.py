"""Passwords are stored as Argon2id hashes with OWASP's minimum parameters."""

import threading

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)

# Each hash takes 19 MiB: four at a time keep memory small when many people come at once.
turn = threading.BoundedSemaphore(4)


def hash(password: str) -> str:
    with turn:
        return hasher.hash(password)


def matches(password: str, password_hash: str) -> bool:
    with turn:
        try:
            return hasher.verify(password_hash, password)
        except VerifyMismatchError:
            return False


# Compared against when nobody has the e-mail, so that the answer takes as long as for a wrong password.
NOBODY = hasher.hash("nobody has this password")
