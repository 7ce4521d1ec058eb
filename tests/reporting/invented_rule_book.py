"""A small invented rule book, with everything that the page of a book can show."""

from __future__ import annotations

from firstpoint.reporting import (
    ChangedRow,
    ListTable,
    RegisterLine,
    RegisterPart,
    RuleBookPage,
    RuleRow,
    RuleTable,
    WorkedCase,
)

SPITEFUL = "<script>alert('apples')</script> & more"


def invented_rule_book() -> RuleBookPage:
    """Give a book about apples taken from an orchard."""
    many = tuple(f"apple-{number}" for number in range(1, 16))
    orchard = RuleTable(
        "class_orchard",
        "Classification: orchard",
        "class_orchard.csv",
        (
            RuleRow(
                "ORC-1",
                ("fruit: apple or pear", "how many: 13 or more"),
                "A1 Taking a crop, code 001/01",
                "A1",
                "Orchards, p 3",
                "A crop is more than a dozen",
                ("ORC-2",),
                many,
            ),
            RuleRow("ORC-2", (), "an incident only", "", "Orchards, p 4", "", (), ()),
            RuleRow(
                "ORC-3",
                (SPITEFUL,),
                "both crimes stand",
                "",
                "Orchards, p 5",
                "",
                ("GONE-1",),
                (),
                traced=False,
            ),
        ),
    )
    classes = ListTable(
        "classes",
        "Classes",
        "What one crime is counted for.",
        ("Class", "Title", "One crime for each", "Rank"),
        (("A1", "Taking a crop", "owner", "1"), ("A1 001/01", "Taking a crop", "owner", "")),
        "class",
        "classes.csv",
    )
    cases = (
        WorkedCase(many[0], "A dozen and one apples are gone.", "record: 1 × A1", "", ("ORC-1",)),
        WorkedCase(many[1], SPITEFUL, "record: 1 × A1", "incident only", ("ORC-1",)),
        *(WorkedCase(name, "The same again.", "record: 1 × A1", "", ("ORC-1", "OLD-9")) for name in many[2:]),
    )
    register = RegisterPart(
        "Orchard Rules",
        (
            RegisterLine("3", "Crops", "more than a dozen is a crop", "row", ("ORC-1",), ""),
            RegisterLine("3", "Doubt", "the warden says what a fruit is", "fact", ("judgement:fruit",), ""),
        ),
        (RegisterLine("9", "Ladders", "carry ladders upright", "not encoded", (), "guidance, not counting"),),
    )
    return RuleBookPage(
        title="Orchard rules 2031/32",
        standing="invented for a test",
        particulars=(("Book", "2031-04-01"), ("Content hash", "0" * 64)),
        tables=(orchard,),
        lists=(classes,),
        cases=cases,
        case_sources=("apples.jsonl",),
        changes=(
            ChangedRow(
                "Classification: orchard", "ORC-1", "changed", (("note", "", "A crop is more than a dozen"),)
            ),
            ChangedRow("Classification: orchard", "ORC-0", "removed", (("result", "an incident only", ""),)),
        ),
        changed_since="Orchard rules 2030/31 (2030-04-01)",
        register=(register,),
    )
