"""What the standards allow, and plain answers to hold the views against."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs


def find_faults(contract: str, value: Any) -> list[str]:
    """List what a contract has against a value.

    The validator takes no lone surrogates: they are replaced in a copy, since no contract
    tells them from other characters.
    """
    errors = _load(contract).iter_errors(_replace_surrogates(value))
    return [str(error) for error in errors]


@cache
def _load(contract: str) -> jsonschema_rs.Draft202012Validator:
    schema = json.loads((Path(__file__).parent / f"{contract}.schema.json").read_text())
    return jsonschema_rs.Draft202012Validator(schema, validate_formats=True)


def _replace_surrogates(value: Any) -> Any:
    if isinstance(value, dict):
        return {_replace_surrogates(key): _replace_surrogates(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_replace_surrogates(item) for item in value]
    return value.encode(errors="replace").decode() if isinstance(value, str) else value
