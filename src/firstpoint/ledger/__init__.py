"""Who did or saw what, so that nobody can change the story later.

A ledger is a list of entries. Each says who (a reference to a person), when (UTC), did what (an action such
as ``incident.read`` or ``recording.record``), to what (a reference such as ``incident:2031``), and carries a
few particulars. Each also carries the hash of the entry before it and its own, so that an entry that is
changed, dropped, swapped with another or slipped in later no longer fits its neighbours:

    entry = chain(None, at=now, actor="user:3", action="incident.read", subject="incident:2031")
    later = chain(entry, at=later_on, actor="user:3", action="recording.record", subject="incident:2031")
    result = verify([entry, later])   # or raises LedgerBroken, naming the first that does not fit

What an entry holds is small on purpose. A ledger is kept for years, is exported and is read by outsiders, so
it holds *references and digests only*: never a name, never the text of a log or of a rationale. :func:`chain`
refuses particulars with spaces in them, and :func:`digest` gives a keyed digest for whatever text has to be
provable later without being shown.

An outsider needs only the export: :func:`write_entries` writes one JSON object a line and
:func:`read_entries` reads them back for :func:`verify`.

Limits. A chain shows that no entry inside it was altered; it cannot show that the newest entries were not cut
off, or that somebody with the database did not write the whole chain anew. For that a :class:`Checkpoint`
(how many entries, and the hash of the last) must be kept somewhere its writer cannot reach. :func:`verify`
takes such checkpoints and says how many entries none of them covers. An entry's time is the time its writer's
machine had: the chain proves order, not the clock.
"""

from firstpoint.ledger.chains import Checkpoint, VerifyResult, chain, checkpoint, verify
from firstpoint.ledger.entries import FIRST_PREVIOUS, Detail, Entry, canonical, digest, entry_hash
from firstpoint.ledger.exports import read_checkpoint, read_entries, write_entries
from firstpoint.ledger.outside import BeingWritten, check_grows, outside_file, write_checkpoint

__all__ = [
    "FIRST_PREVIOUS",
    "BeingWritten",
    "Checkpoint",
    "Detail",
    "Entry",
    "VerifyResult",
    "canonical",
    "chain",
    "check_grows",
    "checkpoint",
    "digest",
    "entry_hash",
    "outside_file",
    "read_checkpoint",
    "read_entries",
    "verify",
    "write_checkpoint",
    "write_entries",
]
