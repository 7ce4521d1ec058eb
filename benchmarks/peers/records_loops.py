"""The checks of ``bench_records.py`` as a loop over csv.DictReader; imports nothing of Firstpoint."""

import csv
import json
import sys
from collections import Counter
from datetime import datetime


def time_of(text):
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def main():
    csv.field_size_limit(16_000_000)
    found = Counter()
    seen = set()
    with open(sys.argv[1], encoding="utf-8", newline="") as file:  # noqa: PTH123 - as a plain loop would
        for row in csv.DictReader(file):
            found["rows"] += 1
            key, received = row["incident_id"], time_of(row["received_at"])
            closed = time_of(row["closed_at"]) if row["closed_at"] else None
            found["none"] += not key
            found["received_at"] += received is None
            found["domestic"] += bool(row["domestic"]) and row["domestic"] not in ("true", "false")
            if row["easting"]:
                try:
                    float(row["easting"])
                except ValueError:
                    found["easting"] += 1
            if not key or received is None:
                continue
            if key in seen:
                found["twice"] += 1
                continue
            seen.add(key)
            found["order"] += closed is not None and closed < received
    names = ("rows", "domestic", "easting", "received_at", "twice", "none", "order")
    print(json.dumps({name: found[name] for name in names}))


if __name__ == "__main__":
    main()
