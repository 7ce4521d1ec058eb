"""Tells the app of work how reported incidents are handled."""

from django.apps import AppConfig


class RapeConfig(AppConfig):
    """The app of reported rapes, slavery and deaths."""

    name = "firstpoint.workbench.rape"
    label = "rape"

    def ready(self) -> None:
        """Say how the work is handled, and what follows a decision to record a reported incident."""
        from firstpoint.workbench.rape.handling import HANDLING, opened_by_a_decision
        from firstpoint.workbench.rape.opening import open_for_records
        from firstpoint.workbench.work.handling import also_after_screen, also_follows, handle

        handle("n100", HANDLING)
        also_follows("recording", opened_by_a_decision)
        also_after_screen(open_for_records)
