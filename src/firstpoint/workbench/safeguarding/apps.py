"""Tells the app of work how alerts and safeguarding questions are handled."""

from django.apps import AppConfig


class SafeguardingConfig(AppConfig):
    """The app of alerts and safeguarding."""

    name = "firstpoint.workbench.safeguarding"
    label = "safeguarding"

    def ready(self) -> None:
        """Say how the work is handled, and what is looked for after a screen, each day and each minute."""
        from firstpoint.workbench.safeguarding.alerting import alert_of_the_day, raise_all, raise_due
        from firstpoint.workbench.safeguarding.handling import (
            HANDLING,
            asked_after_a_removal,
            asked_after_no_crime,
        )
        from firstpoint.workbench.work.handling import (
            also_after_screen,
            also_daily,
            also_follows,
            also_ticks,
            handle,
        )

        handle("safeguarding", HANDLING)
        handle("alert", HANDLING)
        also_follows("recording", asked_after_a_removal)
        also_follows("n100", asked_after_no_crime)
        also_after_screen(raise_all)
        also_daily(alert_of_the_day)
        also_ticks(raise_due)
