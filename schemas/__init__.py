"""JSON to value objects and back."""

from schemas.answers import Answer, Timings
from schemas.capabilities import Capabilities, CapabilitiesSchema, HealthSchema, Limits
from schemas.offsets import OffsetUnit
from schemas.problems import MEDIA_TYPE, Fault, Problem, ProblemSchema
from schemas.requests import OptionsSchema, Submission, SubmissionSchema
from schemas.responses import AnswerSchema, EntitiesAnswerSchema, QuotesAnswerSchema
from schemas.selections import Scope, select_quotes, select_speaking

__all__ = [
    "MEDIA_TYPE",
    "Answer",
    "AnswerSchema",
    "Capabilities",
    "CapabilitiesSchema",
    "EntitiesAnswerSchema",
    "Fault",
    "HealthSchema",
    "Limits",
    "OffsetUnit",
    "OptionsSchema",
    "Problem",
    "ProblemSchema",
    "QuotesAnswerSchema",
    "Scope",
    "Submission",
    "SubmissionSchema",
    "Timings",
    "select_quotes",
    "select_speaking",
]
