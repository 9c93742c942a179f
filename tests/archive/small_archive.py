"""Archives made by hand: who says what in which story, written as the engine writes them."""

from dataclasses import dataclass
from datetime import UTC, datetime

from service.archive.shards import Shard
from service.archive.sources import Source
from service.archive.store import Store
from service.archive.tables import build_rows

_LISTS = {"person": "people", "organisation": "organisations", "place": "places"}
_META = {"service": "1", "model": {"name": "fake", "version": "1", "digest": "0"}}


@dataclass(frozen=True)
class Who:
    """An entity of a story."""

    name: str
    type: str = "person"
    aliases: tuple[str, ...] = ()
    uri: str | None = None

    @property
    def id(self):
        return f"{self.type[:3]}-{self.name}"


@dataclass(frozen=True)
class Said:
    """A quote of nobody, of one, or of several together; or of one of the candidates."""

    text: str
    speakers: tuple[Who, ...] = ()
    kind: str = "direct"
    confidence: float = 0.9
    candidates: tuple[Who, ...] = ()


@dataclass(frozen=True)
class Story:
    """What stands in a text, and when it was published; `named` are those who say nothing."""

    said: tuple[Said, ...] = ()
    published: datetime | None = None
    named: tuple[Who, ...] = ()


def day(*numbers):
    """Return a time in UTC, midnight unless it is said."""
    return datetime(*numbers, tzinfo=UTC)


def write_archive(folder, stories, size=2):
    """Write an archive of shards of a few stories each; return its path."""
    store = Store(str(folder))
    store.begin({"model": "fake"}, 1)
    source = Source("in.jsonl", "in.jsonl", 1)
    for start in range(0, len(stories), size):
        rows = [
            row
            for number, story in enumerate(stories[start : start + size], start + 1)
            for row in build_rows("in.jsonl", number, story.published, _answer(number, story))
        ]
        store.write(Shard(source, start, start + size, start + 1, "0", 1), rows)
    return str(folder)


def _answer(number, story):
    entities = {*story.named}
    for said in story.said:
        entities |= {*said.speakers, *said.candidates}
    answer = {"meta": _META, "quotes": [_quote(n, said) for n, said in enumerate(story.said, 1)]}
    for type_, name in _LISTS.items():
        answer[name] = [_entity(who) for who in entities if who.type == type_]
    return {"id": f"id-{number}", "answer": answer}


def _entity(who):
    return {"id": who.id, "name": who.name, "aliases": list(who.aliases), "uri": who.uri}


def _speaker(who):
    return {"name": who.name, "type": who.type, "entity_id": who.id, "mention": None}


def _quote(number, said):
    attribution = {"status": "unattributed", "confidence": said.confidence}
    speaker = None
    if said.speakers:
        attribution["status"] = "attributed"
        speaker = _speaker(said.speakers[0])
    if len(said.speakers) > 1:
        attribution["joint"] = [_speaker(who) for who in said.speakers]
    if said.candidates:
        attribution["status"] = "ambiguous"
        attribution["candidates"] = [_speaker(who) for who in said.candidates]
        # "He", whoever that is.
        speaker = dict.fromkeys(("name", "type", "entity_id", "mention"))
    return {
        "id": f"q{number}",
        "kind": said.kind,
        "attitude": "speech",
        "confidence": 0.95,
        "text": said.text,
        "fragments": [],
        "cue": None,
        "speaker": speaker,
        "attribution": attribution,
        "context": {"prefix": "Then: ", "suffix": " So it was."},
    }
