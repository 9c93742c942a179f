"""Roles that a text binds to names."""

import pytest

from analysis.roles import Role, Roles, describe, find_roles
from tests.analysis.stories import discourse_of, names_of

NAMES = {
    "people": ["Ann Lee", "Bob Roe"],
    "orgs": ["Acme Bank", "NATO", "European Union", "Department of Justice", "Acme"],
    "places": ["Porto"],
}


def holding(text, description):
    """Return the names of those whom a description can mean in a text."""
    discourse = discourse_of(text, **NAMES)
    holders = find_roles(discourse).holding(describe(description.split()), ())
    return names_of(discourse, holders)


@pytest.mark.parametrize(
    ("text", "description", "names"),
    [
        pytest.param("Attorney General Bob Roe of Porto sat. General Ann Lee sat.", "the Porto general", ["Bob Roe"], id="of"),
        pytest.param("Senator Ann Lee of the Porto Party sat. Senator Bob Roe sat.", "the Porto senator", ["Ann Lee"], id="of the"),
        pytest.param("Spokesman Bob Roe for Porto Water sat. Spokesman Ann Lee sat.", "the Water spokesman", ["Bob Roe"], id="for"),
        pytest.param("Senator Ann Lee of late sat. Senator Bob Roe sat.", "the Late senator", [], id="small letters"),
        pytest.param("The senator, Ann Lee of Porto, sat. Senator Bob Roe sat.", "the Porto senator", [], id="after a comma"),
        pytest.param("Ann Lee, a senator of Porto, sat. Senator Bob Roe sat.", "the Porto senator", ["Ann Lee"], id="apposition"),
        pytest.param("Ann Lee is the mayor of Porto. Mayor Bob Roe sat.", "the Porto mayor", ["Ann Lee"], id="is"),
    ],
)  # fmt: skip
def test_complements(text, description, names):
    """What follows a titled name's "of" or "for" tells the role from others of its kind."""
    assert holding(text, description) == names


@pytest.mark.parametrize(
    ("text", "description", "names"),
    [
        pytest.param("NATO met.", "the alliance", ["NATO"], id="known body"),
        pytest.param("The European Union met.", "the bloc", ["European Union"], id="known by its full name"),
        pytest.param("The Acme Bank met.", "the bank", ["Acme Bank"], id="its name says so"),
        pytest.param("The Department of Justice met.", "the department", ["Department of Justice"], id="one word of its name"),
        pytest.param("Acme met.", "the alliance", [], id="unknown body"),
        pytest.param("The union, Acme, met.", "the union", ["Acme"], id="apposition"),
        pytest.param("The company of Porto met.", "the company", [], id="a place"),
    ],
)  # fmt: skip
def test_bodies(text, description, names):
    """An organisation has the roles that its name says, and the ones that it is known by."""
    assert holding(text, description) == names


@pytest.mark.parametrize(
    ("near", "holders"),
    [
        pytest.param((), [], id="none near"),
        pytest.param((7,), [7], id="one near"),
        pytest.param((99, 7, 3), [7, 3], id="two of three near"),
    ],
)
def test_very_many_of_one_role(near, holders):
    """Where very many have one role, only those near by can be meant."""
    roles = Roles({"senator": dict.fromkeys(range(50), frozenset())})
    assert roles.holding(Role("senator", frozenset()), near) == holders


@pytest.mark.parametrize(
    ("description", "role"),
    [
        pytest.param("the Ukrainian president", Role("president", frozenset({"ukrainian"})), id="nationality"),
        pytest.param("a president", None, id="some"),
        pytest.param("two presidents", None, id="several"),
        pytest.param("the crowd", None, id="no role"),
        pytest.param("", None, id="nothing"),
        pytest.param("Porto’s mayor", Role("mayor", frozenset({"porto"})), id="possessor"),
        pytest.param("Senator", Role("senator", frozenset(), definite=False), id="terse"),
        pytest.param("the old former mayor", Role("mayor", frozenset({"former"})), id="what tells one from another"),
    ],
)  # fmt: skip
def test_describe(description, role):
    """A definite description gives a role, and what tells its holder from others."""
    assert describe(description.split()) == role
