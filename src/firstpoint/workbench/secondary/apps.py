"""Tells the app of work how secondary incidents and reports by professionals are handled."""

from django.apps import AppConfig


class SecondaryConfig(AppConfig):
    """The app of secondary incidents and reports by professionals."""

    name = "firstpoint.workbench.secondary"
    label = "secondary"

    def ready(self) -> None:
        """Say how the work is handled."""
        from firstpoint.workbench.secondary.handling import HANDLING
        from firstpoint.workbench.secondary.opening import open_for_incidents
        from firstpoint.workbench.secondary.sampling import draw_sample
        from firstpoint.workbench.work.handling import also_after_screen, also_daily, handle

        handle("secondary", HANDLING)
        handle("third_party", HANDLING)
        also_after_screen(open_for_incidents)
        also_daily(draw_sample)
