"""The checks of ``bench_records.py`` by pandera on polars; nothing of Firstpoint is imported here.

The schema is validated on a DataFrame, since on a LazyFrame pandera looks at names and types alone.
"""

import json
import sys

import pandera.polars as pa
import polars as pl


def is_time(column):
    return pl.col(column).str.to_datetime("%Y-%m-%dT%H:%M:%S%:z", strict=False).is_not_null()


def check(expression, name):
    return pa.Check(lambda data: data.lazyframe.select(expression(data.key)), name=name)


SCHEMA = pa.DataFrameSchema(
    {
        "incident_id": pa.Column(str, nullable=False),
        "received_at": pa.Column(str, check(is_time, "received_at")),
        "closed_at": pa.Column(str, nullable=True),
        "domestic": pa.Column(str, pa.Check.isin(["true", "false"]), nullable=True),
        "easting": pa.Column(
            str,
            check(lambda key: pl.col(key).cast(pl.Float64, strict=False).is_not_null(), "easting"),
            nullable=True,
        ),
    }
)


def main():
    frame = pl.read_csv(sys.argv[1], infer_schema=False)
    try:
        SCHEMA.validate(frame, lazy=True)
        cases = pl.DataFrame(schema={"column": pl.String, "index": pl.Int64})
    except pa.errors.SchemaErrors as errors:
        cases = errors.failure_cases
    count = dict(cases.group_by("column").len().iter_rows())
    kept = frame.filter(pl.col("incident_id").is_not_null() & is_time("received_at"))
    once = kept.filter(pl.col("incident_id").is_first_distinct())
    form = "%Y-%m-%dT%H:%M:%S%:z"
    order = once.filter(
        pl.col("closed_at").str.to_datetime(form, strict=False) < pl.col("received_at").str.to_datetime(form)
    )
    print(
        json.dumps(
            {
                "rows": frame.height,
                "domestic": count.get("domestic", 0),
                "easting": count.get("easting", 0),
                "received_at": count.get("received_at", 0),
                "twice": kept.height - once.height,
                "none": count.get("incident_id", 0),
                "order": order.height,
            }
        )
    )


if __name__ == "__main__":
    main()
