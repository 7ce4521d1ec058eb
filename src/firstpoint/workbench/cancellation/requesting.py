"""Asking for a cancellation or transfer: what the form asks, what is wrong with it, and the work it opens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from attrs import frozen
from django.db import transaction

from firstpoint import casework
from firstpoint.casework import Moved, Particular, particular
from firstpoint.casework.clocks import LONDON
from firstpoint.errors import Refused
from firstpoint.workbench.accounts.models import User
from firstpoint.workbench.answers import answers
from firstpoint.workbench.cancellation.asked_facts import AskedFact, facts_for
from firstpoint.workbench.cancellation.asking import Record, group_of
from firstpoint.workbench.cancellation.records import GONE, held, record_named, record_of
from firstpoint.workbench.cancellation.waiting import set_who_it_waits_for
from firstpoint.workbench.incidents.restricting import refuse_if_shut
from firstpoint.workbench.ledger.keeping import keep, text_digest
from firstpoint.workbench.work.models import WorkItem
from firstpoint.workbench.work.opening import incident_of, open_item, subject_of

LONGEST_TEXT = 120
_HAS_A_NUMBER = ("crime_number", "incident_number")


@frozen
class RequestForm:
    """What a request of one category asks about one record: facts for the book, and what else it holds."""

    code: str
    facts: tuple[AskedFact, ...]

    @property
    def wants_information(self) -> bool:
        """Whether the rules rest this category on additional verifiable information."""
        return any(each.fact.startswith("information.") for each in self.facts)

    @property
    def wants_force(self) -> bool:
        """Whether another force takes it."""
        return any(each.fact == "receiving_reference" for each in self.facts)

    @property
    def must_give(self) -> tuple[Particular, ...]:
        """What has to be given beside the facts."""
        names = ("information",) if self.wants_information else ()
        return tuple(
            particular(name)
            for name in (*names, *(("other_force",) if self.wants_force else ()), "rationale")
        )

    @property
    def may_give(self) -> tuple[Particular, ...]:
        """What may be given beside the facts."""
        return (particular("other_reference"),) if self.wants_force else ()


def form_for(code: str, record: Record, now: datetime) -> RequestForm:
    """What a request of this category asks about this record."""
    day = now.astimezone(LONDON).date()
    group = group_of(record, day) if record.is_crime else "unknown"
    return RequestForm(code, facts_for(code, day, group))


def facts_given(form: RequestForm, posted: Mapping[str, str]) -> dict[str, str]:
    """The facts as they were answered, what was left empty left out."""
    told = {each.fact: posted.get(each.name, "").strip() for each in form.facts}
    return {fact: value for fact, value in told.items() if value}


def faults_of_facts(form: RequestForm, facts: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with the facts, by the name of the field."""
    faults = {each.name: fault for each in form.facts if (fault := _fault(each, facts.get(each.fact, "")))}
    duplicate = facts.get("duplicate_of", "")
    if duplicate and "duplicate_of" not in faults and record_named(duplicate) is None:
        faults["duplicate_of"] = "No crime of this reference is held here: check it, or leave it empty"
    return faults


def request(
    key: int, form: RequestForm, posted: Mapping[str, str], user: User, now: datetime
) -> WorkItem | dict[str, str]:
    """As :func:`open_request`, of what was written in the form."""
    given = answers(posted, (*form.must_give, *form.may_give))
    return open_request(key, form, facts_given(form, posted), given, user, now)


def open_request(
    key: int,
    form: RequestForm,
    facts: Mapping[str, str],
    given: Mapping[str, Any],
    user: User,
    now: datetime,
) -> WorkItem | dict[str, str]:
    """The work that a request opens, or what is wrong with what was said, by field.

    ``facts`` are answers to the facts of the form by their names in the book, ``given`` the particulars.
    Raises Refused where the crime is cancelled or such a request is open already.
    """
    asked = (*form.must_give, *(each for each in form.may_give if given.get(each.name)))
    faults = {**faults_of_facts(form, facts), **casework.faults_of(asked, given)}
    if facts.get("receiving_reference") in _HAS_A_NUMBER and not given.get("other_reference"):
        faults.setdefault("other_reference", particular("other_reference").missing)
    if faults:
        return faults
    with transaction.atomic():
        crime = held(key)
        refuse_if_shut(user.person, crime.incident_id or "")
        refuse_if_closed(record_of(crime))
        told = {name: said for name, said in given.items() if said}
        item = open_item(
            "cancellation",
            by=user.person.reference,
            now=now,
            because="requested",
            crime=crime,
            particulars={"cancellation_code": form.code, "facts": dict(facts), **told},
            authors={"request": [user.person.reference]},
        )
        _keep_request(item, user.person.reference, now)
        return item


def refuse_if_closed(record: Record) -> None:
    """Raise Refused where nothing can be cancelled: it is so already, or is asked for, or is no crime."""
    if record.status in GONE:
        raise _refused(f"This crime is {record.status} already.", "Look at the record.")
    if record.ho_class and not record.is_crime:
        raise _refused(
            "This is a reported incident and no crime: no category of cancellation is for it.",
            "Look for it among the reported rapes, slavery and deaths.",
        )
    if WorkItem.objects.filter(kind="cancellation", crime_id=record.crime_id, open=True).exists():
        raise _refused(
            "A cancellation or transfer of this crime is asked for already.", "Look for it in the queue."
        )


def change_facts(
    item: WorkItem, version: int, form: RequestForm, posted: Mapping[str, str], user: User, now: datetime
) -> dict[str, str]:
    """What is wrong with facts that are said anew, by field; an empty answer means that they stand."""
    facts = facts_given(form, posted)
    faults = faults_of_facts(form, facts)
    if faults:
        return faults
    with transaction.atomic():
        work = WorkItem.objects.select_for_update().get(pk=item.pk)
        refuse_if_shut(user.person, incident_of(work))
        if work.version != version or work.state not in ("requested", "awaiting_information"):
            raise Moved(
                f"Somebody has moved this on. It is now “{work.stands.title}”.",
                where="facts",
                remedy="Open it again and see what it needs now.",
            )
        work.particulars = {**work.particulars, "facts": facts, "facts_said_at": now.isoformat()}
        work.version += 1
        # Whoever says what the facts are does not decide on them.
        earlier = work.authors.get("supply", ())
        work.authors = {**work.authors, "supply": [*dict.fromkeys([*earlier, user.person.reference])]}
        set_who_it_waits_for(work, now)
        work.save()
        keep(
            user.person.reference, "cancellation.facts", subject_of(work), {"work": work.pk, **_sealed(facts)}
        )
    return {}


def _keep_request(item: WorkItem, by: str, now: datetime) -> None:
    set_who_it_waits_for(item, now)
    item.save(update_fields=["waits_for"])
    told = item.particulars
    pieces = told.get("information", ())
    detail: dict[str, Any] = {
        "category": told["cancellation_code"],
        "rationale": f"hmac-sha256:{text_digest(told['rationale'])}",
        "information": [f"hmac-sha256:{text_digest(chr(10).join(piece.values()))}" for piece in pieces],
        **_sealed(told["facts"]),
    }
    keep(by, "cancellation.request", subject_of(item), detail)


def _sealed(facts: Mapping[str, str]) -> dict[str, str]:
    """Facts as the ledger keeps them: the choices as they are, whatever was typed as a digest."""
    typed = ("duplicate_of", "record.section")
    return {
        fact.replace(".", "_"): f"hmac-sha256:{text_digest(value)}" if fact in typed else value
        for fact, value in facts.items()
    }


def _fault(asked: AskedFact, value: str) -> str:
    if asked.values:
        return "" if value in asked.values else f"Answer: {asked.title}"
    text: Sequence[str] = [sign for sign in value if not sign.isprintable()]
    return (
        "Enter at most 120 characters, without control characters"
        if text or len(value) > LONGEST_TEXT
        else ""
    )


def _refused(message: str, remedy: str) -> Refused:
    return Refused(message, where="cancellation", remedy=remedy)
