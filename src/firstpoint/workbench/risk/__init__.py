"""The daily risk-based audit: its draw, its result, and what it yields."""
