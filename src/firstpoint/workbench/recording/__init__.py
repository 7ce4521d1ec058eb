"""The recording decision: what the rules say to it, and the removals that wait for a second person."""
