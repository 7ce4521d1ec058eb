"""Vulnerable people behind reports that are overdue or became no crime: alerts and safeguarding."""
