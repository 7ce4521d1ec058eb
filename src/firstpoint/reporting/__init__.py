"""How an audit is told to the people who answer for it.

A report is built once, as a tree of plain values (:class:`Report` and the blocks it holds), and then
written by small writers that know nothing of policing: :func:`to_html` gives one self-contained page,
:func:`to_pdf` a tagged PDF/UA-1 paper, :func:`to_markdown` a text for a repository or a wiki. Whatever is in
one is in the others, because all read the same tree.

The way of the data: a caller fills a :class:`BoardPaper` with plain values (the sample, a
:class:`ResultRow` for each stratum, the findings, the recommendations) and :func:`board_report` turns it
into a :class:`Report` with the structure of a Performance and Delivery Board paper: introduction, current
position against the recommendations, sample criteria and sizes, results, findings by kind of error, method
and limits. Charts (:func:`interval_chart`, :func:`trend_chart`) are still pictures with an alternative text
made from the figures and the figures themselves in a table underneath.

A rule book has a page of its own form (:class:`RuleBookPage`, :func:`rule_book_html`), filled the same way,
and so has the lexicon of the screen (:class:`LexiconPage`, :func:`lexicon_html`).

What the room promises:

* A rate never stands without its interval, the level of confidence and the margin are always named apart,
  and a sentence never says more than its interval (:mod:`~firstpoint.reporting.plain_words`).
* Where no honest figure exists the paper says so and why, in the place where the figure would have stood.
* A board sees no small numbers: the rule stands once, in :mod:`~firstpoint.reporting.small_numbers`.
* Text is text: it is never read as markup by either writer, and control and direction-changing characters
  in it are dropped (:mod:`~firstpoint.reporting.plain_text`).

Its limits, honestly: the room computes no statistics and checks no arithmetic but what it prints itself;
free text that a caller supplies (progress, comments) is printed as given, so the caller answers for what it
discloses; Word and Excel are not written here yet; conformance to PDF/UA-1 is what the Typst compiler
checks while it builds the file, not the finding of an independent checker.
"""

from firstpoint.reporting.audit_charts import (
    CostPoint,
    DesignWidth,
    FunnelLimit,
    FunnelUnit,
    WatchedWeek,
    cost_chart,
    described_svg,
    design_chart,
    funnel_chart,
    watch_chart,
)
from firstpoint.reporting.board_layout import board_report
from firstpoint.reporting.board_paper import (
    BoardPaper,
    Finding,
    NoFigure,
    NoOverall,
    Recommendation,
    ResultRow,
    SampleCriteria,
    StratumSample,
    Trend,
    UnrecordedCrimes,
)
from firstpoint.reporting.charts import Step, TrendPoint, Whisker, interval_chart, trend_chart
from firstpoint.reporting.day_chart import DayCount, day_chart
from firstpoint.reporting.html_page import to_html
from firstpoint.reporting.lexicon_page import (
    AuditedFigure,
    CodeLine,
    CueRow,
    CueTable,
    LexiconPage,
    LexiconRow,
    LexiconTable,
    ReadableChoice,
    ReadableStep,
    WordClass,
    lexicon_html,
)
from firstpoint.reporting.markdown_page import to_markdown
from firstpoint.reporting.pdf_paper import to_pdf
from firstpoint.reporting.rule_book_page import (
    ChangedRow,
    ListTable,
    RegisterLine,
    RegisterPart,
    RuleBookPage,
    RuleRow,
    RuleTable,
    WorkedCase,
    rule_book_html,
)
from firstpoint.reporting.small_numbers import EXPLANATION, may_be_shown, shown_count, shown_parts
from firstpoint.reporting.tree import (
    Block,
    BulletList,
    Chart,
    Column,
    Heading,
    KeyFigure,
    KeyFigures,
    Metadata,
    Notice,
    Paragraph,
    Points,
    Report,
    Table,
    british_date,
)

__all__ = [
    "EXPLANATION",
    "AuditedFigure",
    "Block",
    "BoardPaper",
    "BulletList",
    "ChangedRow",
    "Chart",
    "CodeLine",
    "Column",
    "CostPoint",
    "CueRow",
    "CueTable",
    "DayCount",
    "DesignWidth",
    "Finding",
    "FunnelLimit",
    "FunnelUnit",
    "Heading",
    "KeyFigure",
    "KeyFigures",
    "LexiconPage",
    "LexiconRow",
    "LexiconTable",
    "ListTable",
    "Metadata",
    "NoFigure",
    "NoOverall",
    "Notice",
    "Paragraph",
    "Points",
    "ReadableChoice",
    "ReadableStep",
    "Recommendation",
    "RegisterLine",
    "RegisterPart",
    "Report",
    "ResultRow",
    "RuleBookPage",
    "RuleRow",
    "RuleTable",
    "SampleCriteria",
    "Step",
    "StratumSample",
    "Table",
    "Trend",
    "TrendPoint",
    "UnrecordedCrimes",
    "WatchedWeek",
    "Whisker",
    "WordClass",
    "WorkedCase",
    "board_report",
    "british_date",
    "cost_chart",
    "day_chart",
    "described_svg",
    "design_chart",
    "funnel_chart",
    "interval_chart",
    "lexicon_html",
    "may_be_shown",
    "rule_book_html",
    "shown_count",
    "shown_parts",
    "to_html",
    "to_markdown",
    "to_pdf",
    "trend_chart",
    "watch_chart",
]
