"""Both languages are complete: every sentence has English, every error code says what to do."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from shared import tree

from lnctp_tui import errors, i18n
from lnctp_tui.errors import LnctpError
from lnctp_tui.i18n import of_records
from lnctp_tui.i18n.messages import MESSAGES, explain, explain_code
from lnctp_tui.models import SYNCED

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tools"))
import compile_catalogs  # noqa: E402

PLACEHOLDER = re.compile(r"\{(\w*)[^}]*\}")
RAISED = {name for name, value in vars(errors).items() if isinstance(value, type)}


@pytest.fixture(autouse=True)
def spanish() -> Iterator[None]:
    i18n.set_language("es")
    yield
    i18n.set_language("es")


def _name(called: ast.expr) -> str:
    return str(getattr(called, "attr", getattr(called, "id", "")))


def raised_codes() -> dict[str, str]:
    """Code → file, for every code that the package names when it makes an error."""
    found = {
        value.code: "errors.py"
        for value in vars(errors).values()
        if isinstance(value, type) and issubclass(value, LnctpError)
    }
    named = re.compile(rf"\b({'|'.join(RAISED)})\(")
    for path in (ROOT / "lnctp_tui").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        for node in ast.walk(tree(path)) if named.search(text) else ():
            if isinstance(node, ast.Call) and _name(node.func) in RAISED and node.args:
                code = node.args[0]
                if isinstance(code, ast.Constant) and isinstance(code.value, str):
                    found.setdefault(code.value, str(path.relative_to(ROOT)))
    return found


def test_every_sentence_has_english() -> None:
    missing = [message.id for message in compile_catalogs.missing() if message.id]
    assert missing == []


def test_the_compiled_catalog_is_that_of_the_po_files() -> None:
    assert compile_catalogs.COMPILED.read_bytes() == compile_catalogs.compiled(compile_catalogs.catalog())


def test_no_translation_is_left_from_a_sentence_that_went() -> None:
    said = {
        one for each in compile_catalogs.sentences() for one in (each if isinstance(each, tuple) else (each,))
    }
    kept = {
        one
        for message in compile_catalogs.catalog()
        if message.id
        for one in (message.id if isinstance(message.id, tuple) else (message.id,))
    }
    assert kept - said == set()


def test_both_languages_fill_the_same_placeholders() -> None:
    wrong = []
    for message in compile_catalogs.catalog():
        pairs = (
            zip(message.id, message.string, strict=True)
            if isinstance(message.id, tuple)
            else [(message.id, message.string)]
        )
        wrong += [
            one for one, other in pairs if set(PLACEHOLDER.findall(one)) != set(PLACEHOLDER.findall(other))
        ]
    assert wrong == []


def test_every_error_code_says_what_happened_and_what_to_do() -> None:
    codes = raised_codes()
    assert len(codes) > 200
    assert {code: file for code, file in codes.items() if code not in MESSAGES} == {}
    for language in i18n.LANGUAGES:
        i18n.set_language(language)
        for code in codes:
            said = explain_code(code)
            assert said.happened, code
            assert said.now, code


def test_an_unknown_code_is_named() -> None:
    assert "nobody_knows" in explain_code("nobody_knows").happened


def test_a_missing_fact_does_not_hide_the_sentence() -> None:
    assert (
        explain(LnctpError("shared_drive")).happened
        == "La carpeta de datos está en una carpeta compartida o de red (…)."
    )


def test_english_is_spoken_when_asked_and_spanish_otherwise() -> None:
    i18n.set_language("en")
    assert i18n._("salir") == "quit"
    i18n.set_language("fr")
    assert (i18n.language(), i18n._("salir")) == ("es", "salir")


@pytest.mark.parametrize(("count", "said"), [(0, "0 people"), (1, "1 person"), (2, "2 people")])
def test_english_counts(count: int, said: str) -> None:
    i18n.set_language("en")
    assert i18n.ngettext("{count} persona", "{count} personas", count).format(count=count) == said


def test_every_record_has_a_name_in_words() -> None:
    assert set(of_records.TABLES) == set(SYNCED)


def test_what_stands_for_an_argument_is_in_spanish() -> None:
    said = [
        node.value.value
        for path in sorted((ROOT / "lnctp_tui/cli").rglob("*.py"))
        for node in ast.walk(tree(path))
        if isinstance(node, ast.keyword) and node.arg == "metavar" and isinstance(node.value, ast.Constant)
    ]
    assert set(said) == {
        "FOLIO",
        "ID|FOLIO",
        "URL",
    }  # the same in both; every other is a sentence of the catalog
