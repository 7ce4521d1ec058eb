"""The same work over many files, on this machine.

A force-year of logs does not fit a page and should not have to fit in memory. This room takes a pure function
from a frame to a frame and runs it over an input in batches, in order, and writes the results to one file
that appears whole or not at all. The function must not depend on how the rows are cut into batches; a test
holds ours to that.

Nothing here schedules, shuffles or retries: where a cluster is wanted, an existing engine does that with the
same function.
"""

from firstpoint.bulk.batches import appearing_whole, map_batches, read_batches, rows_in

__all__ = ["appearing_whole", "map_batches", "read_batches", "rows_in"]
