"""Hypothesis as a source of cases: what fails is made as small as it can be."""

from collections.abc import Callable

from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from tests.fuzz.cases import Case, build_case


class _Drawn:
    def __init__(self, data: st.DataObject) -> None:
        self._data = data

    def below(self, number: int) -> int:
        return self._data.draw(st.integers(0, number - 1))


def try_drawn(try_case: Callable[[Case], None], cases: int) -> None:
    """Try so many cases; the smallest one that fails raises."""

    @settings(
        max_examples=cases,
        derandomize=True,
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def run(data: st.DataObject) -> None:
        case = build_case(_Drawn(data))
        note(f"failing case: {case!a}")
        try_case(case)

    run()
