"""The bones of an HTML page, for tests that every page must pass."""

from __future__ import annotations

from html.parser import HTMLParser

VOID = {"meta", "link", "img", "br", "hr", "input", "col", "source", "wbr"}


class PageOutline(HTMLParser):
    """What a page holds: ids in order, where links lead, headings, tables, and tags left open or unopened."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.ids: list[str] = []
        self.links: list[str] = []
        self.headings: list[int] = []
        self.tables: list[dict[str, int]] = []
        self.tags: set[str] = set()
        self.faults: list[str] = []
        self.open: list[str] = []
        self.feed(page)
        self.close()
        self.faults += [f"<{tag}> is left open" for tag in self.open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self.tags.add(tag)
        if "id" in named:
            self.ids.append(named["id"] or "")
        if tag == "a":
            self.links.append(named.get("href") or "")
        if tag in ("h1", "h2", "h3"):
            self.headings.append(int(tag[1]))
        if tag == "table":
            self.tables.append({"caption": 0, "heads": 0})
        if tag == "caption":
            self.tables[-1]["caption"] += 1
        if tag == "th" and named.get("scope") in ("col", "row"):
            self.tables[-1]["heads"] += 1
        elif tag == "th":
            self.faults.append("a heading cell without a scope")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> closes nothing")
