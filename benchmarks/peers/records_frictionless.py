"""The checks of ``bench_records.py`` by frictionless; nothing of Firstpoint is imported here.

What a table schema cannot say (one time before another, a key that counts only where the row is good) is
left to a loop over the rows that it gives.
"""

import csv
import json
import sys
from collections import Counter
from pathlib import Path

from frictionless import Resource, Schema, fields


def main():
    csv.field_size_limit(16_000_000)
    path = Path(sys.argv[1])
    resource = Resource(path=path.name, basepath=str(path.parent))
    resource.infer()
    kinds = {
        "received_at": fields.DatetimeField(name="received_at", constraints={"required": True}),
        "closed_at": fields.DatetimeField(name="closed_at"),
        "domestic": fields.BooleanField(name="domestic", true_values=["true"], false_values=["false"]),
        "easting": fields.NumberField(name="easting"),
        "incident_id": fields.StringField(name="incident_id", constraints={"required": True}),
    }
    names = [each.name for each in resource.schema.fields]
    resource.schema = Schema(fields=[kinds.get(name, fields.StringField(name=name)) for name in names])
    found, seen = Counter(), set()
    with resource:
        for row in resource.row_stream:
            found["rows"] += 1
            wrong = set(row.errors and [error.field_name for error in row.errors])
            found["none"] += "incident_id" in wrong
            for name in ("received_at", "domestic", "easting"):
                found[name] += name in wrong
            key, received, closed = row["incident_id"], row["received_at"], row["closed_at"]
            if not key or received is None:
                continue
            if key in seen:
                found["twice"] += 1
                continue
            seen.add(key)
            found["order"] += closed is not None and closed < received
    told = ("rows", "domestic", "easting", "received_at", "twice", "none", "order")
    print(json.dumps({name: found[name] for name in told}))


if __name__ == "__main__":
    main()
