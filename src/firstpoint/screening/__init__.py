"""What does each incident log disclose, what does that require, and is it recorded?

A log goes through the room in one direction:

1. :mod:`~firstpoint.screening.tokens` cuts it into words, each one character, without touching the original.
2. Many logs go through :mod:`~firstpoint.screening.engine`, which does this step and the next two in one pass
   over a column (:mod:`~firstpoint.screening.many` chooses); its answers are the same.
   :mod:`~firstpoint.screening.matching` finds where the phrases and cues of the lexicon stand. The lexicon is
   data (``lexicon/*.csv``: a phrase, the kind of allegation it tells, the facts it settles, the clause it
   rests on, sentences it must and must not hit), read by :mod:`~firstpoint.screening.lexicon` in the small
   language of :mod:`~firstpoint.screening.patterns`.
3. :mod:`~firstpoint.screening.context` asks what the words around change. Denial, fiction, hypothesis, an
   explanation that can be checked, another force and an existing record take the duty to record away. That it
   was long ago, was retracted, was told to a professional, or that the victim does not support police action
   takes nothing away: that is what a missed crime looks like.
4. :mod:`~firstpoint.screening.disclosures` joins what is left to allegations, with victims, facts and
   evidence spans.
5. :mod:`~firstpoint.screening.words` weighs the words themselves: which sentences tell a crime, which undo
   one, and of what kind, by weights fitted to the annotated banks of ``corpus/``.
   :mod:`~firstpoint.screening.ranking` makes of both the chance that a crime is due and the chance of each
   kind, by a logistic regression on named features, and :mod:`~firstpoint.screening.logreading` is the reader
   that does all this. :mod:`~firstpoint.screening.fitting` fits it, each bank judged by weights that had not
   met it.
   Where logs are few, a small language model is asked besides (:mod:`~firstpoint.screening.network`), and its
   word moves the chance that any crime is due and that of each kind.
6. :mod:`~firstpoint.screening.facts` writes them as the facts of a report and
   :mod:`~firstpoint.screening.verdicts` asks ``counting`` for the class and the number of crimes. The screen
   never counts itself.
7. :mod:`~firstpoint.screening.covering` sets them against the crimes linked to the incident,
   :mod:`~firstpoint.screening.scoring` weighs what is left, :mod:`~firstpoint.screening.screened` ranks the
   logs, and :mod:`~firstpoint.screening.stored` keeps each disclosure in its row, to be had back with
   :func:`disclosure_of`.
8. :mod:`~firstpoint.screening.reviewing` chooses the logs that people read each day, and learns from what
   they mark.

:mod:`~firstpoint.screening.accountability` says what the screen is and is not for, what it was measured
on, and whether it serves every group of victim alike.

:func:`screen` does all of it for a table, :func:`screen_in_parts` for one that is not to be held in memory,
and :func:`explain` for one log with its reasons. Where logs are many, the reader that ships goes through
:mod:`~firstpoint.screening.columns`, which says the same of each over arrays. The words are kept
with :mod:`~firstpoint.screening.lexicon_faults` (is every row sound?), :mod:`~firstpoint.screening.comparing`
(what would a change do?) and :mod:`~firstpoint.screening.audited` (how often was each row right?).

Another reader can stand in for the lexicon behind :class:`Reader`
(:mod:`~firstpoint.screening.reading`); its name and version go into every row.

Limits, honestly. A person decides; the screen only ranks. Lexicon and weights were made from invented logs
without sight of a force's own; what is measured on banks that took no part says little enough of a real
force, whose logs are told in more ways. It weighs words and does not understand them: of two logs of one
scene in which a single checked fact undoes the crime it reads both rightly in about half of the pairs.
It reads English only; a log that seems to be in another language is told apart and has no figures. A word
that it does not know may be a name, or a misspelling of one it knows. Victims are counted from words for
people where victims stand in the sentence (what is owned has one owner unless several are told), so several
acts on several people told apart are under-counted, and all allegations of one log are taken to be against
the same first victim and by one offender. A rape that only another person tells is a reported incident: it
carries no crime due, is shown with that context, and does not rank. Certainties are calibrated on the corpus,
half of whose logs hold a crime, and on no force's marks. Where a log is silent on a fact that decides the
class, the ``assume`` column of ``kinds.csv`` stands in (no injury told: none). A log of a day for which no
rule book is used unasked is counted as if reported on the newest one's first day, and its report says so.
Ethnicity, religion, nationality, names and postcodes never rank a log; words of hostility are facts of an
aggravated offence.
"""

from firstpoint.screening.disclosures import Disclosure, Evidence
from firstpoint.screening.explaining import Explanation, explain
from firstpoint.screening.facts import report_facts
from firstpoint.screening.in_parts import screen_in_parts
from firstpoint.screening.logreading import LogReader, reader_for, thorough_reader
from firstpoint.screening.reading import LexiconReader, Reader
from firstpoint.screening.scoring import RANKED_BY
from firstpoint.screening.screened import screen
from firstpoint.screening.stored import disclosure_of, sure_enough, sure_from

__all__ = [
    "RANKED_BY",
    "Disclosure",
    "Evidence",
    "Explanation",
    "LexiconReader",
    "LogReader",
    "Reader",
    "disclosure_of",
    "explain",
    "reader_for",
    "report_facts",
    "screen",
    "screen_in_parts",
    "sure_enough",
    "sure_from",
    "thorough_reader",
]
