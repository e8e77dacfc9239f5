"""Signed orders between real laptops and the real server: approved, sealed, opened by custodians, wiped by two."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from control_office import Officers, officers, pin
from served import Served, enrolled
from test_wipe_order import content
from vaults import MadeVault
from workspaces import Founded

from lnctp_tui.domain.authority import control
from lnctp_tui.domain.authority.documents import ControlRefused
from lnctp_tui.errors import Refused, SyncFailed, VaultError, WrongPassphrase
from lnctp_tui.services.sync import officers as officers_keys
from lnctp_tui.services.sync import orders, synchronise
from lnctp_tui.services.vault.workspace import Workspace, open_workspace
from lnctp_tui.storage import ids, instants
from lnctp_tui.storage.vault import recovery, vault

pytestmark = pytest.mark.usefixtures("quick_new_keys")

AT = "2026-11-29T10:00:00.000000Z"
CASE = "SELECT count(*) FROM cases"


def record(workspace: Workspace, text: str) -> str:
    case = ids.new_id()
    with workspace.store.write() as unit:
        unit.record("cases", case, {"status": "open", "opened_at": instants.iso(unit.now), "summary": text})
    return case


def count(workspace: Workspace, sql: str = CASE) -> int:
    with workspace.store.read() as connection:
        return int(connection.exec_driver_sql(sql).scalar() or 0)


def own_key(workspace: Workspace) -> str:
    with workspace.store.read() as connection:
        return str(connection.exec_driver_sql("SELECT public_key FROM devices").scalar())


@pytest.fixture
def team(served: Served, tmp_path: Path) -> Officers:
    return officers(served, tmp_path)


def code(team: Officers, org: str) -> str:
    """A code of the server's whose end names an organisation, as `lnctp server person add` says it."""
    from types import SimpleNamespace

    with team.served.office() as office:
        ruled: Any = SimpleNamespace(newest=SimpleNamespace(org=org))
        return replace(office, ruling=ruled).code(office.add("Persona de Prueba", "counselor"))[0]


def admitted(team: Officers, workspace: Workspace) -> str:
    """Enrolled by voice, confirmed, and approved by an officer; its key."""
    synchronise.enroll(workspace, team.served.url, team.served.person()[1])
    orders.confirm(workspace, orders.offered_org(workspace), orders.words(team.newest.org))
    key = own_key(workspace)
    with team.served.office() as office:
        person = office.device(workspace.store.author.device).person
    team.do("device", key, person=person)
    synchronise.once(workspace)
    assert synchronise.status(workspace).state == "active"
    return key


def test_an_unconfirmed_laptop_obeys_nothing_says_so_and_goes_on_sending(
    team: Officers, workspace: Workspace
) -> None:
    synchronise.enroll(workspace, team.served.url, team.served.person()[1])
    key = own_key(workspace)
    with team.served.office() as office:
        person = office.device(workspace.store.author.device).person
    team.do("device", key, person=person)
    record(workspace, "antes de confirmar")
    synchronise.once(workspace)
    team.do("wipe", key, unsent=True)
    record(workspace, "sin enviar")
    with pytest.raises(SyncFailed):
        synchronise.once(workspace)
    assert count(workspace) == 2
    assert "authority_unconfirmed" in synchronise.status(workspace).alarms
    org = orders.offered_org(workspace)
    assert org == team.newest.org
    with pytest.raises(Refused, match=r"^wrong_words$"):
        orders.confirm(workspace, org, orders.own_words(workspace))
    assert count(workspace) == 2


def test_a_seal_closes_the_vault_and_custodians_open_it_with_every_call_which_then_goes_out(
    team: Officers, office: Founded
) -> None:
    keys = recovery.new_keys()
    vault.set_recovery(office.home, office.key, keys.public)
    vault.set_phrase(office.home, office.key, "una frase que nadie sabe", "own")
    laptop = open_workspace(office.home, office.key)
    key = admitted(team, laptop)
    record(laptop, "enviado")
    synchronise.once(laptop)
    order = team.do("seal", key)
    record(laptop, "sin enviar")
    with pytest.raises(SyncFailed, match=r"^signed_seal$"):
        synchronise.once(laptop)
    laptop.close()
    with pytest.raises(VaultError, match=r"^vault_sealed$"):
        vault.unlock(office.home, "una frase que nadie sabe")
    said = team.first.call("POST", "/v1/control", {}).message["obeyed"]
    assert {"hash": order.hash, "done": 1, "of": 1} in said
    request, _words = recovery.request(office.home)
    again = recovery.finish(
        office.home, recovery.answer(request, *keys.shares[:2]), "otra frase de custodios", "own"
    )
    reopened = open_workspace(office.home, again)
    try:
        assert count(reopened) == 2
        with pytest.raises(SyncFailed):
            synchronise.once(reopened)  # the server still says sealed; what waits goes out
        assert count(reopened, "SELECT count(*) FROM changes WHERE sent < 2") == 0
        assert not vault.Vault.read(office.home).shut
        with team.served.office() as found:
            person = found.device(reopened.store.author.device).person
        team.do("device", key, person=person)
        synchronise.once(reopened)
        assert synchronise.status(reopened).state == "active"
        assert count(reopened) == 2
    finally:
        reopened.close()


def test_two_officers_wipe_a_laptop_and_one_does_not(team: Officers, workspace: Workspace) -> None:
    key = admitted(team, workspace)
    record(workspace, "enviado")
    synchronise.once(workspace)
    assert team.send(team.order("wipe", key, 0, rev=9)).error == "control_threshold"
    synchronise.once(workspace)
    assert count(workspace) == 1
    team.revs[("device", key)] = 1
    team.do("wipe", key)
    with pytest.raises(SyncFailed, match=r"^signed_wipe$"):
        synchronise.once(workspace)
    assert count(workspace) == 0
    assert "order_unsigned" not in synchronise.status(workspace).alarms


def test_the_code_pins_the_organisation_and_another_one_is_refused_by_name(
    team: Officers, workspace: Workspace, second: Workspace
) -> None:
    with pytest.raises(ControlRefused, match=r"^control_org$"):
        synchronise.enroll(second, team.served.url, code(team, "ab" * 16))
    assert synchronise.status(second).enrolled is False
    assert synchronise.enroll(workspace, team.served.url, code(team, team.newest.org)) == "pending"
    assert synchronise.status(workspace).authority == team.newest.org


def test_two_officers_found_an_authority_and_their_phrases_sign_from_then_on(
    served: Served, workspace: Workspace, second: Workspace, vault_template: MadeVault, tmp_path: Path
) -> None:
    words = vault_template.phrase
    for each in (workspace, second):
        enrolled(each, served, "supervisor")
        synchronise.once(each)
        officers_keys.become(each.home, each.store, words)
    with pytest.raises(WrongPassphrase):
        officers_keys.sign(
            workspace.store, "otra frase", control.found([orders.myself(workspace)], {}, {}, AT)
        )
    first = orders.found(workspace, [orders.myself(workspace), orders.myself(second)])
    assert not orders.send(workspace, "authority", officers_keys.sign(workspace.store, words, first))
    (waits,) = orders.waiting(second)
    assert (waits.kind, waits.need, len(waits.persons)) == ("authority", 2, 1)
    assert not orders.sign(second, waits, words)
    pin(Officers(served, tmp_path, []), first)
    for each in (workspace, second):
        orders.confirm(each, orders.offered_org(each), orders.words(first.content["org"]))
    assert orders.standing(workspace).mine
    other = next(each for each in orders.known(workspace).laptops if each.key == own_key(second))
    wipe = orders.draft(workspace, "wipe", other.key, {"unsent": False, "why": "prueba"})
    with pytest.raises(Refused, match=r"^phrase_missing$"):
        orders.sign(workspace, wipe, "  ")
    assert not orders.sign(workspace, wipe, words)
    (draft,) = orders.waiting(second)
    orders.refuse(second, draft, "no es ese equipo")
    assert orders.waiting(workspace) == []
    assert orders.sign(workspace, orders.draft(workspace, "seal", other.key, {"why": "robo"}), words)
    (held,) = orders.holding(workspace)
    assert held.order.kind == "seal"
    with pytest.raises(SyncFailed, match=r"^signed_seal$"):
        synchronise.once(second)
    assert "seal_only_hides" in synchronise.status(second).alarms


def everything(owner: str) -> str:
    """Every value of every table of the server's database, and every word of its indexes of text."""
    with psycopg.connect(owner) as connection:
        tables = connection.execute(
            "SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) FROM pg_tables "
            "WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        ).fetchall()
        return "\n".join(
            str(connection.execute(f"SELECT array_agg(t::text) FROM {name} t").fetchone())
            for (name,) in tables
        )


def test_two_officers_erase_a_case_from_log_rows_search_and_a_colleagues_laptop(
    team: Officers, workspace: Workspace, second: Workspace, owner: str
) -> None:
    word, name = "guanabana", "Lucero Ficticia"
    for each in (workspace, second):
        admitted(team, each)
        with team.served.office() as office:
            person = office.device(each.store.author.device).person
        team.do("person", person, role="supervisor", name="Persona de Prueba")
        synchronise.once(each)
    case, other = record(workspace, f"relato con {word}"), record(workspace, "otro caso con papaya")
    with workspace.store.write() as unit:
        victim = ids.new_id()
        unit.record("people", victim, {"case_id": case, "role": "victim", "given_names": name}, case=case)
    synchronise.once(workspace)
    synchronise.once(second)
    assert name in content(second)
    assert word in everything(owner)
    record(workspace, "sin enviar")
    with workspace.store.write() as unit:
        unit.record("cases", case, {"summary": f"{word} corregido sin enviar"})

    assert team.send(team.order("erase", case, 0)).error == "control_threshold"
    alone = team.send(team.order("erase", case, 0), path="drafts").message
    assert (alone["ordered"], len(alone["persons"])) == (False, 1)
    for each in (workspace, second):
        synchronise.once(each)
        assert word in content(each)
    assert word in everything(owner)

    order = team.do("erase", case)
    for each in (workspace, second):
        synchronise.once(each)
        left = content(each)
        assert word not in left
        assert name not in left
        assert "papaya" in left
    left = everything(owner)
    assert word not in left
    assert name not in left
    assert "papaya" in left
    found = workspace_search(second, word)
    assert found == []
    said = team.first.call("POST", "/v1/control", {}).message["obeyed"]
    assert [each["done"] for each in said if each["hash"] == order.hash] == [2]
    assert other in content(second)


def workspace_search(workspace: Workspace, word: str) -> list[Any]:
    """What the server finds for a word, as this laptop asks."""
    return list(synchronise.search_server(workspace, word))


@pytest.mark.parametrize("typed", ["K7Q2-9999-Z", "todos-los-casos", "Lucero Ficticia", "", "*", "0" * 36])
def test_a_folio_that_names_nothing_makes_no_order_to_erase(workspace: Workspace, typed: str) -> None:
    with pytest.raises(Refused, match=r"^no_such_case$"):
        orders.scope(workspace, typed)
