"""Registering: who gets an account, and who does not."""

import uuid
from functools import partial

from kata.grader import DUPLICATE, INVALID, OK, REFUSED, needs, require


def test_register_creates_account(registration):
    registration.expect(OK)


@needs("register-creates-account")
def test_registration_answers_201(registration):
    registration.expect(201)


@needs("register-creates-account")
def test_registration_answers_the_user(registration, alice):
    require(is_uuid(alice.id), "the new user's id is no UUID", actual=alice.id, reply=registration)
    for name, expected in (("email", alice.email), ("name", alice.name), ("role", "user")):
        came = registration.field(name, str)
        require(
            came.lower() == expected.lower(),
            f"the new user's {name} is wrong",
            expected=expected,
            actual=came,
            reply=registration,
        )


@needs("register-creates-account")
def test_duplicate_email_is_refused(api, alice, stranger):
    api.post("/register", json=stranger(email=alice.email).registration).expect(409)


@needs("register-creates-account")
def test_duplicate_email_in_other_case_is_refused(api, alice, stranger):
    api.post("/register", json=stranger(email=alice.email.title()).registration).expect(DUPLICATE)


@needs("register-creates-account")
def test_simultaneous_registrations_have_one_winner(api, stranger, control):
    person = stranger()
    replies = control.at_once("postgres", [partial(api.post, "/register", json=person.registration)] * 8)
    for reply in replies:
        reply.expect(OK | DUPLICATE)
    winners = sum(reply.status in OK for reply in replies)
    require(
        winners == 1,
        "one e-mail, eight requests: wrong number of accounts",
        expected=1,
        actual=winners,
    )


@needs("register-creates-account")
def test_invalid_email_is_refused(api, stranger, draw):
    for email in (draw.word(), "@example.com", f"{draw.word()}@", f"{'x' * 243}@example.com", 42):
        api.post("/register", json=stranger(email=email).registration).expect(INVALID)


@needs("register-creates-account")
def test_short_password_is_refused(api, stranger, draw):
    api.post("/register", json=stranger(password=draw.password(8)).registration).expect(OK)
    api.post("/register", json=stranger(password=draw.password(7)).registration).expect(INVALID)


@needs("register-creates-account")
def test_missing_field_is_refused(api, stranger, draw):
    person = stranger().registration
    for field in ("email", "password", "name"):
        rest = {name: value for name, value in person.items() if name != field}
        api.post("/register", json=rest).expect(INVALID)
    for wrong in ({"password": 1234567890}, {"name": None}, {"name": ""}, {"name": draw.text(101)}):
        api.post("/register", json={**person, **wrong}).expect(INVALID)


@needs("wrong-password-is-refused")
def test_long_and_unicode_passwords_work(api, join, log_in, draw):
    log_in(join(password=draw.password(64)))
    person = join(password=f"пароль {draw.word()} 🔑")
    log_in(person)
    typo = person.password.replace("п", "б")
    api.post("/login", json={"email": person.email, "password": typo}).expect(REFUSED)


@needs("wrong-password-is-refused")
def test_every_byte_of_a_password_counts(api, stranger, draw):
    accepted_whole_or_refused(api, stranger(password=draw.password(80)), ending="another")


@needs("wrong-password-is-refused")
def test_nul_characters_are_handled(api, stranger, draw):
    accepted_whole_or_refused(api, stranger(password=f"{draw.password(8)}\0{draw.password(8)}"), ending="another")
    api.post("/register", json=stranger(email=f"nul\0{draw.email()}").registration).expect(INVALID)
    api.post("/register", json=stranger(name=f"{draw.name()}\0").registration).expect(INVALID)
    api.post("/login", json=stranger(email=f"nul\0{draw.email()}").credentials).expect({401, *INVALID})


@needs("wrong-password-is-refused", "access-token-is-no-refresh-token")
def test_broken_unicode_is_refused(api, alice):
    half = r"\ud800"
    login = f'{{"email": "{alice.email}", "password": "longer than eight {half}"}}'
    for path, body in (("/login", login), ("/refresh", f'{{"refresh_token": "{half}"}}')):
        api.post(path, content=body, headers={"Content-Type": "application/json"}).expect({401, *INVALID})


def accepted_whole_or_refused(api, person, ending):
    """Either the password is refused cleanly, or it logs in and the same one with another ending does not."""
    if api.post("/register", json=person.registration).expect(OK | INVALID).status in OK:
        api.post("/login", json=person.credentials).expect(OK)
        wrong = person.password[: -len(ending)] + ending
        api.post("/login", json={"email": person.email, "password": wrong}).expect(REFUSED)


def is_uuid(text):
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False
