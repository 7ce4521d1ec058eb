"""Pieces of work of every kind: their queues, their pages, and the steps that are taken on them.

What may happen to a piece of work is in casework's tables; this app keeps where each stands and who did what.
An app that knows more about one kind (what its page shows, what a step sets off) says so to
:mod:`~firstpoint.workbench.work.handling`.
"""
