"""Everything that can go wrong on purpose, raised with facts rather than prose."""


class WhosaidError(Exception):
    """The family of errors that Whosaid raises itself."""


class UnsupportedLanguage(WhosaidError):
    """No loaded model reads this language."""

    def __init__(self, language: str, supported: tuple[str, ...]) -> None:
        super().__init__(f"{language!r} is not one of {', '.join(supported)}")
        self.language = language
        self.supported = supported


class DetectedLanguageUnsupported(UnsupportedLanguage):
    """No loaded model reads the language that a text was found to be in."""

    def __str__(self) -> str:
        read = ", ".join(self.supported)
        return (
            f"the text seems to be in {self.language!r}, which is not one of {read}; "
            "if it is in another language, state which"
        )


class Abandoned(WhosaidError):
    """Nobody waits any more for the text that is being read."""


class ModelDamaged(WhosaidError):
    """A model file is missing, or is not the one that its digest names."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


class PackageMissing(WhosaidError):
    """A Stanza package is not, or not wholly, in the models folder."""

    def __init__(self, package: str, models_dir: str) -> None:
        super().__init__(f"{package} is not in {models_dir}: run `whosaid fetch-models {package}`")
        self.package = package
        self.models_dir = models_dir


class PackageUnavailable(WhosaidError):
    """A Stanza package cannot be fetched: nobody offers it, or nobody answers."""

    def __init__(self, package: str, reason: str) -> None:
        super().__init__(f"{package}: {reason}")
        self.package = package
        self.reason = reason
