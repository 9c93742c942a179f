"""Where sentences begin: as much of sentence splitting as the finding of speakers needs.

A sentence ends at a stop, with the marks that close around it, and a space.
After a title, a month, a short form of a firm's or a state's kind, or a single
letter ("U.S.", "J."), a full stop belongs to the word, as in the rules of most
tokenizers (https://spacy.io/usage/linguistic-features#tokenization).
"""

import re

from analysis.wordlists import word_set

_ABBREVIATIONS = word_set(
    "Adm Apr Ariz Ark Aug Ave Bros Calif Capt Cmdr Co Col Colo Conn Corp Dec Del Det Dr Feb Fla Ft "
    "Ga Gen Gov Hon Ill Inc Jan Jr Jul Jun Kan Ky La Lt Ltd Maj Mar Mass Md Messrs Mich Minn Miss "
    "Mo Mont Mr Mrs Ms Mt Neb Nev Nov Oct Okla Ore Pa Ph Prof Rep Reps Rev Sen Sens Sep Sept Sgt "
    "Sr St Supt Tenn Va Vt Wash Wis vs"
)
# Each stop is looked at once, also in a long run of them.
_STOP = re.compile(r"(?<![.!?…])[.!?…]++[\"'“”‘’«»)\]]*+\s++(?=\S)")
_LAST_WORD = re.compile(r"(?<!\w)[^\W\d_]+$")
_REACH = 9


def find_sentence_starts(text: str) -> tuple[int, ...]:
    """Return where the sentences of `text` begin, but the first one."""
    return tuple(
        stop.end() for stop in _STOP.finditer(text) if not _is_abbreviated(text, stop.start())
    )


def _is_abbreviated(text: str, stop: int) -> bool:
    """Tell whether the stop is a full stop that belongs to the word before it."""
    if text[stop] != "." or not text[stop + 1].isspace():
        return False
    word = _LAST_WORD.search(text, max(0, stop - _REACH), stop)
    return word is not None and (len(word[0]) == 1 or word[0] in _ABBREVIATIONS)
