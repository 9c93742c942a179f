"""Words that report speech, as against belief, wish or plan."""

import re

# Stems of verbs of communication; `_forms` adds their endings. Own list, after the classes
# "say", "tell", "talk", "complain", "advise" and "promise" of Levin, English Verb Classes (1993).
_REGULAR = """
    accuse acknowledge add address admit advise affirm agree allege announce answer apologize call
    apologise argue ask assert assure attest aver blame blast blog boast brag caution challenge
    charge chide cite claim clarify comment complain concede conclude condemn confess confide
    confirm contend continue counter criticize criticise cry decry declare defend demand denounce
    deny describe detail disclose dismiss echo elaborate email emphasize emphasise enthuse estimate
    exclaim explain express fume gush hint implore indicate inform inquire insist interject
    interview joke lambaste lament maintain mention mock muse mutter note object observe offer
    opine outline plead pledge point post praise predict proclaim promise propose protest question
    quip quote rail rant react reaffirm reason rebuke recall recite recount refer reflect rejoin
    reiterate reject relate relay release remark remind repeat reply report request respond retort
    reveal scoff scold shout sigh slam snap specify speculate state stress suggest summarize
    summarise swear talk testify text thank threaten thunder tout tweet underline underscore urge
    utter volunteer vow wail warn whisper wonder yell
"""
_IRREGULAR = """
    said say says saying told tell tells telling spoke speak speaks speaking spoken wrote write
    writes writing written read reads reading swore sworn sang foretold cried cries denied denies
    replied replies testified testifies clarified clarifies specified specifies decried decries
    according quote quoting quotes statement remarks remark comment comments letter message speech
    conference interview announcement testimony tweet tweets post posts report reports words
    accusation allegation claim warning answer reply response question admission concession
    letters messages statements call calls spokesman spokeswoman spokesperson
    argument assertion complaint declaration explanation pledge prediction promise suggestion threat
"""


def _forms(stem: str) -> set[str]:
    forms = {stem + ending for ending in ("", "s", "es", "ed", "ing")}
    if stem.endswith("e"):
        forms |= {stem + "d", stem[:-1] + "ing"}
    elif stem.endswith("y"):
        forms |= {stem[:-1] + "ies", stem[:-1] + "ied"}
    elif stem[-1] in "gmntp":
        forms |= {stem + stem[-1] + ending for ending in ("ed", "ing")}
    return forms


_SPEECH = frozenset(_IRREGULAR.split()).union(*map(_forms, _REGULAR.split()))


def is_speech_cue(cue: str) -> bool:
    """Tell whether a cue reports something said or written."""
    return ":" in cue or any(word in _SPEECH for word in re.findall(r"[a-z]+", cue.lower()))


def speech_words() -> frozenset[str]:
    """Return every word form that reports speech, in small letters."""
    return _SPEECH
