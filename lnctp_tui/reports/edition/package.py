"""The files of an edition: a data package, the same bytes for the same edition wherever it is made.

Nothing in it says when or by whom it was made. `SHA256SUMS` names every other file, and its signature is by the
server's key: whoever has that key's fingerprint from us knows that we printed this.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable, Mapping
from io import StringIO
from typing import TYPE_CHECKING, Any, Final

import orjson

from lnctp_tui.domain.disclosure import bounds, printed
from lnctp_tui.domain.disclosure.edition import Edition
from lnctp_tui.domain.disclosure.printed import HIDDEN, NOT_APPLICABLE, OK, Line, Printed
from lnctp_tui.reports.edition import texts
from lnctp_tui.reports.edition.language import Language
from lnctp_tui.reports.render.data import quoted

if TYPE_CHECKING:
    from nacl.signing import SigningKey

DATAPACKAGE, NOTES, CERTIFICATE = "datapackage.json", "notas.json", "certificado.json"
SUMS, SIGNATURE = "SHA256SUMS", "SHA256SUMS.sig"
SIGNED: Final = b"lnctp-edition-v1\n"
"""What stands before the digest that is signed: a signature of an edition is none of anything else."""
NAMES: Final = tuple(name for name, _type, _es, _en in texts.FIELDS)


def files(
    edition: Edition, name: str, language: Language, key: SigningKey, documents: Mapping[str, bytes]
) -> dict[str, bytes]:
    """Name → bytes of every file, the sums and their signature last; `documents` (module `documents`) among them."""
    tables, totals = printed.tables(edition), printed.totals(edition)
    made: dict[str, bytes] = {}
    for table in tables:
        rows = list(_rows(edition, name, table, language))
        made[f"tabla-{table.id}.csv"] = _csv(rows)
        made[f"tabla-{table.id}.json"] = as_json({"edition": name, "table": table.id, "rows": rows})
    made[NOTES] = as_json(_notes(edition, name, tables, totals, language))
    made[CERTIFICATE] = as_json(certificate(name, edition.k, edition.rounded, tables, totals))
    made[DATAPACKAGE] = as_json(_datapackage(edition, name, tables, made, language))
    made |= documents
    made[SUMS] = sums(made)
    made[SIGNATURE] = sign(made[SUMS], key)
    return made


def as_json(value: Any) -> bytes:
    """Sorted, indented, one newline at the end."""
    return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)


def sums(content: Mapping[str, bytes]) -> bytes:
    """As `sha256sum -c` reads it."""
    return "".join(
        f"{hashlib.sha256(content[name]).hexdigest()}  {name}\n" for name in sorted(content)
    ).encode()


def to_sign(sums_of: bytes) -> bytes:
    """The bytes of which the signature is made."""
    return SIGNED + hashlib.sha256(sums_of).digest()


def sign(sums_of: bytes, key: SigningKey) -> bytes:
    """The signature's file: public key and signature, hexadecimal."""
    signature = key.sign(to_sign(sums_of)).signature
    return f"ed25519 {bytes(key.verify_key).hex()} {signature.hex()}\n".encode()


def certificate(
    name: str, k: int, step: int, tables: Iterable[Printed], totals: Mapping[str, int | None]
) -> dict[str, Any]:
    """Of each hidden cell, the least and most that the other files let it be."""
    reckoned = bounds.intervals(tables, totals, step)
    return {
        "edition": name,
        "k": k,
        "rounded": step,
        "hidden": [
            {"table": id_, "row_code": key[0], "col_code": key[1], "least": least, "most": most}
            for id_, cells in sorted(reckoned.items())
            for key, (least, most) in sorted(cells.items())
        ],
    }


def _rows(edition: Edition, name: str, table: Printed, language: Language) -> Iterable[dict[str, Any]]:
    head = {
        "edition": name, "period_from": edition.period.start.isoformat(), "period_to": edition.period.end.isoformat(),
        "table": table.id, "unit": table.unit, "row_dim": table.rows, "col_dim": table.columns,
    }  # fmt: skip
    for line in table.lines or (Line(("", ""), None, None, None, NOT_APPLICABLE),):
        row, column = line.key
        (row_es, row_en), (col_es, col_en) = (
            language.both(table.rows, row),
            language.both(table.columns, column),
        )
        values = head | {
            "row_code": row, "row_es": row_es, "row_en": row_en, "col_code": column, "col_es": col_es, "col_en": col_en,
            "count": line.count, "base": line.base, "percent": line.percent, "flag": line.flag,
        }  # fmt: skip
        yield {column: values[column] for column in NAMES}


def _csv(rows: Iterable[Mapping[str, Any]]) -> bytes:
    text = StringIO(newline="")
    writer = csv.DictWriter(text, NAMES, lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: quoted(value) for name, value in row.items()} for row in rows)
    return text.getvalue().encode()


def _notes(
    edition: Edition,
    name: str,
    tables: Iterable[Printed],
    totals: Mapping[str, int | None],
    language: Language,
) -> dict[str, Any]:
    return {
        "edition": name,
        "from": edition.period.start.isoformat(),
        "to": edition.period.end.isoformat(),
        "k": edition.k,
        "rounded": edition.rounded,
        "totals": {
            unit: {"count": n, "es": language.es.of("unit", unit), "en": language.en.of("unit", unit)}
            for unit, n in totals.items()
        },
        "method": _filled(texts.METHOD, k=edition.k),
        "not_promised": _filled(texts.LIMITS, k=edition.k),
        "withheld": texts.WITHHELD,
        "flags": texts.FLAGS,
        "tables": {table.id: _about(table, language) for table in tables},
    }


def _about(table: Printed, language: Language) -> dict[str, Any]:
    notes = language.notes.get(table.id, ())
    return {
        "unit": table.unit,
        "rows": table.rows,
        "columns": table.columns,
        "many": table.many,
        "state": "printed" if table.lines else "withheld",
        "title": _title(table, language),
        "notes": [{"id": note, "es": language.es.note(note), "en": language.en.note(note)} for note in notes],
    }


def _title(table: Printed, language: Language) -> dict[str, str]:
    definition = language.definitions.get(table.id)
    return (
        {"es": definition.title.es, "en": definition.title.en}
        if definition
        else {"es": table.id, "en": table.id}
    )


def _filled(text: Mapping[str, str], **values: Any) -> dict[str, str]:
    return {language: words.format(**values) for language, words in text.items()}


def _datapackage(
    edition: Edition, name: str, tables: Iterable[Printed], content: Mapping[str, bytes], language: Language
) -> dict[str, Any]:
    title = _filled(texts.TITLE, period=edition.period)
    return {
        "profile": "tabular-data-package",
        "name": f"lnctp-{name}",
        "id": name,
        "title": title["es"],
        "title_en": title["en"],
        "description": texts.METHOD["es"].format(k=edition.k),
        "description_en": texts.METHOD["en"].format(k=edition.k),
        "licenses": [texts.LICENCE],
        "resources": [_resource(table, content[f"tabla-{table.id}.csv"], language) for table in tables],
    }


def _resource(table: Printed, content: bytes, language: Language) -> dict[str, Any]:
    title = _title(table, language)
    return {
        "profile": "tabular-data-resource",
        "name": f"tabla-{table.id.lower()}",
        "path": f"tabla-{table.id}.csv",
        "title": title["es"],
        "title_en": title["en"],
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "dialect": {
            "delimiter": ",",
            "lineTerminator": "\n",
            "quoteChar": '"',
            "doubleQuote": True,
            "header": True,
        },
        "schema": {"fields": [_field(*field) for field in texts.FIELDS], "missingValues": [""]},
    }


def _field(name: str, type_: str, spanish: str, english: str) -> dict[str, Any]:
    field: dict[str, Any] = {"name": name, "type": type_, "title": spanish, "title_en": english}
    if name == "flag":
        field["constraints"] = {"required": True, "enum": [OK, HIDDEN, NOT_APPLICABLE]}
    return field
