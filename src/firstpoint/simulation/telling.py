"""The words of a log: entries by several authors over time, composed from the event by a frame grammar.

:func:`tell` gives the entries of one incident. An entry stands in a register (call-taker shorthand, officer's
update, online form, professional referral) which decides how victim and offender are named and how the words
are put down. Phrases are templates with slots, in ``grammar/*.toml``; they are compiled once.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from importlib import resources
from typing import Any

from attrs import frozen

from firstpoint.simulation.chance import Chance, Weighted
from firstpoint.simulation.events import LONDON, THIRD_PARTIES, Event, Person
from firstpoint.simulation.names import Names
from firstpoint.simulation.recording import Recording
from firstpoint.simulation.scenarios import Act

_NUMBERS = (
    "no",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
)
_SLOT = re.compile(r"\{(\w+)\}")
_SENTENCE = re.compile(r"(?<=[.?] )[a-z]")
_ARTICLES = re.compile(r"\b(?:the|a|an) ", re.IGNORECASE)
_NEIGHBOUR_KEYS = dict(zip("abcdefghijklmnopqrstuvwxyz", "svxfrdhjokjlnbpiqtdyivqzua", strict=True))

_KIN = {
    ("male", False): ("brother", "son", "dad", "uncle"),
    ("female", False): ("sister", "daughter", "mum", "aunt"),
    ("male", True): ("dad", "stepdad", "uncle"),
    ("female", True): ("mum", "stepmum", "aunt"),
}

Template = tuple[tuple[str, str], ...]


@frozen
class Entry:
    """One entry of a log: when (UTC), by whom (a collar or desk number), and the words."""

    at: datetime
    author: str
    text: str


@frozen
class Telling:
    """The log of one incident: its entries in order, the closing code, and when it was closed."""

    entries: tuple[Entry, ...]
    closing_code: str
    closed_at: datetime


@frozen
class _Voice:
    """The names under which an entry speaks of those concerned; ``words`` maps a slot to its words."""

    register: str
    words: Mapping[str, str]


class _Teller:
    """Composes one log; holds the event, the lists and the stream of chance it draws from."""

    def __init__(self, event: Event, chance: Chance, names: Names, slips: float, distractors: float) -> None:
        self.event = event
        self.chance = chance
        self.names = names
        self.slips = slips
        self.distractors = distractors
        self.place = chance.pick(names.places)
        self.street = chance.pick(names.streets)
        self.story = None if event.acts else chance.pick(event.scenario.stories)
        self.offender = chance.pick(_lines("offender", _offender_key(event)))
        self.kin = chance.pick(_KIN[event.offender.sex, event.victims[0].age < 16])
        self.picked: dict[str, str] = {}
        self.callsign = f"{chance.pick('ABCDMNSW')}{chance.between(11, 79)}"

    def say(self, lines: Sequence[str], voice: _Voice) -> str:
        """Give one of the lines with its slots filled, its first letter a capital."""
        text = self.fill(self.chance.pick(lines), voice.words)
        return text[:1].upper() + text[1:]

    def fill(self, line: str, words: Mapping[str, str]) -> str:
        """Give the line with its slots filled from the voice, the place and the shared words."""
        out = []
        for literal, slot in _compiled(line):
            out.append(literal)
            if slot:
                out.append(self._word(slot, words))
        return "".join(out)

    def _word(self, slot: str, words: Mapping[str, str]) -> str:
        known = words.get(slot)
        if known is not None:
            return self.fill(known, words) if "{" in known else known
        if slot not in self.picked:
            self.picked[slot] = self.chance.pick(_shared()["words"][slot])
        return self.picked[slot]


def tell(
    event: Event,
    recording: Recording,
    references: Sequence[str],
    register: str,
    chance: Chance,
    names: Names,
    *,
    typing_error_share: float,
    distractor_share: float,
) -> Telling:
    """Give the log of an incident.

    ``register`` is that of the first entry (``call``, ``officer``, ``form`` or ``referral``);
    ``references`` are the numbers of the crimes recorded, in the order of ``recording.recorded``.
    """
    teller = _Teller(event, chance, names, typing_error_share, distractor_share)
    first = _voice(teller, register)
    split = register == "call" and bool(event.acts) and chance.happens(0.25)
    entries = [_entry(teller, 0, _opening(teller, first, split), register)]
    minutes = chance.between(2, 9)
    if register == "call":
        for line in _lines("dispatch")[chance.below(5) :][: chance.between(0, 2)]:
            entries.append(_entry(teller, minutes, teller.say([line], first), "control"))
            minutes += chance.between(3, 25)
    updated = split or event.reporter in THIRD_PARTIES or chance.happens(0.6)
    if updated:
        entries.append(_entry(teller, minutes, _update(teller, split), "officer"))
        minutes += chance.between(4, 90)
    outcome = _outcome(event, recording)
    closing, minutes = _closing(teller, outcome, recording, references, minutes, updated)
    entries.append(_entry(teller, minutes, closing, "officer"))
    code = _closing_code(teller, outcome)
    return Telling(tuple(entries), code, entries[-1].at + timedelta(minutes=chance.between(1, 40)))


def _opening(teller: _Teller, voice: _Voice, split: bool) -> str:
    register = voice.register
    if split:
        return teller.say(_lines("vague", register), voice)
    opener = "lead" if teller.story and register == "call" else register
    opened = teller.fill(teller.chance.pick(_lines("openers", opener)), voice.words)
    if opened and register == "call":
        voice = _by_pronoun(voice)
    parts = [opened + _account(teller, voice) + "."]
    if teller.event.scenario.topic != "advice_or_contact":
        parts.append(teller.fill(teller.chance.pick(_place_lines(teller.event.setting)), voice.words))
    if teller.chance.happens(teller.distractors):
        parts.append(teller.say(_lines("distractor"), voice) + ".")
    parts.append(teller.fill(teller.chance.pick(_lines("signoff", register)), voice.words))
    return _tidy(parts)


def _place_lines(setting: str) -> tuple[str, ...]:
    return _lines("place", setting if setting in _shared()["place"] else "street")


def _account(teller: _Teller, voice: _Voice) -> str:
    """Give what happened: every act of the event with all whom it befell, or the lead of a crimeless one."""
    event = teller.event
    if teller.story:
        return teller.fill(teller.story.lead, voice.words)
    told = [_act_told(teller, voice, act, struck) for act, struck in event.acts]
    after = event.acts[0][0].after
    if after and teller.chance.happens(0.7):
        told.append(teller.fill(teller.chance.pick(after), voice.words))
    return ". ".join(told)


def _act_told(teller: _Teller, voice: _Voice, act: Act, struck: Sequence[int]) -> str:
    words: Mapping[str, str] = voice.words
    if act.on == "another":
        words = {**words, "A": _others(teller, [teller.event.victims[struck[0]]])}
    text = teller.fill(teller.chance.pick(act.told), words)
    if act.on == "victims" and len(struck) > 1 and act.more:
        others = [teller.event.victims[index] for index in struck[1:]]
        text += ". " + teller.fill(teller.chance.pick(act.more), {**words, "L": _others(teller, others)})
    return text


def _update(teller: _Teller, split: bool) -> str:
    """Give the officer's entry after the call: the account where the call had none, else what came of it."""
    voice = _voice(teller, "officer")
    event = teller.event
    parts = [teller.say(_lines("update"), voice)]
    if split:
        parts.append(_account(teller, voice) + ".")
    if teller.story:
        parts.append(teller.say(teller.story.found, voice) + ".")
    else:
        key = "confirms_third_party" if event.reporter in THIRD_PARTIES - {"police_officer"} else "confirms"
        parts.append(teller.fill(teller.chance.pick(_lines("update", key)), voice.words))
    parts.append(teller.fill(teller.chance.pick(_lines("update", "checks")), voice.words))
    if any(struck for _, struck in event.acts):
        attitude = "support" if event.supports else "no_support"
        parts.append(teller.fill(teller.chance.pick(_lines("attitude", attitude)), voice.words))
    if teller.chance.happens(teller.distractors / 2):
        parts.append(teller.say(_lines("distractor"), voice) + ".")
    return _tidy(parts)


def _closing(
    teller: _Teller,
    outcome: str,
    recording: Recording,
    references: Sequence[str],
    minutes: int,
    updated: bool,
) -> tuple[str, int]:
    voice = _voice(teller, "officer")
    if outcome == "recorded":
        minutes = max(minutes, int(recording.recorded[-1].recorded_after.total_seconds() // 60))
        many = len(references) > 1
        words = {**voice.words, "ref": references[0], "count": _count(len(references))}
        line = teller.chance.pick(_lines("closing", "recorded_many" if many else "recorded"))
        return _tidy([teller.fill(line, words)]), minutes
    if teller.story and (not updated or teller.chance.happens(0.25)):
        return _tidy([teller.say(teller.story.found, voice) + ".", "Close."]), minutes
    return teller.say(_lines("closing", outcome), voice), minutes


def _closing_code(teller: _Teller, outcome: str) -> str:
    if outcome == "no_crime":
        return teller.chance.pick(teller.event.scenario.closings)
    return teller.chance.weighted(_closing_codes()[outcome])


_OUTCOMES = {"dismissed_in_closing": "dismissed", "n100_misuse": "n100"}


def _outcome(event: Event, recording: Recording) -> str:
    """Give under which heading the closing lines of this log stand."""
    if recording.recorded:
        return "late" if recording.recorded[0].recorded_after > timedelta(hours=24) else "recorded"
    if not event.dues:
        return "no_crime"
    return _OUTCOMES.get(recording.missed_kind, recording.missed_kind)


def _voice(teller: _Teller, register: str) -> _Voice:
    event, chance = teller.event, teller.chance
    victim = event.victims[0]
    subject, object_, possessive = ("he", "him", "his") if victim.sex == "male" else ("she", "her", "her")
    named = _named(register, victim, event, chance)
    if event.scenario.voice == "stopped":
        subject, object_, possessive = (
            ("he", "him", "his") if event.offender.sex == "male" else ("she", "her", "her")
        )
        named = "the person stopped"
    if register == "form" and event.reporter == "victim":
        named, subject, object_, possessive = "I", "I", "me", "my"
    male = event.offender.sex == "male"
    words = {
        "V": named,
        "Vo": "me" if named == "I" else named,
        "S": subject,
        "So": object_,
        "Vp": possessive,
        "O": teller.offender,
        "man": ("lad" if event.offender.age < 25 else "man")
        if male
        else ("girl" if event.offender.age < 18 else "woman"),
        "kin": teller.kin,
        "he": "he" if male else "she",
        "him": "him" if male else "her",
        "his": "his" if male else "her",
        "ofirst": event.offender.first,
        "olast": event.offender.last,
        "place": teller.place,
        "street": teller.street,
        "callsign": teller.callsign,
        "firm": event.victims[0].last if victim.type == "business" else teller.names.firms[0],
        "age": str(victim.age),
        "first": victim.first,
    }
    return _Voice(register, words)


def _offender_key(event: Event) -> str:
    """Give under which heading the words for the offender stand."""
    if event.scenario.duty:
        return event.scenario.duty
    return "online" if (event.setting, event.relationship) == ("online", "stranger") else event.relationship


def _by_pronoun(voice: _Voice) -> _Voice:
    """Give the voice of an entry that has named the person already, as in "caller says"."""
    words = voice.words
    if words["V"] not in ("inft", "caller", "IP"):
        return voice
    return _Voice(voice.register, {**words, "V": words["S"], "Vo": words["So"]})


def _named(register: str, victim: Person, event: Event, chance: Chance) -> str:
    if victim.type == "business":
        return f"staff at {victim.last}"
    if event.scenario.voice == "constable":
        return f"PC {victim.last}"
    if register == "referral":
        return chance.pick(
            (f"{victim.first} (aged {victim.age})", victim.first, f"{victim.first} {victim.last}")
        )
    if event.reporter != "victim" and register != "officer":
        who = "girl" if victim.sex == "female" else "boy"
        grown = "woman" if victim.sex == "female" else "man"
        return f"a {who if victim.age < 18 else grown}, {victim.first} {victim.last},"
    if register == "officer":
        return chance.pick((f"IP {victim.last}", "the IP", "IP", f"{victim.first} {victim.last}"))
    if register == "form":
        return victim.first
    return chance.pick(("inft", "caller", "IP", f"{victim.first}"))


def _others(teller: _Teller, people: Sequence[Person]) -> str:
    """Give the further victims by number and, where they are few, by name."""
    if any(person.type != "person" for person in people):
        return f"{_count(len(people))} more on {teller.street}"
    if len(people) > 3:
        return f"{_count(len(people))} others (names held)"
    names = [f"{person.first} {person.last}" for person in people]
    return (
        names[0]
        if len(names) == 1
        else f"{_count(len(names))} others, {', '.join(names[:-1])} and {names[-1]}"
    )


def _count(number: int) -> str:
    return _NUMBERS[number] if number < len(_NUMBERS) else str(number)


_AUTHORS = {"call": "CT", "control": "CR", "officer": "PC", "form": "WEB", "referral": "REF"}


def _entry(teller: _Teller, minutes: int, text: str, register: str) -> Entry:
    chance = teller.chance
    number = chance.between(1000, 9400) if register in ("officer", "form") else chance.between(11, 88)
    if register in ("call", "control"):
        text = _shorthand(text, chance)
    if chance.happens(teller.slips):
        text = _slipped(text, chance)
    return Entry(teller.event.received_at + timedelta(minutes=minutes), f"{_AUTHORS[register]}{number}", text)


def _shorthand(text: str, chance: Chance) -> str:
    """Put text as call-takers type it: at times without articles, at times in capitals."""
    if chance.happens(0.4):
        text = _ARTICLES.sub("", text)
    return text.upper() if chance.happens(0.35) else text


def _slipped(text: str, chance: Chance) -> str:
    """Give the text with one slip of the keyboard, in a letter of some word."""
    at = chance.below(len(text))
    letter = text[at]
    if not letter.isalpha() or not letter.islower():
        return text
    slip: Callable[[], str] = chance.pick(
        (lambda: "", lambda: letter * 2, lambda: _NEIGHBOUR_KEYS.get(letter, letter), lambda: letter + " ")
    )
    return text[:at] + slip() + text[at + 1 :]


def local_time(moment: datetime) -> str:
    """Give the hour and minute in England of a moment, as an entry is headed."""
    return moment.astimezone(LONDON).strftime("%H:%M")


def _tidy(parts: Sequence[str]) -> str:
    text = " ".join(part for part in parts if part).replace(",.", ".").replace(",,", ",")
    return _SENTENCE.sub(lambda start: start.group().upper(), _capital(text))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


@cache
def _shared() -> dict[str, Any]:
    text = (resources.files(__package__) / "grammar/shared.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def _lines(table: str, key: str = "lines") -> tuple[str, ...]:
    return tuple(_shared()[table][key])


@cache
def _closing_codes() -> dict[str, Weighted[str]]:
    return {outcome: Weighted(codes) for outcome, codes in _shared()["closing_codes"].items()}


@cache
def _compiled(line: str) -> Template:
    pieces = _SLOT.split(line)
    pairs = [*zip(pieces[::2], pieces[1::2], strict=False), (pieces[-1], "")]
    return tuple(pairs)
