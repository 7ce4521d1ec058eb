"""Many logs read in one pass."""

from firstpoint.screening.engine.reading import Reading, WordsMet, read_column
from firstpoint.screening.engine.tables import Tables, tables_of

__all__ = ["Reading", "Tables", "WordsMet", "read_column", "tables_of"]
