import json

import pytest
from hypothesis import given, settings
from marshmallow import ValidationError

from schemas import OffsetUnit, Submission, SubmissionSchema
from tests.texts import texts


def test_only_the_text_is_required():
    """A text alone is read as English, with offsets in code points."""
    loaded = SubmissionSchema().load({"text": "Hello."})
    assert loaded == Submission("Hello.", None, "en", OffsetUnit.CODEPOINT)


def test_options_are_loaded():
    """Every option reaches the value object."""
    fields = {"text": "x", "id": "a", "language": "pt", "offset_unit": "utf16"}
    assert SubmissionSchema().load(fields) == Submission("x", "a", "pt", OffsetUnit.UTF16)


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
        pytest.param({"text": "x", "txet": "y"}, "txet", id="unknown field"),
    ],
)
def test_bad_fields_are_named(fields, at_fault):
    """What is wrong with a request is said of the field that it is wrong with."""
    with pytest.raises(ValidationError) as caught:
        SubmissionSchema().load(fields)
    assert list(caught.value.messages_dict) == [at_fault]


@pytest.mark.parametrize("length", [0, 256])
def test_id_up_to_256_characters(length):
    """An id may have 256 characters, or none."""
    assert SubmissionSchema().load({"text": "", "id": "i" * length}).id == "i" * length


@settings(deadline=None)
@given(texts())
def test_text_is_loaded_verbatim(text):
    """Whatever stands in the JSON string is the text."""
    assert SubmissionSchema().load(json.loads(json.dumps({"text": text}))).text == text
