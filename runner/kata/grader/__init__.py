"""What a grader imports. Nothing else of kata is loaded inside the grader process."""

from kata.grader.client import Api
from kata.grader.contract import Contract
from kata.grader.control import Control
from kata.grader.database import Database, Place
from kata.grader.draw import Draw
from kata.grader.expectations import (
    DUPLICATE,
    INVALID,
    NOT_OWNER,
    OK,
    REFUSED,
    UNAUTHENTICATED,
    in_parallel,
    instant,
    require,
    same_json,
    until,
)
from kata.grader.failure import Failure, ProtocolError
from kata.grader.needs import needs
from kata.grader.reply import Headers, Reply, parse_json

__all__ = [
    "DUPLICATE",
    "INVALID",
    "NOT_OWNER",
    "OK",
    "REFUSED",
    "UNAUTHENTICATED",
    "Api",
    "Contract",
    "Control",
    "Database",
    "Draw",
    "Failure",
    "Headers",
    "Place",
    "ProtocolError",
    "Reply",
    "in_parallel",
    "instant",
    "needs",
    "parse_json",
    "require",
    "same_json",
    "until",
]
