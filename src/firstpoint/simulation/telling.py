"""The words of a log: entries by several authors over time, composed from the event by a frame grammar.

:func:`tell` gives the entries of one incident. An entry stands in a register (call-taker shorthand, officer's
update, online form, professional referral) which decides how victim and offender are named and how the words
are put down. What must be said (the account, what came of it, the closing) is said first; then remarks are
added that tell of enquiries, history, other people's reports and of what did not happen, until the log is as
long as it was drawn to be. Remarks stand in logs with and without crime, so that none of them tells which.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from math import exp, log
from statistics import NormalDist
from typing import NamedTuple

from attrs import frozen

from firstpoint.simulation.chance import Chance, Weighted
from firstpoint.simulation.events import THIRD_PARTIES, Event, Person
from firstpoint.simulation.keyboard import regional, shorthand, typed_in_haste
from firstpoint.simulation.profile import ForceProfile
from firstpoint.simulation.recording import Place, Recording
from firstpoint.simulation.scenarios import Act
from firstpoint.simulation.voices import Voice, name_by_pronoun, scene_of, voice_of
from firstpoint.simulation.wording import (
    Lexicon,
    capital,
    in_words,
    lines,
    sentences,
    shared_words,
)

_NORMAL = NormalDist()
_LATE_MINUTES = 24 * 60


class Entry(NamedTuple):
    """One entry of a log: when (seconds since 1970), by whom (a collar or desk number), and the words."""

    at: int
    author: str
    text: str


@frozen
class Telling:
    """The log of one incident: its entries in order, the closing code, and when it was closed."""

    entries: tuple[Entry, ...]
    closing_code: str
    closed_at: int


@frozen
class References:
    """The references that a log may name: its crimes, and the incidents it arises from, repeats or files
    to."""

    crimes: Sequence[str]
    arising_from: str | None
    repeat_of: str | None
    filed_under: str | None


class _Teller:
    """Composes one log; holds the event, the lists and the stream of chance it draws from."""

    def __init__(self, event: Event, at: Place, chance: Chance, bank: str, profile: ForceProfile) -> None:
        self.event = event
        self.chance = chance
        self.bank = bank
        self.profile = profile
        self.lexicon = Lexicon(bank, chance)
        self.scene = scene_of(event, at, chance, self.lexicon, bank)
        stories = event.scenario.stories
        self.story = None if event.acts else stories[event.story % len(stories)]
        self.dialect = chance.unit() < profile.dialect_share
        self.said: set[str] = set()

    def voice(self, register: str) -> Voice:
        """Give how an entry in this register names those concerned."""
        return voice_of(self.event, self.scene, register, self.chance, self.lexicon)

    def line(self, table: str, key: str = "lines") -> str:
        """Give one of a list of the bank, its slots not yet filled."""
        return self.chance.pick(lines(self.bank, table, key))

    def say(self, choices: Sequence[str], voice: Voice) -> str:
        """Give one of the choices with its slots filled."""
        return self.chance.pick(choices).format_map(voice.words)

    def remark(self, kind: str, voice: Voice) -> str:
        """Give a remark of a kind that this log does not hold yet, or nothing where all are said."""
        choices = lines(self.bank, "remarks", kind)
        for _ in range(4):
            chosen = self.chance.pick(choices)
            if chosen not in self.said:
                self.said.add(chosen)
                return chosen.format_map(voice.words) + "."
        return ""

    def length(self) -> int:
        """Give how many words the log is to have."""
        words = self.profile.log_words
        drawn = exp(log(words["median"]) + words["spread"] * _NORMAL.inv_cdf(self.chance.unit() or 0.5))
        return int(min(max(drawn, words["least"]), words["most"]))


def tell(
    event: Event,
    at: Place,
    recording: Recording,
    references: References,
    register: str,
    chance: Chance,
    bank: str,
    profile: ForceProfile,
) -> Telling:
    """Give the log of an incident.

    ``register`` is that of the first entry (``call``, ``officer``, ``form`` or ``referral``);
    ``references.crimes`` are the numbers of the crimes recorded, in the order of ``recording.recorded``.
    """
    teller = _Teller(event, at, chance, bank, profile)
    first, officer = teller.voice(register), teller.voice("officer")
    split = register == "call" and bool(event.acts) and not event.repeat and chance.unit() < 0.2
    updated = not event.repeat and (split or event.reporter in THIRD_PARTIES or chance.unit() < 0.55)
    opening = _opening(teller, first, split, references.arising_from)
    update = _update(teller, officer, split) if updated else []
    outcome = _outcome(event, recording, references)
    closing, closed = _closing(teller, officer, outcome, recording, references, updated)
    short = teller.length() - sum(part.count(" ") + 1 for part in (*opening, *update, *closing))
    remarks = _remarks(teller, first, officer, opening, short, brief=event.repeat)
    entries = [("" if teller.dialect else "plain", register, opening), *remarks]
    if update:
        entries.insert(min(len(entries), 1 + chance.below(3)), ("plain", "officer", update))
    entries.append(("plain", "officer", closing))
    return _timed(teller, entries, closed, _closing_code(teller, outcome))


def _timed(
    teller: _Teller, drafts: Sequence[tuple[str, str, Sequence[str]]], closed: int, code: str
) -> Telling:
    """Give the drafts as entries in order of time; the last of them not before the minute ``closed``."""
    chance, event = teller.chance, teller.event
    made, minutes = [], 0
    for number, (tongue, register, parts) in enumerate(drafts):
        if number == len(drafts) - 1:
            minutes = max(minutes, closed)
        text = _written(teller, sentences(parts), register, tongue)
        made.append(Entry(event.received + 60 * minutes, _author(chance, register), text))
        minutes += (
            2 + int(30 * chance.unit() ** 2) if register in ("call", "control") else 4 + chance.below(90)
        )
    return Telling(tuple(made), code, made[-1].at + 60 * chance.between(1, 40))


def _opening(teller: _Teller, voice: Voice, split: bool, arising_from: str | None) -> list[str]:
    register, event = voice.register, teller.event
    if split:
        return [teller.say(lines(teller.bank, "vague", register), voice)]
    parts = [teller.line("arising").format_map({"log": arising_from})] if arising_from else []
    opener = "lead" if teller.story and register == "call" else register
    opened = teller.say(lines(teller.bank, "openers", opener), voice)
    if opened and register == "call":
        name_by_pronoun(voice)
    account = _account(teller, voice)
    if register == "referral" and event.acts and not event.repeat:
        opened += _about(event.victims[0], account)
    parts.append(opened + (account if opened and not opened.endswith(". ") else capital(account)) + ".")
    if event.scenario.topic != "advice_or_contact":
        parts.append(teller.say(_place_lines(teller.bank, event.setting), voice))
    if teller.chance.unit() < teller.profile.distractor_share:
        parts.append(teller.say(lines(teller.bank, "distractor"), voice) + ".")
    parts.append(teller.say(lines(teller.bank, "signoff", register), voice))
    return parts


def _about(victim: Person, account: str) -> str:
    """Give whom a referral is about, where the account itself does not name him or her."""
    return "" if victim.first in account else f"About {victim.first} {victim.last}, aged {victim.age}. "


@cache
def _place_lines(bank: str, setting: str) -> tuple[str, ...]:
    return lines(bank, "place", setting if setting in shared_words(bank)["place"] else "street")


def _account(teller: _Teller, voice: Voice) -> str:
    """Give what happened: every act of the event with all whom it befell, or the lead of a crimeless one."""
    event = teller.event
    if teller.story:
        return teller.story.lead.format_map(voice.words)
    told = [_act_told(teller, voice, act, struck) for act, struck in event.acts]
    after = event.acts[0][0].after
    if after and teller.chance.unit() < 0.7:
        told.append(teller.say(after, voice))
    return ". ".join([told[0], *map(capital, told[1:])]).replace(",.", ".").replace(",,", ",")


def _act_told(teller: _Teller, voice: Voice, act: Act, struck: Sequence[int]) -> str:
    words = voice.words
    if act.on == "another":
        words["A"] = _others(teller, [teller.event.victims[struck[0]]])
    text = teller.say(act.told, voice)
    if act.on == "victims" and len(struck) > 1 and act.more:
        words["L"] = _others(teller, [teller.event.victims[index] for index in struck[1:]])
        text += ". " + capital(teller.say(act.more, voice))
    return text


def _update(teller: _Teller, voice: Voice, split: bool) -> list[str]:
    """Give the officer's entry after the call: the account where the call had none, else what came of it."""
    event, bank = teller.event, teller.bank
    parts = [teller.say(lines(bank, "update"), voice)]
    if split:
        parts.append(_account(teller, voice) + ".")
    if teller.story:
        parts.append(teller.say(teller.story.found, voice) + ".")
    else:
        key = "confirms_third_party" if event.reporter in THIRD_PARTIES - {"police_officer"} else "confirms"
        parts.append(teller.say(lines(bank, "update", key), voice))
    parts.append(teller.say(lines(bank, "update", "checks"), voice))
    if any(struck for _, struck in event.acts):
        attitude = "support" if event.supports else "no_support"
        parts.append(teller.say(lines(bank, "attitude", attitude), voice))
    if teller.chance.unit() < teller.profile.distractor_share / 2:
        parts.append(teller.say(lines(bank, "distractor"), voice) + ".")
    return parts


def _remarks(
    teller: _Teller, first: Voice, officer: Voice, opening: list[str], short: int, *, brief: bool
) -> list[tuple[str, str, Sequence[str]]]:
    """Give further entries, and lengthen the opening, until so many words more are said."""
    chance = teller.chance
    while short > 0 and chance.unit() < (0.75 if first.register in ("form", "referral") else 0.45):
        said = teller.remark(first.register, first)
        opening.append(said)
        short -= said.count(" ") + 1
    made: list[tuple[str, str, Sequence[str]]] = []
    while short > 0 and len(made) < 14:
        kind = "control" if brief else chance.pick(("control", "officer", "officer", "officer", "supervisor"))
        parts = [teller.remark(kind, officer) for _ in range(min(1 + chance.below(4), 1 + short // 10))]
        if any(parts):
            made.append(("plain", kind, parts))
        short -= sum(part.count(" ") + 1 for part in parts) or 5
    return made


def _closing(
    teller: _Teller,
    voice: Voice,
    outcome: str,
    recording: Recording,
    references: References,
    updated: bool,
) -> tuple[list[str], int]:
    """Give the closing entry and the minute before which it cannot stand."""
    bank = teller.bank
    named = references.crimes
    if outcome.startswith("recorded"):
        words = voice.words
        words["ref"], words["count"] = named[0], in_words(len(named))
        words["elsewhere"] = references.filed_under or ""
        minutes = int(recording.recorded[-1].recorded_after.total_seconds() // 60)
        return [teller.say(lines(bank, "closing", outcome), voice)], minutes
    if outcome == "repeat":
        voice.words["primary"] = references.repeat_of or ""
    if teller.story and not updated and outcome == "no_crime":
        return [teller.say(teller.story.found, voice) + ".", teller.line("closing", "no_crime")], 0
    return [teller.say(lines(bank, "closing", outcome), voice)], 0


def _closing_code(teller: _Teller, outcome: str) -> str:
    if outcome == "no_crime":
        return teller.chance.pick(teller.event.scenario.closings)
    return teller.chance.weighted(_closing_codes()[outcome])


_OUTCOMES = {"dismissed_in_closing": "dismissed", "n100_misuse": "n100"}


def _outcome(event: Event, recording: Recording, references: References) -> str:
    """Give under which heading the closing lines of this log stand."""
    if recording.recorded:
        if recording.recorded[0].recorded_after.total_seconds() > 60 * _LATE_MINUTES:
            return "late"
        if references.filed_under:
            return "recorded_elsewhere"
        return "recorded_many" if len(references.crimes) > 1 else "recorded"
    if event.repeat:
        return "repeat"
    if not event.dues:
        return "no_crime"
    return _OUTCOMES.get(recording.missed_kind, recording.missed_kind)


def _others(teller: _Teller, people: Sequence[Person]) -> str:
    """Give the further victims by number and, where they are few, by name."""
    if any(person.type != "person" for person in people):
        return f"{in_words(len(people))} more on {teller.scene.street}"
    if len(people) > 3:
        return f"{in_words(len(people))} others (names held)"
    names = [f"{person.first} {person.last}" for person in people]
    return (
        names[0]
        if len(names) == 1
        else f"{in_words(len(names))} others, {', '.join(names[:-1])} and {names[-1]}"
    )


_AUTHORS = {
    "call": ("CT", 11, 88),
    "control": ("CR", 11, 88),
    "officer": ("PC", 1000, 9400),
    "supervisor": ("PS", 1000, 9400),
    "form": ("WEB", 1000, 9400),
    "referral": ("REF", 11, 88),
}


def _author(chance: Chance, register: str) -> str:
    desk, low, high = _AUTHORS[register]
    return f"{desk}{chance.between(low, high)}"


def _written(teller: _Teller, text: str, register: str, tongue: str) -> str:
    """Give the words as hands put them down."""
    chance = teller.chance
    if not tongue:
        text = regional(text, chance, teller.bank)
    if register in ("call", "control"):
        text = shorthand(text, chance, teller.bank)
    if chance.unit() < teller.profile.typing_error_share:
        text = typed_in_haste(text, chance)
    return text


@cache
def _closing_codes() -> Mapping[str, Weighted[str]]:
    return {outcome: Weighted(codes) for outcome, codes in shared_words()["closing_codes"].items()}
