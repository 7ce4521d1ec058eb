from firstpoint.auditing.readings.second import pseudo_due, second_chances

__all__ = ["pseudo_due", "second_chances"]
