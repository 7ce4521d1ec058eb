"""What a small language model makes of a log as a whole.

Phrases and single words do not tell a shove from a stumble where both are told in the same words. So a reader
may ask, besides, a network of some ninety million weights (all-mpnet-base-v2, fine-tuned on the annotated
banks by ``tools/fit-network``) that reads the words of a log in their order. It says how likely it is that
a crime is due and, if one is, of which kinds; of each kind which label is likeliest, which fills in facts
that no phrase tells; and which words tell it, whose sentences are shown as evidence besides. It counts
nothing; :class:`~firstpoint.screening.network.belief.Belief` says how far its word moves that of the ranker.

It is given plain words (:mod:`~firstpoint.screening.network.plain`), so that names, places and what somebody
is change nothing. It takes some hundredths of a second a log and cannot say why; both are why the ranker does
without it where logs are many, and why what it does to a chance is shown beside the other reasons.

:mod:`~firstpoint.screening.network.reading` asks it; only that module needs onnxruntime, and it is
imported when a network is first wanted.
"""
