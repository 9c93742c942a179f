import json

import pytest
from hypothesis import given, settings
from marshmallow import ValidationError

from schemas import OffsetUnit, OptionsSchema, Scope, Submission, SubmissionSchema
from tests.texts import texts


def test_only_the_text_is_required():
    """A text alone is read as English, with offsets in code points, in the service's own scope."""
    loaded = SubmissionSchema().load({"text": "Hello."})
    assert loaded == Submission("Hello.", None, "en", OffsetUnit.CODEPOINT, None, 0.0)


def test_options_are_loaded():
    """Every option reaches the value object."""
    options = {"id": "a", "language": "pt", "offset_unit": "utf16", "scope": "all"}
    assert SubmissionSchema().load({"text": "x", **options, "min_confidence": 0.5}) == Submission(
        "x", "a", "pt", OffsetUnit.UTF16, Scope.ALL, 0.5
    )


@pytest.mark.parametrize(
    ("fields", "at_fault"),
    [
        pytest.param({}, "text", id="no text"),
        pytest.param({"text": None}, "text", id="null text"),
        pytest.param({"text": 1}, "text", id="text not a string"),
        pytest.param({"text": "x", "id": "i" * 257}, "id", id="id too long"),
        pytest.param({"text": "x", "id": 7}, "id", id="id not a string"),
        pytest.param({"text": "x", "language": None}, "language", id="null language"),
        pytest.param({"text": "x", "language": ""}, "language", id="no language"),
        pytest.param({"text": "x", "language": "e" * 36}, "language", id="language too long"),
        pytest.param({"text": "x", "offset_unit": "byte"}, "offset_unit", id="unit"),
        pytest.param({"text": "x", "offset_unit": {}}, "offset_unit", id="unit not a string"),
        pytest.param({"text": "x", "scope": "speeches"}, "scope", id="scope"),
        pytest.param({"text": "x", "scope": None}, "scope", id="null scope"),
        pytest.param({"text": "x", "min_confidence": None}, "min_confidence", id="null confidence"),
        pytest.param({"text": "x", "txet": "y"}, "txet", id="unknown field"),
    ],
)
def test_bad_fields_are_named(fields, at_fault):
    """What is wrong with a request is said of the field that it is wrong with."""
    with pytest.raises(ValidationError) as caught:
        SubmissionSchema().load(fields)
    assert list(caught.value.messages_dict) == [at_fault]


@pytest.mark.parametrize("number", [0, 1, 0.5, 1e-9])
def test_confidences_are_numbers_from_0_to_1(number):
    """The least confidence is a number in JSON, and the string of one in a query."""
    submission = SubmissionSchema().load({"text": "x", "min_confidence": number})
    assert submission.min_confidence == number
    assert OptionsSchema().load({"min_confidence": str(number)})["min_confidence"] == number


REFUSED = {"min_confidence": ["Must be a number from 0 to 1."]}


@pytest.mark.parametrize(
    "value",
    [
        *(-0.01, 1.01, -1, 2, float("nan"), float("inf"), True, False, "0.5", "", [0.5], {}),
        pytest.param(10**400, id="huge"),
    ],
)
def test_what_is_no_confidence_in_json(value):
    """In JSON, what is not a number from 0 to 1 is refused with what is accepted."""
    assert SubmissionSchema().validate({"text": "x", "min_confidence": value}) == REFUSED


@pytest.mark.parametrize("value", ["-0.01", "1.01", "nan", "inf", "true", "", ["0.5", "0.5"]])
def test_what_is_no_confidence_in_a_query(value):
    """In a query, what is not the string of such a number is refused in the same words."""
    assert OptionsSchema().validate({"min_confidence": value}) == REFUSED


@pytest.mark.parametrize("length", [0, 256])
def test_id_up_to_256_characters(length):
    """An id may have 256 characters, or none."""
    assert SubmissionSchema().load({"text": "", "id": "i" * length}).id == "i" * length


@settings(deadline=None)
@given(texts())
def test_text_is_loaded_verbatim(text):
    """Whatever stands in the JSON string is the text."""
    assert SubmissionSchema().load(json.loads(json.dumps({"text": text}))).text == text
