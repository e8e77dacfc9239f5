"""Whatever the check accepts is stored, listed, indexed, opened, locked, reopened and exported whole; what it
refuses stands in no table."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from typing import Any

from any_row import JUNK, OF_CASE, everything, good, looked_over
from nacl.signing import SigningKey
from workspaces import Founded

from lnctp_tui.domain.records import changes, record_check
from lnctp_tui.domain.records.columns import CLOSED, CODES, DECLARED, OBJECTS
from lnctp_tui.domain.records.kinds import BY_TABLE
from lnctp_tui.domain.records.record_check import ANSWER, BUILT_IN, DEEPEST
from lnctp_tui.domain.records.writing import SIGNATURES
from lnctp_tui.domain.values import moments
from lnctp_tui.server.ingest import check
from lnctp_tui.services.vault.workspace import open_workspace
from lnctp_tui.storage import ids, instants
from lnctp_tui.storage.database.session import TABLES
from lnctp_tui.storage.replication import incoming, projection
from lnctp_tui.sync.verify import Keyring

KEY = SigningKey(b"a colleague's laptop, made up 32"[:32])
WRITER = check.Writer(KEY.verify_key.encode().hex(), "colega", frozenset({"colega"}))
TEXTS = ("", " ", "Prueba", "ñandú «x» \n y\ty", "' OR 1=1 --", '"*" AND (', "zz" * 40, "😀" * 9, "5512345678",
         "%s {0}", "2026-02-30", "null", "a" * 3000, "á_b-c.d/e", "\u0301", "12:30", "[/] [@click=a]",
         "1e999")  # fmt: skip
MOMENTS = ("1900-01-01T00:00:00Z", "2200-12-31T23:59:59.999999Z", "2026-03-14T20:05:00-06:00",
           "2024-02-29 10:00:00+00:00", "2026-03-14T20:05:00.000001Z", "1900-01-01T00:30:00+14:00",
           "2200-12-31T23:00:00-12:00",
           "2026-02-30T10:00:00.000000Z", "2026-03-14", "2024", "2024-02", "2025-02-29", "1899-01-01T00:00:00Z",
           "20260314T200500Z", "2026-03-14T24:00:00Z")  # fmt: skip
NUMBERS = (
    0,
    1,
    2,
    17,
    18,
    120,
    121,
    10**6,
    10**6 + 1,
    -1,
    2**31,
    2**63 - 1,
    2**63,
    0.5,
    1e15,
    1e16,
    1e300,
    -0.0,
    True,
)
OTHERS = (
    None,
    False,
    [],
    ["a", "b"],
    ["x"] * 60,
    {},
    {"a": [1, {"b": None}]},
    [[[]]],
    "K7Q2-0001-T",
    "America/Mexico_City",
)
CODES_OF_ALL = tuple(sorted({code for codes in BUILT_IN.values() for code in codes}))
POOL: tuple[Any, ...] = (
    *TEXTS,
    *MOMENTS,
    *NUMBERS,
    *OTHERS,
    *CODES_OF_ALL,
    *(each for each in JUNK if type(each) is not bytes),
)
NEW = (
    "futuro",
    "campo_nuevo",
    "document.algo",
    "x y",
    "id",
    "heads",
    "case_id",
    "status",
    "headcount",
    "answers",
    "ID",
)
ANSWERS = ("act.captar", "means.engano", "danger.weapon_present", "raw.age", "link.otro", "clock.pause.1",
           "escalated.911", "decided.triage", "nueva.cosa", "x", "attached.from", "discard.reason",
           "cssrs.1")  # fmt: skip
BATCH = 500
FREE = tuple(table for table in OF_CASE[1:] if not BY_TABLE[table].bound)
"""Tables whose rows may have any id; `test_bound_rows` has the others."""


def nested(chance: random.Random) -> Any:
    """Something in as many levels as may be, one less or one more."""
    value: Any = chance.choice(POOL)
    for _ in range(chance.choice((1, 3, DEEPEST - 1, DEEPEST, DEEPEST + 1, 60))):
        value = [value] if chance.random() < 0.5 else {"a": value}
    return value


def said(chance: random.Random, table: str) -> dict[str, Any]:
    """A patch: mostly what fits, sometimes anything at all."""
    wild = chance.random() < 0.35
    names = sorted(DECLARED[table] - OBJECTS - {"id", "created_at", "created_by", "case_id"})
    patch: dict[str, Any] = {}
    for name in chance.sample(names, chance.randint(1, min(8, len(names)))):
        if name == "erased_at" and chance.random() < 0.9:
            continue
        patch[name] = _value(chance, table, name, wild)
    for _ in range(chance.choice((0, 0, 1, 3))):
        patch[ANSWER + chance.choice(ANSWERS)] = (
            nested(chance)
            if wild and chance.random() < 0.4
            else chance.choice(("yes", "no", "unknown", "refused", None, *TEXTS))
        )
    if chance.random() < 0.2:
        patch[chance.choice(NEW if wild else NEW[:3])] = nested(chance) if wild else chance.choice(TEXTS)
    return patch or {next(iter(names)): None}


def _value(chance: random.Random, table: str, name: str, wild: bool) -> Any:
    if name in SIGNATURES.get(table, ()):
        return "colega"  # whose signature it may be is no question of values
    if wild and chance.random() < 0.3:
        return chance.choice(POOL)
    if (catalog := CODES.get(table, {}).get(name)) in CLOSED:
        return chance.choice(sorted(BUILT_IN[str(catalog)]))
    fits = record_check.CHECKS[table][name]
    tried = [each for each in chance.sample(POOL, 12) if each is not None and fits(each) is None]
    return tried[0] if tried else good(table, name)


def signed(table: str, row: str, case: str | None, patch: Mapping[str, Any], hlc: int) -> dict[str, Any]:
    """A colleague's change as it comes over the line."""
    content = {
        "id": ids.new_id(), "device": "colega", "actor": "colega", "hlc": hlc, "table": table, "row": row,
        "case": case, "base": [], "patch": patch, "schema": 1,
    }  # fmt: skip
    digest = changes.digest(changes.canonical(content))
    return content | {
        "hash": digest,
        "sig": next(changes.seals([digest], lambda text: KEY.sign(text).signature.hex())),
    }


def world(chance: random.Random, most: int) -> Iterator[tuple[dict[str, Any], str | None]]:
    """Changes of many cases and why each is refused, until `most` were accepted. One change a record, and for some
    records a second one by somebody who had not seen the first."""
    accepted, hlc = 0, instants.micros(instants.now()) - 10**12
    while accepted < most:
        case = ids.new_id()
        made = [("cases", case), *((table, ids.new_id()) for table in chance.sample(FREE, 4))]
        for table, row in made:
            for _ in range(1 if chance.random() < 0.9 else 2):
                hlc += 1
                patch = said(chance, table)
                if table != "cases":
                    patch["case_id"] = case
                change = signed(table, row, case, patch, hlc)
                reason = check.flaw(change, WRITER)
                accepted += reason is None
                yield change, reason


def test_what_the_check_accepts_is_usable_and_what_it_refuses_is_in_no_table(
    office: Founded, soak: bool
) -> None:
    chance = random.Random(20_000)
    workspace = open_workspace(office.home, office.key)
    keys = Keyring({"colega": KEY.verify_key.encode()})
    accepted: dict[str, dict[str, Any]] = {}
    refused: dict[str, str] = {}
    batch: list[dict[str, Any]] = []
    for change, reason in world(chance, 20_000 if soak else 120):
        batch.append(change)
        if reason is None:
            accepted[change["id"]] = change
        else:
            refused[change["id"]] = reason
        if len(batch) == BATCH:
            _keep(workspace, keys, batch)
    _keep(workspace, keys, batch)
    assert len(refused) > len(accepted) / 20
    with workspace.store.read() as connection:
        held = dict(connection.exec_driver_sql("SELECT id, unfit FROM changes").all())  # type: ignore[arg-type]
        rows = {
            (name, each["id"]): dict(each)
            for name, table in TABLES.items()
            for each in connection.execute(table.select()).mappings()
        }
        aside = connection.exec_driver_sql(
            "SELECT count(*) FROM sync_state WHERE key GLOB 'aside:*'"
        ).scalar()
    assert aside == 0
    assert {id_ for id_, why in held.items() if why} == set(refused)
    standing = {id_: key for key, row in rows.items() for id_ in row["heads"]}
    assert not set(standing) & set(refused), "what was refused is in a table"
    for id_, change in accepted.items():
        key = change["table"], change["row"]
        assert standing.get(id_) == key, "what was accepted is in no table"
        if len(rows[key]["heads"]) == 1:
            for name, value in change["patch"].items():
                assert _held(rows[key], name) == _kept(name, value), (key[0], name, value)
    assert workspace.close()
    looked = looked_over(office.home, office.key)
    assert looked["log"].level == "ok", looked["log"]
    assert looked["fit"].facts["count"] == len(refused)
    found = everything(office.home, office.key, edits=not soak)
    again = everything(office.home, office.key, edits=False)
    assert len(again["ids"]) == len(found["ids"]) > 10
    shown = {each["id"]: each for document in found["exported"] for each in _records(document)}
    for change in accepted.values():
        record = shown.get(change["row"])
        row = rows[change["table"], change["row"]]
        if record is not None and len(row["heads"]) == 1:
            for name, value in change["patch"].items():
                if name != "erased_at":
                    assert _shown(record, name) == _kept(name, value), (change["table"], name)


def _keep(workspace: Any, keys: Keyring, batch: list[dict[str, Any]]) -> None:
    checked = keys.check(batch)
    with workspace.store.write() as unit:
        incoming.keep(unit, checked.good.values())
        incoming.put_aside(unit, checked.aside)
    batch.clear()


def _records(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for member in document.values():
        if isinstance(member, list):
            yield from member
        elif isinstance(member, dict) and "id" in member:
            yield member


def _kept(name: str, value: Any) -> Any:
    """As a row says it: instants of another offset in UTC."""
    if name in moments.INSTANTS and value is not None and not (value[10] == "T" and value.endswith("Z")):
        return instants.iso(instants.parse(value))
    return projection._cleaned(value)  # a TAB is a blank, letters are composed


def _held(row: Mapping[str, Any], name: str) -> Any:
    if name.startswith(ANSWER):
        answers = row["answers"] if "answers" in row else row["extra"].get("answers", {})
        return answers.get(name.removeprefix(ANSWER))
    return row[name] if name in row else row["extra"].get(name)


def _shown(record: Mapping[str, Any], name: str) -> Any:
    if name.startswith(ANSWER):
        return (record.get("answers") or {}).get(name.removeprefix(ANSWER))
    return record.get(name)
