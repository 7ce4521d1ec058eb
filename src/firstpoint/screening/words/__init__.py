"""What the words themselves say: weights of single words and short runs of them, fitted to annotated logs.

:mod:`~firstpoint.screening.words.cutting` cuts a log into sentences of numbered words and passes over names
and what a person is; :mod:`~firstpoint.screening.words.weights` holds a weight for each word and run;
:mod:`~firstpoint.screening.words.scoring` says how the sentences of a log and the log itself lean, and
which kinds they tell; :mod:`~firstpoint.screening.words.labels` names kinds with the facts that decide their
class; and :mod:`~firstpoint.screening.words.fitting` fits the weights.
"""
