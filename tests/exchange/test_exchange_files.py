"""A file for somebody outside: noted before its first byte, whole or not at all, by whom and of which cases."""

from __future__ import annotations

import errno
import io
import os
from pathlib import Path
from typing import Any

import pytest
from exchange_office import OTHER, PARTNER, REASON, case, provider, read

from lnctp_tui.errors import LnctpError
from lnctp_tui.screens.case import authority_sheet
from lnctp_tui.services.exchange.outgoing import ledger, private_file, prosecutor, sheets, tables
from lnctp_tui.services.exchange.outgoing.private_file import Hashed
from lnctp_tui.services.exchange.outgoing.sheets import Order
from lnctp_tui.services.vault.workspace import Workspace
from lnctp_tui.storage import ids
from lnctp_tui.storage.database import audit, engine
from lnctp_tui.storage.database.session import CONFLICTS
from lnctp_tui.storage.replication import eviction, server_state
from lnctp_tui.storage.replication.server_state import Server


def victim(workspace: Workspace, **values: Any) -> str:
    person = {"role": "victim", "answers.modality.mendicidad_forzosa": "yes", "age_min": 20, "age_max": 22}
    return case(workspace, ("people", person), **values)[0]


def refused(workspace: Workspace, out: Path, to: str = PARTNER, reason: str = REASON, **more: Any) -> str:
    with pytest.raises(LnctpError) as error:
        sheets.make_htcds(workspace, Order(to, reason, out, **more))
    return error.value.code


def enrolled(workspace: Workspace, role: str) -> None:
    """This laptop belongs to somebody of that role."""
    with workspace.store.write() as unit:
        server = Server("http://127.0.0.1:1", None, "00", "active", workspace.counselor_id, role, "equipo")
        server_state.put_server(unit.connection, server)


def test_the_note_stands_before_the_first_byte_and_says_what_left(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id, out, seen = victim(workspace), tmp_path / "h.csv", []

    def noting(stream: Hashed, content: bytes) -> int:
        with workspace.store.read() as connection:
            entries = connection.execute(audit.ACCESS.select()).mappings().all()
        seen.append((ledger.listed(workspace.store, 1)[0]["state"], [row["record"] for row in entries]))
        return written(stream, content)

    written = Hashed.write
    monkeypatch.setattr(Hashed, "write", noting)
    made = sheets.make_htcds(workspace, Order(PARTNER, REASON, out))
    assert seen[0] == ("begun", [made.id, case_id])
    row = ledger.listed(workspace.store, 1)[0]
    assert (row["recipient"], row["format"], row["version"], row["rows"]) == (PARTNER, "htcds", "2.0", 1)
    assert (row["state"], row["reason"], row["folios"]) == ("done", REASON, [case_id])
    assert row["by"] == workspace.store.author.actor
    assert row["fields"][0] == "cas_CaseOwner"
    import hashlib

    assert row["sha256"] == made.sha256 == hashlib.sha256(out.read_bytes()).hexdigest()
    assert os.name != "posix" or out.stat().st_mode & 0o777 == 0o600
    with workspace.store.read() as connection:
        assert audit.broken_at(connection) is None


def test_a_note_of_many_cases_keeps_few_pages_and_gives_the_writer_its_own_back(workspace: Workspace) -> None:
    kept = "PRAGMA cache_size"
    many = [f"case-{number}" for number in range(audit.MANY + 1)]
    during: list[Any] = []
    with workspace.store.write() as unit:
        ask = unit.connection.exec_driver_sql
        before = ask(kept).scalar()
        noted = audit.batched

        def watched(items: Any, size: int) -> Any:
            during.append(ask(kept).scalar())
            return noted(items, size)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(audit, "batched", watched)
            for records in (many, many[:2]):
                audit.note_all(unit.connection, unit.now, "x", "export.htcds", records)
        assert during == [-engine.FEW_PAGES, before]
        assert ask(kept).scalar() == before == -engine.WRITER_CACHE
    with workspace.store.read() as connection:
        assert audit.broken_at(connection) is None


def test_a_full_disk_leaves_no_file_and_a_note_that_says_so(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    victim(workspace)

    class Full(io.BytesIO):
        def write(self, _content: Any) -> int:
            raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(private_file, "Hashed", lambda _file, path: Hashed(Full(), path))
    for form in ("csv", "xlsx"):
        assert refused(workspace, tmp_path / f"h.{form}", form=form) == "file_failed"
    assert list(tmp_path.glob("*h.*")) == list(tmp_path.glob(".*.tmp")) == []
    rows = ledger.listed(workspace.store, 9)
    assert [(row["state"], row["sha256"]) for row in rows] == [("failed", None)] * 2


def test_one_file_of_two_never_stays_alone(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id, written = victim(workspace), Hashed.write

    def full(stream: Hashed, content: bytes) -> int:
        if content.startswith(b"%PDF"):
            raise OSError(errno.ENOSPC, "full")
        return written(stream, content)

    monkeypatch.setattr(Hashed, "write", full)
    monkeypatch.setattr(prosecutor.typeset, "pdf", lambda *_: b"%PDF-1.7 de prueba")
    with pytest.raises(LnctpError):
        prosecutor.make(
            workspace, Order(OTHER, REASON, tmp_path / "h.pdf", case_ids=(case_id,)), authority_sheet.parts
        )
    assert not (tmp_path / "h.pdf").exists()
    assert not (tmp_path / "h.json").exists()
    assert {row["state"] for row in ledger.listed(workspace.store, 9)} == {"failed"}


def test_no_file_is_replaced_and_no_link_is_followed(workspace: Workspace, tmp_path: Path) -> None:
    victim(workspace)
    there, link = tmp_path / "ya.csv", tmp_path / "enlace.csv"
    there.write_text("de antes")
    link.symlink_to(tmp_path / "ajeno.csv")
    assert {refused(workspace, there), refused(workspace, link)} == {"file_exists"}
    assert refused(workspace, tmp_path / "no" / "hay.csv") == "bad_place"
    assert refused(workspace, tmp_path / "l.csv", loss=there) == "file_exists"
    assert there.read_text() == "de antes"
    assert not (tmp_path / "ajeno.csv").exists()
    assert ledger.listed(workspace.store, 9) == []


def test_a_recipient_and_a_reason_are_asked_for_and_name_no_path(
    workspace: Workspace, tmp_path: Path
) -> None:
    victim(workspace)
    for number in range(2):
        provider(workspace.store, "Dos Iguales (ficticia)")
        del number
    assert refused(workspace, tmp_path / "a.csv", to=" ") == "exchange_recipient"
    assert refused(workspace, tmp_path / "a.csv", to="mal\x1b[2J") == "exchange_recipient"
    assert refused(workspace, tmp_path / "a.csv", to="dos iguales (FICTICIA)") == "exchange_recipients"
    for reason in ("", "corto", "................", "x" * 600):
        assert refused(workspace, tmp_path / "a.csv", reason=reason) == "exchange_reason"
    assert list(tmp_path.glob("*.csv")) == []
    sheets.make_htcds(workspace, Order("../../../etc/=cmd|'x'!A1", REASON, tmp_path / "a.csv"))
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["a.csv"]
    assert ledger.listed(workspace.store, 1)[0]["recipient"] == "../../../etc/=cmd|'x'!A1"


def test_a_counselor_hands_out_their_own_cases_supervision_all_and_an_analyst_none(
    workspace: Workspace, tmp_path: Path
) -> None:
    own = victim(workspace)
    hers = victim(workspace, owner_id=ids.new_id())
    enrolled(workspace, "counselor")
    assert sheets.make_htcds(workspace, Order(PARTNER, REASON, tmp_path / "a.csv")).cases == 1
    assert refused(workspace, tmp_path / "b.csv", case_ids=(hers,)) == "exchange_not_yours"
    assert sheets.make_htcds(workspace, Order(PARTNER, REASON, tmp_path / "b.csv", case_ids=(own,))).rows == 1
    enrolled(workspace, "supervisor")
    assert sheets.make_htcds(workspace, Order(PARTNER, REASON, tmp_path / "c.csv")).cases == 2
    for role in ("analyst", "admin"):
        enrolled(workspace, role)
        assert refused(workspace, tmp_path / "d.csv") == "exchange_role"
        with pytest.raises(LnctpError, match="exchange_role"):
            prosecutor.make(workspace, Order(OTHER, REASON, tmp_path / "d.json", case_ids=(own,)), None)
    assert not (tmp_path / "d.csv").exists()


def test_two_recipients_cannot_join_what_they_have(workspace: Workspace, tmp_path: Path) -> None:
    victim(workspace)
    known = []
    for number, to in enumerate((PARTNER, OTHER, PARTNER)):
        sheets.make_htcds(workspace, Order(to, REASON, tmp_path / f"{number}.csv"))
        known.append(read(tmp_path / f"{number}.csv")[0]["mx_Id"])
    assert known[0] == known[2] != known[1]
    assert len(known[0]) == 24


def test_a_cell_is_never_a_formula(workspace: Workspace, tmp_path: Path) -> None:
    name, formula = "=HYPERLINK(1)", "@SUMA(A1)"
    fiscal = provider(workspace.store, name, "osc")
    case(
        workspace,
        ("people", {"role": "victim"}),
        ("money", {"share_consent": "yes", "way": formula, "place": "-2+3", "amount": 1200.0}),
        ("referrals", {"provider_id": fiscal, "status": "sent", "sent_at": "2026-03-15T10:00:00.000000Z"}),
        consent_share="yes",
    )
    sheets.make_htcds(workspace, Order(PARTNER, REASON, tmp_path / "h.csv"))
    sheets.make_uif(workspace, Order(PARTNER, REASON, tmp_path / "u.csv"))
    sheets.make_htcds(workspace, Order(PARTNER, REASON, tmp_path / "h.xlsx", "xlsx"))
    assert read(tmp_path / "h.csv")[0]["cas_ReferredOrganisation"] == f"'{name}"
    (trail,) = read(tmp_path / "u.csv")
    assert [trail[column] for column in ("modo", "lugar", "monto")] == [f"'{formula}", "'-2+3", "1200"]
    from zipfile import ZipFile

    sheet = ZipFile(tmp_path / "h.xlsx").read("xl/worksheets/sheet1.xml").decode()
    assert "<f" not in sheet
    assert f'<c t="inlineStr"><is><t xml:space="preserve">{name}' in sheet
    assert 'quotePrefix="1"' in tables.PARTS["xl/styles.xml"]


def test_the_unit_reads_no_victim_in_way_time_and_place(workspace: Workspace, tmp_path: Path) -> None:
    mine, theirs = ids.new_id(), ids.new_id()
    case(
        workspace,
        ("people", {"id": mine, "role": "victim", "name": "Citlali Ficticia"}),
        ("people", {"id": theirs, "role": "trafficker", "name": "El Modelo"}),
        ("identifiers", {"person_id": mine, "kind": "phone", "value": "222 555 0101"}),
        ("identifiers", {"person_id": theirs, "kind": "phone", "value": "+52 222 555 0101"}),
        ("identifiers", {"person_id": theirs, "kind": "account", "value": "0000 1111 2222"}),
        ("money", {"share_consent": "yes", "way": "Cítlali deposita", "place": "llame al 2225550101",
                   "time": "cada lunes", "known_by": "seen", "flag": "fin_takes_earnings"}),
        ("money", {"share_consent": "no", "way": "no sale"}),
        ("money", {"way": "nadie preguntó"}),
        consent_share="yes",
    )  # fmt: skip
    case(workspace, ("money", {"share_consent": "yes", "way": "de quien dijo no"}), consent_share="refused")
    assert sheets.make_uif(workspace, Order(OTHER, REASON, tmp_path / "u.csv")).rows == 1
    (row,) = read(tmp_path / "u.csv")
    assert [row[name] for name in ("modo", "lugar", "tiempo")] == ["[…]", "[…]", "cada lunes"]
    assert (row["hoja"], row["como_se_sabe"], row["bandera"]) == ("1", "seen", "fin_takes_earnings")
    assert row["identificadores"] == "account:0000 1111 2222"


def test_merged_cases_speak_of_the_one_that_stays(workspace: Workspace, tmp_path: Path) -> None:
    kept = victim(workspace, status="follow_up")
    gone = victim(workspace, status="merged", merged_into=kept)
    erased = victim(workspace)
    with workspace.store.write() as unit:
        unit.record("cases", erased, {"erased_at": "2026-03-14T20:05:00.000000Z"})
    assert sheets.make_htcds(workspace, Order(PARTNER, REASON, tmp_path / "h.csv")).rows == 2
    assert {row["cas_Status"] for row in read(tmp_path / "h.csv")} == {"FollowUp"}
    made = prosecutor.make(workspace, Order(OTHER, REASON, tmp_path / "c.json", case_ids=(kept,)), None)
    assert made.merged == (gone,)  # told, not left out without a word


def test_a_refuge_is_named_to_itself_alone(workspace: Workspace, tmp_path: Path) -> None:
    refuge, office = (
        provider(workspace.store, "Casa Ceiba (ficticia)", "refugio"),
        provider(workspace.store, OTHER),
    )
    for to, share in ((refuge, "yes"), (office, "yes"), (office, "no")):
        sent = {"provider_id": to, "status": "sent", "sent_at": "2026-03-15T10:00:00.000000Z"}
        case(workspace, ("people", {"role": "victim"}), ("referrals", sent), consent_share=share)
    sheets.make_htcds(workspace, Order(PARTNER, REASON, tmp_path / "a.csv"))
    sheets.make_htcds(workspace, Order("Casa Ceiba (ficticia)", REASON, tmp_path / "b.csv"))
    named = [
        [row["cas_ReferredOrganisation"] for row in read(tmp_path / name)] for name in ("a.csv", "b.csv")
    ]
    assert named == [["", OTHER, ""], ["Casa Ceiba (ficticia)", OTHER, ""]]


def test_a_yes_that_was_taken_back_or_has_two_values_opens_nothing(
    workspace: Workspace, tmp_path: Path
) -> None:
    woman, fiscal = ids.new_id(), provider(workspace.store, OTHER)
    agreed = {
        "provider_id": fiscal,
        "person_id": woman,
        "consent_by": woman,
        "consent": "yes",
        "status": "sent",
    }
    person = {"id": woman, "role": "victim", "name": "Citlali Ficticia"}
    case_id, (_, referral) = case(
        workspace,
        ("people", person),
        ("referrals", agreed | {"answers.share.name": "yes"}),
        consent_share="yes",
    )

    def first_name() -> str:
        out = tmp_path / f"{len(list(tmp_path.iterdir()))}.csv"
        sheets.make_htcds(workspace, Order(OTHER, REASON, out))
        return read(out)[0]["prs_FirstName"]

    assert first_name() == "Citlali"
    for table, row, before, after in (
        ("referrals", referral, {"status": "sent"}, {"status": "withdrawn"}),
        ("referrals", referral, {"consent": "yes"}, {"consent": "no"}),
        ("referrals", referral, {"consent_by": woman}, {"consent_by": ids.new_id()}),
        ("referrals", referral, {"basis": "consentimiento"}, {"basis": "menor_edad"}),
        ("referrals", referral, {"answers.share.name": "yes"}, {"answers.share.name": None}),
        ("cases", case_id, {"consent_share": "yes"}, {"consent_share": "refused"}),
        ("cases", case_id, {"anonymity": "identificado"}, {"anonymity": "seudonimo"}),
    ):
        with workspace.store.write() as unit:
            unit.record(table, row, after)
        assert first_name() == "", after
        with workspace.store.write() as unit:
            unit.record(table, row, before)
        assert first_name() == "Citlali"
    with workspace.store.write() as unit:
        values = {
            "table": "referrals",
            "row": referral,
            "case": case_id,
            "since": "2026-03-14T20:05:00.000000Z",
        }
        unit.connection.execute(CONFLICTS.insert(), values | {"field": "answers.share.name"})
    assert first_name() == ""


def test_a_wiped_laptop_keeps_no_recipient_and_the_chain_of_views(
    workspace: Workspace, tmp_path: Path
) -> None:
    case_id = victim(workspace)
    sheets.make_htcds(workspace, Order(PARTNER, REASON, tmp_path / "h.csv"))
    with workspace.store.write() as unit:
        eviction.wipe(unit.connection)
    assert ledger.listed(workspace.store, 9) == []
    with workspace.store.read() as connection:
        entries = connection.execute(audit.ACCESS.select()).mappings().all()
    assert [row["action"] for row in entries if row["record"] == case_id] == ["export.htcds"]
