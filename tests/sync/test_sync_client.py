"""A laptop and the real server's core: what is sent, stored, merged, taken away and mended."""

from __future__ import annotations

import gc
import shutil
from pathlib import Path
from typing import Any

import pytest
from sync_office import Desk, House, shared
from workspaces import settle

from lnctp_tui.errors import Refused, SyncFailed
from lnctp_tui.server.postgres import database
from lnctp_tui.services.call import calls
from lnctp_tui.services.call.desk import desk as view
from lnctp_tui.services.case import cases
from lnctp_tui.services.case.search import search as find
from lnctp_tui.services.exchange import exporting
from lnctp_tui.services.sync import synchronise
from lnctp_tui.storage import instants
from lnctp_tui.storage.database import state
from lnctp_tui.storage.database.session import EditBaseline
from lnctp_tui.storage.replication import eviction, server_state
from lnctp_tui.sync import fresco, outbox
from lnctp_tui.sync.gc_tuning import YOUNG, collecting_less


def shows(desk: Desk, case: str, word: str) -> bool:
    """Whether the case is anywhere on the screens of a laptop: all of them, or none."""
    store = desk.store
    with store.read() as connection:
        folio = connection.exec_driver_sql("SELECT folio FROM cases WHERE id = ?", (case,)).scalar() or "-"
    try:
        whole = bool(cases.document(store, case)) and bool(cases.history(store, case))
    except Refused as error:
        whole = error.code != "case_withdrawn"
    seen = {
        whole,
        case in [each.id for each in view(store).cases],
        case in [each.id for each in cases.list_cases(store)],
        case in [each.case_id for each in find(store, word)],
        any(case.encode() in line for line in exporting.lines(store, None)),
    }
    assert len(seen) == 1
    assert not cases.by_folio(store, folio) or whole
    return whole


def test_a_case_reaches_the_server_and_whoever_was_granted_it(house: House) -> None:
    ana, beto, case = shared(house, summary="Prueba")
    assert beto.row(case)["summary"] == "Prueba"  # type: ignore[index]
    assert ana.row(case)["heads"] == beto.row(case)["heads"]  # type: ignore[index]
    assert synchronise.status(ana.workspace).waiting == 0
    assert ana.refolds()
    assert beto.refolds()


def test_a_colleague_who_was_not_granted_it_holds_nothing(house: House) -> None:
    ana, beto = house.desk("ana"), house.desk("beto")
    case = ana.case(summary="Prueba")
    ana.sync()
    beto.sync()
    assert beto.row(case) is None
    assert beto.scalar('SELECT count(*) FROM changes WHERE "case" = ?', case) == 0


def test_what_is_offered_is_marked_before_it_goes(house: House) -> None:
    ana = house.desk("ana")
    ana.sync()
    form = EditBaseline("form")
    typed = ana.set(ana.case(), form, summary="al principio")
    ana.line.faults = ["", "lost"]  # its first question, then the batch
    with pytest.raises(SyncFailed, match="offline"):
        ana.client().push()
    assert ana.scalar("SELECT sent FROM changes WHERE id = ?", typed) == 1
    assert (
        ana.set(str(ana.scalar('SELECT "case" FROM changes WHERE id = ?', typed)), form, summary="y") != typed
    )
    assert ana.scalar("SELECT count(*) FROM changes WHERE id = ?", typed) == 1


@pytest.mark.parametrize("fault", ["lost", "unheard"])
def test_a_lost_request_or_answer_loses_and_doubles_nothing(house: House, fault: str) -> None:
    ana = house.desk("ana")
    ana.sync()
    case = ana.case(summary="Prueba")
    ana.line.faults = ["", fault]  # its first question, then the batch
    with pytest.raises(SyncFailed):
        ana.sync()
    assert synchronise.status(ana.workspace).waiting == 1
    ana.sync()
    assert synchronise.status(ana.workspace).waiting == 0
    with house.pool.connection() as connection:
        connection.execute(
            "SELECT set_config('app.team', 'main', false), set_config('app.duty', 'serve', false)"
        )
        found = connection.execute('SELECT count(*) FROM log WHERE "row" = %s', (case,)).fetchone()
    assert found == (1,)


def test_a_crash_between_the_receipt_and_what_it_says_loses_and_doubles_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = house.desk("ana")
    ana.sync()
    case = ana.case(summary="Prueba")
    prefix = ana.scalar("SELECT value FROM sync_state WHERE key = 'folio_prefix'")
    receipts = ana.scalar("SELECT count(*) FROM receipts")

    def crash(_unit: Any, _results: Any) -> None:
        raise SyncFailed("stopped")

    monkeypatch.setattr(outbox, "settle", crash)
    with pytest.raises(SyncFailed):
        ana.sync()
    monkeypatch.undo()
    assert ana.scalar("SELECT count(*) FROM receipts") == receipts + 1
    assert synchronise.status(ana.workspace).waiting == 1
    ana.reopen()
    ana.sync()
    assert synchronise.status(ana.workspace).waiting == 0
    assert ana.row(case)["summary"] == "Prueba"  # type: ignore[index]
    assert ana.scalar("SELECT value FROM sync_state WHERE key = 'folio_prefix'") == prefix
    with database.transaction(house.pool, "main", database.SERVE) as connection:
        found = connection.execute('SELECT count(*) FROM log WHERE "row" = %s', (case,)).fetchone()
    assert found == (1,)


def test_many_batches_go_out_and_every_change_is_settled(house: House) -> None:
    ana, sup = house.desk("ana"), house.desk("sup", "supervisor")
    ana.sync()
    cases = [ana.case(summary=f"Prueba {number}") for number in range(9)]
    client = ana.client()
    client.outbox.size = 2
    client.push()
    assert ana.scalar("SELECT count(*) FROM changes WHERE sent < 2 OR n IS NULL") == 0
    sup.sync()
    assert all(sup.row(case) for case in cases)


def test_an_altered_receipt_does_not_count(house: House) -> None:
    ana = house.desk("ana")
    ana.sync()
    ana.case()

    def alter(path: str, answer: dict[str, Any]) -> dict[str, Any]:
        if path == "/v1/push":
            answer["receipt"]["body"]["ids"] = "0" * 64
        return answer

    ana.line.alter = alter
    with pytest.raises(SyncFailed, match="receipt_bad"):
        ana.sync()
    assert synchronise.status(ana.workspace).waiting == 1


def test_an_acknowledgement_does_not_move_the_cursor(house: House) -> None:
    ana, beto, case = shared(house)
    before = ana.scalar("SELECT value FROM sync_state WHERE key = 'sync:cursor'")
    beto.set(case, summary="de Beto")
    beto.sync()
    ana.set(case, code_word="de Ana")
    ana.client().push()
    assert ana.scalar("SELECT value FROM sync_state WHERE key = 'sync:cursor'") == before
    ana.sync()
    assert ana.row(case)["summary"] == "de Beto"  # type: ignore[index]


def test_a_page_that_begins_elsewhere_is_dropped(house: House) -> None:
    ana, beto, case = shared(house)
    client = ana.client()
    beto.set(case, summary="uno")
    beto.sync()
    old = ana.line.call("GET", "/v1/pull?cursor=" + _cursor(ana) + "&limit=10&wait=0")
    client.pull()
    beto.set(case, summary="dos")
    beto.sync()
    client.pull()
    cursor = _cursor(ana)
    assert client.store_page(old)
    assert _cursor(ana) == cursor
    assert ana.row(case)["summary"] == "dos"  # type: ignore[index]


def _cursor(desk: Desk) -> str:
    with desk.store.read() as connection:
        n, chain = state.get(connection, server_state.CURSOR)
    return f"{n}.{chain}"


def test_two_forms_that_did_not_see_each_other_make_a_conflict_and_one_key_settles_it(house: House) -> None:
    ana, beto, case = shared(house, summary="al principio")
    ana.set(case, summary="de Ana")
    beto.set(case, summary="de Beto")
    for desk in (ana, beto, ana):
        desk.sync()
    found = synchronise.conflicts(ana.store)
    assert [each.field for each in found] == ["summary"]
    assert {side.value for side in found[0].sides} == {"de Ana", "de Beto"}
    assert found == synchronise.conflicts(ana.store, case)
    assert {side.actor_name for side in found[0].sides} == {"Persona ana", "Persona beto"}
    assert ana.row(case)["summary"] == beto.row(case)["summary"]  # type: ignore[index]
    synchronise.settle(
        ana.store, found[0], next(side.change_id for side in found[0].sides if side.value == "de Ana")
    )
    assert synchronise.conflicts(ana.store) == []
    ana.sync()
    beto.sync()
    assert synchronise.conflicts(beto.store) == []
    assert beto.row(case)["summary"] == "de Ana"  # type: ignore[index]


def test_an_open_form_keeps_the_base_it_showed(house: House) -> None:
    ana, beto, case = shared(house, summary="al principio")
    form = EditBaseline("form")
    form.see("cases", case, ana.row(case)["heads"])  # type: ignore[index]
    beto.set(case, summary="de Beto")
    beto.sync()
    ana.sync()
    assert ana.row(case)["summary"] == "de Beto"  # type: ignore[index]
    ana.set(case, form, summary="de Ana")
    assert len(synchronise.conflicts(ana.store)) == 1


def test_a_save_after_a_colleagues_is_shown_whatever_the_clocks_say(house: House) -> None:
    ana, beto, case = shared(house)
    from datetime import timedelta

    now = ana.store.now
    ana.store.now = lambda: now() + timedelta(days=3000)
    ana.set(case, summary="con el reloj adelantado")
    ana.sync()
    beto.sync()
    assert beto.row(case)["summary"] == "con el reloj adelantado"  # type: ignore[index]
    beto.set(case, summary="después, visto")
    beto.sync()
    ana.sync()
    assert ana.row(case)["summary"] == "después, visto"  # type: ignore[index]
    assert synchronise.conflicts(ana.store) == []
    hlc = beto.scalar("SELECT max(hlc) FROM changes WHERE device = ?", beto.store.author.device)
    assert hlc < 4 * 10**15


def test_a_revocation_hides_and_deletes_nothing(house: House) -> None:
    ana, beto, case = shared(house, summary="PRUEBA-SECRETA")
    beto.set(case, code_word="sin enviar")
    settle(beto.workspace)
    house.event("revoke", case, beto, reason="revoked")
    held = beto.scalar('SELECT count(*) FROM changes WHERE "case" = ?', case)
    beto.client().pull()
    for _ in range(2):
        assert not shows(beto, case, "secreta")
        assert beto.row(case)["code_word"] == "sin enviar"  # type: ignore[index]
        assert beto.scalar('SELECT count(*) FROM changes WHERE "case" = ?', case) == held
        beto.sync()
    found = synchronise.status(beto.workspace)
    assert (found.waiting, found.withdrawn) == (0, 1)
    ana.sync()
    assert ana.row(case)["code_word"] == "sin enviar"  # type: ignore[index]
    assert beto.refolds()


def test_a_case_that_comes_back_comes_whole(house: House) -> None:
    ana, beto, case = shared(house, summary="Prueba")
    house.event("revoke", case, beto, reason="window")
    beto.sync()
    settle(beto.workspace)
    assert not shows(beto, case, "prueba")
    ana.set(case, code_word="entretanto")
    ana.sync()
    beto.sync()
    assert not shows(beto, case, "prueba")
    house.event("grant", case, beto, data={"rank": 0})
    beto.sync()
    assert beto.row(case)["code_word"] == "entretanto"  # type: ignore[index]
    assert beto.row(case)["summary"] == "Prueba"  # type: ignore[index]
    settle(beto.workspace)
    assert shows(beto, case, "prueba")


def test_a_call_of_ones_own_stays_when_its_case_goes(house: House) -> None:
    ana, beto, case = shared(house)
    contact = "0193aaaa-0000-7000-8000-000000000001"
    with beto.store.write() as unit:
        unit.record("contacts", contact, {"narrative": "propia"})
    with beto.store.write() as unit:
        unit.record("contacts", contact, {"case_id": case})
    beto.sync()
    ana.sync()
    assert ana.row(contact, "contacts")["narrative"] == "propia"  # type: ignore[index]
    house.event("revoke", case, beto, reason="revoked")
    beto.sync()
    assert not shows(beto, case, "prueba")
    assert calls.call(beto.store, contact)["narrative"] == "propia"
    assert beto.refolds()


def test_a_change_nobody_known_wrote_is_kept_aside_and_blocks_nothing(house: House) -> None:
    ana, beto, case = shared(house)
    beto.set(case, summary="falso")
    beto.set(case, code_word="cierto")
    beto.sync()

    def alter(path: str, answer: dict[str, Any]) -> dict[str, Any]:
        for entry in answer.get("entries", ()):
            if entry["k"] == "change" and "summary" in entry["c"]["patch"]:
                entry["c"]["patch"]["summary"] = "escrito por otro"
        return answer

    ana.line.alter = alter
    ana.sync()
    assert ana.row(case)["summary"] is None  # type: ignore[index]
    assert ana.row(case)["code_word"] == "cierto"  # type: ignore[index]
    assert synchronise.status(ana.workspace).aside == 1


def test_the_key_of_a_device_never_changes(house: House) -> None:
    ana, beto, _case = shared(house)
    with ana.store.read() as connection:
        known = state.get(connection, server_state.KEY + beto.store.author.device)
    with beto.store.write() as unit:
        unit.record("devices", beto.store.author.device, {"public_key": "0" * 64})
    beto.sync()
    ana.sync()
    with ana.store.read() as connection:
        assert state.get(connection, server_state.KEY + beto.store.author.device) == known


def test_a_laptop_from_an_image_fetches_what_it_forgot_and_gets_other_folios(
    house: House, tmp_path: Path
) -> None:
    ana, _beto, case = shared(house)
    ana.workspace.close()
    image = Path(shutil.copytree(ana.home, tmp_path / "image"))
    ana.reopen()
    ana.set(case, summary="después de la imagen")
    ana.sync()
    ana.set(case, code_word="y otra vez")
    ana.sync()
    prefix = ana.scalar("SELECT value FROM sync_state WHERE key = 'folio_prefix'")
    ana.workspace.close()
    shutil.rmtree(ana.home)
    shutil.copytree(image, ana.home)
    from lnctp_tui.services.vault.workspace import open_workspace

    ana.workspace = open_workspace(ana.home, ana.key)
    ana.set(case, callback_say="tras volver")
    ana.sync()
    assert ana.row(case)["summary"] == "después de la imagen"  # type: ignore[index]
    assert ana.row(case)["callback_say"] == "tras volver"  # type: ignore[index]
    assert ana.scalar("SELECT value FROM sync_state WHERE key = 'folio_prefix'") != prefix
    assert synchronise.status(ana.workspace).waiting == 0
    assert ana.refolds()


def test_a_restored_server_gets_back_what_it_lost(house: House) -> None:
    ana, beto, case = shared(house, summary="Prueba")
    kept = _dump(house)
    beto.set(case, summary="tras el respaldo")
    beto.sync()
    ana.sync()
    ana.set(case, code_word="también")
    ana.sync()
    _restore(house, kept)
    ana.sync()
    beto.sync()
    ana.sync()
    for desk in (ana, beto):
        assert desk.row(case)["summary"] == "tras el respaldo"  # type: ignore[index]
        assert desk.row(case)["code_word"] == "también"  # type: ignore[index]
        assert synchronise.status(desk.workspace).waiting == 0
        assert desk.refolds()


TABLES = ("log", "counter", "records", "access", "devices", "quarantine")


def _dump(house: House) -> dict[str, list[Any]]:
    with house.owner() as connection:
        return {
            table: connection.execute(f"SELECT to_jsonb(t)::text FROM {table} t").fetchall()
            for table in TABLES
        }


def _restore(house: House, kept: dict[str, list[Any]]) -> None:
    with house.owner() as connection:
        connection.execute("SET session_replication_role = replica")
        for table, rows in kept.items():
            connection.execute(f"DELETE FROM {table}")
            for (row,) in rows:
                connection.execute(
                    f"INSERT INTO {table} SELECT * FROM jsonb_populate_record(NULL::{table}, %s::jsonb)",
                    (row,),
                )


def test_what_an_order_erases_is_blank_and_found_nowhere(house: House) -> None:
    ana, beto, case = shared(house, summary="tamarindo")
    ana.case(summary="otra cosa")
    for desk in (ana, beto):
        while desk.client().index():
            pass
        assert _words(desk, "tamarindo") == 1
    ids = [ana.scalar('SELECT id FROM changes WHERE "case" = ?', case)]
    house.event("erase", case, None, data={"ids": ids})
    for desk in (ana, beto):
        desk.sync()
        assert desk.row(case)["summary"] == "tamarindo"  # the entry alone is no order
        assert synchronise.status(desk.workspace).alarms == ["order_unsigned"]
        with desk.store.write() as unit:
            eviction.erase(unit.connection, case, ids, instants.iso(unit.now), instants.micros(unit.now))
        assert desk.row(case) is None
        assert desk.scalar('SELECT patch FROM changes WHERE "case" = ?', case) == "{}"
        assert desk.scalar("SELECT count(*) FROM search_rows WHERE id = ?", case) == 0
        assert _words(desk, "tamarindo") == 0


def _words(desk: Desk, word: str) -> int:
    """How often the index itself holds a word."""
    with desk.store.write() as unit:
        unit.connection.exec_driver_sql("CREATE VIRTUAL TABLE temp.words USING fts5vocab(main, search, row)")
        found = unit.connection.exec_driver_sql("SELECT count(*) FROM temp.words WHERE term = ?", (word,))
        count = int(found.scalar() or 0)
        unit.connection.exec_driver_sql("DROP TABLE temp.words")
    return count


def test_what_came_is_found_by_the_search(house: House) -> None:
    _ana, beto, case = shared(house, summary="Prueba tamarindo")
    client = beto.client()
    while client.index():
        pass
    from lnctp_tui.services.case.search import search

    assert [hit.case_id for hit in search(beto.store, "tamarindo")] == [case]


def test_a_round_with_nothing_to_do_writes_nothing(house: House) -> None:
    ana, _beto, _case = shared(house)
    client = ana.client()
    client.contact.note({fresco.MEMBER: fresco.Fresco("counselor", "")})
    before = ana.scalar("PRAGMA data_version")
    ana.line.asked.clear()
    client.push()
    assert not client.pull()
    assert ana.line.asked == ["/v1/pull"]
    assert ana.scalar("PRAGMA data_version") == before


def test_what_is_being_typed_rests_and_what_is_urgent_does_not(house: House) -> None:
    from datetime import timedelta

    ana = house.desk("ana")
    ana.sync()
    calm, urgent = ana.case(), ana.case(triage="emergency")
    ana.sync()
    ana.set(calm, EditBaseline("calm"), summary="se está escribiendo")
    ana.set(urgent, EditBaseline("urgent"), summary="urge")
    client = ana.client()
    assert client.push(all_=False) == 1
    assert ana.scalar('SELECT group_concat("case") FROM changes WHERE sent < 2') == calm
    assert client.push(all_=False) == 0
    now = ana.store.now
    ana.store.now = lambda: now() + timedelta(seconds=11)
    assert client.push(all_=False) == 1


def test_urgent_cases_go_before_older_ones(house: House) -> None:
    ana = house.desk("ana")
    for _ in range(3):
        ana.case()
    urgent = ana.case(triage="urgent_24h")
    client = ana.client()
    client.start()
    client.outbox.look()
    client.outbox.size = 3
    batch = client.outbox.offer()
    assert batch is not None
    tables = [ana.scalar('SELECT "table" FROM changes WHERE id = ?', each) for each in batch.ids]
    assert tables[:2] == ["counselors", "devices"]
    assert ana.scalar('SELECT "case" FROM changes WHERE id = ?', batch.ids[2]) == urgent


def test_a_record_too_large_for_the_line_holds_nobody_up(house: House) -> None:
    ana = house.desk("ana")
    ana.sync()
    big = ana.case(callback_say="palabra " * 400_000)
    ana.case(summary="Prueba")

    plain = ana.line.call

    def call(method: str, path: str, message: Any = None, *, wait: float = 0.0) -> dict[str, Any]:
        import orjson

        if message and len(orjson.dumps(message)) > 2 << 20:
            raise SyncFailed("too_large")
        return plain(method, path, message, wait=wait)

    ana.line.call = call  # type: ignore[method-assign]
    ana.sync()
    ana.sync()
    (refused,) = [each for each in synchronise.waiting(ana.store) if each.refused]
    assert refused.refused == "too_large"
    assert ana.scalar('SELECT "case" FROM changes WHERE sent < 2') == big


def test_values_that_do_not_fit_stay_in_the_log_and_block_nothing(house: House) -> None:
    from lnctp_tui.domain.records.merge import Folded
    from lnctp_tui.storage.replication.projection import row_values

    said = {
        "closed_at": "ayer", "summary": {"no": "texto"}, "folio": "A\x1b[31mB", "answers.x": "\u202eoculto",
        "unknown": ["\x00"],
    }  # fmt: skip
    values = row_values("cases", Folded(said, {"a": sorted(said)}, {}))
    assert values["closed_at"] is values["summary"] is None
    assert values["folio"] == "A\ufffd[31mB"
    assert values["answers"] == {"x": "\ufffdoculto"}
    assert values["extra"] == {"unknown": ["\ufffd"]}
    assert (
        row_values("people", Folded({"age_min": -1, "headcount": True, "dropped": 1}, {}, {}))["age_min"]
        is None
    )


def test_the_search_for_cycles_is_left_as_it_was() -> None:
    before = gc.get_threshold()

    @collecting_less()
    def breaks() -> None:
        assert gc.get_threshold()[0] >= YOUNG
        raise SyncFailed("line_broke")

    with pytest.raises(SyncFailed):
        breaks()
    assert gc.get_threshold() == before


def test_a_laptop_that_lost_its_place_begins_anew(house: House) -> None:
    _, beto, case = shared(house, summary="Prueba")
    with beto.store.write() as unit:
        unit.remember(server_state.CURSOR, None)
        unit.connection.exec_driver_sql("UPDATE scopes SET state = 'wanted', after = 0 WHERE id = '@all'")
    beto.sync()
    assert beto.row(case)["summary"] == "Prueba"  # type: ignore[index]
    assert beto.client().histories.wanted() == []
