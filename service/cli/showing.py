"""An answer for people: the story with what was found in it, then entities, then quotes."""

import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from analysis.document import AttributionStatus, Entity, EntityType, Quote, Speaker
from schemas.replies import Reply

STYLES = {
    EntityType.PERSON: "bold green",
    EntityType.ORGANIZATION: "bold blue",
    EntityType.PLACE: "bold magenta",
}
_QUOTE, _CUE = "underline", "italic"
_NAMES = {
    EntityType.PERSON: "People",
    EntityType.ORGANIZATION: "Organisations",
    EntityType.PLACE: "Places",
}
_BAR_CHARS = 20
_WIDE = 100_000
_BAR = "█"
UNKNOWN = "Unknown: the text does not say who"

# What a terminal would obey: a story could hide or rewrite what stands on the screen.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def show(reply: Reply) -> None:
    """Print an answer on standard output: in colour on a terminal, unless NO_COLOR is set."""
    console = open_console()
    for part in _build(reply):
        console.print(part, soft_wrap=isinstance(part, Text) and not console.is_terminal)


def open_console() -> Console:
    """Return standard output: in colour on a terminal, unless NO_COLOR is set."""
    console = Console(file=sys.stdout, highlight=False, markup=False, emoji=False)
    if not console.is_terminal:
        # Lines for other programs are as long as they are.
        console.width = _WIDE
    return console


def _build(reply: Reply) -> Iterator[RenderableType]:
    story = mark_story(reply)
    story.rstrip()
    yield story
    for type_ in EntityType:
        entities = [entity for entity in reply.analysis.entities if entity.type is type_]
        if entities:
            yield ""
            yield _list_entities(type_, entities)
    if reply.analysis.quotes:
        yield Text("\nQuotes", style="bold")
    for speaker, quotes in group_by_speaker(reply.analysis.quotes, reply.analysis.text):
        yield _indent(speaker, 2)
        for quote in quotes:
            yield _indent(_describe_quote(reply, quote), 4)
    for warning in reply.analysis.warnings:
        yield Text(f"\nNote: {warning.detail}", style="yellow")


def _indent(text: Text, columns: int) -> Padding:
    return Padding(text, (0, 0, 0, columns), expand=False)


def mark_story(reply: Reply) -> Text:
    """Return the story, each character at its place, with what was found in it marked."""
    story = Text(make_harmless(reply.analysis.text), end="\n")
    if reply.story.headline:
        story.stylize("bold", 0, len(reply.story.headline.text))
    for quote in reply.analysis.quotes:
        for fragment in quote.fragments:
            story.stylize(_QUOTE, fragment.start, fragment.end)
        if quote.cue:
            story.stylize(_CUE, quote.cue.start, quote.cue.end)
    for entity in reply.analysis.entities:
        for mention in entity.mentions:
            story.stylize(STYLES[entity.type], mention.span.start, mention.span.end)
    return story


def make_harmless(text: str) -> str:
    """Return a text with a stand-in for each control character but tabs and line feeds."""
    return _CONTROL.sub("\ufffd", text.replace("\r\n", " \n"))


def _list_entities(type_: EntityType, entities: Sequence[Entity]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), title_justify="left", pad_edge=False)
    table.add_column(_NAMES[type_], style=STYLES[type_], header_style="bold")
    table.add_column("named", justify="right", header_style="dim")
    table.add_column("salience", header_style="dim", no_wrap=True)
    table.add_column("also", header_style="dim", style="dim")
    for entity in sorted(entities, key=lambda entity: -entity.salience):
        bar = _BAR * max(1, round(entity.salience * _BAR_CHARS))
        also = [*entity.aliases, *filter(None, [entity.uri])]
        table.add_row(
            make_harmless(entity.name),
            str(entity.count),
            f"{entity.salience:.2f} {bar}",
            make_harmless(", ".join(also)),
        )
    return table


def group_by_speaker(quotes: Iterable[Quote], text: str) -> list[tuple[Text, list[Quote]]]:
    """Return the quotes of each speaker, in the order in which speakers first speak."""
    groups: dict[tuple[str, str], list[Quote]] = defaultdict(list)
    for quote in quotes:
        groups[_name_speakers(quote, text)].append(quote)
    return [(Text(make_harmless(name), style), said) for (name, style), said in groups.items()]


def _name_speakers(quote: Quote, text: str) -> tuple[str, str]:
    """Return the heading that a quote stands under, and its style."""
    if quote.status is AttributionStatus.AMBIGUOUS:
        names = " or ".join(_name(speaker, text) for speaker in quote.candidates)
        return f"Not clear: {names}" if names else UNKNOWN, "yellow"
    if quote.speaker is None:
        return UNKNOWN, "yellow"
    if quote.joint:
        return " and ".join(_name(speaker, text) for speaker in quote.joint), "bold"
    if quote.speaker.type is None:
        return f"Not named: {_name(quote.speaker, text)}", "yellow"
    return _name(quote.speaker, text), STYLES[quote.speaker.type]


def _name(speaker: Speaker, text: str) -> str:
    if speaker.name is None and speaker.mention:
        return f"“{speaker.mention.span.of(text)}”"
    return str(speaker.name)


def _describe_quote(reply: Reply, quote: Quote) -> Text:
    words = " … ".join(fragment.of(reply.analysis.text) for fragment in quote.fragments)
    return Text.assemble(
        (" ".join(make_harmless(words).split()), _QUOTE),
        (f"  {quote.kind}, {quote.attitude}, {quote.confidence:.2f}", "dim"),
    )
