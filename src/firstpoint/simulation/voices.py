"""How an entry names those concerned, by its register: caller, inft, IP, I, or a name."""

from __future__ import annotations

from attrs import frozen

from firstpoint.simulation.chance import Chance
from firstpoint.simulation.clock import local_hour
from firstpoint.simulation.events import Event, Person
from firstpoint.simulation.recording import Place
from firstpoint.simulation.wording import Lexicon, Words, lines

_KIN = {
    ("male", False): ("brother", "son", "dad", "uncle"),
    ("female", False): ("sister", "daughter", "mum", "aunt"),
    ("male", True): ("dad", "stepdad", "uncle"),
    ("female", True): ("mum", "stepmum", "aunt"),
}
_HIS, _HER = ("he", "him", "his"), ("she", "her", "her")
_CALLER = frozenset({"inft", "caller", "IP"})


@frozen
class Voice:
    """The names under which an entry speaks of those concerned; ``words`` maps a slot to its words."""

    register: str
    words: Words


@frozen
class Scene:
    """What all entries of a log agree on: where it was, the unit sent, who the offender is said to be."""

    place: str
    street: str
    house: str
    callsign: str
    hour: str
    offender: str
    kin: str


def scene_of(event: Event, at: Place, chance: Chance, lexicon: Lexicon, bank: str) -> Scene:
    """Give the scene of one log."""
    streets = lexicon.names.streets
    return Scene(
        place=chance.pick(lexicon.names.places),
        street=streets[at.street % len(streets)],
        house=str(at.house),
        callsign=f"{chance.pick('ABCDMNSW')}{chance.between(11, 79)}",
        hour=chance.pick(lines(bank, "hour", _part_of_day(event))),
        offender=chance.pick(lines(bank, "offender", _offender_key(event))),
        kin=chance.pick(_KIN[event.offender.sex, event.victims[0].age < 16]),
    )


def voice_of(event: Event, scene: Scene, register: str, chance: Chance, lexicon: Lexicon) -> Voice:
    """Give how an entry in this register speaks of the event.

    Slots: V, Vo the victim as subject and object, S, So, Vp the pronouns; O the offender, he, him, his the
    pronouns; man, kin; place, street, house, callsign, firm, age, ofirst, olast.
    """
    victim, offender = event.victims[0], event.offender
    named = _named(register, victim, event, chance)
    spoken_of = offender if event.scenario.voice == "stopped" else victim
    subject, object_, possessive = _HIS if spoken_of.sex == "male" else _HER
    if register == "form" and event.reporter == "victim":
        named, subject, object_, possessive = "I", "I", "me", "my"
    he, him, his = _HIS if offender.sex == "male" else _HER
    words = Words(
        {
            "V": named,
            "Vo": "me" if named == "I" else named,
            "S": subject,
            "So": object_,
            "Vp": possessive,
            "man": _man(offender),
            "kin": scene.kin,
            "he": he,
            "him": him,
            "his": his,
            "ofirst": offender.first,
            "olast": offender.last,
            "place": scene.place,
            "street": scene.street,
            "house": scene.house,
            "callsign": scene.callsign,
            "hour": scene.hour,
            "firm": victim.last,
            "age": str(victim.age),
        },
        lexicon,
    )
    words["O"] = scene.offender.format_map(words)
    return Voice(register, words)


def name_by_pronoun(voice: Voice) -> None:
    """Let the voice go on by pronoun where the person is named already, as in "caller says"."""
    words = voice.words
    if words["V"] in _CALLER:
        words["V"], words["Vo"] = words["S"], words["So"]


def _part_of_day(event: Event) -> str:
    hour = local_hour(event.received)
    if 6 <= hour < 12:
        return "morning"
    if 12 <= hour < 17:
        return "afternoon"
    return "evening" if 17 <= hour < 22 else "night"


def _offender_key(event: Event) -> str:
    """Give under which heading the words for the offender stand."""
    if event.scenario.duty:
        return event.scenario.duty
    return "online" if (event.setting, event.relationship) == ("online", "stranger") else event.relationship


def _man(person: Person) -> str:
    if person.sex == "male":
        return "lad" if person.age < 25 else "man"
    return "girl" if person.age < 18 else "woman"


def _named(register: str, victim: Person, event: Event, chance: Chance) -> str:
    if victim.type == "business":
        return f"staff at {victim.last}"
    if event.scenario.voice == "stopped":
        return "the person stopped"
    if event.scenario.voice == "constable":
        return f"PC {victim.last}"
    if event.repeat:
        return f"a {_young_or_grown(victim)}"
    if register == "referral":
        return chance.pick(
            (f"{victim.first} (aged {victim.age})", victim.first, f"{victim.first} {victim.last}")
        )
    if event.reporter != "victim" and register != "officer":
        return f"a {_young_or_grown(victim)}, {victim.first} {victim.last},"
    if register == "officer":
        return chance.pick((f"IP {victim.last}", "the IP", "IP", f"{victim.first} {victim.last}"))
    if register == "form":
        return victim.first
    return chance.pick(("inft", "caller", "IP", victim.first))


def _young_or_grown(victim: Person) -> str:
    child, grown = ("girl", "woman") if victim.sex == "female" else ("boy", "man")
    return child if victim.age < 18 else grown
