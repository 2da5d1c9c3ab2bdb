"""Docstrings are Markdown in Google's style; Sphinx reads reStructuredText."""

import re
from collections.abc import Callable, Iterator

FENCE = re.compile(r"^( *)```(\w*)[^\n]*\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
SECTION = re.compile(r"^([A-Z][a-z]+(?: [a-z]+)?(?: \(.+\))?):$")
ITEM = re.compile(r"^ {4}(\*{0,2}[\w, *`]+): ?(.*)$")
CODE = re.compile(r"`([^`]+)`")
TABLE = re.compile(r"^\|(.*)\|\n\|[-|]+\|\n((?:\|.*\|\n?)+)", re.MULTILINE)
LINK = re.compile(r"\[([^\]`]+)\]\((https?://[^)\s]+)\)")
FIELDS = {"Args": "param", "Call arguments": "param", "Raises": "raises"}


def converted(text: str, link: Callable[[str], str | None]) -> str:
    """A docstring in reStructuredText.

    Args:
        text: the docstring, without its indentation.
        link: gives the full public name of a word in backticks, or None if it is none.
    """
    lines: list[str] = []
    for title, body in _sections(text.split("\n")):
        if title in FIELDS:
            lines += ["", *_fields(FIELDS[title], body), ""]
        elif title == "Returns":
            first, *rest = [line.strip() for line in body]
            lines += ["", f":returns: {first}", *(f"    {line}" for line in rest), ""]
        else:
            lines += ["", f".. rubric:: {title}", ""] if title else []
            lines += body
    return _prose_and_code("\n".join(lines), link)


def _sections(lines: list[str]) -> list[tuple[str, list[str]]]:
    """(title, lines) of each part; the first has no title."""
    parts: list[tuple[str, list[str]]] = [("", [])]
    for line in lines:
        if match := SECTION.match(line):
            parts.append((match[1], []))
            continue
        is_text = bool(line) and not line.startswith((" ", "```"))
        if is_text and parts[-1][0] in {*FIELDS, "Returns"}:
            parts.append(("", []))  # a paragraph after the arguments
        parts[-1][1].append(line)
    return [(title, _dedented(body) if title else body) for title, body in parts]


def _dedented(body: list[str]) -> list[str]:
    indented = all(line.startswith("    ") for line in body if line)
    return [line[4:] for line in body] if indented else body


def _fields(kind: str, body: list[str]) -> Iterator[str]:
    """Items "name: what it is", whose further lines stand deeper."""
    for line in body:
        match = ITEM.match(f"    {line}")
        if match and not line.startswith(" "):
            name = match[1].replace("*", "\\*").replace("`", "")
            yield f":{kind} {name}: {match[2]}"
        else:
            yield line


def _prose_and_code(text: str, link: Callable[[str], str | None]) -> str:
    """Fences become directives, and what is between them reStructuredText."""
    parts: list[str] = []
    end = 0
    for fence in FENCE.finditer(text):
        parts.append(_inline(text[end : fence.start()], link))
        indent, language, code = fence[1], fence[2] or "text", fence[3]
        code = re.sub(r"^(?=.)", "    ", code, flags=re.MULTILINE)
        parts.append(f"\n{indent}.. code-block:: {language}\n\n{code}\n")
        end = fence.end()
    return "".join([*parts, _inline(text[end:], link)])


def _inline(text: str, link: Callable[[str], str | None]) -> str:
    """Backticks and links of prose."""

    def code(match: re.Match) -> str:
        full = link(match[1])
        return f":py:obj:`{match[1]} <{full}>`" if full else f"``{match[1]}``"

    text = TABLE.sub(_table, text)
    return LINK.sub(r"`\1 <\2>`__", CODE.sub(code, text))


def _table(match: re.Match) -> str:
    rows = [match[1], *(row.strip("|") for row in match[2].splitlines())]
    items = [
        f"   {'*' if i == 0 else ' '} - {cell.strip()}"
        for row in rows
        for i, cell in enumerate(row.split("|"))
    ]
    return "\n".join(["", ".. list-table::", "   :header-rows: 1", "", *items, ""])
