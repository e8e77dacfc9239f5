"""The directory as people use it: entered, found, ranked for a case, tried, changed, verified; on two laptops."""

from __future__ import annotations

import gc
from typing import Any

import pytest
from disk_faults import die, fill
from sync_office import Desk, House
from workspaces import Founded, settle

from lnctp_tui.domain.records import bound
from lnctp_tui.errors import Refused
from lnctp_tui.screens.lists import directory_words
from lnctp_tui.services.case import cases, referral_after
from lnctp_tui.services.directory import adding, directory, private, status, writing
from lnctp_tui.services.directory.directory import Listed
from lnctp_tui.services.vault.deeds import deed
from lnctp_tui.services.vault.workspace import Workspace, open_workspace
from lnctp_tui.storage import ids, instants
from lnctp_tui.storage.database import directory_held
from lnctp_tui.storage.database.session import Store
from lnctp_tui.storage.replication import eviction
from lnctp_tui.sync.gc_tuning import collecting_less

OLD, NEW = "5550000001", "5550000002"
SITE = {"state": "MX-PUE", "municipality": "21114", "hours": "24/7", "country": "MX"}
REFUGE = {
    "kind": "refugio_emergencia",
    "modality": "residencial",
    "covers": ["MX-PUE"],
    "sexes": ["mujer"],
    "age_min": 18,
}
PHONE = {"kind": "phone", "value": OLD, "purpose": "guardia"}


def entered(store: Store, name: str = "Casa Ceiba (ficticia)", **service: Any) -> str:
    with store.write() as unit:
        provider = writing.enter(unit, {"name": name, "kind": "refugio"}, [SITE], [REFUGE | service], [PHONE])
    directory.settle(store)
    return provider


def dialled(store: Store, provider: str) -> str | None:
    stated = directory.detail(store, provider).to_dial
    return stated.row["value"] if stated else None


def names(listed: Listed) -> list[str]:
    return [found.name for found in listed.found]


def test_it_is_found_by_name_service_and_place_without_accents(workspace: Workspace) -> None:
    store = workspace.store
    entered(store, "Casa Ceiba (ficticia)")
    entered(store, "Albergue Nopal (ficticio)", kind="representacion_legal")
    for typed in ("ceiba", "CASA cei", "emerg pueb", "refugio", "ceiba Puebla"):
        assert names(directory.search(store, typed))[:1] == ["Casa Ceiba (ficticia)"], typed
    assert "Albergue Nopal (ficticio)" in names(directory.search(store, "asesoria legal"))
    assert names(directory.search(store, "ninguno asi")) == []
    assert names(directory.search(store, '"; DROP')) == []
    found = directory.search(store, "ceiba").found[0]
    assert (found.open.state, found.freshness, found.free) == ("open", "never", None)


def test_national_lines_are_built_in_and_say_that_nobody_verified_them(workspace: Workspace) -> None:
    settle(workspace)
    (found, *_rest) = (
        directory.search(workspace.store, "ceav victimas").found
        or directory.search(workspace.store, "ejecutiva atencion victimas").found
    )
    detail = directory.detail(workspace.store, found.id)
    assert detail.gathered.provider["mark"] == "M"
    assert dialled(workspace.store, found.id) == "800 842 8462"
    assert found.freshness == "never"
    writing.report(workspace.store, found.id, "verified", detail.to_dial.row["id"], told_by="operadora")  # type: ignore[union-attr]
    settle(workspace)
    assert directory.detail(workspace.store, found.id).line.freshness == "fresh"
    with workspace.store.write() as unit, pytest.raises(Refused, match="unfit_value"):
        unit.record("providers", found.id, {"source": "x"})


def case_of(workspace: Workspace, **person: Any) -> str:
    case = ids.new_id()
    with workspace.store.write() as unit:
        unit.record("cases", case, {"status": "open", "triage": "emergency"}, case=case)
        said = {"role": "victim", "sex": "mujer", "age_min": 20, "age_max": 20, "answers.need.refugio": "yes"}
        unit.record("people", ids.new_id(), said | person, case=case)
        unit.record("contacts", ids.new_id(), {"state": "MX-PUE", "municipality": "21114"}, case=case)
    return case


def fitting(workspace: Workspace, case: str, typed: str = "") -> Listed:
    return directory.for_case(workspace.store, cases.document(workspace.store, case), typed)


def test_what_fits_a_case_is_ranked_and_what_does_not_says_why(workspace: Workspace) -> None:
    store = workspace.store
    here, far, minors = entered(store), entered(store, "Lejos (ficticio)", covers=["MX-SON"]), entered(
        store, "Casa de Niñas (ficticia)", age_min=0, age_max=17
    )  # fmt: skip
    nearer = entered(store, "Casa del Centro (ficticia)", covers=["21114"])
    listed = fitting(workspace, case_of(workspace))
    assert [found.id for found in listed.found] == [nearer, here]
    assert {found.id: tuple(found.excluded or ()) for found in listed.excluded} == {
        far: ("place", "reason"),
        minors: ("age", "supervisor"),
    }
    assert listed.found[0].fit is not None
    assert listed.found[0].fit.terms.unmet == 0
    writing.say_capacity(store, here, 2)
    writing.say_capacity(store, nearer, 0)
    settle(workspace)
    case = case_of(workspace)
    assert [found.id for found in fitting(workspace, case).found] == [nearer, here], "the place counts before"
    writing.exclude(store, case, nearer, "agresor_conoce")
    assert [found.id for found in fitting(workspace, case).found] == [here]
    assert [found.id for found in fitting(workspace, case, "centro").found] == []
    others = fitting(workspace, case_of(workspace, sex="hombre"))
    assert others.unmet, "none is there for him: the list is not empty, and says so"
    assert others.found
    assert not {here, nearer, far, minors} & {found.id for found in others.found}
    assert not listed.unmet


def test_a_number_that_nobody_else_verified_fits_behind_one_that_was(workspace: Workspace) -> None:
    """Also one that claims to be nearer, open and free."""
    store = workspace.store
    good = entered(store, covers=["MX-PUE"])
    lure = entered(store, "Casa Ceiba (ficticia)", covers=["21114"], capacity_free=9)
    with store.write() as unit:
        (row,) = unit.connection.exec_driver_sql(
            "SELECT id FROM provider_channels WHERE provider_id = ?", (good,)
        ).scalars()
        check = {
            "provider_id": good,
            "about_id": row,
            "kind": "verified",
            "at": "2026-11-01T10:00:00.000000Z",
        }
        # As it comes from a colleague.
        id_, patch = bound.made("provider_checks", check | {"by_id": ids.new_id(), "told_by": "recepción"})
        unit.author = type(unit.author)(patch["by_id"], unit.author.device, unit.author.sign)
        unit.record("provider_checks", id_, patch)
    directory.settle(store)
    assert [found.id for found in fitting(workspace, case_of(workspace)).found] == [good, lure]


def test_who_changed_a_number_cannot_verify_it_and_a_phone_that_is_none_is_refused(
    workspace: Workspace,
) -> None:
    store = workspace.store
    provider = entered(store)
    old = directory.detail(store, provider).to_dial
    assert old is not None
    new = writing.propose_channel(store, provider, "phone", "55 5000-0002 ext. 4", replaces=old.row["id"])
    assert dialled(store, provider) == OLD
    (proposed,) = directory.detail(store, provider).gathered.channels.proposed
    assert (proposed.row["value"], proposed.row["extension"]) == ("5550000002", "4")
    for code, arguments in (
        ("own_proposal", (new, "recepción")), ("who_answered", (new, " ")), ("no_such_channel", ("otro", "recepción")),
        ("own_proposal", (old.row["id"], "recepción")),
    ):  # fmt: skip
        with pytest.raises(Refused, match=code):
            writing.report(store, provider, "verified", *arguments)
    with pytest.raises(Refused, match="bad_number"):
        writing.propose_channel(store, provider, "phone", "no sé")
    with pytest.raises(Refused, match="no_such_provider"):
        writing.report(store, "otra", "no_answer")
    assert dialled(store, provider) == OLD


def test_what_is_held_in_memory_is_what_stands_in_the_index(workspace: Workspace) -> None:
    """After each write, whoever wrote: entered, changed, merged, taken away, read anew, and wiped."""
    store = workspace.store
    first, second = entered(store), entered(store, "Albergue Nopal (ficticio)")
    assert len(directory.search(store, "").found) == directory.search(store, "").total

    def same() -> int:
        with store.read() as connection:
            now = directory_held.held(connection)
            anew = directory_held.Held(now.count, now.codes)
            anew.add(connection)
        assert (now.entries, now.offers) == (anew.entries, anew.offers)
        return len(now.entries)

    count = same()
    writing.say_capacity(store, first, 2)
    assert same() == count
    for patch in ({"merged_into": first, "status": "merged"}, {"status": "active"}, {"erased_at": FRIDAY}):
        with store.write() as unit:
            unit.record("providers", second, patch)
        directory.settle(store)
        there = same() == count
        assert there == (patch.get("status") == "active")
        assert (second in [found.id for found in directory.search(store, "nopal").found]) == there
    with store.write() as unit:
        unit.remember("directory:imported:x", {"provider": {"name": "Casa"}})
        eviction.wipe(unit.connection)
    assert same() == 0
    with store.read() as connection:
        assert not connection.exec_driver_sql(
            "SELECT count(*) FROM sync_state WHERE key GLOB 'directory:*'"
        ).scalar()


FRIDAY, MONDAY = "2026-11-27T18:00:00.000000Z", "2026-11-30T09:00:00.000000Z"


def test_what_is_said_of_a_provider_holds_once_however_often_and_late_it_is_done(
    workspace: Workspace,
) -> None:
    """Each deed is done twice, the second time on another day, as a journal that was put back does it."""
    store = workspace.store
    provider, case = entered(store), case_of(workspace)
    old = directory.search(store, "ceiba").found[0].dial
    deeds = [
        deed("provider_report", provider, "no_answer", old, None, None, FRIDAY),
        deed("provider_propose", provider, "phone", NEW, old),
        deed("provider_room", provider, 3, FRIDAY),
        deed("provider_exclude", case, provider, "agresor_conoce", None, ids.new_id()),
    ]
    for job in deeds:
        job(store)
    writing.say_capacity(store, provider, 0, MONDAY)
    counted = directory.detail(store, provider).gathered
    with store.read() as connection:
        changes = connection.exec_driver_sql("SELECT count(*) FROM changes").scalar()
    for job in deeds:
        job(store)
    with store.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM changes").scalar() == changes
        assert connection.exec_driver_sql("SELECT count(*) FROM exclusions").scalar() == 1
    assert directory.detail(store, provider).gathered == counted
    assert (counted.checks[0]["at"], counted.checks[0]["about_id"]) == (FRIDAY, old)
    assert counted.services[0]["capacity_free"] == 0, "what was said later of more places is older"


def test_a_list_sees_what_was_said_as_soon_as_it_is_stored(workspace: Workspace) -> None:
    """Nobody reads the index again in between: it is part of the write."""
    store = workspace.store
    provider = entered(store)
    writing.say_capacity(store, provider, 2)
    assert directory.search(store, "ceiba").found[0].free == 2
    writing.report(store, provider, "moved")
    with store.read() as connection:
        query = "SELECT doubted FROM search_fit WHERE provider_id = ?"
        assert connection.exec_driver_sql(query, (provider,)).scalar() == 1


def test_what_a_full_disk_refused_of_a_provider_is_said_once_at_the_next_unlock(office: Founded) -> None:
    workspace = open_workspace(office.home, office.key)
    settle(workspace)
    provider, case = entered(workspace.store), case_of(workspace)
    old = directory.search(workspace.store, "ceiba").found[0].dial
    fill(workspace)
    # A note that no page has room for goes first.
    for job in (
        deed("noted", case, "x" * 200_000, "setting:draft:x"),
        deed("provider_report", provider, "no_answer", old, None, None, FRIDAY),
        deed("provider_propose", provider, "phone", NEW, old),
        deed("provider_room", provider, 3, FRIDAY),
    ):
        workspace.writer.submit(job)
    assert not workspace.writer.drain(0.3)
    assert workspace.writer.keep()
    die(workspace)
    for _unlock in range(2):
        workspace = open_workspace(office.home, office.key)
        settle(workspace)
        gathered = directory.detail(workspace.store, provider).gathered
        assert [(check["kind"], check["at"]) for check in gathered.checks] == [("no_answer", FRIDAY)]
        assert (gathered.services[0]["capacity_free"], gathered.services[0]["capacity_at"]) == (3, FRIDAY)
        assert [entry.row["value"] for entry in gathered.channels.proposed] == [NEW]
        workspace.close()


def synced(*desks: Desk) -> None:
    for _turn in range(2):
        for desk in desks:
            desk.sync()
            directory.settle(desk.store)


def test_a_changed_number_on_two_laptops_waits_for_a_second_person(house: House) -> None:
    lead, ana = house.desk("lead", "supervisor"), house.desk("ana")
    provider = entered(lead.store)
    synced(lead, ana)
    assert dialled(ana.store, provider) == OLD
    old = directory.detail(lead.store, provider).to_dial
    assert old is not None
    new = writing.propose_channel(lead.store, provider, "phone", NEW, replaces=old.row["id"])
    synced(lead, ana)
    for desk in (lead, ana):
        assert dialled(desk.store, provider) == OLD
        assert len(directory.detail(desk.store, provider).gathered.channels.proposed) == 1
    writing.report(ana.store, provider, "verified", new, told_by="recepción")
    assert dialled(ana.store, provider) == NEW
    synced(ana, lead)
    assert dialled(lead.store, provider) == NEW
    assert names(directory.search(lead.store, "ceiba")) == names(directory.search(ana.store, "ceiba"))
    assert directory.search(lead.store, "ceiba").found[0].freshness == "fresh"
    assert lead.refolds()
    assert ana.refolds()


def test_one_persons_second_laptop_verifies_nothing_that_the_first_proposed(house: House) -> None:
    lead, ana = house.desk("lead", "supervisor"), house.desk("ana")
    person = lead.store.author.actor
    twin = house.desk("twin", "supervisor", person=person)
    provider = entered(lead.store)
    synced(lead, ana, twin)
    old = directory.detail(lead.store, provider).to_dial
    assert old is not None
    new = writing.propose_channel(lead.store, provider, "phone", NEW, replaces=old.row["id"])
    synced(lead, ana, twin)
    # A laptop that does not know better: it still writes under a name of its own.
    writing.report(twin.store, provider, "verified", new, told_by="nadie")
    synced(twin, lead, ana)
    for desk in (lead, ana):
        assert dialled(desk.store, provider) == OLD
    assert ana.scalar("SELECT count(*) FROM provider_checks") == 0, "the server took no such word"


def test_a_counselor_reports_drafts_and_proposes_and_rewrites_nothing(house: House) -> None:
    lead, ana = house.desk("lead", "supervisor"), house.desk("ana")
    provider = entered(lead.store)
    synced(lead, ana)
    service = directory.detail(ana.store, provider).gathered.services[0]["id"]
    for table, row, patch in (
        ("providers", provider, {"name": "Otra"}), ("providers", provider, {"status": "closed"}),
        ("provider_services", service, {"hours": "24/7"}),
    ):  # fmt: skip
        with pytest.raises(Refused, match="not_your_task"), ana.store.write() as unit:
            unit.record(table, row, patch)
    writing.say_capacity(ana.store, provider, 2)
    writing.report(ana.store, provider, "no_answer")
    old = directory.detail(ana.store, provider).to_dial
    assert old is not None
    writing.propose_channel(ana.store, provider, "phone", NEW, replaces=old.row["id"])
    draft = entered(ana.store, "Casa Nueva (ficticia)")
    synced(ana, lead)
    found = {found.id: found for found in directory.search(lead.store, "casa").found}
    assert (found[draft].status, found[provider].free) == ("draft", 2)
    assert dialled(lead.store, provider) == OLD
    writing.report(lead.store, provider, "wrong_number")
    assert directory.detail(lead.store, provider).line.freshness == "never"
    assert ana.scalar("SELECT count(*) FROM changes WHERE refused IS NOT NULL") == 0


def test_a_curator_keeps_the_directory_and_sees_of_cases_what_a_counselor_sees(house: House) -> None:
    """Attack 124: no door takes her for supervision, and nobody becomes one by saying so."""
    lead, cura, ana = house.desk("lead", "supervisor"), house.desk("cura", "curator"), house.desk("ana")
    provider = entered(lead.store)
    case = ana.case(summary="de Ana")
    synced(lead, ana, cura)
    entry = entered(cura.store, "Casa Nueva (ficticia)")
    with cura.store.write() as unit:
        unit.record("providers", provider, {"about": "Solo mujeres", "status": "suspended"})
    old = directory.detail(cura.store, provider).to_dial
    assert old is not None
    writing.propose_channel(cura.store, provider, "phone", NEW, replaces=old.row["id"])
    synced(cura, ana)
    found = {found.id: found.status for found in directory.search(ana.store, "casa").found}
    assert (found[entry], found[provider]) == ("active", "suspended"), "a colleague believes it, and no draft"
    assert dialled(ana.store, provider) == OLD, "a number waits for a second person, hers too"
    assert cura.row(case) is None
    for table, patch in (("provider_private", {"address": "Calle 1"}), ("courses", {"title": "x"})):
        with pytest.raises(Refused, match="not_your_task"), cura.store.write() as unit:
            unit.record(table, ids.new_id(), patch)
    with pytest.raises(Refused, match="not_your_task"), ana.store.write() as unit:
        unit.record("counselors", ana.workspace.counselor_id, {"role": "curator"})
    with pytest.raises(Refused, match="not_your_task"), ana.store.write() as unit:
        unit.record("providers", provider, {"about": "Otra cosa"})
    assert cura.scalar("SELECT count(*) FROM changes WHERE refused IS NOT NULL") == 0


def test_who_keeps_the_directory_takes_a_provider_out_of_it_and_back(house: House) -> None:
    lead, ana = house.desk("lead", "supervisor"), house.desk("ana")
    provider, other = entered(lead.store), entered(lead.store, "Casa Nueva (ficticia)")
    synced(lead, ana)
    case = ana.case()
    sent = {"provider_id": provider, "status": "sent"}
    with ana.store.write() as unit:
        unit.record("referrals", ids.new_id(), sent, case=case)
    with pytest.raises(Refused, match="not_your_task"):
        status.set_status(ana.store, provider, "closed", "me lo dijeron")
    for _twice in range(2):
        draft = adding.add(
            ana.store, "1", "Casa Garza (ficticia)", "refugio", "salud_mental", "MX-TLA", "55 5000 0007"
        )
    stands = ana.row(draft, "providers")
    assert (stands["status"], stands["drafted_by"]) == ("draft", ana.workspace.counselor_id)
    line = next(found for found in directory.search(ana.store, "").found if found.id.startswith("hotline."))
    for wrong, code in (((line.name, "5550000007"), "is_a_line"), (("Casa Garza", "55"), "bad_number")):
        with pytest.raises(Refused, match=code):
            adding.add(ana.store, "2", wrong[0], "refugio", "salud_mental", "MX-TLA", wrong[1])
    writing.report(ana.store, provider, "closed")  # what she heard is asked again, and takes nothing away
    assert directory.detail(ana.store, provider).line.status == "active"
    for said, why, into, code in (
        ("closed", " . ", None, "why_so"), ("merged", "es la misma", None, "provider_into"),
        ("merged", "es la misma", provider, "provider_into"), ("closed", "cerró", other, "provider_into"),
        ("merged", "es la misma", "nadie", "no_such_provider"),
    ):  # fmt: skip
        with pytest.raises(Refused, match=code):
            status.set_status(lead.store, provider, said, why, into)
    with pytest.raises(Refused, match="no_such_provider"):
        status.set_status(lead.store, "hotline.911", "closed", "broma")
    with pytest.raises(Refused, match="not_your_task"):
        status.set_hours(ana.store, provider, "24 horas")
    for wrong in ("9 a 3", "cuando se pueda"):
        with pytest.raises(Refused, match="hours_unread"):
            status.set_hours(lead.store, provider, wrong)
    with pytest.raises(Refused, match="no_such_site"):
        status.set_hours(lead.store, provider, "24 horas", "otra")
    status.set_hours(lead.store, provider, "lun a vie 9 a 15")
    (site,) = [stated.row for stated, _open in directory.detail(lead.store, provider).sites]
    assert site["hours"] == "Mo-Fr 09:00-15:00"
    at = instants.iso(lead.store.now())
    for _twice in range(2):
        status.set_status(
            lead.store, provider, "suspended", "Sin agua hasta enero, dijo coordinación", None, at
        )
    assert lead.scalar("SELECT count(*) FROM provider_checks WHERE note LIKE 'Sin agua%'") == 1
    synced(lead, ana)
    referral_after.note_shut(ana.store)
    assert ana.scalar("SELECT count(*) FROM tasks WHERE plan = 'institucion_cerrada'") == 1
    line = directory.detail(ana.store, provider).line
    assert directory_words.offered_badge(line, "UTC")[1] == "error"
    listed = directory.for_case(ana.store, cases.document(ana.store, case))
    assert provider not in [found.id for found in listed.found]
    status.set_status(lead.store, provider, "merged", "es la misma casa", other)
    assert lead.row(provider, "providers")["merged_into"] == other
    status.set_status(lead.store, provider, "active", "no era la misma")
    row = lead.row(provider, "providers")
    assert (row["status"], row["merged_into"]) == ("active", None)


def test_a_refuges_address_stays_off_a_counselors_laptop(house: House) -> None:
    lead, ana, other = house.desk("lead", "supervisor"), house.desk("ana"), house.desk("other", "supervisor")
    provider = entered(lead.store)
    with lead.store.write() as unit:
        unit.record(
            "provider_private", ids.new_id(), {"provider_id": provider, "address": "CANARIO Calle Ficticia 1"}
        )
    with pytest.raises(Refused, match="not_your_task"), ana.store.write() as unit:
        unit.record("provider_private", ids.new_id(), {"provider_id": provider, "address": "x"})
    synced(lead, ana, other)
    assert other.scalar("SELECT address FROM provider_private") == "CANARIO Calle Ficticia 1"
    assert ana.scalar("SELECT count(*) FROM changes WHERE patch LIKE '%CANARIO%'") == 0
    assert ana.scalar("SELECT count(*) FROM providers") == 1
    for said in (private.keeping(provider, {"address": "x"}), private.telling(ana.store, provider, "x")):
        with pytest.raises(Refused, match="kept_apart"):
            said(ana.store)
    with pytest.raises(Refused, match="kept_apart"):
        private.view(ana.store, provider)
    (row,) = private.view(other.store, provider).rows
    private.keeping(provider, {"concern": "seguridad", "concern_text": "Hecho ficticio."}, row["id"])(
        other.store
    )
    telling = private.telling(other.store, row["id"], ana.store.author.actor)
    telling(other.store)
    telling(other.store)
    synced(other, lead, ana)
    seen = private.view(other.store, provider)
    assert [(entry.row, entry.at) for entry in seen.told] == [(row["id"], telling.arguments[2])]
    assert private.view(lead.store, provider).rows[0]["concern"] == "seguridad"
    assert ana.scalar("SELECT count(*) FROM changes WHERE patch LIKE '%ficticio.%'") == 0


def test_two_rankings_at_once_leave_the_collector_as_it_was() -> None:
    before = gc.get_threshold()
    first, second = collecting_less(), collecting_less()
    with first:
        second.__enter__()
    assert gc.get_threshold()[0] >= 50_000, "one of them still works"
    second.__exit__(None, None, None)
    assert gc.get_threshold() == before
