"""What each role may do: one table, asked by everything that opens a page or moves a piece of work."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from attrs import frozen

from firstpoint.casework.tables import listed, rows
from firstpoint.errors import NotAllowed


@frozen
class Role:
    """A role that a person can hold; ``never_with`` names the roles that the same person must not hold."""

    role: str
    title: str
    short: str
    does: str
    never_with: frozenset[str]


@frozen
class Qualification:
    """Something that a person was registered or trained for, and what the rules leave to such a person."""

    qualification: str
    title: str
    does: str
    source: str


@frozen
class Action:
    """Something that can be done, and the roles that may do it."""

    action: str
    area: str
    title: str
    note: str
    roles: frozenset[str]


def may(held: Iterable[str], action: str) -> bool:
    """Whether somebody who holds these roles may do this; raises KeyError for an action no table holds."""
    return not _actions()[action].roles.isdisjoint(held)


def require(held: Iterable[str], action: str) -> None:
    """Raise NotAllowed, saying who could, unless somebody who holds these roles may do this."""
    if not may(held, action):
        title = _actions()[action].title
        raise NotAllowed(
            f"Your roles do not allow this: {title[0].lower()}{title[1:]}.",
            where=action,
            remedy=f"{who_could(action)} can.",
        )


def who_may(action: str) -> tuple[Role, ...]:
    """The roles that may do this, in the order of the table."""
    return tuple(each for each in roles() if each.role in _actions()[action].roles)


def who_could(action: str) -> str:
    """Who may do this, in words, such as ``A registrar or a decision maker``."""
    return " or ".join(
        f"a {each.short}" if each.short[0] not in "aeiou" else f"an {each.short}" for each in who_may(action)
    ).capitalize()


def clashing(held: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """The pairs of these roles that one person must not hold together, each pair once."""
    found = sorted(set(held))
    return tuple(
        (one, other)
        for place, one in enumerate(found)
        for other in found[place + 1 :]
        if other in role(one).never_with or one in role(other).never_with
    )


def role(name: str) -> Role:
    """The role of this name; raises KeyError when there is none."""
    return {each.role: each for each in roles()}[name]


@cache
def roles() -> tuple[Role, ...]:
    """Every role, in the order of the table."""
    return tuple(
        Role(row["role"], row["title"], row["short"], row["does"], frozenset(listed(row["never_with"])))
        for row in rows("roles")
    )


@cache
def qualifications() -> tuple[Qualification, ...]:
    """Every qualification that a person can hold, in the order of the table."""
    return tuple(Qualification(**row) for row in rows("qualifications"))


def actions() -> tuple[Action, ...]:
    """Every action, in the order of the table."""
    return tuple(_actions().values())


@cache
def _actions() -> dict[str, Action]:
    names = [each.role for each in roles()]
    return {
        row["action"]: Action(
            action=row["action"],
            area=row["area"],
            title=row["title"],
            note=row["note"],
            roles=frozenset(name for name in names if row[name] == "yes"),
        )
        for row in rows("policy")
    }
