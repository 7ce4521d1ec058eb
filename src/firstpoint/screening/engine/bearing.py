"""Which cues bear on which hits, in compiled loops: what :mod:`~firstpoint.screening.context` says, over
arrays."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstpoint.screening.engine.compiling import inlined
from firstpoint.screening.engine.cutting import ENTRY

BEFORE, AFTER, BOTH, IN_ENTRY, EARLIER, IN_LOG = range(6)
STOPS, STOPS_VICTIMS = 1, 2
_U = np.uint64


class Cues(NamedTuple):
    """What the cues of a lexicon do; one row a cue, in the order of ``lexicon.cues``."""

    direction: NDArray[np.int8]
    reach: NDArray[np.int32]
    counts_victims: NDArray[np.uint8]
    governs: NDArray[np.uint8]  # cues x kinds
    stops: NDArray[np.uint8]  # for each token code, whether it ends the reach of cues, and of victims' cues


@inlined
def mark_stops(count, cues, room):
    """Fill, for each token, the last one before it that ends a reach, and the number of its entry."""
    plain, victims, entry = -1, -1, 0
    for at in range(count):
        room.stop[at] = plain
        room.stop_victims[at] = victims
        room.entry[at] = entry
        code = room.code[at]
        if cues.stops[code] & STOPS:
            plain = at
        if cues.stops[code]:
            victims = at
        entry += code == ENTRY
    room.stop[count] = plain
    room.stop_victims[count] = victims
    room.entry[count] = entry


@inlined
def bears(hit_start, hit_end, start, end, cue, cues, room):
    """Whether a cue near a hit reaches it."""
    direction, reach = cues.direction[cue], cues.reach[cue]
    if end <= hit_start:
        if direction == AFTER:
            return False
        low, high = end, hit_start
    elif start >= hit_end:
        if direction == BEFORE:
            return False
        low, high = hit_end, start
    elif direction == BEFORE:
        if start >= hit_start:
            return False
        low, high = hit_start, hit_start
    else:
        low, high = max(hit_start, start - reach), max(hit_start, start)
    if high - low > reach:
        return False
    stops = room.stop_victims if cues.counts_victims[cue] else room.stop
    return stops[high] < low


@inlined
def sort_wide(first, last, cues, out, room):
    """Fill the lists of cues that govern entries or the log; give how many of the log, entries, earlier ones.

    Of each cue the first counts in a log and in an entry, the last where it explains earlier entries.
    """
    logs, entries, earlier = 0, 0, 0
    for number in range(first, last):
        room.seen_log[out.cue[number]] = -1
        room.seen_entry[out.cue[number]] = -1
        room.seen_earlier[out.cue[number]] = -1
    for number in range(first, last):
        cue = out.cue[number]
        direction = cues.direction[cue]
        entry = room.entry[out.cue_start[number]]
        if direction == IN_LOG:
            if room.seen_log[cue] < 0:
                room.seen_log[cue] = number
                room.of_log[logs] = number
                logs += 1
        elif direction == IN_ENTRY:
            if room.seen_entry[cue] != entry:
                room.seen_entry[cue] = entry
                room.of_entry[entries] = number
                entries += 1
        elif direction == EARLIER:
            if room.seen_earlier[cue] < 0:
                room.seen_earlier[cue] = earlier
                earlier += 1
            room.of_earlier[room.seen_earlier[cue]] = number
    return logs, entries, earlier


@inlined
def bring_to_bear(hits, first_hit, cues_found, first_cue, kind_of, cues, out, room, written):
    """Write, for each hit of a log, the cues that bear on it; give how many are written now, or -1.

    ``out.bearing`` holds places in the cues of the whole result, those near a hit first, in the order of the
    text, then those of the log, of the entry, and of later entries.
    """
    last_cue = first_cue + cues_found
    furthest = 0
    for number in range(first_cue, last_cue):
        cue = out.cue[number]
        if cues.direction[cue] <= BOTH:
            furthest = max(furthest, cues.reach[cue] + out.cue_end[number] - out.cue_start[number])
    logs, entries, earlier = sort_wide(first_cue, last_cue, cues, out, room)
    window, entry_at, most = first_cue, 0, out.bearing.size
    for hit in range(first_hit, first_hit + hits):
        kind = kind_of[out.phrase[hit]]
        start, end = out.hit_start[hit], out.hit_end[hit]
        while window < last_cue and out.cue_start[window] < start - furthest:
            window += 1
        number = window
        while number < last_cue and out.cue_start[number] <= end + furthest:
            cue = out.cue[number]
            if (
                cues.direction[cue] <= BOTH
                and cues.governs[cue, kind]
                and bears(start, end, out.cue_start[number], out.cue_end[number], cue, cues, room)
            ):
                if written >= most:
                    return -1
                out.bearing[written] = number
                written += 1
            number += 1
        if written + logs + entries + earlier > most:
            return -1
        for at in range(logs):
            if cues.governs[out.cue[room.of_log[at]], kind]:
                out.bearing[written] = room.of_log[at]
                written += 1
        entry = room.entry[start]
        while entry_at < entries and room.entry[out.cue_start[room.of_entry[entry_at]]] < entry:
            entry_at += 1
        at = entry_at
        while at < entries and room.entry[out.cue_start[room.of_entry[at]]] == entry:
            if cues.governs[out.cue[room.of_entry[at]], kind]:
                out.bearing[written] = room.of_entry[at]
                written += 1
            at += 1
        for at in range(earlier):
            number = room.of_earlier[at]
            if cues.governs[out.cue[number], kind] and entry <= room.entry[out.cue_start[number]]:
                out.bearing[written] = number
                written += 1
        out.bearing_from[hit + 1] = written
    return written
