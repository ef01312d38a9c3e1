"""The few lines of a server's output that tell what happened."""

from __future__ import annotations

from kata.app_log import lines_of, telling

FRAMES = [
    line for n in range(40) for line in (f'  File "/usr/lib/python3/site.py", line {n}, in call', "    return app()")
]
TRACEBACK = [
    "Traceback (most recent call last):",
    *FRAMES,
    '  File "/app/main.py", line 7, in login',
    "    user = users[0]",
    "IndexError: list index out of range",
]


def test_colours_go_and_tabs_become_blanks() -> None:
    assert lines_of(b"\x1b[0mPOST /login \x1b[32m200\x1b[0m\n\tat x\n\n\x07") == (
        "POST /login 200",
        "    at x",
        "\\x07",
    )


def test_short_log_is_whole() -> None:
    assert telling(["a", "b"], 20) == ("a", "b")


def test_error_and_own_frames_survive_the_cut() -> None:
    shown = telling(["INFO: started", *TRACEBACK, *(f"INFO: {n}" for n in range(50))], 20)
    assert len(shown) <= 20
    for line in (TRACEBACK[0], TRACEBACK[-3], TRACEBACK[-2], TRACEBACK[-1], "INFO: 49"):
        assert line in shown
    assert "..." in shown


def test_message_before_the_frames_survives() -> None:
    ruby = [
        "ArgumentError - invalid byte sequence in UTF-8:",
        *(f"  /var/gems/rack-{n}.rb:1:in call" for n in range(60)),
    ]
    assert telling(ruby, 20)[0] == ruby[0]


def test_packages_inside_the_folder_are_no_own_frames() -> None:
    node = [
        "TypeError: x is undefined",
        "    at login (/app/server.js:3:9)",
        *["    at next (/app/node_modules/r.js:1:1)"] * 60,
    ]
    assert node[1] in telling(node, 10)


def test_one_failure_many_times_is_told_once() -> None:
    """Twenty equal tracebacks have room for what the first one says."""
    again = [*TRACEBACK, "INFO: 10.0.0.1:4000 POST /login 500"] * 20
    shown = telling(again, 20)
    for line in (TRACEBACK[0], *TRACEBACK[-3:]):
        assert line in shown


def test_an_exception_of_another_name_survives() -> None:
    unique = [*TRACEBACK[:-1], 'psycopg.errors.UniqueViolation: duplicate key value violates "users_email_key"']
    assert unique[-1] in telling([*unique, *(f"INFO: {n}" for n in range(50))], 20)
