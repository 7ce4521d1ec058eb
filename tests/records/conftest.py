"""Builders shared by the tests of records: small extracts as files, and the reference data where it is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from firstpoint.records import SourceMapping, read_mapping

INCIDENTS = """incident_id,received_at,opening_code,text
I1,2026-04-01T09:00:00+01:00,ASSAULT,He punched me
I2,2026-04-01T10:00:00+01:00,THEFT,"My bike, the red one, is gone"
I3,2026-04-02T11:30:00+01:00,CONCERN,Not seen for days
"""

CRIMES = """crime_id,incident_id,reported_at,recorded_at,ho_class,status
C1,I1,2026-04-01T09:00:00+01:00,2026-04-01T12:00:00+01:00,8N,recorded
C2,,2026-04-02T09:00:00+01:00,2026-04-02T12:00:00+01:00,8N,recorded
"""

Write = Callable[[str, str | bytes], Path]
Map = Callable[[str], SourceMapping]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a file of this name and content, and give its path."""

    def _write(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return _write


@pytest.fixture
def mapping(write: Write) -> Map:
    """The mapping that this TOML says."""
    return lambda toml: read_mapping(write("mapping.toml", toml))


@pytest.fixture
def incidents(write: Write) -> Path:
    return write("incidents.csv", INCIDENTS)


@pytest.fixture
def crimes(write: Write) -> Path:
    return write("crimes.csv", CRIMES)


@pytest.fixture
def campus_log() -> Path:
    shared = Path(__file__).resolve().parents[2].parent / "shared"
    path = shared / "data/real/cfs_us/ucsd_calls_for_service_2020.csv"
    if not path.exists():
        pytest.skip("the shared reference data are not beside this checkout")
    return path
