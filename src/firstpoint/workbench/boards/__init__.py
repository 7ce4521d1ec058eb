"""Published papers, for readers who see no personal data.

A board reader's pages show what was published and nothing else: they ask no table of incidents, crimes or
victims.
"""
