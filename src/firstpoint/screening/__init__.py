"""What does each incident log disclose, and is it recorded?"""

from firstpoint.screening.disclosures import Disclosure, Evidence
from firstpoint.screening.facts import report_facts
from firstpoint.screening.reading import LexiconReader, Reader
from firstpoint.screening.screened import screen

__all__ = ["Disclosure", "Evidence", "LexiconReader", "Reader", "report_facts", "screen"]
