"""Reported incidents that are no crime yet: rapes (N100), slavery (N200), deaths (N300)."""
