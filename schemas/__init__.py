"""JSON to value objects and back."""

from schemas.answers import Answer, Timings, select_speaking
from schemas.capabilities import Capabilities, CapabilitiesSchema, HealthSchema, Limits
from schemas.offsets import OffsetUnit
from schemas.problems import MEDIA_TYPE, Fault, Problem, ProblemSchema
from schemas.requests import OptionsSchema, Submission, SubmissionSchema
from schemas.responses import AnswerSchema, EntitiesAnswerSchema, QuotesAnswerSchema

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
    "Submission",
    "SubmissionSchema",
    "Timings",
    "select_speaking",
]
