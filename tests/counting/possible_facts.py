"""Which facts can stand together on a sheet that a report or a question leads to.

The columns of a table are not free of each other: an act against the state has no victim who could confirm,
a child of 12 is a young party. A mutant that differs only where no report can lead is no fault, and a case
that no report can lead to is no help to a registrar.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from firstpoint.counting.books import Book
from firstpoint.counting.cells import Fact
from firstpoint.counting.facts import KINDS, UNKNOWN
from firstpoint.counting.matters import _WHOSE_WORD
from firstpoint.counting.sense import LEAST_AGE

Facts = Mapping[str, Fact]
#: Columns that bear on each other, and what says of facts told so far whether they can stand together.
Constraint = tuple[frozenset[str], Callable[[Facts], bool]]

_ATTRIBUTES = frozenset(name for kind in KINDS.values() for name in kind.attributes)
_SAID_OF_A_CHARGE = tuple(
    f"charged.{name}"
    for name in ("took_part", "offence_established", "relates_to_death", "penile_penetration")
)
#: Groups of records that all have a victim.
_OF_A_VICTIM = (
    "murder", "other_homicide", "rape", "rape_under_13", "robbery_of_business", "slavery", "making_off",
)  # fmt: skip
_LOST = ("too_ill", "dead_before_charge", "dead_after_sufficient_evidence")


def settled_fact(book: Book, column: str, facts: Facts) -> Fact | None:
    """Give the one fact that a column can hold for the kind told, or None where the kind leaves it open.

    A kind that does not take an attribute has the book's default for it, or nothing.
    """
    kind = facts.get("kind", UNKNOWN)
    if kind == UNKNOWN or column not in _ATTRIBUTES or column in KINDS[str(kind)].attributes:
        return None
    if column == "harm_intent":
        return None
    for default in book.defaults:
        if default.fact == column and (not default.kinds or kind in default.kinds):
            return (int(default.value),) * 2 if default.value.isdigit() else default.value
    return UNKNOWN


def can_be_missing(book: Book, column: str, facts: Facts) -> bool:
    """Say whether a column can be unknown for the kind told: where the book takes a value even for a fact
    that was asked and is not known, it cannot.
    """
    kind = facts.get("kind")
    if kind is None:
        return True
    return not any(
        default.also_unknown
        for default in book.defaults
        if default.fact == column and (not default.kinds or kind in default.kinds)
    )


def constraints(stage: str, book: Book) -> tuple[Constraint, ...]:
    """Give what binds the columns of a table to each other."""
    if stage in ("principal", "continuing"):
        return _of_pairs(book)
    if stage.startswith("ask_"):
        return _OF_QUESTIONS
    frauds = next(
        (cell.accepted for row in book.record_test.rows if row.id == "REC-18" for name, cell in row.cells
         if name == "kind"),
        frozenset(),
    )  # fmt: skip
    return (
        (frozenset({"kind", "mark", "victim_found"}), lambda facts: _mark(facts, book)),
        (frozenset({"kind", "national_class"}),
         lambda facts: facts.get("national_class") != "yes" or facts.get("kind", "blackmail") in frauds),
        *_OF_MATTERS,
    )  # fmt: skip


def _mark(facts: Facts, book: Book) -> bool:
    kind, found, mark = facts.get("kind"), facts.get("victim_found"), facts.get("mark")
    if kind is None or mark is None or kind == "other_notifiable_offence":
        return True
    means = {"V": "victim", "S": "state", "-": "none"}.get(book.marks[str(kind)])
    if means is None:
        means = {"yes": "victim", "no": "state", None: mark}[found]
    return mark == means


def _nobody_found(facts: Facts) -> bool:
    if facts.get("victim_found") != "no":
        return True
    confirms = facts.get("victim.confirms", "not_stated") == "not_stated"
    return confirms and all(
        value == UNKNOWN or name == "victim.confirms" or value in ("none", "person")
        for name, value in facts.items()
        if name.startswith("victim.")
    )


def _killing(facts: Facts) -> bool:
    killing, injury, meant = facts.get("killing"), facts.get("injury"), facts.get("harm_intent")
    if killing is None:
        return True
    if killing == "no":
        return injury != "fatal"
    if "injury" not in KINDS[str(facts.get("kind", "assault"))].attributes:
        return False
    if injury not in (None, "fatal"):
        return False
    mild = ("none", "less_than_serious")
    return killing == "yes" or meant is None or meant in mild


def _hostility(facts: Facts) -> bool:
    shown = [name.removeprefix("hostility.") for name, value in facts.items()
             if name.startswith("hostility.") and value == "yes"]  # fmt: skip
    grounds = facts.get("aggravation")
    if grounds is None:
        return True
    raced = "race" in shown or "religion" in shown
    return {"race_or_religion": True, "none": not shown, "sex": not raced, UNKNOWN: not raced}.get(
        str(grounds), not raced and "sex" not in shown
    )


def _young(facts: Facts) -> bool:
    ages = [facts[name] for name in ("victim.age", "offender.age") if isinstance(facts.get(name), tuple)]
    young = any(age[1] < 16 for age in ages)
    said = facts.get("young_party")
    if said == "no":
        return not young
    return said is None or young or len(ages) < 2


def _child(facts: Facts) -> bool:
    age, said = facts.get("victim.age"), facts.get("child_victim")
    return not isinstance(age, tuple) or said is None or (said == "yes") == (age[1] < 18)


def _duty(facts: Facts) -> bool:
    age, duty = facts.get("victim.age"), facts.get("victim.duty")
    return not isinstance(age, tuple) or age[1] >= LEAST_AGE.get(str(duty), 0)


def _word(facts: Facts) -> bool:
    role, word = facts.get("reporter.role"), facts.get("word")
    if role in (None, UNKNOWN) or word is None:
        return True
    means = _WHOSE_WORD.get(str(role), "third_party")
    allowed = {means, "third_party"} if means == "acting" else {means}
    if role == "victim":
        allowed = {"own", "centre"}
    return word in allowed


def _break_in(facts: Facts) -> bool:
    said, likelier = facts.get("break_in_said"), facts.get("break_in_more_likely")
    return said is None or likelier is None or (said == "yes") == (likelier == "yes")


def _country(facts: Facts) -> bool:
    where, country = facts.get("where"), facts.get("country")
    return where != "here" or country in (None, UNKNOWN, "england", "wales")


_OF_MATTERS: tuple[Constraint, ...] = (
    (frozenset({"victim_found", "victim.confirms", "victim.age", "victim.sex", "victim.duty", "victim.type"}),
     _nobody_found),
    (frozenset({"kind", "killing", "injury", "harm_intent"}), _killing),
    (frozenset({"aggravation", *(f"hostility.{name}" for name in ("race", "religion", "sex", "disability",
                "sexual_orientation", "transgender"))}), _hostility),
    (frozenset({"young_party", "victim.age", "offender.age"}), _young),
    (frozenset({"child_victim", "victim.age"}), _child),
    (frozenset({"victim.duty", "victim.age"}), _duty),
    (frozenset({"reporter.role", "word"}), _word),
    (frozenset({"break_in_said", "break_in_more_likely"}), _break_in),
    (frozenset({"where", "country"}), _country),
)  # fmt: skip


def _of_pairs(book: Book) -> tuple[Constraint, ...]:
    families: dict[str, set[str]] = {}
    for rule in book.classes.values():
        families.setdefault(rule.ho_code or "none", set()).add(rule.family)

    def of_one_rule(family: str, code: str) -> Constraint:
        def agree(facts: Facts) -> bool:
            if family not in facts or code not in facts:
                return True
            return facts[family] in families.get(str(facts[code]), ())

        return frozenset({family, code}), agree

    return of_one_rule("family", "code"), of_one_rule("other_family", "other_code")


def _suspect(facts: Facts) -> bool:
    lost, state = facts.get("suspect_lost"), facts.get("suspect_state")
    age, under = facts.get("suspect_age"), facts.get("suspect_under_10")
    if lost is not None and state is not None and (lost == "yes") != (state in _LOST):
        return False
    if age == "under_10" and under not in (None, "yes"):
        return False
    return not (under == "yes" and age not in (None, "under_10"))


def _information(facts: Facts) -> bool:
    parts = [facts.get(f"information.{name}") for name in ("additional", "verifiable", "shows_no_crime")]
    told = [part for part in parts if part not in (None, UNKNOWN)]
    ground, refuted, other = (
        facts.get("ground"),
        facts.get("information_refuted"),
        facts.get("other_information"),
    )
    if told and ground not in (None, "information"):
        return False
    if refuted == "no" and "no" in parts[:2]:
        return False
    if refuted == "yes" and None not in parts[:2] and "no" not in parts[:2]:
        return False
    if other == "yes" and (refuted == "yes" or any(part not in (None, "yes") for part in parts)):
        return False
    return not (ground not in (None, "information") and (refuted == "yes" or other == "yes"))


def _charge(facts: Facts) -> bool:
    brought, kind = facts.get("charged.brought"), facts.get("charged.kind")
    if brought is not None and kind is not None and (brought == "yes") != (kind != UNKNOWN):
        return False
    if brought == "no" and any(facts.get(name, UNKNOWN) != UNKNOWN for name in _SAID_OF_A_CHARGE):
        return False
    other, same = facts.get("charged.other_facts"), facts.get("charged.same_facts")
    if other is not None and same is not None and (other == "yes") != (same == "no"):
        return False
    prosecutor = facts.get("charged.by_prosecutor")
    named = "prosecutor" in (facts.get("decided_by"), facts.get("charged.endorsed_by"))
    return not (prosecutor == "no" and (named or facts.get("charged.public_interest_choice") == "yes"))


def _evidence(facts: Facts) -> bool:
    stated, evidence = facts.get("evidence_stated"), facts.get("evidence")
    if stated is None or evidence is None:
        return True
    return stated == ("not_stated" if evidence == UNKNOWN else evidence)


def _domestic(facts: Facts) -> bool:
    said = (facts.get("high_risk_domestic"), facts.get("intimate_partner"))
    if facts.get("domestic") == "no":
        return "yes" not in said
    return facts.get("domestic") is None or None in said or "yes" in said


_OF_QUESTIONS: tuple[Constraint, ...] = (
    (frozenset({"suspect_lost", "suspect_state", "suspect_age", "suspect_under_10"}), _suspect),
    (frozenset({"ground", "information_refuted", "other_information", "information.additional",
                "information.verifiable", "information.shows_no_crime"}), _information),
    (frozenset({"charged.brought", "charged.kind", "charged.other_facts", "charged.same_facts",
                "charged.by_prosecutor", "charged.public_interest_choice", "charged.endorsed_by",
                "decided_by"}), _charge),
    (frozenset({"evidence_stated", "evidence"}), _evidence),
    (frozenset({"domestic", "high_risk_domestic", "intimate_partner"}), _domestic),
    (frozenset({"record_group", "victim_crime"}),
     lambda facts: facts.get("victim_crime") != "no" or facts.get("record_group") not in _OF_A_VICTIM),
    (frozenset({"record_group", "child_under_13"}),
     lambda facts: facts.get("record_group") != "rape_under_13" or facts.get("child_under_13") != "no"),
)  # fmt: skip
