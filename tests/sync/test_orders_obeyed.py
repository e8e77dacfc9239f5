"""What a laptop does with documents: signed orders are obeyed once, everything else changes nothing and is told."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from nacl.encoding import HexEncoder
from nacl.signing import SigningKey
from test_control import officer, signed
from vaults import MadeVault
from workspaces import Founded

from lnctp_tui.cli import orders as cli
from lnctp_tui.domain.authority import control
from lnctp_tui.domain.authority.control import Authority
from lnctp_tui.domain.authority.documents import ControlRefused, Signed
from lnctp_tui.domain.values import folio
from lnctp_tui.errors import Refused, SyncFailed, VaultError, WrongPassphrase
from lnctp_tui.services.case import cases, offline_lockout
from lnctp_tui.services.sync import officers, synchronise
from lnctp_tui.services.vault import vault_access
from lnctp_tui.services.vault.workspace import Workspace, open_workspace
from lnctp_tui.storage import instants
from lnctp_tui.storage.database import state
from lnctp_tui.storage.replication import authority, server_state
from lnctp_tui.storage.replication.server_state import Server
from lnctp_tui.storage.vault import copies, recovery, vault
from lnctp_tui.sync import control as orders
from lnctp_tui.sync.control import Control

pytestmark = pytest.mark.usefixtures("quick_new_keys")

AT, FAR = "2026-11-29T10:00:00.000000Z", "2026-12-20T10:00:00.000000Z"
PHONE = "5550001234"


@dataclass
class Lying:
    """A server that says whatever a test has it say, over the one route that matters here."""

    authorities: list[Any] = field(default_factory=list)
    orders: list[Any] = field(default_factory=list)
    asked: list[tuple[str, Any]] = field(default_factory=list)
    down: str = ""
    offset: int = 0

    def call(
        self, method: str, path: str, message: Mapping[str, Any] | None = None, *, wait: float = 0.0
    ) -> dict[str, Any]:
        self.asked.append((path, message))
        if self.down:
            raise SyncFailed(self.down)
        if path != "/v1/control":
            return {}
        assert message is not None
        start = message["orders"] if message["orders"] <= len(self.orders) else 0
        return {"authorities": self.authorities[message["authority"] :], "orders": self.orders[start:],
                "from": start, "more": False, "drafts": []}  # fmt: skip

    def close(self) -> None: ...


@dataclass
class Scene:
    """A laptop with a sent case, an unsent one and a draft, its authority, and the line."""

    workspace: Workspace
    line: Lying
    acta: Authority
    key: str
    sealed: list[str] = field(default_factory=list)
    can_seal: bool = True

    def control(self) -> Control:
        def seal(order: str) -> bool:
            self.sealed.append(order)
            return self.can_seal

        return Control(self.workspace.store, self.line, seal)

    def order(
        self, kind: str, *names: str, on: str = "", rev: int = 1, until: str | None = None, **data: Any
    ) -> Signed:
        usual: dict[str, dict[str, Any]] = {
            "device": {"person": "person-ana", "state": "active"}, "seal": {"why": ""},
            "wipe": {"unsent": False, "why": ""}, "erase": {"unsent": False, "why": ""},
            "person": {"role": "counselor", "state": "active", "name": "Ana"},
        }  # fmt: skip
        until = until or (FAR if kind == "wipe" else None)
        made = control.order(
            self.acta, kind, on or self.key, rev, usual[kind] | data, id="an-order", at=AT, until=until
        )
        return signed(made, *names)

    def told(self, *made: Signed | object) -> None:
        """The server hands these out as orders, and the laptop asks."""
        self.line.orders += [each.document() if isinstance(each, Signed) else each for each in made]
        self.control().fetch()

    def state(self) -> tuple[int, int, int, int]:
        """Changes with content, unsent ones, cases, drafts."""
        with self.workspace.store.read() as connection:
            return tuple(  # type: ignore[return-value]
                connection.exec_driver_sql(each).scalar()
                for each in ("SELECT count(*) FROM changes WHERE patch <> '{}'",
                             "SELECT count(*) FROM changes WHERE sent < 2 AND patch <> '{}'",
                             "SELECT count(*) FROM cases", "SELECT count(*) FROM sync_state WHERE key GLOB 'draft:*'")
            )  # fmt: skip

    def alarms(self) -> set[str]:
        with self.workspace.store.read() as connection:
            return set(state.get(connection, server_state.ALARMS, {}))

    def hidden(self, case: str) -> str | None:
        with self.workspace.store.read() as connection:
            return offline_lockout.hides(connection, self.workspace.store.now(), case)


SENT, UNSENT = "0193f0c2-0000-7000-8000-00000000000a", "0193f0c2-0000-7000-8000-00000000000b"


def first_list() -> tuple[Authority, Signed]:
    made = signed(control.found([officer("laura"), officer("rosa")], {}, {}, AT), "laura", "rosa")
    return control.read_authority(made, None), made


@pytest.fixture
def scene(workspace: Workspace) -> Scene:
    acta, document = first_list()
    store = workspace.store
    store.now = lambda: instants.parse("2026-11-30T10:00:00.000000Z")
    with store.write() as unit:
        for case in (SENT, UNSENT):
            unit.record("cases", case, {"status": "open", "summary": "algo"}, case=case)
            unit.record("identifiers", case[:-1] + "c" + "", {"kind": "phone", "value": PHONE}, case=case) \
                if case == SENT else None  # fmt: skip
        unit.connection.exec_driver_sql('UPDATE changes SET sent = 2 WHERE "case" = ?', (SENT,))
        unit.remember("draft:nota", "una nota")
        server_state.put_server(
            unit.connection, Server("https://a", None, "ab" * 32, "active", "person-ana", "counselor", "t")
        )
        unit.remember(authority.PINNED, {"org": acta.org, "by": "voice"})
        secret = SigningKey(state.get(unit.connection, server_state.DEVICE_KEY), HexEncoder)
    found = Scene(workspace, Lying([document.document()]), acta, bytes(secret.verify_key).hex())
    found.control().fetch()
    assert found.alarms() == set()
    return found


def test_two_persons_wipe_what_was_sent_and_it_is_told_back_once(scene: Scene) -> None:
    scene.told(scene.order("wipe", "laura", "rosa"))
    changes, unsent, rows, drafts = scene.state()
    assert (rows, drafts) == (0, 0)
    assert unsent == changes > 0
    done = [message for path, message in scene.line.asked if path == "/v1/obeyed"]
    scene.control().fetch()
    assert [message for path, message in scene.line.asked if path == "/v1/obeyed"] == done
    assert len(done) == 1


def test_with_the_unsent_everything_goes(scene: Scene) -> None:
    scene.told(scene.order("wipe", "laura", "rosa", unsent=True))
    assert scene.state() == (0, 0, 0, 0)


@pytest.mark.parametrize("unsent", [False, True])
def test_copies_beside_the_database_go_with_what_was_never_sent(
    scene: Scene, unsent: bool, tmp_path: Path
) -> None:
    home, elsewhere = scene.workspace.home, tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "case.db").write_bytes(b"mine")
    for name in ("rescate-20261129", "antes-20261128"):
        (home / name).mkdir()
        (home / name / "case.db").write_bytes(b"old")
    (home / "antes-link").symlink_to(elsewhere)
    for name in ("emergency-00-ab.journal", "apartado-emergency-01-cd.journal"):
        (home / name).write_bytes(b"sealed")
    scene.told(scene.order("wipe", "laura", "rosa", unsent=unsent))
    left = {path.name for path in copies.found(home)}
    assert len(left) == (0 if unsent else 5)
    assert (elsewhere / "case.db").exists()
    assert {"vault.json", "case.db"} <= {path.name for path in home.iterdir()}


def test_new_calls_after_a_wipe_stay_though_the_order_is_shown_again(scene: Scene) -> None:
    scene.told(scene.order("wipe", "laura", "rosa", unsent=True))
    with scene.workspace.store.write() as unit:
        unit.record("cases", UNSENT, {"status": "open"}, case=UNSENT)
    scene.control().fetch()
    scene.control().obey()
    assert scene.state()[2] == 1


Lie = Callable[[Scene], object]
LIES: dict[str, tuple[Lie, str]] = {
    "nobody": (lambda s: s.order("wipe"), "control_threshold"),
    "one person": (lambda s: s.order("wipe", "laura"), "control_threshold"),
    "a stranger beside": (lambda s: s.order("wipe", "laura", "mallory"), "control_threshold"),
    "strangers": (lambda s: s.order("seal", "mallory"), "control_threshold"),
    "one person erases": (lambda s: s.order("erase", "rosa", on=SENT), "control_threshold"),
    "no document": (lambda _: {"wipe": True}, "control_form"),
    "a text": (lambda _: "wipe_all", "control_form"),
    "nothing": (lambda _: None, "control_form"),
    "another organisation": (
        lambda s: signed(control.order(_foreign(), "wipe", s.key, 1, {"unsent": True, "why": ""}, id="an-order", at=AT,
                                       until=FAR), "laura", "mallory"), "control_org"),
    "an authority to come": (
        lambda s: signed(control.order(_next(s.acta), "seal", s.key, 1, {"why": ""}, id="an-order", at=AT), "laura"),
        "control_backwards"),
}  # fmt: skip


def _foreign() -> Authority:
    made = control.found([officer("laura"), officer("mallory")], {}, {}, AT)
    return control.read_authority(signed(made, "laura", "mallory"), None)


def _next(acta: Authority) -> Authority:
    return control.read_authority(
        signed(control.follow(acta, [officer("laura")], [], AT), "laura", "rosa"), acta
    )


@pytest.mark.parametrize("name", LIES)
def test_what_nobody_entitled_signed_changes_nothing_and_is_told(scene: Scene, name: str) -> None:
    lie, code = LIES[name]
    before = scene.state()
    scene.told(lie(scene))
    assert scene.state() == before
    assert scene.sealed == []
    assert scene.hidden(SENT) is None
    assert code in scene.alarms()


def test_an_order_for_another_laptop_and_one_that_is_over_change_nothing(scene: Scene) -> None:
    before = scene.state()
    scene.told(scene.order("wipe", "laura", "rosa", on="ef" * 32), scene.order("seal", "rosa", on="ef" * 32))
    assert scene.state() == before
    assert (scene.sealed, scene.hidden(SENT)) == ([], None)
    scene.told(scene.order("wipe", "laura", "rosa", until="2026-11-30T09:00:00.000000Z"))
    assert scene.state() == before
    assert scene.hidden(SENT) == "hidden_by_order"


def test_a_clock_that_was_set_back_brings_no_order_to_life(scene: Scene) -> None:
    before, store = scene.state(), scene.workspace.store
    with store.write() as unit:
        unit.remember(server_state.LATEST, FAR.replace("2026", "2027"))
    scene.told(scene.order("wipe", "laura", "rosa"))
    assert scene.state() == before


def test_nothing_is_believed_before_a_person_confirmed(scene: Scene) -> None:
    with scene.workspace.store.write() as unit:
        unit.remember(authority.PINNED, None)
        unit.connection.exec_driver_sql("DELETE FROM authorities")
    before = scene.state()
    scene.told(scene.order("wipe", "laura", "rosa", unsent=True), scene.order("seal", "rosa", rev=2))
    assert scene.state() == before
    assert scene.sealed == []
    assert synchronise.status(scene.workspace).alarms == [orders.UNCONFIRMED]
    with scene.workspace.store.read() as connection:
        assert state.get(connection, authority.OFFERED) == scene.acta.org


def test_a_seal_is_carried_out_once_also_after_the_custodians_opened_it(scene: Scene) -> None:
    before = scene.state()
    scene.told(scene.order("seal", "rosa"))
    assert len(scene.sealed) == 1
    assert scene.state() == before
    scene.control().fetch()
    assert len(scene.sealed) == 1
    assert scene.hidden(SENT) is None


def test_a_vault_that_nobody_could_open_again_only_hides_until_an_approval(scene: Scene) -> None:
    scene.can_seal = False
    before = scene.state()
    scene.told(scene.order("seal", "rosa"))
    scene.control().fetch()
    assert "seal_only_hides" in scene.alarms()
    assert "/v1/obeyed" not in [path for path, _ in scene.line.asked]
    assert scene.hidden(SENT) == "hidden_by_order"
    assert scene.state() == before
    scene.told(scene.order("device", "rosa", rev=2))
    assert scene.hidden(SENT) is None


@pytest.mark.parametrize("order_of_coming", [(0, 1), (1, 0)])
def test_an_approval_ends_a_revocation_in_any_order_of_coming(
    scene: Scene, order_of_coming: tuple[int, int]
) -> None:
    made = [scene.order("device", "laura", state="revoked"), scene.order("device", "laura", rev=2)]
    for place in order_of_coming:
        scene.told(made[place])
        assert (scene.hidden(SENT) is None) == (place == 1 or order_of_coming[0] == 1)
    assert scene.hidden(SENT) is None


def test_the_role_is_the_signed_one(scene: Scene) -> None:
    def role() -> str:
        with scene.workspace.store.read() as connection:
            found = server_state.server(connection)
            assert found is not None
            return found.role

    with scene.workspace.store.write() as unit:
        known = server_state.server(unit.connection)
        assert known is not None
        server_state.put_server(unit.connection, server_state.with_role(known, "supervisor"))
    scene.told(scene.order("seal", "rosa", on="ef" * 32))
    assert role() == "counselor"
    scene.told(scene.order("person", "laura", on="person-ana", role="supervisor"))
    assert role() == "supervisor"


def test_every_role_that_was_signed_for_a_laptops_person_is_kept_for_its_key(scene: Scene) -> None:
    def roles() -> dict[bytes, frozenset[str]] | None:
        with scene.workspace.store.read() as connection:
            return authority.signed_roles(connection)

    assert roles() == {}
    scene.told(
        scene.order("device", "laura"), scene.order("person", "laura", on="person-ana", role="supervisor")
    )
    assert roles() == {bytes.fromhex(scene.key): frozenset({"supervisor"})}
    scene.told(scene.order("person", "laura", on="person-ana", rev=2, role="counselor"))
    assert roles() == {bytes.fromhex(scene.key): frozenset({"supervisor", "counselor"})}
    scene.told(scene.order("person", "laura", on="person-rosa", role="admin"))
    assert roles() == {bytes.fromhex(scene.key): frozenset({"supervisor", "counselor"})}
    with scene.workspace.store.write() as unit:
        unit.remember(authority.PINNED, None)
    assert roles() is None


def test_an_erasure_blanks_its_scope_and_no_other(scene: Scene) -> None:
    scene.told(scene.order("erase", "laura", "rosa", on=SENT))
    with scene.workspace.store.read() as connection:
        text = "".join(connection.exec_driver_sql("SELECT patch FROM changes").scalars())
        assert PHONE not in text
        assert (
            connection.exec_driver_sql("SELECT summary FROM cases WHERE id = ?", (UNSENT,)).scalar() == "algo"
        )
        assert connection.exec_driver_sql("SELECT count(*) FROM identifiers WHERE value <> ''").scalar() == 0


@pytest.mark.parametrize(("unsent", "left"), [(False, "algo"), (True, None)])
def test_the_unsent_of_an_erased_case_goes_only_when_the_order_says_so(
    scene: Scene, unsent: bool, left: str | None
) -> None:
    scene.told(scene.order("erase", "laura", "rosa", on=UNSENT, unsent=unsent))
    with scene.workspace.store.read() as connection:
        assert (
            connection.exec_driver_sql("SELECT max(summary) FROM cases WHERE id = ?", (UNSENT,)).scalar()
            == left
        )


def test_an_authority_out_of_its_row_leaves_the_former_and_is_told(scene: Scene) -> None:
    good = control.follow(scene.acta, [officer("laura"), officer("rosa")], [], AT)
    stolen = control.follow(scene.acta, [officer("mallory")], [], AT)
    scene.line.authorities.append(signed(stolen, "mallory", "laura").document())
    scene.control().fetch()
    assert scene.alarms() == {"control_threshold"}
    scene.line.authorities[1:] = [signed(good, "laura", "rosa").document()]
    scene.control().fetch()
    with scene.workspace.store.read() as connection:
        assert authority.reached(connection)[0] == 2
        assert sorted(authority.versions(connection)) == [1, 2]
    third = control.follow(scene.acta, [officer("mallory")], [], AT)
    scene.line.authorities.append(signed(third, "mallory", "laura", "rosa").document())
    scene.control().fetch()
    assert "control_forked" in scene.alarms() or "control_old" in scene.alarms()


def test_a_server_that_withholds_what_it_says_it_has_is_told(scene: Scene) -> None:
    scene.control().heard({"control": [1, 3]})
    assert scene.alarms() == {orders.INCOMPLETE}
    for junk in (None, [], [1], ["1", 2], {"a": 1}, [True, 5]):
        scene.control().heard({"control": junk})


def test_what_a_restored_server_lost_is_handed_back_to_it(scene: Scene) -> None:
    scene.told(scene.order("seal", "rosa", on="ef" * 32), scene.order("seal", "laura", on="ee" * 32))
    scene.line.orders.clear()
    scene.told(scene.order("person", "rosa", on="person-ines"))
    back = [message for path, message in scene.line.asked if path == "/v1/orders"]
    assert len(back) == 2


def test_a_file_edited_on_the_disk_is_not_believed(scene: Scene) -> None:
    scene.told(scene.order("person", "laura", on="person-ana", role="supervisor"))
    with scene.workspace.store.write() as unit:
        unit.connection.exec_driver_sql(
            "UPDATE orders SET document = replace(document, 'supervisor', 'admin')"
        )
        unit.connection.exec_driver_sql("DELETE FROM authorities")
    with scene.workspace.store.read() as connection:
        assert authority.book(connection).orders == ()


def test_the_list_that_names_every_laptop_is_read_once_and_an_edited_one_anew(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.told(scene.order("person", "laura", on="person-ana", role="supervisor"))
    read = control.read_authority
    walked: list[Signed] = []
    monkeypatch.setattr(
        control, "read_authority", lambda signed, *of: walked.append(signed) or read(signed, *of)
    )
    scene.told(scene.order("person", "laura", on="person-eva", role="supervisor"))
    with scene.workspace.store.read() as connection:
        believed = authority.versions(connection)
        believed.clear()  # a caller's own copy
        assert sorted(authority.versions(connection)) == [1]
    assert walked == []
    with scene.workspace.store.write() as unit:
        unit.connection.exec_driver_sql(
            "UPDATE authorities SET document = replace(document, 'laura', 'lauro')"
        )
    with scene.workspace.store.read() as connection:
        assert authority.book(connection).orders == ()
        assert authority.versions(connection) == {}


def test_random_bytes_of_documents_are_never_obeyed(scene: Scene, soak: bool) -> None:
    draw, before = random.Random(31), scene.state()
    good = scene.order("wipe", "laura", "rosa", unsent=True).document()
    for _ in range(3000 if soak else 60):
        body = bytearray(good["body"].encode())
        body[draw.randrange(len(body))] ^= 1 << draw.randrange(7)
        if bytes(body) == good["body"].encode():
            continue
        scene.told({"body": body.decode(errors="replace"), "sigs": good["sigs"]})
    assert scene.state() == before
    assert scene.sealed == []


@pytest.mark.parametrize("kind", ["seal", "wipe", "device", "person"])
def test_what_a_crash_left_between_keeping_and_obeying_is_obeyed_at_the_next_start(
    scene: Scene, kind: str
) -> None:
    more: dict[str, Any] = {
        "device": {"state": "revoked"},
        "person": {"role": "admin", "on": "person-ana"},
    }.get(kind, {})
    made = scene.order(kind, "laura", "rosa", **more)
    with scene.workspace.store.write() as unit:
        authority.keep_order(unit.connection, made)
    scene.line.down = "offline"
    scene.control().begin()
    with scene.workspace.store.read() as connection:
        known = server_state.server(connection)
    assert known is not None
    assert {
        "seal": scene.sealed == [made.hash], "wipe": scene.state()[2] == 0, "device": scene.hidden(SENT) is not None,
        "person": known.role == "admin",
    }[kind]  # fmt: skip


def test_a_crash_after_the_vault_was_sealed_and_before_its_note_seals_no_second_time(
    scene: Scene, office: Founded
) -> None:
    vault.set_recovery(office.home, office.key, recovery.new_keys().public)
    made = scene.order("seal", "rosa")

    def seal(order: str) -> bool:
        assert vault.seal(office.home, office.key, order)
        raise RuntimeError("the power went")

    scene.line.orders.append(made.document())
    with pytest.raises(RuntimeError):
        Control(scene.workspace.store, scene.line, seal).fetch()
    vault.set_phrase(office.home, office.key, "la frase de los custodios", "own", custodians=True)
    Control(
        scene.workspace.store, scene.line, lambda order: vault.seal(office.home, office.key, order)
    ).begin()
    assert not vault.Vault.read(office.home).shut
    assert scene.hidden(SENT) is None


def test_junk_from_a_proxy_does_not_keep_a_later_seal_away(scene: Scene) -> None:
    """It stood in the line once and told of a thousand orders; then the honest server is there again."""
    honest = [scene.order("seal", "rosa", on="ef" * 32)]
    scene.told(*honest)
    scene.told(*[scene.order("wipe", "mallory", "laura", rev=n) for n in range(1, 20)])
    assert "control_threshold" in scene.alarms()
    with scene.workspace.store.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM orders").scalar() == 1
    scene.line.orders = [each.document() for each in [*honest, scene.order("seal", "laura")]]
    scene.control().heard({"control": [1, 2]})
    assert len(scene.sealed) == 1


def test_a_refused_order_is_asked_for_again_and_a_right_one_in_its_place_is_obeyed(scene: Scene) -> None:
    good = scene.order("seal", "rosa")
    scene.told({"body": good.body, "sigs": []})
    assert scene.sealed == []
    scene.line.orders = [good.document()]
    scene.control().heard({"control": [1, 1]})
    assert scene.sealed == [good.hash]


def test_a_server_that_forgot_what_it_had_is_told_and_gets_it_back(scene: Scene) -> None:
    second = signed(control.follow(scene.acta, [officer("laura"), officer("rosa")], [], AT), "laura", "rosa")
    scene.line.authorities.append(second.document())
    scene.control().fetch()
    scene.acta = control.read_authority(second, scene.acta)
    scene.told(scene.order("device", "rosa", state="revoked"))
    assert scene.hidden(SENT) is not None
    scene.line.authorities.pop()
    scene.line.orders.clear()
    scene.control().heard({"control": [1, 0]})
    assert {"control_old", "control_backwards"} <= scene.alarms()
    assert scene.hidden(SENT) is not None
    back = [message["kind"] for path, message in scene.line.asked if path == "/v1/orders"]
    assert back == ["authority", "order"]


def test_an_erasure_of_somebody_everybody_sees_blanks_nothing(scene: Scene) -> None:
    before = scene.state()
    scene.told(scene.order("erase", "laura", "rosa", on=scene.workspace.counselor_id, unsent=True))
    scene.told(scene.order("erase", "laura", "rosa", on="0193f0c2-0000-7000-8000-0000000000ff", unsent=True))
    assert scene.state() == before


# the vault


@pytest.fixture
def held(office: Founded) -> tuple[Founded, recovery.OrganisationKeys]:
    keys = recovery.new_keys()
    vault.set_recovery(office.home, office.key, keys.public)
    return office, keys


def test_a_sealed_vault_opens_for_two_custodians_only_and_nothing_is_lost(
    held: tuple[Founded, recovery.OrganisationKeys], tmp_path: Path
) -> None:
    (home, key), keys = held
    vault.set_phrase(home, key, "una frase que nadie sabe", "own")
    sheet = vault.new_sheet(home, key)
    opened = open_workspace(home, key)
    with opened.store.write() as unit:
        unit.record("cases", UNSENT, {"status": "open", "summary": "algo"}, case=UNSENT)
    assert vault.seal(home, key, "ab" * 32)
    opened.close()
    shut = vault.Vault.read(home)
    assert (shut.shut, shut.sheet) == (True, None)
    for attempt in (
        lambda: vault.unlock(home, "una frase que nadie sabe"),
        lambda: vault.unlock_with_sheet(home, sheet),
        lambda: vault.set_phrase(home, key, "otra frase que nadie sabe", "own"),
        lambda: vault.change_phrase(home, "una frase que nadie sabe", "otra frase que nadie sabe", "own"),
        lambda: vault.new_sheet(home, key),
    ):
        with pytest.raises(VaultError) as caught:
            attempt()
        assert caught.value.code == "vault_sealed"
    request, _words = recovery.request(home)
    answer = recovery.answer(request, keys.shares[0], keys.shares[2])
    again = recovery.finish(home, answer, "la frase de los custodios", "own")
    assert vault.unlock(home, "la frase de los custodios") == again
    reopened = open_workspace(home, again)
    assert cases.document(reopened.store, UNSENT)["case"]["summary"] == "algo"
    reopened.close()
    # The same order, shown again after a crash before it was noted, seals no second time; a later one does.
    assert vault.seal(home, again, "ab" * 32)
    assert not vault.Vault.read(home).shut
    assert vault.seal(home, again, "cd" * 32)
    assert vault.Vault.read(home).shut


def test_a_vault_without_custodians_is_not_sealed(office: Founded) -> None:
    before = vault.Vault.read(office.home)
    assert not vault.seal(office.home, office.key, "ab" * 32)
    assert vault.Vault.read(office.home) == before


def test_the_seal_of_a_vault_cannot_be_taken_out_of_its_file(
    held: tuple[Founded, recovery.OrganisationKeys],
) -> None:
    (home, key), _keys = held
    vault.set_phrase(home, key, "una frase que nadie sabe", "own")
    vault.seal(home, key, "ab" * 32)
    path = home / "vault.json"
    path.write_bytes(path.read_bytes().replace(b'"shut": true', b'"shut": false'))
    with pytest.raises(VaultError):
        vault.unlock(home, "una frase que nadie sabe")


def test_a_refusal_has_a_code() -> None:
    assert ControlRefused().code == "control_form"
    assert timedelta(days=30) == control.UNTIL


def test_an_officers_key_follows_a_changed_phrase_and_no_other_phrase_signs(
    workspace: Workspace, vault_template: MadeVault
) -> None:
    old, new = vault_template.phrase, "una frase nueva que nadie sabe"
    made = control.order(first_list()[0], "seal", "ab" * 32, 1, {"why": ""}, id="an-order", at=AT)
    key = officers.become(workspace.home, workspace.store, old)
    vault_access.change_phrase(workspace.home, old, new, "own", workspace.store)
    assert officers.sign(workspace.store, new, made).keys() == {key}
    for wrong in (old, "", "otra frase que nadie sabe"):
        with pytest.raises(WrongPassphrase):
            officers.sign(workspace.store, wrong, made)


@pytest.mark.parametrize("dies", ["vault.change_phrase", "officers.settle"])
def test_after_a_crash_in_a_phrase_change_the_phrase_that_opens_is_the_one_that_signs(
    workspace: Workspace, vault_template: MadeVault, monkeypatch: pytest.MonkeyPatch, dies: str
) -> None:
    class Killed(BaseException): ...

    def die(*_: object, **__: object) -> None:
        raise Killed

    old, new = vault_template.phrase, "una frase nueva que nadie sabe"
    made = control.order(first_list()[0], "seal", "ab" * 32, 1, {"why": ""}, id="an-order", at=AT)
    key = officers.become(workspace.home, workspace.store, old)
    with monkeypatch.context() as patch:
        patch.setattr(
            f"lnctp_tui.{'storage.vault' if dies.startswith('vault') else 'services.sync'}.{dies}", die
        )
        if dies.startswith("vault"):
            patch.setattr("lnctp_tui.services.sync.officers.settle", die)
        with pytest.raises(Killed):
            vault_access.change_phrase(workspace.home, old, new, "own", workspace.store)
    opens = old if dies.startswith("vault") else new
    signs, other = (opens, new if opens == old else old)

    def holds(of: Workspace) -> None:
        assert vault.unlock(of.home, opens)
        assert officers.sign(of.store, signs, made).keys() == {key}
        with pytest.raises(WrongPassphrase):
            officers.sign(of.store, other, made)

    holds(workspace)
    workspace.close()
    again = open_workspace(workspace.home, workspace.key)
    try:
        holds(again)
        with again.store.read() as connection:
            assert "next" not in state.get(connection, officers.OFFICER)
    finally:
        again.close()


def test_the_phrase_of_before_a_sheet_signs_no_more_and_a_new_key_takes_its_place(
    workspace: Workspace, vault_template: MadeVault
) -> None:
    old, new = vault_template.phrase, "una frase nueva que nadie sabe"
    made = control.order(first_list()[0], "seal", "ab" * 32, 1, {"why": ""}, id="an-order", at=AT)
    former = officers.become(workspace.home, workspace.store, old)
    vault_access.set_phrase(workspace.home, workspace.key, new, "own")
    for typed in (old, new):
        with pytest.raises(Refused, match=r"^officer_phrase$"):
            officers.sign(workspace.store, typed, made)
    with pytest.raises(WrongPassphrase):
        officers.become(workspace.home, workspace.store, old)
    key = officers.become(workspace.home, workspace.store, new)
    assert key != former
    assert officers.become(workspace.home, workspace.store, new) == key
    assert officers.sign(workspace.store, new, made).keys() == {key}


def test_an_order_to_erase_names_the_case_of_a_folio_and_never_a_word_that_names_none(
    workspace: Workspace,
) -> None:
    said = str(folio.make("K7Q2", 1))
    with workspace.store.write() as unit:
        unit.record("cases", SENT, {"status": "open", "folio": said}, case=SENT)
    for typed in (said, SENT):
        assert cli._subject(workspace, "erase", typed, "active", "counselor", "", False)[0] == SENT
    for typed in ("K7Q2-0002-W", "Ana Ficticia", "todos-los-casos"):
        with pytest.raises(Refused, match="no_such_case"):
            cli._subject(workspace, "erase", typed, "active", "counselor", "", False)
