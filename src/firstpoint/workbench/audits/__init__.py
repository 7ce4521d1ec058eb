"""A drawn sample, marked blind, and its results."""
