"""Cancellations and transfers of recorded crimes.

Who may decide one, and on what, the counting rules' book says alone; this app puts its question and keeps
what was decided here beside the force's own record, which stays as the extract brought it.
"""
