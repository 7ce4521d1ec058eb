"""Referrals of victims to support: an outbox that is sent, tried again, counted, and respects a no."""
