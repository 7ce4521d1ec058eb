"""The words of a log: entries by several authors over time, composed from the event by a frame grammar.

:func:`tell` gives the entries of one incident. An entry stands in a register (call-taker shorthand, officer's
update, online form, professional referral) which decides how victim and offender are named and how the words
are put down. Phrases are templates with slots, in ``grammar/*.toml``; they are compiled once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache

from attrs import frozen

from firstpoint.simulation.chance import Chance, Weighted
from firstpoint.simulation.events import LONDON, THIRD_PARTIES, Event, Person
from firstpoint.simulation.keyboard import shorthand, slipped
from firstpoint.simulation.names import Names
from firstpoint.simulation.recording import Recording
from firstpoint.simulation.scenarios import Act
from firstpoint.simulation.voices import Voice, by_pronoun, scene_of, voice_of
from firstpoint.simulation.wording import capital, compiled, in_words, lines, shared_words, tidied


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


class _Teller:
    """Composes one log; holds the event, the lists and the stream of chance it draws from."""

    def __init__(self, event: Event, chance: Chance, names: Names, slips: float, distractors: float) -> None:
        self.event = event
        self.chance = chance
        self.scene = scene_of(event, chance, names.places, names.streets)
        self.slips = slips
        self.distractors = distractors
        self.story = None if event.acts else chance.pick(event.scenario.stories)
        self.picked: dict[str, str] = {}

    def voice(self, register: str) -> Voice:
        """Give how an entry in this register names those concerned."""
        return voice_of(self.event, self.scene, register, self.chance)

    def say(self, choices: Sequence[str], voice: Voice) -> str:
        """Give one of the choices with its slots filled, its first letter a capital."""
        return capital(self.fill(self.chance.pick(choices), voice.words))

    def fill(self, line: str, words: Mapping[str, str]) -> str:
        """Give the line with its slots filled from the voice, the place and the shared words."""
        out = []
        for literal, slot in compiled(line):
            out.append(literal)
            if slot:
                out.append(self._word(slot, words))
        return "".join(out)

    def _word(self, slot: str, words: Mapping[str, str]) -> str:
        known = words.get(slot)
        if known is not None:
            return self.fill(known, words) if "{" in known else known
        if slot not in self.picked:
            self.picked[slot] = self.chance.pick(shared_words()["words"][slot])
        return self.picked[slot]


def tell(
    event: Event,
    recording: Recording,
    references: Sequence[str],
    register: str,
    chance: Chance,
    names: Names,
    *,
    arising_from: str | None,
    typing_error_share: float,
    distractor_share: float,
) -> Telling:
    """Give the log of an incident.

    ``register`` is that of the first entry (``call``, ``officer``, ``form`` or ``referral``);
    ``references`` are the numbers of the crimes recorded, in the order of ``recording.recorded``;
    ``arising_from`` is the incident to which this one is secondary.
    """
    teller = _Teller(event, chance, names, typing_error_share, distractor_share)
    first = teller.voice(register)
    split = register == "call" and bool(event.acts) and chance.happens(0.25)
    entries = [_entry(teller, 0, _opening(teller, first, split, arising_from), register)]
    minutes = chance.between(2, 9)
    if register == "call":
        for line in lines("dispatch")[chance.below(5) :][: chance.between(0, 2)]:
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


def _opening(teller: _Teller, voice: Voice, split: bool, arising_from: str | None) -> str:
    register = voice.register
    if split:
        return teller.say(lines("vague", register), voice)
    opener = "lead" if teller.story and register == "call" else register
    opened = teller.fill(teller.chance.pick(lines("openers", opener)), voice.words)
    if opened and register == "call":
        voice = by_pronoun(voice)
    account = _account(teller, voice)
    if register == "referral" and teller.event.acts:
        opened += _about(teller.event.victims[0], account)
    parts = [f"Arising from {arising_from}." if arising_from else "", f"{opened}{account}."]
    if teller.event.scenario.topic != "advice_or_contact":
        parts.append(teller.fill(teller.chance.pick(_place_lines(teller.event.setting)), voice.words))
    if teller.chance.happens(teller.distractors):
        parts.append(teller.say(lines("distractor"), voice) + ".")
    parts.append(teller.fill(teller.chance.pick(lines("signoff", register)), voice.words))
    return tidied(parts)


def _about(victim: Person, account: str) -> str:
    """Give whom a referral is about, where the account itself does not name him or her."""
    return "" if victim.first in account else f"About {victim.first} {victim.last}, aged {victim.age}. "


def _place_lines(setting: str) -> tuple[str, ...]:
    return lines("place", setting if setting in shared_words()["place"] else "street")


def _account(teller: _Teller, voice: Voice) -> str:
    """Give what happened: every act of the event with all whom it befell, or the lead of a crimeless one."""
    event = teller.event
    if teller.story:
        return teller.fill(teller.story.lead, voice.words)
    told = [_act_told(teller, voice, act, struck) for act, struck in event.acts]
    after = event.acts[0][0].after
    if after and teller.chance.happens(0.7):
        told.append(teller.fill(teller.chance.pick(after), voice.words))
    return ". ".join(told)


def _act_told(teller: _Teller, voice: Voice, act: Act, struck: Sequence[int]) -> str:
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
    voice = teller.voice("officer")
    event = teller.event
    parts = [teller.say(lines("update"), voice)]
    if split:
        parts.append(_account(teller, voice) + ".")
    if teller.story:
        parts.append(teller.say(teller.story.found, voice) + ".")
    else:
        key = "confirms_third_party" if event.reporter in THIRD_PARTIES - {"police_officer"} else "confirms"
        parts.append(teller.fill(teller.chance.pick(lines("update", key)), voice.words))
    parts.append(teller.fill(teller.chance.pick(lines("update", "checks")), voice.words))
    if any(struck for _, struck in event.acts):
        attitude = "support" if event.supports else "no_support"
        parts.append(teller.fill(teller.chance.pick(lines("attitude", attitude)), voice.words))
    if teller.chance.happens(teller.distractors / 2):
        parts.append(teller.say(lines("distractor"), voice) + ".")
    return tidied(parts)


def _closing(
    teller: _Teller,
    outcome: str,
    recording: Recording,
    references: Sequence[str],
    minutes: int,
    updated: bool,
) -> tuple[str, int]:
    voice = teller.voice("officer")
    if outcome == "recorded":
        minutes = max(minutes, int(recording.recorded[-1].recorded_after.total_seconds() // 60))
        many = len(references) > 1
        words = {**voice.words, "ref": references[0], "count": in_words(len(references))}
        line = teller.chance.pick(lines("closing", "recorded_many" if many else "recorded"))
        return tidied([teller.fill(line, words)]), minutes
    if teller.story and not updated:
        return tidied([teller.say(teller.story.found, voice) + ".", "Close."]), minutes
    return teller.say(lines("closing", outcome), voice), minutes


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


_AUTHORS = {"call": "CT", "control": "CR", "officer": "PC", "form": "WEB", "referral": "REF"}


def _entry(teller: _Teller, minutes: int, text: str, register: str) -> Entry:
    chance = teller.chance
    number = chance.between(1000, 9400) if register in ("officer", "form") else chance.between(11, 88)
    if register in ("call", "control"):
        text = shorthand(text, chance)
    if chance.happens(teller.slips):
        text = slipped(text, chance)
    return Entry(teller.event.received_at + timedelta(minutes=minutes), f"{_AUTHORS[register]}{number}", text)


def local_time(moment: datetime) -> str:
    """Give the hour and minute in England of a moment, as an entry is headed."""
    return moment.astimezone(LONDON).strftime("%H:%M")


@cache
def _closing_codes() -> dict[str, Weighted[str]]:
    return {outcome: Weighted(codes) for outcome, codes in shared_words()["closing_codes"].items()}
