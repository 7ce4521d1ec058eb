"""Tells the app of work how the daily audit is handled."""

from django.apps import AppConfig


class RiskConfig(AppConfig):
    """The app of the daily risk-based audit."""

    name = "firstpoint.workbench.risk"
    label = "risk"

    def ready(self) -> None:
        """Say how the work is handled."""
        from firstpoint.workbench.risk.drawing import draw_once
        from firstpoint.workbench.risk.handling import HANDLING
        from firstpoint.workbench.work.handling import also_daily, handle

        handle("risk_audit", HANDLING)
        also_daily(draw_once)
