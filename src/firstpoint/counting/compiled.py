"""A rule book made ready for many reports: facts as keys, tables as bitmaps, rulings kept by key.

:meth:`CompiledBook.matters` reads a report once, checks it against the format on the way and gives its
matters with their keys. :meth:`CompiledBook.finding` gives what the book says of a key. Both must agree with
the plain reading (:meth:`~firstpoint.counting.matters.Told.sheet` and
:func:`~firstpoint.counting.rulings.rule_matter`), and tests hold them to it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from firstpoint.counting.bitmaps import Bitmap
from firstpoint.counting.books import Book, vocabulary_of_tests
from firstpoint.counting.cells import Fact
from firstpoint.counting.coding import KindCode
from firstpoint.counting.days import offence_day
from firstpoint.counting.facts import KINDS, schema, values_of
from firstpoint.counting.matters import (
    DERIVED_FROM,
    Matter,
    Told,
    age_span,
    derived_facts,
    hostility_facts,
    judged,
    parts_of,
    place_facts,
    record_facts,
    seen_by,
    shared_facts,
    told_by_others,
)
from firstpoint.counting.rulings import Finding, MatterRuling, as_reached, facts_of_class, find, rule_matter
from firstpoint.counting.sense import MOST_VICTIMS, is_day
from firstpoint.counting.tables import Ruling, Table
from firstpoint.counting.titles import kinds_told_by_title

#: A table that says nothing of a matter.
_SILENT = Ruling(None, (), ())
#: How many rulings a book keeps for each kind before it begins anew.
KEPT = 50_000
_NOBODY: Mapping[str, Any] = {}
_NOTHING: Mapping[str, str] = {}
#: The rows that may apply, and whether the last of them surely does.
Bits = tuple[int, bool]
_ID = re.compile(r"[a-z][a-z0-9_]{0,31}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2})", re.ASCII)
_SPOTS = ("suspect_at", "suspect_home", "victim_at", "victim_home", "business_at")
_NUMBERS = frozenset(
    name
    for name, field in schema("report")["$defs"]["allegation"]["properties"].items()
    if field.get("type") == "integer"
)
_LINKS = frozenset(
    {"id", "offender", "incident", "during", "same_as_record", "continues_record", "disclosed_in"}
)
_RECORD_LINKS = ("same_as_record", "continues_record", "disclosed_in")
#: Sections that bear on every matter of a report.
_SHARED = frozenset(
    {
        "referral_centre",
        "school",
        "fraud_routing",
        "received_by",
        "force_investigates_abroad",
        "other_force",
    }
)
_PLAIN = frozenset(
    {
        "schema_version", "report_id", "reported_at", "force", "received_by", "reporter", "allegations",
        "victims", "offenders", "fraud_routing", "force_investigates_abroad", "note", "prior_records",
        "school", "referral_centre", "judgements", "other_force",
    }
)  # fmt: skip


class NotPlain(Exception):
    """The report needs the careful reading: something on it is out of the format or seldom said."""


def compiled(book: Book) -> CompiledBook:
    """Give the book made ready, which is done once."""
    ready: CompiledBook | None = book.kept.get("compiled")
    if ready is None:
        ready = book.kept["compiled"] = CompiledBook(book)
    return ready


class CompiledBook:
    """The tables of one book in the form that answers many reports quickly."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self._codes: dict[str, KindCode] = {}
        self._bitmaps: dict[str, dict[str, Bitmap]] = {}
        self._findings: dict[str, dict[int, Finding]] = {}
        self._short: dict[tuple[str, Bits, Bits, Bits], Finding] = {}
        self._of_class: dict[tuple[str, Bits], tuple[Mapping[str, str], tuple[Bitmap, ...]]] = {}

    def code(self, kind: str) -> KindCode:
        """Give how facts of a kind become keys; raise KeyError for no kind."""
        known = self._codes.get(kind)
        return known if known is not None else self._compile(kind)

    def bitmaps(self, kind: str) -> Mapping[str, Bitmap]:
        """Give the tables of a kind: ``class``, the recording test and what follows it by stage, and the
        tables of earlier law by what they replace.
        """
        self.code(kind)
        return self._bitmaps[kind]

    def finding(self, kind: str, key: int) -> Finding:
        """Give what the book says of matters of this kind with this key."""
        kept = self._findings[kind]
        known = kept.get(key)
        return known if known is not None else self._find(kind, key, kept)

    def carefully(self, report: Mapping[str, Any]) -> list[MatterRuling]:
        """Give the rulings on a report that is known to be well-formed, writing out each sheet of facts."""
        ruled = []
        for matter in matters_of(report, self):
            if matter.kind in kinds_told_by_title():
                ruled.append(rule_matter(matter, self.book))
                continue
            matter.key = self.code(matter.kind).key(matter.facts)
            ruled.append(MatterRuling(matter, self.finding(matter.kind, matter.key)))
        return ruled

    def matters(self, report: Mapping[str, Any]) -> list[Matter]:
        """Give the matters of a report with their keys, reading it once.

        Raises :class:`NotPlain` where anything is out of the format, or is so seldom said that it is read the
        careful way.
        """
        try:
            return _Reading(report, self).matters()
        except (KeyError, TypeError, ValueError, AttributeError) as reason:
            raise NotPlain from reason

    def finding_of_codes(self, kind: str, codes: Sequence[int]) -> Finding:
        """Give what the book says of matters of this kind with these codes."""
        return self.finding(kind, self.code(kind).key_of_codes(codes))

    def _compile(self, kind: str) -> KindCode:
        book = self.book
        rows = {
            stage: table.rows_for({"kind": kind})
            for stage, table in (
                ("class", book.class_tables.get(kind)),
                (book.record_test.stage, book.record_test),
                (book.after_class.stage, book.after_class),
            )
            if table is not None
        }
        reached = {name for row in rows.get("class", ()) if (name := as_reached(row.result)) is not None}
        law = {name: book.law_then.rows_for({"reached": name}) for name in sorted(reached)}
        asked = [row for each in (*rows.values(), *law.values()) for row in each]
        code = KindCode(kind, book.marks[kind], asked, vocabulary_of_tests, book.defaults, book.told_beside)
        self._bitmaps[kind] = {
            stage: Bitmap(each, code, vocabulary_of_tests, complete=True) for stage, each in rows.items()
        } | {
            name: Bitmap(each, code, vocabulary_of_tests, complete=False)
            for name, each in law.items()
            if each
        }
        self._findings[kind] = {}
        self._codes[kind] = code
        return code

    def full(self, kind: str, key: int) -> Finding:
        """Give what the book says of a key, with the facts that are missing and why."""
        codes = self.code(kind).codes(key)
        bitmaps = self._bitmaps[kind]

        def decide(table: Table, of_class: Mapping[str, str]) -> Ruling:
            stage = of_class.get("reached") or (table.stage if table.stage in bitmaps else "class")
            bitmap = bitmaps.get(stage)
            return bitmap.decide(codes, of_class) if bitmap else _SILENT

        return find(kind, self.book, decide)

    def short(self, kind: str, classed: Bits, tested: Bits, after: Bits) -> Finding:
        """Give the finding that these rows lead to, which may apply at each stage under the law of the day.

        Where they leave it open, it does not say which facts are missing; see :meth:`full`.
        """
        sign = (kind, classed, tested, after)
        known = self._short.get(sign)
        if known is None:
            bitmaps, book = self.bitmaps(kind), self.book
            told = {book.record_test.stage: tested, book.after_class.stage: after}

            def decide(table: Table, of_class: Mapping[str, str]) -> Ruling:
                if "reached" in of_class:
                    return _SILENT
                may, ends = told.get(table.stage, classed)
                bitmap = bitmaps[table.stage if table.stage in told else "class"]
                return bitmap.settled(may, ends=ends) or bitmap.unsettled(may)

            known = self._short[sign] = find(kind, book, decide)
        return known

    def of_class(self, kind: str, classed: Bits) -> Mapping[str, str]:
        """Give what follows from the class, or from all classes that these rows leave possible."""
        return self._told_of(kind, classed)[0]

    def _told_of(self, kind: str, classed: Bits) -> tuple[Mapping[str, str], tuple[Bitmap, ...]]:
        """Give the facts of the class, and the tables of earlier law that may replace it."""
        known = self._of_class.get((kind, classed))
        if known is None:
            bitmaps = self.bitmaps(kind)
            bitmap, (may, ends) = bitmaps["class"], classed
            ruling = bitmap.settled(may, ends=ends) or bitmap.unsettled(may)
            reached = [as_reached(row.result) for row in bitmap.members(may)]
            law = tuple(bitmaps[name] for name in dict.fromkeys(reached) if name and name in bitmaps)
            known = self._of_class[kind, classed] = (facts_of_class(self.book, ruling), law)
        return known

    def _find(self, kind: str, key: int, kept: dict[int, Finding]) -> Finding:
        codes = self._codes[kind].codes(key)
        bitmaps = self._bitmaps[kind]
        if "class" not in bitmaps:
            return self.full(kind, key)
        classed = bitmaps["class"].bits(codes, _NOTHING)
        of_class, law = self._told_of(kind, classed)
        if len(kept) >= KEPT:
            kept.clear()
        if any(earlier.bits(codes, _NOTHING)[0] for earlier in law):
            finding = self.full(kind, key)
        else:
            finding = self.short(
                kind,
                classed,
                bitmaps[self.book.record_test.stage].bits(codes, of_class),
                bitmaps[self.book.after_class.stage].bits(codes, of_class),
            )
        kept[key] = finding
        return finding


def in_full(ruling: MatterRuling, book: Book) -> Finding:
    """Give a ruling's finding with the facts that are missing and why."""
    if not ruling.finding.in_short:
        return ruling.finding
    return compiled(book).full(ruling.matter.kind, ruling.matter.key)


def matters_of(report: Mapping[str, Any], ready: CompiledBook) -> list[Matter]:
    """Give the matters of a well-formed report, by allegation and victim, without keys."""
    book = ready.book
    told = Told(report, book.marks, book.defaults, book.told_beside)
    people = {entry["id"]: (at, entry) for at, entry in enumerate(report.get("victims", ()))}
    matters = []
    for index, allegation in enumerate(report.get("allegations", ())):
        for victim in allegation.get("victims") or ("",):
            at, entry = people.get(victim, (None, _NOBODY))
            matters += [
                Matter(told, index, allegation, victim, entry, at, part, 0) for part in parts_of(allegation)
            ]
    return matters


class _Reading:
    """One passage through a report: its format is checked while the keys of its matters are added up."""

    __slots__ = ("judged", "offenders", "people", "placed", "ready", "report", "shared")

    def __init__(self, report: Mapping[str, Any], ready: CompiledBook) -> None:
        self.ready = ready
        self.report = report
        if not _PLAIN.issuperset(report) or report["schema_version"] is True or report["schema_version"] != 1:
            raise NotPlain
        self._check_rest(report)
        self.people = _by_id(report.get("victims", ()))
        self.offenders = _by_id(report.get("offenders", ()))
        self.shared: tuple[tuple[str, Any], ...] = ()
        if not _SHARED.isdisjoint(report):
            for section in _SHARED:
                if section in report:
                    _check_section(section, report[section])
            if "reporter" in report:
                _word_of(report["reporter"])
            self.shared = tuple(shared_facts(report).items())
        elif "reporter" in report:
            self.shared = _word_of(report["reporter"])
        self.placed = any("place" in allegation for allegation in report.get("allegations", ()))
        self.judged = bool(report.get("judgements"))
        for judgement in report.get("judgements", ()):
            _check_judgement(judgement)

    def matters(self) -> list[Matter]:
        report, ready = self.report, self.ready
        book = ready.book
        told = Told(report, book.marks, book.defaults, book.told_beside)
        matters: list[Matter] = []
        harmed: set[str | None] = set()
        blamed: set[str | None] = set()
        people, offenders = self.people, self.offenders
        for index, allegation in enumerate(report.get("allegations", ())):
            if "offence_title" in allegation or allegation["kind"] in kinds_told_by_title():
                raise NotPlain
            code = ready.code(allegation["kind"])
            key = code.base + self._stated(code, allegation)
            for name, fact in self.shared:
                key += code.share(name, fact)
            if self.placed:
                for name, fact in place_facts(report, allegation).items():
                    key += code.share(name, fact)
            if code.asks_onlookers:
                for name, fact in seen_by(allegation).items():
                    key += code.share(name, fact)
            if code.asks_day:
                day = offence_day(allegation, report["reported_at"])
                key += code.share("offence_day", (day, day))
            if code.asks_derived and not DERIVED_FROM.isdisjoint(allegation):
                for name, fact in derived_facts(allegation).items():
                    key += code.share(name, fact)
            offender = offenders.get(allegation.get("offender")) if offenders else None
            young = False
            if offender is not None:
                key += _of_person(code.offender, offender[1], "offender")
                if code.asks_age["offender"]:
                    key += code.age("offender", offender[1])
                young = _under(offender[1], 16)
            if self.judged:
                for name, fact in judged(
                    report, allegation.get("id") or f"a{index + 1}", "counter_allegation" in allegation
                ).items():
                    own = code.share(name, allegation[name]) if name in allegation else 0
                    key += code.share(name, fact) - own
            if code.told_beside and len(report["allegations"]) > 1:
                for name, fact in told_by_others(report, allegation, code.told_beside).items():
                    key += code.share(name, fact) - code.share(name, allegation.get(name))
            victims = allegation.get("victims") or ("",)
            if people or offenders:
                harmed.update(victims)
                blamed.add(allegation.get("offender"))
            key += code.found if victims[0] or allegation.get("victim_count", 0) > 0 else code.not_found
            parts = parts_of(allegation) if "penetrators_undefined" in allegation else ({},)
            for victim in victims:
                of_victim = key
                known = people.get(victim) if people else None
                at, entry = known if known is not None else (None, _NOBODY)
                if entry:
                    of_victim += _of_person(code.victim, entry, "victim")
                    if code.asks_age["victim"]:
                        of_victim += code.age("victim", entry)
                if code.young_party and (young or (entry and _under(entry, 16))):
                    of_victim += code.young_party
                if code.child_victim and entry and _under(entry, 18):
                    of_victim += code.child_victim
                for part in parts:
                    of_part = of_victim
                    for name, fact in part.items():
                        of_part += code.share(name, fact) - code.share(name, allegation[name])
                    matters.append(Matter(told, index, allegation, victim, entry, at, part, of_part))
        for whose, entries, seen in (("victim", people, harmed), ("offender", offenders, blamed)):
            if entries and not seen.issuperset(entries):
                _check_unnamed(whose, [entry for name, (_, entry) in entries.items() if name not in seen])
        return matters

    def _stated(self, code: KindCode, allegation: Mapping[str, Any]) -> int:
        key = 0
        fields = code.allegation
        attributes = KINDS[code.kind].attributes
        for name, value in allegation.items():
            shares = fields.get(name)
            if shares is not None:
                key += shares[value]
            elif name == "kind":
                continue
            elif name not in attributes and name != "id":
                raise NotPlain
            elif name in _LINKS:
                _check_id(value)
                if name in _RECORD_LINKS:
                    self._check_held(value)
                    if name == "same_as_record":
                        for column, fact in record_facts(self.report, allegation).items():
                            key += code.share(column, fact)
            elif name == "victims":
                _check_ids(value)
            elif name in _NUMBERS:
                if type(value) is not int or value < 0:
                    raise NotPlain
                key += code.share(name, (value, value)) if name in code.position else 0
            elif name == "hostility":
                for column, fact in _hostility(value).items():
                    key += code.share(column, fact)
            elif name == "when":
                _check_when(value)
            elif name == "place":
                _check_place(value)
            else:
                raise NotPlain
        return key

    def _check_held(self, name: str) -> None:
        if all(record["id"] != name for record in self.report["prior_records"]):
            raise NotPlain

    def _check_rest(self, report: Mapping[str, Any]) -> None:
        if not _is_moment(report["reported_at"]) or len(_text(report.get("report_id", ""))) > 64:
            raise NotPlain
        if "note" in report:
            raise NotPlain
        if "force" in report:
            _check_force(report["force"])
        records = report.get("prior_records", ())
        for record in records:
            _check_record(record)
        if len(records) > 1 and len({record["id"] for record in records}) < len(records):
            raise NotPlain
        allegations = report.get("allegations", ())
        if type(allegations) is not list and allegations != ():
            raise NotPlain
        if len(allegations) > 1:
            _check_told_apart(allegations)
        elif allegations and "during" in allegations[0]:
            raise NotPlain


def _values(part: str) -> dict[str, frozenset[str]]:
    named = schema("report")
    properties = (named["$defs"].get(part) or named["properties"][part])["properties"]
    return {
        name: frozenset(field["enum"])
        for name, field in properties.items()
        if "enum" in field and name != "hostility"
    }


_OF_PART: Mapping[str, Mapping[str, frozenset[str]]] = {
    part: _values(part)
    for part in (
        "place",
        "other_force",
        "record",
        "school",
        "referral_centre",
        "fraud_routing",
        "reporter",
        "victim",
        "offender",
    )
}
_IDS_OF = {"victim": ("id", "household", "within"), "offender": ("id",)}
_NUMBERS_OF = {"victim": ("age",), "offender": ("age", "size")}
_HOSTILITY = frozenset(values_of("allegation", "hostility") or ())
_COUNTRIES = frozenset(values_of("place", "country") or ())
_YES_NO = frozenset({"yes", "no", "unknown"})
_CLASS = re.compile(r"N[123]00(/\d{2})?|NFIB\d{1,2}[A-Z]?|\d{1,3}[A-Z]?(/\d{1,2})?", re.ASCII)
_CODE = re.compile(r"\d{3}/\d{2}", re.ASCII)


def _text(value: Any) -> str:
    if type(value) is not str:
        raise NotPlain
    return value


@lru_cache(maxsize=4096)
def _is_id(text: str) -> bool:
    return isinstance(text, str) and _ID.fullmatch(text) is not None


@lru_cache(maxsize=4096)
def _is_day(text: str) -> bool:
    return _DAY.fullmatch(text) is not None and is_day(text)


@lru_cache(maxsize=4096)
def _is_moment(text: str) -> bool:
    return _MOMENT.fullmatch(text) is not None and is_day(text)


def _check_force(name: Any) -> None:
    if not 0 < len(_text(name)) <= 64:
        raise NotPlain


def _check_id(value: Any) -> None:
    if not _is_id(value):
        raise NotPlain


def _check_ids(values: Any) -> None:
    if type(values) is not list or len(values) > MOST_VICTIMS or len(set(values)) < len(values):
        raise NotPlain
    for value in values:
        if not _is_id(value):
            raise NotPlain


def _check_told_apart(allegations: list[Any]) -> None:
    ids = {allegation.get("id", f"a{at}") for at, allegation in enumerate(allegations, start=1)}
    if len(ids) < len(allegations):
        raise NotPlain
    for allegation in allegations:
        during = allegation.get("during")
        if during is not None:
            holder = next((each for each in allegations if each.get("id") == during), None)
            if holder is None or "during" in holder:
                raise NotPlain


def _check_when(when: Mapping[str, str]) -> None:
    if not when.keys() <= {"from", "to"}:
        raise NotPlain
    for text in when.values():
        if not (_is_day(text) if len(text) == 10 else _is_moment(text)):
            raise NotPlain
    if len(when) == 2 and when["from"][:10] > when["to"][:10]:
        raise NotPlain


def _check_place(place: Mapping[str, Any]) -> None:
    known = _OF_PART["place"]
    for name, value in place.items():
        if name in known:
            if value not in known[name]:
                raise NotPlain
        elif name in ("force", "departure_force"):
            _check_force(value)
        elif name in _SPOTS:
            _check_spot(value)
        else:
            raise NotPlain


def _check_spot(spot: Mapping[str, str]) -> None:
    for name, value in spot.items():
        if name == "force":
            _check_force(value)
        elif value not in {"country": _COUNTRIES, "clearly_evidenced": _YES_NO}[name]:
            raise NotPlain


def _check_section(name: str, section: Any) -> None:
    if name in ("received_by", "force_investigates_abroad"):
        if section not in (_RECEIVERS if name == "received_by" else _YES_NO):
            raise NotPlain
        return
    known = _OF_PART[name]
    for field, value in section.items():
        if (name, field) == ("other_force", "force"):
            _check_force(value)
        elif value not in known[field]:
            raise NotPlain


_RECEIVERS = frozenset(schema("report")["properties"]["received_by"]["enum"])


def _check_record(record: Mapping[str, Any]) -> None:
    _check_id(record["id"])
    if not _CLASS.fullmatch(record["class"]):
        raise NotPlain
    known = _OF_PART["record"]
    for name, value in record.items():
        if name in known:
            if value not in known[name]:
                raise NotPlain
        elif name in ("id", "class"):
            continue
        elif name in ("victim", "offender"):
            _check_id(value)
        elif name.endswith(("_on", "_from", "_to")) and name in _RECORD_DAYS:
            if not _is_day(value):
                raise NotPlain
        elif name == "ho_code":
            if not _CODE.fullmatch(value):
                raise NotPlain
        else:
            raise NotPlain


_RECORD_DAYS = frozenset({"offence_from", "offence_to", "reported_on", "recorded_on", "last_act_on"})


def _check_judgement(judgement: Mapping[str, str]) -> None:
    """Pass a judgement in the format; one on the place of an offence is read the careful way."""
    if not judgement.keys() <= {"about", "value", "by", "on", "reason"}:
        raise NotPlain
    if judgement["about"] not in _JUDGED or not 0 < len(_text(judgement["value"])) <= 40:
        raise NotPlain
    if judgement.get("by", "unknown") not in _JUDGES or len(_text(judgement.get("reason", ""))) > 500:
        raise NotPlain
    if not _is_day(judgement.get("on", "2026-04-01")):
        raise NotPlain


_JUDGED = frozenset(
    entry["const"] for entry in schema("report")["$defs"]["judgement"]["properties"]["about"]["oneOf"]
) - {"location_agreed"}
_JUDGES = frozenset(values_of("judgement", "by") or ())


def _by_id(entries: Any) -> dict[str | None, tuple[int, Mapping[str, Any]]]:
    if not entries:
        return {}
    by_id = {entry["id"]: (at, entry) for at, entry in enumerate(entries)}
    if len(by_id) < len(entries) or type(entries) is not list:
        raise NotPlain
    return by_id


def _of_person(fields: Mapping[str, Mapping[str, int]], entry: Mapping[str, Any], part: str) -> int:
    share = 0
    for name, value in entry.items():
        shares = fields.get(name)
        if shares is not None:
            share += shares[value]
        elif name in _IDS_OF[part]:
            _check_id(value)
        elif name in _NUMBERS_OF[part]:
            if type(value) is not int or value < 0:
                raise NotPlain
        elif name != "age_band":
            raise NotPlain
    if "age_band" in entry:
        if (
            entry["age_band"] not in _OF_PART[part]["age_band"]
            or "age" in entry
            or entry.get("duty", "none") != "none"
        ):
            raise NotPlain
    elif "age" in entry and entry["age"] < 18 and entry.get("duty", "none") != "none":
        raise NotPlain
    return share


def _check_unnamed(part: str, entries: list[Mapping[str, Any]]) -> None:
    """Pass people of whom the report tells and whom no allegation names."""
    fields = {name: dict.fromkeys(values, 0) for name, values in _OF_PART[part].items()}
    for entry in entries:
        _of_person(fields, entry, part)


def _under(entry: Mapping[str, Any], age: int) -> bool:
    return ("age" in entry or "age_band" in entry) and age_span(entry)[1] < age


def _hostility(grounds: Any) -> dict[str, Fact]:
    if type(grounds) is not list or not grounds or not _HOSTILITY.issuperset(grounds):
        raise NotPlain
    if len(set(grounds)) < len(grounds):
        raise NotPlain
    return hostility_facts(grounds)


def _word_of(reporter: Mapping[str, str]) -> tuple[tuple[str, Any], ...]:
    return _word(
        reporter.get("role"), reporter.get("acting_for_victim"), reporter.get("in_doubt"), len(reporter)
    )


@lru_cache(maxsize=1024)
def _word(
    role: str | None, acting: str | None, in_doubt: str | None, fields: int
) -> tuple[tuple[str, Any], ...]:
    given = {"role": role, "acting_for_victim": acting, "in_doubt": in_doubt}
    reporter = {name: value for name, value in given.items() if value is not None}
    known = _OF_PART["reporter"]
    if len(reporter) < fields or any(value not in known[name] for name, value in reporter.items()):
        raise NotPlain
    return tuple(shared_facts({"reporter": reporter}).items())
