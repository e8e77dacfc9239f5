"""Compiles lnctp_tui/i18n/en/*.po to the one en.mo that is kept in the repository.

python tools/compile_catalogs.py           write en.mo
python tools/compile_catalogs.py --missing  print the sentences of the source without English, as a .po
"""

from __future__ import annotations

import ast
import sys
from datetime import UTC, datetime
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "lnctp_tui"
FOLDER = PACKAGE / "i18n" / "en"
COMPILED = PACKAGE / "i18n" / "en.mo"
DATED = datetime(2026, 1, 1, tzinfo=UTC)
"""The same bytes for the same sentences."""
KEYWORDS = {"_": 1, "N_": 1, "i18n.N_": 1, "i18n._": 1, "ngettext": 2, "i18n.ngettext": 2}
"""What marks a sentence → how many of its arguments are sentences."""


@cache
def catalog() -> Catalog:
    """All .po files as one. Raises ValueError when two files translate one sentence differently."""
    whole = Catalog(locale="en", charset="utf-8", header_comment="", creation_date=DATED, revision_date=DATED)
    for path in sorted(FOLDER.glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale="en"):
                if not message.id:
                    continue
                known = whole.get(message.id)
                if known is not None and known.string != message.string:
                    raise ValueError(f"{path.name}: {message.id!r} has another translation elsewhere")
                whole.add(message.id, message.string, flags=message.flags)
    return whole


def compiled(whole: Catalog) -> bytes:
    """The bytes of en.mo."""
    buffer = BytesIO()
    write_mo(buffer, whole)
    return buffer.getvalue()


@cache
def sentences() -> dict[str | tuple[str, ...], str]:
    """Every sentence in the source → the file that says it. Read from the syntax tree: before Python 3.12
    Babel's own reader does not look inside f-strings."""
    found: dict[str | tuple[str, ...], str] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and (count := KEYWORDS.get(_name(node.func))):
                said = tuple(_constant(each) for each in node.args[:count])
                if all(said):
                    found.setdefault(said if len(said) > 1 else said[0], str(path.relative_to(PACKAGE)))
    return found


def _name(function: ast.expr) -> str:
    """`f` or `module.f`; empty for what is called otherwise."""
    if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name):
        return f"{function.value.id}.{function.attr}"
    return function.id if isinstance(function, ast.Name) else ""


def _constant(node: ast.expr) -> str:
    """The text of a literal; empty for anything that is only known when it runs."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def missing() -> Catalog:
    """The sentences of the source that have no English yet."""
    whole, wanted = catalog(), Catalog(locale="en", charset="utf-8", header_comment="#")
    for sentence, name in sentences().items():
        known = whole.get(sentence)
        if known is None or not (all(known.string) if isinstance(known.string, tuple) else known.string):
            wanted.add(sentence, locations=[(name, 1)])
    return wanted


def main() -> None:
    if "--missing" in sys.argv:
        write_po(sys.stdout.buffer, missing(), omit_header=True)
        return
    COMPILED.write_bytes(compiled(catalog()))


if __name__ == "__main__":
    main()
