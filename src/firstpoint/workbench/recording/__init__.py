"""The decision on each report, its 24-hour clock, and the removal that needs a second person."""
