"""The files of an edition: what they are, and that whoever has them sees what is wrong with them."""

from __future__ import annotations

import csv
import json
import random
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from io import StringIO

import pytest
from counts import often
from disclosure_attack import Attack
from disclosure_worlds import BOTH, VICTIMS, Y19, people
from nacl.signing import SigningKey
from test_disclosure_attack import world

from lnctp_tui.domain.disclosure import bounds, counted, printed
from lnctp_tui.domain.disclosure.edition import Edition, Sheet
from lnctp_tui.domain.disclosure.periods import Period, month, span
from lnctp_tui.domain.disclosure.planning import plan
from lnctp_tui.domain.disclosure.rule import NONE, Count
from lnctp_tui.domain.report.result import Cell, Report, Table
from lnctp_tui.reports import tables
from lnctp_tui.reports.edition import package, verify
from lnctp_tui.reports.edition.language import all_codes, language
from lnctp_tui.storage.protocol import protocol_loader

KEY = SigningKey(bytes(32))
PUBLIC = bytes(KEY.verify_key).hex()
PROTOCOL = protocol_loader.load(None)
DEFINITIONS = [each for each in tables.built_in() if counted.published(each)]


def report(seed: int = 2, rows: str = "") -> Report:
    """Random tables of victims, with the rows that a report has."""
    rng = random.Random(seed)
    codes = {"sex": ("mujer", "hombre", "no_consta"), "age_class": ("menor", "adulta", "no_consta"),
             "nationality": ("MX", "HN", rows or "UY")}  # fmt: skip
    victims = [{name: rng.choices(some, (40, 9, 3))[0] for name, some in codes.items()} for _ in range(90)]
    made = []
    for definition in (each for each in DEFINITIONS if each.unit == "victim" and not each.many):
        keys = [
            (victim[definition.rows], victim[definition.columns] if definition.columns else "")
            for victim in victims
        ]
        cells = tuple(Cell(*key, keys.count(key), keys.count(key)) for key in sorted(set(keys)))
        made.append(
            Table(definition.id, "victim", definition.rows, definition.columns, frozenset(), cells, 90, 90, 90, 0,
                  row_codes=codes[definition.rows], column_codes=codes.get(definition.columns, ("",)), cases=90)
        )  # fmt: skip
    return Report(BOTH.start, BOTH.end, "server", tuple(made), reports=200, cases=90)


def files(seed: int = 2, step: int = 1, rows: str = "") -> dict[str, bytes]:
    edition = counted.of_report(report(seed, rows), DEFINITIONS, all_codes(PROTOCOL), BOTH, 5)
    return package.files(
        plan(replace(edition, rounded=step), []), "2019-2020-k5", language(PROTOCOL, BOTH), KEY, {}
    )


def test_a_whole_edition_has_no_finding_rounded_or_not() -> None:
    for step in (1, 5):
        made = files(step=step)
        assert verify.check(made, PUBLIC).findings == ()
        counts = [
            int(row["count"])
            for row in csv.DictReader(StringIO(made["tabla-V1.csv"].decode()))
            if row["count"]
        ]
        assert step == 1 or not any(count % 5 for count in counts)
    assert verify.check(made, "00" * 32).findings[0].code == "signature"


def signed(content: dict[str, bytes]) -> dict[str, bytes]:
    """As somebody with another key would pass it off."""
    body = {name: data for name, data in content.items() if name not in (package.SUMS, package.SIGNATURE)}
    sums = package.sums(body)
    return body | {package.SUMS: sums, package.SIGNATURE: package.sign(sums, SigningKey(bytes([7]) * 32))}


def altered(content: dict[str, bytes], name: str, change: Callable[[object], None]) -> dict[str, bytes]:
    value = json.loads(content[name])
    change(value)
    return signed(content | {name: package.as_json(value)})


def _print_small(value: object) -> None:
    row = next(row for row in value["rows"] if row["flag"] == "hidden")
    row |= {"count": 2, "flag": "ok"}


def _widen(value: object) -> None:
    value["hidden"][0]["most"] += 1


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("changed", lambda made: made | {"tabla-V1.csv": made["tabla-V1.csv"].replace(b",0,", b",9,")}),
        ("missing", lambda made: {name: data for name, data in made.items() if name != "tabla-V2.csv"}),
        ("unlisted", lambda made: made | {"leame.txt": b"x"}),
        ("signature", lambda made: made | {package.SIGNATURE: made[package.SIGNATURE][::-1]}),
        ("small", lambda made: altered(made, "tabla-V1.json", _print_small)),
        ("differs", lambda made: altered(made, "tabla-V1.json", _print_small)),
        ("certificate", lambda made: altered(made, package.CERTIFICATE, _widen)),
        (
            "datapackage",
            lambda made: altered(made, package.DATAPACKAGE, lambda value: value["resources"].pop()),
        ),
        ("form", lambda made: signed(made | {package.NOTES: b"{}"})),
        ("form", lambda made: signed(made | {"tabla-V1.json": b"["})),
    ],
)
def test_what_was_done_to_it_is_found(
    code: str, change: Callable[[dict[str, bytes]], dict[str, bytes]]
) -> None:
    assert code in {finding.code for finding in verify.check(change(files())).findings}


def test_the_data_package_is_what_its_standard_asks_for() -> None:
    made = files()
    described = json.loads(made[package.DATAPACKAGE])
    assert re.fullmatch(r"[a-z0-9._-]+", described["name"])
    assert described["licenses"][0]["name"] == "CC-BY-4.0"
    for resource in described["resources"]:
        assert re.fullmatch(r"[a-z0-9._-]+", resource["name"])
        assert resource["profile"] == "tabular-data-resource"
        rows = list(csv.reader(StringIO(made[resource["path"]].decode(), newline="")))
        fields = resource["schema"]["fields"]
        assert rows[0] == [field["name"] for field in fields]
        for row in rows[1:]:
            for field, value in zip(fields, row, strict=True):
                assert field["title"]
                assert field["title_en"]
                if value and field["type"] == "integer":
                    int(value)
                elif value and field["type"] == "date":
                    date.fromisoformat(value)
        assert resource["bytes"] == len(made[resource["path"]])
    assert b"\r" not in b"".join(made.values())


def test_no_cell_is_a_formula_and_no_row_tells_that_somebody_is_there() -> None:
    made = files(rows="=HYPERLINK(1)")
    cells = [cell for row in csv.reader(StringIO(made["tabla-V1.csv"].decode())) for cell in row]
    assert "'=HYPERLINK(1)" in cells
    assert not any(cell.startswith(("=", "+", "@")) for cell in cells)
    assert verify.check(made).findings == ()
    rows = {row["row_code"]: row for row in csv.DictReader(StringIO(files()["tabla-V1.csv"].decode()))}
    assert len(rows) > 240
    assert (rows["PH"]["count"], rows["UY"]["flag"]) == ("0", "hidden")


def test_the_certificate_is_what_a_solver_finds_and_tells_of_nobody() -> None:
    for seed in range(30_000, 30_000 + often(1500, 15)):
        unit, (edition,) = world(seed, [[BOTH]]) if seed % 3 < 2 else world(seed, [[Y19]])
        attack = Attack(unit, [edition], whole=False)
        reckoned = bounds.intervals(printed.tables(edition), printed.totals(edition))
        for id_, cells in reckoned.items():
            for key, (least, most) in cells.items():
                members = attack.members(edition, edition.sheets[id_], key)
                assert (least, most) == (attack.most(members, -1), attack.most(members, 1)), (seed, id_, key)
                assert least >= edition.k or (least == 0 and most >= edition.k), (seed, id_, key)


def test_shares_are_whole_of_thirty_or_more_and_of_what_everybody_knows() -> None:
    def lines(n: int, unknown: int, hidden: frozenset[tuple[str, str]]) -> dict[str, printed.Line]:
        cells = {("a", ""): Count(n - unknown, 30), ("no_consta", ""): Count(unknown, 30)}
        sheet = Sheet("V1", "victim", "nationality", "", False, cells, hidden, of_known=True)
        (table,) = printed.tables(Edition(BOTH, 5, {"victim": Count(n, 30)}, {"V1": sheet}))
        return {line.key[0]: line for line in table.lines}

    none: frozenset[tuple[str, str]] = frozenset()
    assert (lines(40, 9, none)["a"].base, lines(40, 9, none)["a"].percent) == (31, 100)
    assert (lines(40, 11, none)["a"].base, lines(40, 11, none)["a"].percent) == (29, None)
    assert lines(40, 9, frozenset({("no_consta", "")}))["a"].base is None
    assert [printed.share(n, 200) for n in (1, 2, 3)] == [1, 1, 2]


def test_periods_lie_apart_inside_or_across() -> None:
    first, second = span("2019-1", "2019-1"), span("2019-2", "2019-2")
    year, both = span("2019", "2019"), span("2019", "2020")
    assert [first.side(year), year.side(first), first.side(second), year.side(year)] == [
        "inside",
        "around",
        "apart",
        "same",
    ]
    assert span("2020", "2021").side(both) == "across"
    assert both.without([year]) == [span("2020", "2020")]
    assert [period.whole for period in (first, second, year, both)] == [True] * 4
    odd = (span("2019-2", "2020-1"), span("2019-01", "2019-05"), span("2020", "2019"))
    assert not any(period.whole for period in odd)
    assert (year.over(date(2020, 1, 30)), year.over(date(2020, 1, 31))) == (False, True)
    assert month("2020-02") == Period(date(2020, 2, 1), date(2020, 2, 29))


def test_a_table_that_is_no_partition_of_its_unit_is_withheld() -> None:
    whole = report()
    short = replace(whole.table("V1"), cells=whole.table("V1").cells[1:])
    altered_report = replace(
        whole, tables=tuple(short if table.id == "V1" else table for table in whole.tables)
    )
    edition = plan(counted.of_report(altered_report, DEFINITIONS, all_codes(PROTOCOL), BOTH, 5), [])
    assert (edition.sheets["V1"].withheld, edition.sheets["V7"].withheld) == (True, True)
    assert not edition.sheets["V6"].withheld
    off = replace(whole.table("V6"), cells=whole.table("V6").cells[1:])
    altered_report = replace(
        whole, tables=tuple(off if table.id == "V6" else table for table in whole.tables)
    )
    edition = plan(counted.of_report(altered_report, DEFINITIONS, all_codes(PROTOCOL), BOTH, 5), [])
    assert edition.sheets["V6"].withheld


def test_one_case_or_a_total_under_k_is_withheld_as_a_whole() -> None:
    few = people(random.Random(3), VICTIMS)[:4]
    from disclosure_worlds import counted as count

    edition = plan(count(VICTIMS, few, BOTH, 5), [])
    assert edition.withheld == {"victim"}
    assert all(sheet.withheld for sheet in edition.sheets.values())
    empty = plan(count(VICTIMS, [], BOTH, 5), [])
    assert not empty.withheld
    assert all(set(sheet.shown.values()) == {NONE} for sheet in empty.sheets.values())
