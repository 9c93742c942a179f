"""JSON to value objects and back."""

from schemas.answers import Answer, LanguageStatus, Timings
from schemas.capabilities import Capabilities, CapabilitiesSchema, HealthSchema, Limits
from schemas.offsets import OffsetUnit
from schemas.problems import MEDIA_TYPE, Fault, Problem, ProblemSchema
from schemas.replies import InvalidAnswer, Reply, load_reply
from schemas.requests import OptionsSchema, Submission, SubmissionSchema, View
from schemas.responses import (
    AnswerSchema,
    BatchItemSchema,
    EntitiesAnswerSchema,
    QuotesAnswerSchema,
)
from schemas.selections import Scope, Section, Selection, select, select_sections, select_speaking
from schemas.stories import ContentType, Field, Part, Story

__all__ = [
    "MEDIA_TYPE",
    "Answer",
    "AnswerSchema",
    "BatchItemSchema",
    "Capabilities",
    "CapabilitiesSchema",
    "ContentType",
    "EntitiesAnswerSchema",
    "Fault",
    "Field",
    "HealthSchema",
    "InvalidAnswer",
    "LanguageStatus",
    "Limits",
    "OffsetUnit",
    "OptionsSchema",
    "Part",
    "Problem",
    "ProblemSchema",
    "QuotesAnswerSchema",
    "Reply",
    "Scope",
    "Section",
    "Selection",
    "Story",
    "Submission",
    "SubmissionSchema",
    "Timings",
    "View",
    "load_reply",
    "select",
    "select_sections",
    "select_speaking",
]
