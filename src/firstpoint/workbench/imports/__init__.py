"""Extracts in, and the screen run over what is held."""
