"""Long work beside the pages: extracts loaded, screens run, exports made, digests sent.

Somebody asks (``asking``) for a kind of job (``kinds``, one table); it waits as a row (``models``). A worker,
which is a process of its own (``working``; ``beside`` keeps one next to the server), claims it (``claiming``)
and does it. What it changes and the word that it is done are one transaction, so a job is done wholly and
once, or not at all, however its worker ends.

How far it is, that its worker lives, and that somebody wants it stopped stand in small files beside the
database (``pulse``): they can be seen and said while a transaction of the job keeps the database.
"""
