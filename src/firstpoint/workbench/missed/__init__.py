"""Incidents with fewer crimes than the rules require, and the monthly report on them."""
