"""Every operation of a contract gets one request whose body fits its schema."""

from __future__ import annotations

import shlex

import jsonschema
import pytest

from kata.library import Library
from kata.samples import Sample, read_contract, resolved, samples, value


def test_every_shipped_contract_gets_a_request_for_each_operation(library: Library) -> None:
    for exercise in library.all():
        contract = read_contract(exercise.contract)
        operations = sum(
            len({"get", "post", "put", "patch", "delete"} & set(item)) for item in contract["paths"].values()
        )
        assert len(samples(contract)) == operations


def test_bodies_fit_their_schemas(library: Library) -> None:
    for exercise in library.all():
        contract = read_contract(exercise.contract)
        for sample in samples(contract):
            operation = contract["paths"][sample.path][sample.method.lower()]
            for described in resolved(contract, operation.get("requestBody", {})).get("content", {}).values():
                schema = {**described["schema"], "components": contract.get("components", {})}
                jsonschema.Draft202012Validator(schema).validate(sample.body)


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"example": 7, "type": "string"}, 7),
        ({"enum": ["b", "a"]}, "b"),
        ({"type": "string", "format": "date-time"}, "2031-05-09T12:30:00Z"),
        ({"type": "string", "minLength": 6, "maxLength": 6}, "textxx"),
        ({"type": ["integer", "null"], "minimum": 3}, 3),
        ({"type": "array", "items": {"type": "boolean"}}, [True]),
        ({"allOf": [{"$ref": "#/a"}, {"properties": {"b": {"const": 2}}}]}, {"a": 1, "b": 2}),
        ({"$ref": "#/circle"}, {"circle": {}}),
    ],
)
def test_a_value_is_made_up_from_what_the_schema_says(schema: dict[str, object], expected: object) -> None:
    contract = {
        "a": {"type": "object", "properties": {"a": {"const": 1}}},
        "circle": {"type": "object", "properties": {"circle": {"$ref": "#/circle"}}},
    }
    made = value(contract, schema)
    while expected == {"circle": {}} and made != {}:
        assert set(made) == {"circle"}
        made = made["circle"]
    assert made == expected or made == {}


def test_a_curl_line_survives_the_shell() -> None:
    sample = Sample("PATCH", "/users/{id}", "", {"name": "it's"}, "application/json", needs_token=True)
    line = sample.as_curl("http://127.0.0.1:8000")
    assert '{"name": "it\'s"}' in shlex.split(line)
    assert line.endswith('"http://127.0.0.1:8000/users/${ID}"')
    assert '"Authorization: Bearer $TOKEN"' in line
