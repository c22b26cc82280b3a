"""What a test reads from a page: its tables, links, ids and attributes."""

from html.parser import HTMLParser
from urllib.parse import parse_qs, urlsplit


class Page(HTMLParser):
    """Cells by row, with the address behind a cell where it has one."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.links: list[str] = []
        self.row_links: list[list[str | None]] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._in_cell = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append((tag, given))
        if tag == "tr":
            self.rows.append([])
            self.row_links.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")
            self.row_links[-1].append(None)
            self._in_cell = True
        elif tag == "a":
            self.links.append(given.get("href") or "")
            if self._in_cell:
                self.row_links[-1][-1] = given.get("href")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._in_cell = False

    def handle_data(self, data: str) -> None:
        self.text += data
        if self._in_cell:
            self.rows[-1][-1] += data.strip()

    def row(self, first: str) -> list[str]:
        """The only row that begins with this cell."""
        (found,) = [row for row in self.rows if row and row[0] == first]
        return found

    def link(self, first: str, column: int) -> str:
        """The address behind a cell of that row."""
        (found,) = [
            links for row, links in zip(self.rows, self.row_links, strict=True) if row and row[0] == first
        ]
        assert found[column] is not None
        return found[column]


def asked(url: str) -> dict[str, str]:
    """The parameters of an address."""
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
