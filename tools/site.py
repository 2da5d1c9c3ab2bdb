"""Check the built pages' links to each other: `python -m tools.site build/site`."""

import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit


class _Page(HTMLParser):
    """The links of a page, and the places in it that links may name."""

    def __init__(self, text: str):
        super().__init__()
        self.links: set[str] = set()
        self.places: set[str] = {"", "top"}
        self.without_words: list[str] = []
        self.empty_headers = 0
        self._header: str | None = None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        """Note what links to what."""
        values = dict(attrs)
        self.places.update(values[key] for key in ("id", "name") if values.get(key))
        self.links.update(values[key] for key in ("href", "src") if values.get(key))
        if tag == "img" and not values.get("alt"):
            self.without_words.append(values.get("src", "")[:80])
        if tag == "th":
            self._header = ""

    def handle_data(self, data):
        """Note what a table's header says."""
        if self._header is not None:
            self._header += data

    def handle_endtag(self, tag):
        """Count the headers that said nothing."""
        if tag == "th" and self._header is not None:
            self.empty_headers += not self._header.strip()
            self._header = None


def faults(folder: Path) -> list[str]:
    """Links to nothing, and pictures and columns without words for the blind."""
    pages = {
        path.resolve(): _Page(path.read_text(encoding="utf-8"))
        for path in sorted(folder.rglob("*.html"))
        if "_static" not in path.parts
    }
    found = []
    for path, page in pages.items():
        name = path.relative_to(folder.resolve())
        found += [f"{name}: no alt text: {src}" for src in page.without_words]
        found += [f"{name}: a table's header is empty"] * page.empty_headers
        for link in sorted(page.links):
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve()
            target = target if parts.path else path
            places = pages[target].places if target in pages else None
            is_place = places is None or unquote(parts.fragment) in places
            if not target.exists() or not is_place:
                found.append(f"{name}: {link} leads nowhere")
    return found


def main() -> int:
    """Print what is wrong with the folder that the command names."""
    folder = Path(sys.argv[1])
    found = faults(folder)
    print("\n".join(found) or f"All links within {folder} lead somewhere.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
