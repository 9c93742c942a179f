"""Everything that can go wrong on purpose, raised with facts rather than prose."""


class WhosaidError(Exception):
    """The family of errors that Whosaid raises itself."""


class UnsupportedLanguage(WhosaidError):
    """No loaded model reads this language."""

    def __init__(self, language: str, supported: tuple[str, ...]) -> None:
        super().__init__(f"{language!r} is not one of {', '.join(supported)}")
        self.language = language
        self.supported = supported


class ModelDamaged(WhosaidError):
    """A model file is missing, or is not the one that its digest names."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason
