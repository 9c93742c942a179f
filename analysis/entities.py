"""Mentions grouped into the people, organisations and places that they name."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from itertools import count

from analysis.document import Entity, EntityType, Mention, MentionKind
from analysis.names import Naming, fold_name, usual_name
from analysis.narration import Narration, read_narration
from analysis.organizations import group_organizations, group_places
from analysis.people import group_people

_PREFIXES = {
    EntityType.PERSON: "per-",
    EntityType.ORGANIZATION: "org-",
    EntityType.PLACE: "pla-",
}
_ID_DIGITS = 8
# A word in capitals that is longer than this is taken for emphasis, a shorter one for an acronym.
_MAX_ACRONYM = 4


def group_mentions(
    text: str, mentions: Sequence[Mention], *, narration: Narration | None = None
) -> tuple[Entity, ...]:
    """Return the entities that a document names, in the order of their first mention.

    Mentions of different types are never grouped. An entity's id is its type's prefix and
    8 hexadecimal digits of the SHA-256 of type and folded name, so that it is the same in
    every document. Its salience is not yet rated: 0. The `narration` is that of `text`, which is
    read where it is not given.
    """
    narration = narration or read_narration(text)
    names = [mention for mention in mentions if mention.kind is MentionKind.NAME]
    names.sort(key=lambda name: (name.span.start, name.span.end, name.type, name.confidence))
    used: set[str] = set()
    entities = []
    groups = _group_by_type(text, names, narration)
    for group in sorted(groups, key=lambda group: group[0].mention.span):
        kind = group[0].mention.type
        forms = Counter(naming.printed for naming in group)
        name = max(forms, key=lambda form: _fullness(form, forms))
        members = tuple(naming.mention for naming in group)
        entities.append(
            Entity(
                _new_id(kind, name, used),
                kind,
                name,
                tuple(form for form in forms if form != name),
                members,
                salience=0.0,
            )
        )
    return tuple(entities)


def entity_id(kind: EntityType, name: str, ordinal: int = 0) -> str:
    """Return the id of the entity that a document knows by `name`.

    The name is folded: compatibility form (NFKC), case-folded, without accents,
    punctuation, a leading "the" or a trailing possessive; a well-known short form of an
    organisation or place counts as its usual name ("US" as "united states"). `ordinal`
    tells apart further entities of one document that have one name.
    """
    words = fold_name(name)
    folded = " ".join(words) if kind is EntityType.PERSON else usual_name(words)
    text = f"{kind.value}\n{folded}" + (f"\n{ordinal}" if ordinal else "")
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return _PREFIXES[kind] + digest[:_ID_DIGITS]


def _new_id(kind: EntityType, name: str, used: set[str]) -> str:
    fresh = next(i for i in (entity_id(kind, name, n) for n in count()) if i not in used)
    used.add(fresh)
    return fresh


def _group_by_type(text: str, names: Sequence[Mention], narration: Narration) -> list[list[Naming]]:
    namings: dict[EntityType, list[Naming]] = {kind: [] for kind in EntityType}
    for mention in names:
        printed = " ".join(mention.span.of(text).split())
        namings[mention.type].append(Naming(mention, printed, fold_name(printed)))
    return [
        *group_people(text, namings[EntityType.PERSON], narration),
        *group_organizations(namings[EntityType.ORGANIZATION]),
        *group_places(namings[EntityType.PLACE]),
    ]


def _fullness(form: str, forms: Counter[str]) -> tuple[int, bool, int, int]:
    """Rank the printed forms of a name: the most words, no shouting, the longest, the usual."""
    words = form.split()
    shouted = any(word.isupper() and len(word) > _MAX_ACRONYM for word in words)
    return len(words), not shouted, len(form), forms[form]
