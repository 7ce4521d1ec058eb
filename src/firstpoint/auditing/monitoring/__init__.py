"""Is the recording rate still what it was? The daily audit, watched week by week.

An audit a year sees a slide when it is over. The incidents that a force reads every day can show it while it
goes on, if they are drawn by chance and the watch is made for being looked at every week:

1. :func:`running_rate` gives the rate of the last thirteen weeks, for a board that looks once a quarter, and
   the rate so far with limits that hold however often one looks.
2. :func:`watch_for_fall` sounds an alarm when the rate has fallen below the accepted one, with a stated bound
   on false alarms.
3. :func:`change_point` says afterwards when the change began, as two dates.
4. :func:`weeks_until_seen` says beforehand, from incidents of an earlier audit, in how many weeks a slide
   would be seen at so many incidents a week, and how often the watch would cry wolf.

All take marks with a ``day``. Days must be drawn as reports are: a daily audit of what looks risky can be
watched only with the chances of selection in ``inclusion_probability``. Control charts of counts are another
matter and live in ``insight``.
"""

from firstpoint.auditing.monitoring.alarm import Alarm, watch_for_fall
from firstpoint.auditing.monitoring.audited_days import Daily, gather_days
from firstpoint.auditing.monitoring.change_point import ChangePoint, change_point
from firstpoint.auditing.monitoring.effort import SlideSeen, weeks_until_seen
from firstpoint.auditing.monitoring.running import Running, running_rate

__all__ = [
    "Alarm",
    "ChangePoint",
    "Daily",
    "Running",
    "SlideSeen",
    "change_point",
    "gather_days",
    "running_rate",
    "watch_for_fall",
    "weeks_until_seen",
]
