"""The check of an edition's files by anybody, without a server: what is wrong with them, if anything is."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import orjson

from lnctp_tui.domain.disclosure import bounds
from lnctp_tui.domain.disclosure import together as differences
from lnctp_tui.domain.disclosure.periods import Period
from lnctp_tui.domain.disclosure.printed import HIDDEN, NOT_APPLICABLE, OK, Line, Printed
from lnctp_tui.domain.disclosure.together import Public
from lnctp_tui.reports.edition import package
from lnctp_tui.reports.edition.package import CERTIFICATE, DATAPACKAGE, NAMES, NOTES, SIGNATURE, SUMS
from lnctp_tui.reports.render.data import quoted

LARGEST, MOST = 1 << 26, 1000
"""Bytes of a file and files of a folder that are looked at."""
UNREADABLE = (KeyError, ValueError, TypeError, AttributeError, UnicodeDecodeError, IndexError)
"""What a file raises that is not what it says it is."""
Content = Mapping[str, bytes]


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong: a code, and the file, table or cell."""

    code: str
    where: str


@dataclass(frozen=True)
class Verdict:
    edition: str
    key: str
    """Public key of the signature, hexadecimal; empty without a good one."""
    tables: int
    hidden: int
    findings: tuple[Finding, ...]


def read(folder: Path) -> dict[str, bytes]:
    """The files of a folder, none of them followed elsewhere. Raises OSError."""
    content: dict[str, bytes] = {}
    for path in sorted(folder.iterdir())[:MOST]:
        if path.is_file() and not path.is_symlink() and path.stat().st_size <= LARGEST:
            content[path.name] = path.read_bytes()
        else:
            content[path.name] = b""
    return content


def check(content: Content, key: str | None = None) -> Verdict:
    """Everything that can be known of an edition from its files. `key`: whose signature it must be, hexadecimal."""
    findings = list(_sums(content))
    signer, wrong = _signature(content, key)
    findings += wrong
    try:
        notes = orjson.loads(content[NOTES])
        edition, k, step = str(notes["edition"]), int(notes["k"]), int(notes["rounded"])
        tables, totals = _printed(notes, content)
        findings += _forms(content, notes)
        findings += _numbers(tables, totals, k, step)
        made = package.certificate(edition, k, step, tables, totals)
        if package.as_json(made) != content.get(CERTIFICATE):
            findings.append(Finding("certificate", CERTIFICATE))
        findings += _narrow(made, k, step)
    except UNREADABLE:
        return Verdict("", signer, 0, 0, (*findings, Finding("form", NOTES)))
    hidden = sum(line.flag == HIDDEN for table in tables for line in table.lines)
    return Verdict(edition, signer, len(tables), hidden, tuple(findings))


def together(contents: Iterable[Content]) -> tuple[Finding, ...]:
    """What several editions tell together that none of them tells alone. Those that cannot be read are left out."""
    editions = []
    for content in contents:
        with suppress(*UNREADABLE):
            notes = orjson.loads(content[NOTES])
            period = Period(date.fromisoformat(notes["from"]), date.fromisoformat(notes["to"]))
            tables, totals = _printed(notes, content)
            editions.append(
                Public(str(notes["edition"]), period, int(notes["k"]), int(notes["rounded"]),
                       {table.id: table for table in tables}, totals)
            )  # fmt: skip
    try:
        return tuple(Finding(code, where) for code, where in differences.check(editions))
    except UNREADABLE:
        return (Finding("form", " ".join(edition.name for edition in editions)),)


def _printed(notes: Mapping[str, Any], content: Content) -> tuple[list[Printed], dict[str, int | None]]:
    totals = {unit: total["count"] for unit, total in notes["totals"].items()}
    return [_table(id_, about, content) for id_, about in sorted(notes["tables"].items())], totals


def _sums(content: Content) -> Iterator[Finding]:
    named: dict[str, str] = {}
    for line in content.get(SUMS, b"").decode(errors="replace").splitlines():
        digest, _blank, name = line.partition("  ")
        named[name] = digest
    for name in sorted(set(content) - {SUMS, SIGNATURE} - set(named)):
        yield Finding("unlisted", name)
    for name, digest in sorted(named.items()):
        if name not in content:
            yield Finding("missing", name)
        elif hashlib.sha256(content[name]).hexdigest() != digest:
            yield Finding("changed", name)
    for name in (SUMS, NOTES, CERTIFICATE, DATAPACKAGE):
        if name not in content:
            yield Finding("missing", name)


def _signature(content: Content, key: str | None) -> tuple[str, list[Finding]]:
    from nacl.exceptions import CryptoError
    from nacl.signing import VerifyKey

    try:
        kind, public, signature = content[SIGNATURE].decode().split()
        if kind != "ed25519" or (key is not None and public != key.lower()):
            raise ValueError(kind)
        VerifyKey(bytes.fromhex(public)).verify(package.to_sign(content[SUMS]), bytes.fromhex(signature))
    except (KeyError, ValueError, TypeError, CryptoError):
        return "", [Finding("signature", SIGNATURE)]
    return public, []


def _table(id_: str, about: Mapping[str, Any], content: Content) -> Printed:
    rows = orjson.loads(content[f"tabla-{id_}.json"])["rows"]
    lines = tuple(
        Line((row["row_code"], row["col_code"]), row["count"], row["base"], row["percent"], row["flag"])
        for row in rows
        if row["flag"] != NOT_APPLICABLE
    )
    return Printed(id_, about["unit"], about["rows"], about["columns"], bool(about["many"]), lines)


def _forms(content: Content, notes: Mapping[str, Any]) -> Iterator[Finding]:
    """Whether CSV and JSON of each table say the same, and the data package names every table."""
    described = {resource["path"]: resource for resource in orjson.loads(content[DATAPACKAGE])["resources"]}
    for id_ in notes["tables"]:
        name = f"tabla-{id_}.csv"
        rows = orjson.loads(content[f"tabla-{id_}.json"])["rows"]
        told = list(csv.reader(StringIO(content[name].decode(), newline="")))
        expected = [[_cell(row[column]) for column in NAMES] for row in rows]
        if told != [list(NAMES), *expected]:
            yield Finding("differs", name)
        if described.get(name, {}).get("hash") != f"sha256:{hashlib.sha256(content[name]).hexdigest()}":
            yield Finding("datapackage", name)


def _cell(value: Any) -> str:
    return "" if value is None else str(quoted(value))


def _numbers(tables: list[Printed], totals: Mapping[str, int | None], k: int, step: int) -> Iterator[Finding]:
    """Whether a small number stands there, a hidden one with its number, or parts that are more than their whole."""
    for unit, n in totals.items():
        if n is not None and 0 < n < k and step == 1:
            yield Finding("small", unit)
    for table in tables:
        total = totals.get(table.unit)
        if table.lines and total is None:
            yield Finding("withheld", table.id)
        for line in table.lines:
            if (line.count is None) != (line.flag == HIDDEN) or line.flag not in (OK, HIDDEN):
                yield Finding("flag", _where(table, line))
            elif line.count is not None and 0 < line.count < k and step == 1:
                yield Finding("small", _where(table, line))
        if table.lines and total is not None and not table.columns and not table.many and step == 1:
            left = bounds.left(table, total)
            if left < 0 or (left > 0 and None not in table.cells.values()):
                yield Finding("sum", table.id)


def _narrow(certificate: Mapping[str, Any], k: int, step: int) -> Iterator[Finding]:
    """Hidden cells of which the files tell that they are small, or that they are not zero and may be small."""
    for cell in certificate["hidden"] if step == 1 else ():
        if not (cell["least"] >= k or (cell["least"] == 0 and cell["most"] >= k)):
            yield Finding("narrow", f"{cell['table']} {cell['row_code']} {cell['col_code']}".strip())


def _where(table: Printed, line: Line) -> str:
    return " ".join(filter(None, (table.id, *line.key)))
