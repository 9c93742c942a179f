"""Cases by atheris, which keeps those that run code no case has run before.

Run as a program, for libFuzzer ends the process: `python -m tests.fuzz.guided MODEL -runs=N`.
Without atheris, which has no wheels for some platforms, there are none.
"""

import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["analysis", "schemas"]):
    from tests.fuzz.cases import build_case
    from tests.fuzz.subject import Subject


class _Fed:
    """Makes the choices that libFuzzer's bytes stand for; where there are none, the first."""

    def __init__(self, data: bytes) -> None:
        self._provider = atheris.FuzzedDataProvider(data)

    def below(self, number: int) -> int:
        return self._provider.ConsumeIntInRange(0, number - 1)


def main(arguments: list[str]) -> None:
    folder, *options = arguments
    subject = Subject(Path(folder))

    def try_bytes(data: bytes) -> None:
        case = build_case(_Fed(data))
        try:
            subject.try_case(case)
        except BaseException:
            # libFuzzer shows the bytes only.
            print(f"failing case: {case!a}", file=sys.stderr, flush=True)
            raise

    atheris.Setup([sys.argv[0], *options], try_bytes)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1:])
