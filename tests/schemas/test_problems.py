from schemas import Fault, Problem, ProblemSchema


def test_problem():
    """A problem has the members of RFC 9457, its request's id, and what is wrong where."""
    problem = Problem("text-too-long", 413, "too long", "r1", (Fault("/text", "too long"),))
    assert ProblemSchema().dump(problem) == {
        "type": "urn:whosaid:problem:text-too-long",
        "title": "Text too long",
        "status": 413,
        "detail": "too long",
        "request_id": "r1",
        "help": "/docs/problems/text-too-long",
        "errors": [{"pointer": "/text", "detail": "too long"}],
    }


def test_problem_of_no_field():
    """A problem that is no field's fault lists no errors."""
    assert "errors" not in ProblemSchema().dump(Problem("overloaded", 503, "full", "r1"))
