"""What requests must look like and what replies show."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field


def writable(text: str) -> str:
    """JSON can write half of a surrogate pair, UTF-8 cannot: the UnicodeEncodeError is a ValueError, so it is refused."""
    text.encode()
    return text


def without_nul(text: str) -> str:
    """PostgreSQL cannot store the NUL character."""
    if "\0" in text:
        raise ValueError("must not contain the NUL character")
    return text


Utf8 = Annotated[str, AfterValidator(writable)]
Text = Annotated[Utf8, AfterValidator(without_nul)]
# Two e-mails that differ only in letter case are the same account.
Email = Annotated[Text, Field(max_length=254, pattern=r"^[^@]+@[^@]+$"), AfterValidator(str.lower)]
Name = Annotated[Text, Field(min_length=1, max_length=100)]
Password = Annotated[Utf8, Field(min_length=8, max_length=256)]


class Registration(BaseModel):
    email: Email
    password: Password
    name: Name


class Credentials(BaseModel):
    email: Email
    password: Annotated[Utf8, Field(max_length=256)]


class RefreshToken(BaseModel):
    refresh_token: Utf8


class Profile(BaseModel):
    name: Name


class PasswordChange(BaseModel):
    current_password: Annotated[Utf8, Field(max_length=256)]
    new_password: Password


class RoleChange(BaseModel):
    role: Literal["user", "admin"]


class User(BaseModel):
    """The only columns that ever leave the server."""

    id: UUID
    email: str
    name: str
    role: str


class Users(BaseModel):
    users: list[User]


class TokenPair(BaseModel):
    access_token: str
    token_type: Literal["Bearer"]
    expires_in: int
    refresh_token: str
