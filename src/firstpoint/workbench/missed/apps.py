"""Tells the app of work how incidents with fewer crimes than required are handled."""

from django.apps import AppConfig


class MissedConfig(AppConfig):
    """The app of missed multiple crimes."""

    name = "firstpoint.workbench.missed"
    label = "missed"

    def ready(self) -> None:
        """Say how the work is handled."""
        from firstpoint.workbench.missed.finding import open_for_incidents
        from firstpoint.workbench.missed.handling import HANDLING
        from firstpoint.workbench.work.handling import also_after_screen, handle

        handle("missed_multiple", HANDLING)
        also_after_screen(open_for_incidents)
