"""Importing case documents: each row for itself, nothing twice, nothing lost."""

from __future__ import annotations

import ast
import copy
import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from lnctp_tui.domain.values import folio as folios
from lnctp_tui.errors import BadInput
from lnctp_tui.i18n.reasons import REASONS
from lnctp_tui.services.call import calls
from lnctp_tui.services.case import cases, search
from lnctp_tui.services.exchange import exporting
from lnctp_tui.services.exchange.importing import run
from lnctp_tui.services.exchange.importing.run import Report
from lnctp_tui.services.sync import projection_check
from lnctp_tui.services.vault import demo, vault_access
from lnctp_tui.services.vault.workspace import Workspace, open_workspace
from lnctp_tui.storage.database import audit
from lnctp_tui.storage.database.session import CHANGES, TABLES
from lnctp_tui.sync.wire import signed_by

CASE = {
    "schema": 1,
    "case": {"summary": "Un resumen", "answers": {"danger.in_progress": "no"}},
    "contacts": [{"channel": "llamada", "started_at": "2026-03-01T10:00:00Z", "narrative": "Un relato"}],
    "people": [{"id": "ana", "role": "victim", "name": "Ana Ejemplo", "age": "~17"}],
    "places": [{"person_id": "ana", "role": "destino", "country": "MX", "state": "MX-PUE"}],
    "identifiers": [{"person_id": "ana", "kind": "phone", "value": "55 5555 0101"}],
}


class Importer:
    """Imports Python values and bytes into an open workspace."""

    def __init__(self, workspace: Workspace, folder: Path) -> None:
        self.workspace = workspace
        self.folder = folder

    def __call__(self, value: Any, name: str = "in.json", **options: Any) -> Report:
        file = self.folder / name
        file.write_bytes(value if isinstance(value, bytes) else json.dumps(value).encode())
        return run.import_file(
            self.workspace.store, file, protocol=self.workspace.protocol, zone=self.workspace.zone, **options
        )

    def changes(self) -> int:
        with self.workspace.store.read() as connection:
            return connection.scalar(select(func.count()).select_from(CHANGES)) or 0

    def rows(self, table: str) -> list[dict[str, Any]]:
        with self.workspace.store.read() as connection:
            return [dict(row) for row in connection.execute(select(TABLES[table])).mappings()]

    def document(self) -> dict[str, Any]:
        (line,) = cases.list_cases(self.workspace.store)
        return cases.document(self.workspace.store, line.id)


@pytest.fixture
def take(workspace: Workspace, tmp_path: Path) -> Importer:
    return Importer(workspace, tmp_path)


def refusals(report: Report) -> list[tuple[int, str, str]]:
    return [(row.row, each.field, each.reason) for row in report.refused for each in row.problems]


def changed(**members: Any) -> dict[str, Any]:
    return copy.deepcopy(CASE) | members


# storing


def test_a_document_is_stored_with_all_its_records(take: Importer) -> None:
    report = take(CASE)
    assert (report.rows, report.created, report.refused) == (1, 1, [])
    found = take.document()
    person = found["people"][0]
    assert (person["age_min"], person["age_max"], person["age_estimated"]) == (17, 17, True)
    assert found["places"][0]["person_id"] == person["id"]
    assert found["identifiers"][0]["normalised"] == "+525555550101"
    assert found["case"]["folio"]
    assert found["case"]["opened_at"] == "2026-03-01T10:00:00.000000Z"
    assert found["case"]["owner_id"] == take.workspace.counselor_id


def test_every_record_has_a_signed_change_and_the_log_folds_to_the_tables(take: Importer) -> None:
    take(list(demo.documents().values()))
    with take.workspace.store.read() as connection:
        found = projection_check.compare(connection)
        signed = connection.execute(select(CHANGES.c.hash, CHANGES.c.sig)).mappings().all()
        (public,) = connection.exec_driver_sql("SELECT public_key FROM devices").one()
    assert found.different == []
    assert found.records == found.changes > 200
    assert all(signed_by(each, public) for each in signed)


def test_what_was_imported_is_found_by_search(take: Importer) -> None:
    take(CASE)
    assert search.search(take.workspace.store, "ejemplo")
    assert search.search(take.workspace.store, "5555550101")


def test_importing_twice_changes_nothing(take: Importer) -> None:
    documents = list(demo.documents().values())
    take(documents)
    before = take.changes()
    report = take(documents)
    assert (report.created, report.changed, report.unchanged) == (0, 0, len(documents))
    assert take.changes() == before


def test_importing_twice_from_json_lines_meets_the_same_cases(take: Importer) -> None:
    documents = list(demo.documents().values())
    take(documents)
    lines = "\n".join(json.dumps(each, ensure_ascii=False, sort_keys=True) for each in documents)
    assert take(lines.encode(), "in.jsonl").unchanged == len(documents)


def test_importing_what_was_shown_changes_nothing(take: Importer) -> None:
    take(list(demo.documents().values()))
    before = take.changes()
    shown = [json.loads(line) for line in exporting.lines(take.workspace.store, None)]
    report = take(shown)
    assert (report.created, report.changed, report.unknown) == (0, 0, {})
    assert report.unchanged == len(demo.documents())
    assert take.changes() == before


def test_an_export_fills_an_empty_vault_with_the_same(take: Importer, tmp_path: Path) -> None:
    take(list(demo.documents().values()))
    exported = b"".join(exporting.lines(take.workspace.store, None))
    key = vault_access.found(
        tmp_path / "fresh", vault_access.generate(), kind="words", language="es", zone="UTC", name="Otra"
    )
    fresh = open_workspace(tmp_path / "fresh", key)
    try:
        Importer(fresh, tmp_path)(exported, "all.jsonl")
        assert sorted(exporting.lines(fresh.store, None)) == sorted(exported.splitlines(keepends=True))
    finally:
        fresh.close()


def test_an_export_is_noted_in_the_chain_of_views(take: Importer) -> None:
    take(CASE)
    list(exporting.lines(take.workspace.store, None))
    with take.workspace.store.read() as connection:
        assert connection.scalars(select(audit.ACCESS.c.action)).all() == ["export"]
        assert audit.broken_at(connection) is None


def test_the_second_of_two_equal_records_is_a_record_too(take: Importer) -> None:
    place = {"role": "destino", "state": "MX-PUE"}
    take(changed(places=[place, place]))
    assert len(take.rows("places")) == 2
    assert take(changed(places=[place, place])).unchanged == 1


def test_a_document_without_a_case_is_a_contact_alone(take: Importer) -> None:
    report = take({"case": {}, "contacts": [{"kind": "prank", "narrative": "Una broma"}]})
    assert report.created == 1
    assert take.rows("cases") == []
    assert [each.narrative for each in calls.list_calls(take.workspace.store)] == ["Una broma"]


def test_a_known_case_takes_only_what_differs(take: Importer) -> None:
    take(CASE)
    shown = take.document()
    shown["case"]["summary"] = "Otro resumen"
    shown["people"][0]["answers"]["act.captar"] = "yes"
    before = take.changes()
    assert take(shown).changed == 1
    assert take.changes() == before + 2
    newest = cases.history(take.workspace.store, shown["case"]["id"])[:2]
    assert [each.patch for each in newest] == [{"answers.act.captar": "yes"}, {"summary": "Otro resumen"}]
    assert take.rows("cases")[0]["heads"].keys() != set()


def test_what_was_edited_since_is_not_turned_back_by_the_same_file(take: Importer) -> None:
    take(CASE)
    with take.workspace.store.write() as unit:
        unit.record("cases", take.document()["case"]["id"], {"summary": "Corregido después"})
    assert take(CASE).unchanged == 1
    assert take.document()["case"]["summary"] == "Corregido después"


def test_a_case_with_a_name_of_its_own_is_the_same_at_the_next_import(take: Importer) -> None:
    take(changed(case={"id": "hoja-17", "summary": "Primero"}))
    report = take(changed(case={"id": "hoja-17", "summary": "Después"}))
    assert report.changed == 1
    assert take.document()["case"]["summary"] == "Después"


def test_a_folio_that_was_given_out_never_changes(take: Importer) -> None:
    take(CASE)
    shown = take.document()
    folio = shown["case"]["folio"]
    shown["case"]["folio"] = folios.make("K7Q2", 42)
    take(shown)
    assert take.document()["case"]["folio"] == folio


def test_folios_are_given_one_by_one_without_gap_or_double(take: Importer) -> None:
    take([changed(case={"id": f"hoja-{n}"}) for n in range(30)])
    numbers = sorted(int(row["folio"].split("-")[1]) for row in take.rows("cases"))
    assert numbers == list(range(1, 31))


def test_null_is_not_asked_and_takes_nothing_away(take: Importer) -> None:
    take(CASE)
    shown = take.document()
    shown["case"]["summary"] = None
    assert take(shown).unchanged == 1
    assert take.document()["case"]["summary"] == "Un resumen"


def test_instants_without_a_zone_are_on_the_counselors_clock(take: Importer) -> None:
    take(changed(contacts=[{"started_at": "2026-03-01T10:00:00"}, {"started_at": "2026-03-02"}]))
    found = sorted(each["started_at"] for each in take.rows("contacts"))
    assert found == ["2026-03-01T16:00:00.000000Z", "2026-03-02T06:00:00.000000Z"]


def test_one_record_twice_in_a_file_is_made_once_and_then_changed(take: Importer) -> None:
    first, second = changed(case={"id": "h", "summary": "A"}), changed(case={"id": "h", "summary": "B"})
    report = take([first, second])
    assert (report.created, report.changed) == (1, 1)
    assert take.document()["case"]["summary"] == "B"


# refusing


BAD: list[tuple[dict[str, Any], str, str]] = [
    ({"case": {"report_class": "secuestro"}}, "case.report_class", "unknown_code"),
    ({"case": {"answers": {"danger.dragon": "yes"}}}, "case.answers.danger.dragon", "unknown_code"),
    ({"case": {"answers": {"clima.lluvia": "yes"}}}, "case.answers.clima.lluvia", "unknown_code"),
    ({"case": {"answers": {"danger.locked_in": "maybe"}}}, "case.answers.danger.locked_in", "not_an_answer"),
    ({"case": {"answers": ["danger.in_progress"]}}, "case.answers", "not_an_object"),
    ({"case": {"opened_at": "2026-02-30T10:00:00Z"}}, "case.opened_at", "bad_instant"),
    ({"case": {"opened_at": 17}}, "case.opened_at", "bad_instant"),
    ({"case": {"summary": "x" * 20_001}}, "case.summary", "too_long"),
    ({"case": {"summary": ["x"]}}, "case.summary", "not_text"),
    ({"case": {"folio": "K7Q2-0042-0"}}, "case.folio", "bad_folio"),
    ({"case": {"merged_into": "otro"}}, "case.merged_into", "bad_id"),
    ({"people": [{"age_min": -3}]}, "people[0].age_min", "out_of_range"),
    ({"people": [{"age": "abc"}]}, "people[0].age", "age_unreadable"),
    ({"people": [{"age": -3}]}, "people[0].age", "age_negative"),
    ({"people": [{"age_min": 20, "age_max": 17}]}, "people[0].age_max", "ages_order"),
    ({"people": [{"age_min": 17.5}]}, "people[0].age_min", "not_whole"),
    ({"people": [{"age_min": True}]}, "people[0].age_min", "not_whole"),
    ({"people": [{"headcount": 0}]}, "people[0].headcount", "out_of_range"),
    ({"people": [{"headcount": 10**30}]}, "people[0].headcount", "out_of_range"),
    ({"people": [{"birth_date": "2005-13"}]}, "people[0].birth_date", "bad_date"),
    ({"people": [{"birth_date": "14/03/2005"}]}, "people[0].birth_date", "bad_date"),
    ({"people": [{"birth_date": "2165-03-14"}]}, "people[0].birth_date", "date_future"),
    ({"people": [{"birth_date": "0065"}]}, "people[0].birth_date", "bad_date"),
    ({"contacts": [{"started_at": "2201-01-01T00:00:00Z"}]}, "contacts[0].started_at", "bad_instant"),
    ({"people": [{"nationality": "Mexicana"}]}, "people[0].nationality", "unknown_code"),
    ({"people": [{"role": "~testigo"}]}, "people[0].role", "unknown_code"),
    ({"people": [{"age_estimated": "sí"}]}, "people[0].age_estimated", "not_true_false"),
    ({"people": [{"id": ["a"]}]}, "people[0].id", "bad_id"),
    ({"people": ["Ana"]}, "people[0]", "not_an_object"),
    ({"people": "Ana"}, "people", "not_a_list"),
    ({"places": [{"person_id": "nadie"}], "people": []}, "places[0].person_id", "unknown_reference"),
    ({"places": [{"person_id": 7}]}, "places[0].person_id", "bad_id"),
    ({"money": [{"amount": -5}]}, "money[0].amount", "out_of_range"),
    ({"money": [{"amount": "mil"}]}, "money[0].amount", "not_a_number"),
    ({"notes": [{"text": "x" * 200_001}]}, "notes[0].text", "too_long"),
    ({"referral_deliveries": [{"data": "name"}]}, "referral_deliveries[0].data", "not_a_list"),
    ({"schema": 0}, "schema", "bad_schema"),
    ({"schema": "dos"}, "schema", "bad_schema"),
    ({"case": "caso"}, "case", "not_an_object"),
    ({"case": {"un campo": 1}}, "case.un campo", "bad_name"),
]  # fmt: skip


@pytest.mark.parametrize(("members", "field", "reason"), BAD, ids=[f"{each[1]} {each[2]}" for each in BAD])
def test_a_bad_row_is_refused_with_field_and_reason(
    members: dict[str, Any], field: str, reason: str, take: Importer
) -> None:
    report = take([changed(case={"id": "1"}), changed(**members), changed(case={"id": "3"})])
    assert (2, field, reason) in refusals(report)
    assert {row for row, *_ in refusals(report)} == {2}
    assert (report.created, len(take.rows("cases"))) == (2, 2)
    assert reason in REASONS


def test_every_reason_in_the_code_has_its_sentence() -> None:
    named = set()
    for path in Path(run.__file__).parent.glob("*.py"):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = ast.unparse(call.func) if isinstance(call, ast.Call) else ""
            place = {"Bad": 0, "Problem": 1}.get(name)
            if (
                isinstance(call, ast.Call)
                and place is not None
                and isinstance(call.args[place], ast.Constant)
            ):
                named.add(call.args[place].value)
    assert named <= set(REASONS)
    assert len(named) > 20


def test_a_refusal_names_no_value(take: Importer) -> None:
    report = take(changed(people=[{"nationality": "canario-secreto", "age": "canario-secreto"}]))
    assert "canario" not in json.dumps(report.to_json())


def test_a_row_tells_all_that_is_wrong_with_it(take: Importer) -> None:
    report = take(changed(people=[{"age": "abc", "sex": "otra"}, {"headcount": 0}]))
    assert [field for _row, field, _reason in refusals(report)] == [
        "people[0].age", "people[0].sex", "people[1].headcount", "places[0].person_id",
        "identifiers[0].person_id",
    ][: len(refusals(report))]  # fmt: skip
    assert len(refusals(report)) >= 3


def test_two_records_with_one_id_are_refused(take: Importer) -> None:
    report = take(changed(people=[{"id": "a"}, {"id": "a"}], places=[], identifiers=[]))
    assert refusals(report) == [(1, "people[1].id", "id_twice")]


def test_an_import_moves_no_record_to_another_case(take: Importer) -> None:
    take(CASE)
    person = take.document()["people"][0]["id"]
    other = {"case": {"id": "otro"}, "people": [{"id": person, "name": "Otra"}]}
    assert refusals(take(other)) == [(1, "people[0].id", "other_case")]
    assert take.document()["people"][0]["name"] == "Ana Ejemplo"


def test_a_reference_may_lead_to_a_record_that_is_stored(take: Importer) -> None:
    take(CASE)
    shown = take.document()
    more = {"case": {"id": shown["case"]["id"]}, "places": [{"person_id": shown["people"][0]["id"]}]}
    assert take(more).changed == 1
    assert len(take.rows("places")) == 2


def test_refused_rows_are_written_only_when_asked_and_for_their_owner(take: Importer) -> None:
    rows = [changed(case={"id": "1"}), changed(people=[{"age": "abc"}], places=[], identifiers=[])]
    take(rows)
    assert sorted(each.name for each in take.folder.iterdir() if each.is_file()) == ["in.json"]
    file = take.folder / "refused.jsonl"
    take(rows, rejects=file)
    assert [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] == [rows[1]]
    assert os.name != "posix" or stat.S_IMODE(file.stat().st_mode) == 0o600


# what this version does not know


def test_unknown_fields_are_kept_and_told(take: Importer) -> None:
    document = changed(futuro=[{"a": 1}])
    document["case"]["clima"] = {"lluvia": True}
    document["people"][0]["estatura"] = 160
    report = take(document)
    assert report.unknown == {"cases.clima": 1, "people.estatura": 1, "document.document.futuro": 1}
    found = take.document()
    assert found["case"]["clima"] == {"lluvia": True}
    assert found["people"][0]["estatura"] == 160
    before = take.changes()
    assert take(found).unchanged == 1
    assert take(document).unchanged == 1
    assert take.changes() == before


def test_a_newer_schema_is_taken_and_told(take: Importer) -> None:
    report = take(changed(schema=7))
    assert (report.created, report.newer) == (1, 1)


# bytes and characters


def test_hostile_characters_become_visible(take: Importer) -> None:
    report = take(changed(case={"summary": "a\x00b\x1b[31mc\u202ed"}))
    assert report.replaced == 3
    assert take.document()["case"]["summary"] == "a�b�[31mc�d"


def test_lone_surrogates_become_visible(take: Importer) -> None:
    document = json.dumps(changed(case={"summary": "SUR"})).replace("SUR", "x\\ud800y")
    report = take(document.encode())
    assert take.document()["case"]["summary"] == "x�y"
    assert report.replaced == 1
    assert take(document.encode()).unchanged == 1


def test_a_megabyte_is_refused_and_the_rest_is_stored(take: Importer) -> None:
    long = changed(contacts=[{"narrative": "a" * 1_000_000}])
    report = take([long, CASE])
    assert refusals(report) == [(1, "contacts[0].narrative", "too_long")]
    assert report.created == 1


def test_a_narrative_at_its_limit_is_stored(take: Importer) -> None:
    assert take(changed(contacts=[{"narrative": "ñ" * 200_000}])).created == 1
    assert len(take.rows("contacts")[0]["narrative"]) == 200_000


def test_bytes_that_are_not_utf8_name_their_line(take: Importer) -> None:
    with pytest.raises(BadInput) as raised:
        take(b'[\n{"case": {"summary": "peque\xf1a"}}\n]')
    assert (raised.value.code, raised.value.facts["line"]) == ("import_not_utf8", 2)


def test_a_bad_line_of_json_lines_is_refused_alone(take: Importer) -> None:
    first, last = (json.dumps(changed(case={"id": name})).encode() for name in "12")
    report = take(b"\n".join([first, b'{"case": "\xf1"}', b"{", b"", b"[]", last]), "in.jsonl")
    assert refusals(report) == [(2, "", "not_utf8"), (3, "", "not_json"), (5, "", "not_an_object")]
    assert report.created == 2


def test_broken_json_names_its_line(take: Importer) -> None:
    with pytest.raises(BadInput) as raised:
        take(b'{\n"case": {},\n}')
    assert (raised.value.code, raised.value.facts["line"]) == ("import_not_json", 3)


def test_endless_nesting_is_refused(take: Importer) -> None:
    with pytest.raises(BadInput) as raised:
        take(b"[" * 200_000)
    assert raised.value.code == "import_not_json"
    deep: Any = "x"
    for _ in range(40):
        deep = [deep]
    document = changed()
    document["case"]["futuro"] = deep
    assert refusals(take(document)) == [(1, "case.futuro", "too_deep")]


@pytest.mark.parametrize("value", ["NaN", "Infinity", "1e999"])
def test_numbers_that_are_none_are_refused(value: str, take: Importer) -> None:
    text = json.dumps(changed(money=[{"amount": 0}])).replace('"amount": 0', f'"amount": {value}')
    assert refusals(take(text.encode())) == [(1, "money[0].amount", "not_a_number")]


def test_a_byte_order_mark_does_not_matter(take: Importer) -> None:
    assert take(b"\xef\xbb\xbf" + json.dumps(CASE).encode()).created == 1


def test_the_format_is_found_without_a_name(take: Importer) -> None:
    two = [changed(case={"id": "1"}), changed(case={"id": "2"})]
    assert take(two, "a.txt").created == 2
    lines = "\n".join(json.dumps(each) for each in two).encode()
    assert take(lines, "b.txt").unchanged == 2
    with pytest.raises(BadInput) as raised:
        take(b"Folio;Nombre", "c.txt")
    assert raised.value.code == "import_format"


def test_an_empty_document_is_refused(take: Importer) -> None:
    assert refusals(take([{}, {"case": {}}])) == [(1, "", "empty"), (2, "", "empty")]


def test_a_missing_file_is_told(take: Importer) -> None:
    with pytest.raises(BadInput) as raised:
        run.import_file(
            take.workspace.store, take.folder / "no", protocol=take.workspace.protocol, zone="UTC"
        )
    assert (raised.value.code, raised.value.facts["reason"]) == ("file_failed", "ENOENT")


def test_progress_is_told_to_the_end(take: Importer) -> None:
    told: list[tuple[int, int]] = []
    take([changed(case={"id": str(n)}) for n in range(120)], progress=lambda *done: told.append(done))
    assert told[-1] == (120, 120)
    assert len(told) > 1


def test_batches_do_not_matter(take: Importer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "BATCH", 7)
    assert take([changed(case={"id": str(n)}) for n in range(50)]).created == 50
    with take.workspace.store.read() as connection:
        assert projection_check.compare(connection).different == []
