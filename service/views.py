"""The forms of an answer, and which of them a caller gets."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import flask
from marshmallow import Schema
from werkzeug.datastructures import MIMEAccept
from werkzeug.exceptions import NotAcceptable

from schemas import (
    Answer,
    AnswerSchema,
    OffsetUnit,
    Section,
    View,
    select_sections,
)
from schemas.ninjs import NINJS_MEDIA_TYPE, NinjsSchema, enrich_ninjs, view_ninjs
from schemas.schema_org import SCHEMA_ORG_MEDIA_TYPE, SchemaOrgSchema, view_schema_org
from schemas.web_annotation import (
    WEB_ANNOTATION_MEDIA_TYPE,
    WebAnnotationSchema,
    view_web_annotation,
)
from service.bodies import JSON

_ANSWERS = AnswerSchema()
_CHARSET = re.compile(r";\s*charset=[^;]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Form:
    """A form of answers other than Whosaid's own, made of the plain native answer."""

    media_type: str
    schema: type[Schema]
    build: Callable[[Mapping[str, Any]], Mapping[str, Any]]


FORMS: Mapping[View, Form] = {
    View.NINJS: Form(NINJS_MEDIA_TYPE, NinjsSchema, view_ninjs),
    View.SCHEMA_ORG: Form(SCHEMA_ORG_MEDIA_TYPE, SchemaOrgSchema, view_schema_org),
    View.WEB_ANNOTATION: Form(WEB_ANNOTATION_MEDIA_TYPE, WebAnnotationSchema, view_web_annotation),
}
MEDIA_TYPES = {JSON: View.NATIVE, **{form.media_type: view for view, form in FORMS.items()}}
"""What answers may be sent as; the first is preferred where the caller has no preference."""


def check_accept(request: flask.Request, media_type: str) -> None:
    """Raise `NotAcceptable` unless the caller takes the only media type that there is."""
    accepted = read_accept(request)
    if accepted and not accepted.quality(media_type):
        raise NotAcceptable(f"answers are {media_type}, which the Accept header does not admit")


def read_accept(request: flask.Request) -> MIMEAccept:
    """Return what a request accepts. JSON is UTF-8, so that a charset beside it says nothing."""
    return MIMEAccept([(_CHARSET.sub("", kind), q) for kind, q in request.accept_mimetypes])


def choose_view(view: View | None, request: flask.Request) -> tuple[View, str]:
    """Return the form of the answer to a request, and its media type.

    A `view` that was asked for counts whatever Accept says, which many clients fill in by
    themselves (RFC 9110, section 12.5.1, lets a server disregard it). Without one, Accept decides;
    a ninjs document is answered with one. Raises `NotAcceptable`.
    """
    if view is not None:
        return view, FORMS[view].media_type if view in FORMS else JSON
    accepted = read_accept(request)
    usual = NINJS_MEDIA_TYPE if request.mimetype == NINJS_MEDIA_TYPE else JSON
    # A wildcard admits any form; only one that is named is preferred to the usual one.
    named = MIMEAccept([each for each in accepted if "*" not in each[0]])
    offered = [usual, *(each for each in MEDIA_TYPES if named.quality(each) > 0)]
    best = accepted.best_match(offered) if accepted else usual
    if best is None:
        raise NotAcceptable(
            f"answers are {', '.join(MEDIA_TYPES)}, none of which the Accept header admits"
        )
    return MEDIA_TYPES[best], best


def build_view(answer: Answer, view: View, document: Any = None) -> Mapping[str, Any]:
    """Return an answer in a form, as plain mappings; a ninjs `document` is enriched.

    Forms other than the native one need texts and mentions, whatever the answer includes.
    """
    if view is View.NATIVE:
        native: Mapping[str, Any] = _ANSWERS.dump(answer)
        return native
    chosen = select_sections(answer.analysis, answer.include)
    # Offsets that a standard prescribes are code points.
    unit = OffsetUnit.CODEPOINT
    whole = replace(answer, analysis=chosen, include=frozenset(Section), offset_unit=unit)
    native = _ANSWERS.dump(whole)
    if view is View.NINJS and document is not None:
        return enrich_ninjs(document, native)
    return FORMS[view].build(native)
