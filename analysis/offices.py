"""Words for what people do and are to others, and for kinds of organisations."""

from analysis.wordlists import word_set

PERSON_ROLES = word_set(
    "president minister premier chancellor senator governor mayor secretary ambassador king queen "
    "prince princess pope bishop archbishop cardinal pastor priest imam rabbi reverend general "
    "colonel admiral captain major sergeant commander officer sheriff detective judge justice "
    "attorney lawyer prosecutor counsel solicitor barrister representative congressman lawmaker "
    "legislator delegate councilman councilor councillor commissioner chairman chair leader "
    "speaker head chief director manager executive boss owner founder president-elect nominee "
    "candidate contender challenger incumbent frontrunner front-runner running-mate mate rival "
    "opponent politician mogul tycoon billionaire millionaire businessman entrepreneur investor "
    "banker economist analyst strategist adviser advisor consultant aide spokesman deputy expert "
    "professor teacher scientist researcher scholar historian author writer novelist poet "
    "journalist reporter columnist editor correspondent anchor host broadcaster presenter "
    "moderator publisher actor singer rapper musician artist director filmmaker comedian "
    "coach player striker midfielder defender goalkeeper captain winger champion runner boxer "
    "golfer cyclist swimmer skier driver athlete gymnast quarterback pitcher footballer cricketer "
    "doctor physician surgeon nurse psychologist engineer architect designer activist organizer "
    "advocate dissident whistleblower veteran soldier pilot astronaut farmer student resident "
    "wife husband mother father son daughter brother sister widow uncle aunt cousin niece nephew "
    "partner fiancé fiancée girlfriend boyfriend grandmother grandfather friend neighbor neighbour "
    "colleague trustee chairperson curator librarian principal dean rector provost treasurer "
    "inspector superintendent constable magistrate envoy diplomat negotiator monarch emperor "
    "sultan emir crown-prince heir dictator ruler strongman hetman premier-designate democrat "
    "republican conservative liberal socialist independent winner loser laureate suspect defendant "
    "plaintiff victim survivor witness gunman shooter"
)
ORGANIZATION_ROLES = word_set(
    "company firm corporation manufacturer maker carmaker automaker airline bank retailer lender "
    "insurer operator developer startup start-up giant conglomerate supplier brand union "
    "federation association agency organization organisation group coalition alliance bloc party "
    "campaign committee panel commission council court ministry department bureau office "
    "newspaper magazine paper daily weekly broadcaster network channel publisher outlet website "
    "university college school hospital institute institution foundation charity nonprofit "
    "thinktank think-tank club team league board parliament senate assembly government "
    "administration regulator watchdog authority central-bank police force army navy militia "
    "movement ngo church museum platform app service chain band cartel bureau body lender"
)
# Words for one role. The first stands for all of them.
_SAME_ROLES = (
    "senator sen",
    "governor gov",
    "general gen",
    "representative rep congressman congresswoman",
    "doctor dr physician",
    "professor prof",
    "president pres",
    "reverend rev pastor",
    "captain capt",
    "colonel col",
    "sergeant sgt",
    "lieutenant lt",
    "admiral adm",
    "attorney lawyer counsel",
    "chairman chairwoman chair chairperson",
    "spokesman spokeswoman spokesperson",
    "businessman businesswoman tycoon mogul billionaire",
    "nominee candidate contender",
    "adviser advisor",
    "actor actress",
    "host anchor presenter moderator",
    "king monarch",
    "queen",
    "lawmaker legislator",
    "councilman councilwoman councilor councillor",
    "journalist reporter correspondent",
    "author writer",
    "company firm corporation manufacturer maker giant",
    "committee panel",
    "organization organisation group",
    "newspaper paper daily",
    "union association federation",
    "university college school",
)
_ROLE_OF = {word: row.split()[0] for row in _SAME_ROLES for word in row.split()}


# What well-known bodies are called, which their names do not say.
KNOWN_BODIES = {
    "european union": "bloc",
    "nato": "alliance",
    "north atlantic treaty organization": "alliance",
    "opec": "cartel",
    "fbi": "bureau",
    "federal bureau of investigation": "bureau",
    "cia": "agency",
    "central intelligence agency": "agency",
    "united nations": "body",
    "international monetary fund": "lender",
    "world bank": "lender",
}


def role_noun(word: str) -> str | None:
    """Return the role that a folded word tells, if it tells one."""
    noun = word[3:] if word.startswith("ex-") else word
    noun = _ROLE_OF.get(noun, noun)
    return noun if noun in PERSON_ROLES or noun in ORGANIZATION_ROLES else None
