"""Pages as trees, to be compared: enough of HTML to put regions in by their ids."""

from html.parser import HTMLParser
from typing import Any

VOID = {"meta", "link", "input", "path", "circle", "rect", "line", "polyline", "br", "option", "img", "ellipse"}


class Tree(HTMLParser):
    """A page as nested lists: [tag, attributes, children…]."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.root: list[Any] = ["root", {}]
        self.stack = [self.root]
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        node: list[Any] = [tag, dict(attrs)]
        self.stack[-1].append(node)
        if tag not in VOID:
            self.stack.append(node)

    def handle_startendtag(self, tag: str, attrs: Any) -> None:
        self.stack[-1].append([tag, dict(attrs)])

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            self.stack.pop()

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.stack[-1].append(" ".join(data.split()))


def place_of(node: list[Any], wanted: str) -> tuple[list[Any], int] | None:
    """Where the element with this id is: its parent, and its place there."""
    for place, child in enumerate(node[2:], start=2):
        if isinstance(child, list):
            if child[1].get("id") == wanted:
                return node, place
            if found := place_of(child, wanted):
                return found
    return None


def apply(page: list[Any], messages: list[dict[str, Any]]) -> None:
    """What the browser does with the messages: see static/js/live.js."""
    for message in messages:
        if "content" not in message:
            continue
        found = place_of(page, message["target"].removeprefix("#"))
        if found is None:
            continue
        parent, place = found
        new = Tree(message["content"]).root[2:]
        if message["swap"] == "delete":
            del parent[place]
        elif message["swap"] == "outerHTML":
            parent[place : place + 1] = new
        elif place_of(page, new[0][1]["id"]) is None:
            parent[place] += new


def regions(page: list[Any], names: tuple[str, ...]) -> list[Any]:
    """The elements of these ids, as far as they are on the page."""
    return [found[0][found[1]] for name in names if (found := place_of(page, name))]
