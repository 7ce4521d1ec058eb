"""The workbench for programs: what a page may do, a program may do, under the same policy and ledger.

Operations are thin: each names its action of the policy, calls what the page calls, and gives plain values.
Who calls is a person signed in at the pages, or a token that a person made for a program, with some of their
roles.
"""
