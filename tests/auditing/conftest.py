"""The reference values that the audit tests share."""

from __future__ import annotations

import json
from typing import Any

import pytest
from audit_builders import SHARED


@pytest.fixture(scope="session")
def oracle() -> dict[str, dict[str, Any]]:
    path = SHARED / "data" / "oracle_ratio.json"
    if not path.is_file():
        pytest.skip("the reference values of R's survey package are not beside this checkout")
    return {case["id"]: case for case in json.loads(path.read_text(encoding="utf-8"))["cases"]}
