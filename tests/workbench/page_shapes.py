"""What a page is built of, apart from its words: two pages of one shape can have only the same faults."""

from __future__ import annotations

from html.parser import HTMLParser

_ALONE = {
    "area",
    "base",
    "br",
    "col",
    "embed",
    "hr",
    "img",
    "input",
    "link",
    "meta",
    "source",
    "track",
    "wbr",
}
_TELLING = ("type", "role", "scope", "lang")


def shapes(page: str) -> set[tuple[str, ...]]:
    """Give each kind of element of a page: its tag, classes and attributes, behind those it stands in."""
    reader = _Reader()
    reader.feed(page)
    return reader.found


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, str]] = []
        self.found: set[tuple[str, ...]] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        classes = "".join(f".{name}" for name in sorted((said.get("class") or "").split()))
        named = "".join(f"[{name}={said[name] if name in _TELLING else ''}]" for name in sorted(said))
        self.found.add((*(shape for _, shape in self.open), tag + classes + named))
        if tag not in _ALONE:
            self.open.append((tag, tag + classes))

    def handle_endtag(self, tag: str) -> None:
        while tag in (each for each, _ in self.open):
            if self.open.pop()[0] == tag:
                break
