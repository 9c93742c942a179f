"""Which language a text is written in, told from a sample of it.

The classifier is py3langid, which ships its model and knows 139 languages
(https://github.com/adbar/py3langid). What is ours is the caution around it:
what to show it, and when not to believe it. Its thresholds were measured on
English news; see docs/decisions.md.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from threading import Lock
from typing import Protocol

from py3langid.langid import MODEL_FILE, LanguageIdentifier  # type: ignore[import-untyped]

ENGLISH = "en"

# A sample is of so many stretches, evenly over the text, each of at most so many code points.
_MAX_STRETCHES = 32
_STRETCH_CHARS = 120
# How many different runs of three bytes a text has to hold: eight English words or so. Below, one
# English sentence in ten is taken for nothing in particular, or for something else.
_LEAST_EVIDENCE = 40
# The same for another language than English: a headline in capitals may be all names.
_LEAST_OTHER_EVIDENCE = 60
# What has to be left when names are taken away, for the rest to be asked on its own.
_LEAST_REST = 10
# How likely a language has to be. No English sentence of the corpora reaches the second.
_LIKELY_ENGLISH = 0.5
_LIKELY_OTHER = 0.8
# How much of what is likely has to be in one language: the rest may be a long quotation, but not
# every other paragraph.
_LEAST_SHARE = 0.7

_NOT_WORDS = re.compile(
    r"""
    \A[^<>]*["'/]\s*/?>                  # the end of a tag that the sample cuts in two
    | </?[A-Za-z!][^<>]*(?:>|\Z)         # tags
    | &(?:\#[0-9A-Fa-fx]{1,8}|[A-Za-z][A-Za-z0-9]{1,31});
    | (?:https?://|www\.)\S+
    | \S+@\S+ | [@\#]\w+                 # addresses, handles, hashtags
    | \d+ | [\ud800-\udfff]
    """,
    re.VERBOSE,
)
# Two letters, or one that is not of the English alphabet: no letter of a spaced-out word.
_WORD = re.compile(r"[^\W\d_]{2}|[^\W\d_a-zA-Z]")

# Codes of the classifier that go with another one, most by the registry of ISO 639-3, which counts
# spoken Arabic, Chinese and so on under the language that they are written as
# (https://iso639-3.sil.org/code_tables/macrolanguage_mappings/data). Norwegian is Bokmål unless it
# is Nynorsk, and has the code that Stanza's packages have. Bosnian goes with Croatian and Malay
# with Indonesian: a paragraph hardly tells them apart, and Stanza has packages for the second ones.
# Nigerian Pidgin goes with English, and is what English with many foreign names is mistaken for.
_CODES = {
    "ary": "ar",
    "arz": "ar",
    "bs": "hr",
    "gug": "gn",
    "kik": "ki",
    "ms": "id",
    "no": "nb",
    "pcm": ENGLISH,
    "sdh": "ku",
    "uzs": "uz",
    "wuu": "zh",
    "yue": "zh",
}
_ISO_639_1_CHARS = 2


class Certainty(StrEnum):
    """Why a language is given, or none."""

    SURE = "sure"
    SHORT = "short"
    MIXED = "mixed"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Detection:
    """The language of a text, if it can be told.

    `language` is a code of ISO 639-1 where `reason` is "sure", and None otherwise.
    Norwegian is "nb" or "nn", Chinese "zh" in either script, Bosnian "hr", and Malay
    "id". `confidence`, from 0 to 1, says how much of the text is likely to be in the
    likeliest language, given or not, as far as the text was read; it is 0 for a short text.
    """

    language: str | None
    confidence: float
    reason: Certainty


class Detector(Protocol):
    """What tells languages apart."""

    def classify(self, text: str) -> tuple[str, float]:
        """Return the likeliest language with its probability."""

    def rank(self, text: str) -> Sequence[tuple[str, float]]:
        """Return all languages with their probabilities, the likeliest first."""


@dataclass(frozen=True, slots=True)
class _Guess:
    language: str
    probability: float
    chars: int
    is_likely: bool


_LOADING = Lock()


def load_detector() -> Detector:
    """Return the classifier, which is loaded once, and kept.

    Loading unpacks the model into a temporary file, which is gone afterwards: raises
    OSError where there is no room for one. Reading changes nothing in it, so threads
    share it.
    """
    with _LOADING:
        return _load()


@cache
def _load() -> Detector:
    detector: Detector = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    return detector


def detect_language(text: str) -> Detection:
    """Tell which language a text is in, from at most 3,840 code points of it.

    No text is refused, and English is hardly ever taken for another language: when in
    doubt, the answer is none.
    """
    stretches = [find_words(stretch) for stretch in sample_text(text)]
    words = [word for stretch in stretches for word in stretch]
    telling = [stretch for stretch in stretches if _is_telling(stretch)]
    # What a stretch tells, all of them do.
    if not telling and not _is_telling(words):
        return Detection(None, 0.0, Certainty.SHORT)
    likely = list(_find_likely(telling)) or [_guess_language(words)]
    if not likely[0].is_likely:
        return Detection(None, likely[0].probability, Certainty.UNSURE)
    main, share, confidence = _find_main(likely)
    if share < _LEAST_SHARE:
        return Detection(None, confidence, Certainty.MIXED)
    if not _is_settled(main, words):
        return Detection(None, confidence, Certainty.UNSURE)
    return Detection(main, confidence, Certainty.SURE)


def sample_text(text: str) -> list[str]:
    """Return stretches of a text in its order: all of it, or as many as a sample holds."""
    count = min(_MAX_STRETCHES, -(-len(text) // _STRETCH_CHARS))
    if count < 2:
        return [text]
    size = min(_STRETCH_CHARS, -(-len(text) // count))
    starts = (number * (len(text) - size) // (count - 1) for number in range(count))
    return [text[start : start + size] for start in starts]


def find_words(text: str) -> list[str]:
    """Return the words between spaces, without markup, addresses, digits and lone letters."""
    return [word for word in _NOT_WORDS.sub(" ", text).split() if _WORD.search(word)]


def _find_likely(stretches: Sequence[Sequence[str]]) -> Iterator[_Guess]:
    """Yield what stretches are likely to be in, until enough of them are English.

    The rest could not change what the text is in then, and most texts are English.
    """
    enough = _LEAST_SHARE * sum(len(" ".join(words)) for words in stretches)
    for words in stretches:
        guess = _guess_language(words)
        if guess.is_likely:
            yield guess
        if guess.is_likely and guess.language == ENGLISH:
            enough -= guess.chars
        if enough <= 0:
            return


def _find_main(guesses: Sequence[_Guess]) -> tuple[str, float, float]:
    """Return the language of most of a text, of how much of it, and how likely that is."""
    total = sum(guess.chars for guess in guesses)
    chars: Counter[str] = Counter()
    for guess in guesses:
        chars[guess.language] += guess.chars
    main, most = chars.most_common(1)[0]
    sure = sum(guess.chars * guess.probability for guess in guesses if guess.language == main)
    return main, most / total, sure / total


def _is_settled(main: str, words: Sequence[str]) -> bool:
    """Tell whether to believe what most stretches say, of all words of the sample.

    Of another language than English the whole has to be, too: a page of names may hold
    one quotation, and nothing else that tells a language.
    """
    if main == ENGLISH:
        return True
    whole = _guess_language(words)
    return main == whole.language and whole.is_likely and len(main) == _ISO_639_1_CHARS


def _is_telling(words: Sequence[str]) -> bool:
    return _count_evidence(words) >= _LEAST_EVIDENCE


def _guess_language(words: Sequence[str]) -> _Guess:
    """Return the likeliest language, as likely as it is with names and without.

    Names tell where people come from, not what language tells of them. Where all words
    have capitals, as in a headline, there is no telling.
    """
    text = " ".join(words)
    code, probability = load_detector().classify(text.lower())
    if code == ENGLISH and probability >= _LIKELY_ENGLISH:
        # Nothing that goes with another language can be likelier; `rank` takes longer.
        return _Guess(ENGLISH, min(probability, 1.0), len(text), is_likely=True)
    probabilities = _rank(text)
    language = max(probabilities, key=probabilities.__getitem__)
    probability = min(probabilities[language], 1.0)
    if language == ENGLISH:
        return _Guess(language, probability, len(text), probability >= _LIKELY_ENGLISH)
    rest = [word for word in words if word == word.lower()]
    if _count_evidence(rest) >= _LEAST_REST:
        probability = min(probability, _rank(" ".join(rest)).get(language, 0.0))
    is_likely = probability >= _LIKELY_OTHER and _count_evidence(words) >= _LEAST_OTHER_EVIDENCE
    return _Guess(language, probability, len(text), is_likely)


def _rank(text: str) -> Mapping[str, float]:
    """Return the probabilities of languages, by their codes of ISO 639-1 if they have one."""
    probabilities: dict[str, float] = {}
    for code, probability in load_detector().rank(text.lower()):
        language = _CODES.get(code, code)
        probabilities[language] = probabilities.get(language, 0.0) + probability
    return probabilities


def _count_evidence(words: Sequence[str]) -> int:
    """Count the different runs of three bytes: what the classifier sees, however often repeated.

    In bytes, since a Chinese character says more than a Latin letter.
    """
    encoded = " ".join(words).lower().encode()
    return len(set(zip(encoded, encoded[1:], encoded[2:], strict=False)))
