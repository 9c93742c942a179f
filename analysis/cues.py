"""Words that report speech, as against belief, wish or plan."""

import re
from collections.abc import Iterable

from analysis.document import Attitude

_WORD = re.compile(r"[a-z]+")

# Stems of verbs of communication; `_forms` adds their endings. Own list, after the classes
# "say", "tell", "talk", "complain", "advise" and "promise" of Levin, English Verb Classes (1993).
_REGULAR = """
    accuse acknowledge add address admit advise affirm agree allege announce answer apologize call
    advocate applaud articulate attack congratulate chant dispute endorse hail laud lash notify
    pronounce rebut recommend refute ridicule signal sing
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

# After the classes "conjecture", "admire", "want" and "long" of Levin (1993).
_BELIEFS = """
    believe think feel know understand realize realise recognize recognise consider regard view see
    suspect doubt fear worry assume presume suppose imagine figure guess trust hear learn find
    conclude regret dread deem judge perceive sense ponder anticipate expect hope wish fathom
    care admire respect love hate despise like dislike fancy remember forget convince
"""
_IRREGULAR_BELIEFS = """
    thought felt knew known understood saw seen heard found learnt forgot forgotten sure certain
    confident belief beliefs opinion opinions view views feeling feelings fear fears hope hopes
    doubt doubts idea ideas notion illusions impression conviction skepticism optimistic hopeful
    afraid worried concerned concern concerns aware awareness mind
"""
_PLANS = """
    plan intend want aim seek decide try attempt prepare resolve choose agree refuse decline commit
"""
_IRREGULAR_PLANS = """
    sought chose chosen ready eager eagerness plan plans intention intentions decision goal goals
    aim aims commitment commitments ambition effort efforts attempt reluctance reluctant willing
    willingness unwilling determined bid desire desires
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


def _lexicon(irregular: str, regular: str) -> frozenset[str]:
    return frozenset(irregular.split()).union(*map(_forms, regular.split()))


_SPEECH = _lexicon(_IRREGULAR, _REGULAR)
_ATTITUDES = {
    Attitude.PLAN: _lexicon(_IRREGULAR_PLANS, _PLANS),
    Attitude.BELIEF: _lexicon(_IRREGULAR_BELIEFS, _BELIEFS),
}


def is_speech_cue(cue: str) -> bool:
    """Tell whether a cue reports something said or written."""
    return ":" in cue or not _SPEECH.isdisjoint(_WORD.findall(cue.lower()))


def read_attitude(cues: Iterable[str]) -> Attitude:
    """Tell what cues that report no speech report: a plan, a belief, or something else."""
    words = {word for cue in cues for word in _WORD.findall(cue.lower())}
    return next((each for each, known in _ATTITUDES.items() if words & known), Attitude.OTHER)


def speech_words() -> frozenset[str]:
    """Return every word form that reports speech, in small letters."""
    return _SPEECH
