"""Tells the app of work that a decision to record raises a referral, and the worker to send them."""

from django.apps import AppConfig


class ReferralsConfig(AppConfig):
    """The app of referrals to victim support."""

    name = "firstpoint.workbench.referrals"
    label = "referrals"

    def ready(self) -> None:
        """Say what follows a decision, and what is sent every few minutes and once a day."""
        from firstpoint.workbench.referrals.raising import raised_by_a_decision, why_not_taken_back
        from firstpoint.workbench.referrals.sending import send_due, send_of_the_day
        from firstpoint.workbench.work.handling import also_daily, also_follows, also_ticks, bars_undo

        also_follows("recording", raised_by_a_decision)
        bars_undo("recording", why_not_taken_back)
        also_ticks(send_due)
        also_daily(send_of_the_day)
