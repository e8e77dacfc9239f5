"""Attacks 31 and 33 at the server: nobody is let in, raised, sealed, wiped or erased but by officers' signatures."""

from __future__ import annotations

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from time import monotonic, thread_time
from typing import Any

import nacl.bindings
import psycopg
import pytest
from control_office import Officers, founded, officers, pin
from nacl.signing import SigningKey
from served import TEAM, Laptop, Served, serving
from sqlalchemy.exc import DBAPIError

from lnctp_tui.domain.authority import control, documents
from lnctp_tui.domain.authority.documents import ControlRefused
from lnctp_tui.errors import Refused
from lnctp_tui.server.admin import founding, identity, ordering, pins
from lnctp_tui.server.admin.control import Control
from lnctp_tui.server.postgres import backups, database, schema
from lnctp_tui.server.postgres.database import SERVE
from lnctp_tui.server.settings import Settings
from lnctp_tui.storage import instants

PULL = "/v1/pull?cursor=0.&proof=&limit=1000&wait=0"


@pytest.fixture
def team(served: Served, tmp_path: Path) -> Officers:
    return officers(served, tmp_path)


def asked(laptop: Laptop, **body: Any) -> dict[str, Any]:
    answer = laptop.call("POST", "/v1/control", body)
    assert answer.status == 200, answer.content
    return dict(answer.message)


def audited(served: Served, like: str) -> list[str]:
    with database.connect(served.database) as connection, database.transaction(connection, TEAM, SERVE):
        rows = connection.execute("SELECT action FROM audit WHERE action LIKE %s ORDER BY n", (like,))
        return [action for (action,) in rows]


def test_what_stood_at_the_founding_stands_and_a_new_laptop_waits_for_an_officer(team: Officers) -> None:
    served = team.served
    assert {team.state(each) for each in team.laptops} == {"active"}
    ana = served.pending()
    assert team.state(ana) == "pending"
    assert ana.push(ana.case()).error == "pending"
    team.do("device", ana)
    assert ana.push(ana.case()).status == 200
    assert ana.call("GET", PULL).status == 200
    assert ana.call("GET", "/v1/me").message["role"] == "counselor"
    assert audited(served, "order.%") == ["order.device.active"]


def test_a_sealed_laptop_delivers_and_reads_nothing_until_an_officer_admits_it_again(team: Officers) -> None:
    ana = team.served.pending()
    team.do("device", ana)
    order = team.do("seal", ana)
    assert team.state(ana) == "seal"
    assert ana.call("GET", PULL).error == "seal"
    assert ana.push(ana.case()).status == 200
    assert ana.call("POST", "/v1/missing", {"ids": []}).status == 200
    assert [each["body"] for each in asked(ana)["orders"]][-1] == order.body
    assert ana.call("POST", "/v1/obeyed", {"hash": order.hash}).status == 200
    assert ana.call("POST", "/v1/obeyed", {"hash": order.hash}).status == 200
    assert audited(team.served, "obeyed.%") == ["obeyed.seal"]
    assert asked(team.first)["obeyed"] == [{"hash": order.hash, "done": 1, "of": 1}]
    team.do("device", ana)
    assert ana.call("GET", PULL).status == 200


def test_a_wiped_or_revoked_laptop_hears_its_orders_and_nothing_else(team: Officers) -> None:
    ana, bea = team.served.pending(), team.served.pending()
    for each in (ana, bea):
        team.do("device", each)
    order = team.do("wipe", ana)
    team.do("device", bea, state="revoked")
    for laptop, state in ((ana, "wipe"), (bea, "revoked")):
        assert team.state(laptop) == state
        assert laptop.push(laptop.case()).error == state
        assert asked(laptop)["orders"][-2:]
    assert ana.call("POST", "/v1/obeyed", {"hash": order.hash}).status == 200
    assert bea.call("POST", "/v1/obeyed", {"hash": order.hash}).error == "not_found"


def test_what_the_tables_say_decides_nothing(team: Officers, owner: str) -> None:
    ana = team.served.pending()
    before = {each.device: team.state(each) for each in (*team.laptops, ana)}
    with database.connect(owner) as connection:
        connection.execute("UPDATE devices SET state = 'active'")
        connection.execute("UPDATE people SET role = 'supervisor', state = 'active'")
    assert {each.device: team.state(each) for each in (*team.laptops, ana)} == before
    assert ana.push(ana.case()).error == "pending"
    with database.connect(owner) as connection:
        connection.execute("UPDATE devices SET state = 'revoked'")
        connection.execute("UPDATE people SET role = 'analyst', state = 'left'")
    assert {each.device: team.state(each) for each in (*team.laptops, ana)} == before
    assert team.first.call("GET", PULL).message["role"] == "supervisor"
    assert team.first.push(team.first.case()).status == 200
    for state in ("wipe", "wipe_all", "seal"):
        with database.connect(owner) as connection:
            connection.execute("UPDATE devices SET state = %s", (state,))
        assert {each.device: team.state(each) for each in (*team.laptops, ana)} == before


def _flipped(signed: documents.Signed) -> documents.Signed:
    first, *rest = signed.sigs
    return documents.Signed(
        signed.kind, signed.body, ((first[0], first[1][:-1] + ("0" if first[1][-1] != "0" else "1")), *rest),
        signed.content,
    )  # fmt: skip


@pytest.mark.parametrize("kind", ["device", "seal", "wipe", "person", "erase"])
@pytest.mark.parametrize(
    ("signed_by", "code"),
    [("nobody", "control_threshold"), ("stranger", "control_threshold"), ("flipped", "control_threshold"),
     ("too_few", "control_threshold"), ("another_org", "control_org"), ("not_a_document", "control_form")],
)  # fmt: skip
def test_an_order_nobody_entitled_signed_changes_nothing_and_is_noted(
    team: Officers, kind: str, signed_by: str, code: str
) -> None:
    served, ana = team.served, team.served.pending()
    team.do("device", ana)
    case = ana.case(summary="Prueba")
    ana.push(case)
    on: str | Laptop = ana if kind in ("device", "seal", "wipe") else case["row"]
    data: dict[str, Any] = {"state": "revoked"} if kind == "device" else {}
    if kind == "person":
        on, data = team.person(ana), {"role": "supervisor"}
    whole = team.order(kind, on, **data)
    bad: Any = whole
    if signed_by == "nobody":
        bad = documents.Signed(whole.kind, whole.body, (), whole.content)
    elif signed_by == "stranger":
        bad = documents.sign(documents.Signed(whole.kind, whole.body, (), whole.content), b"9" * 32)
    elif signed_by == "flipped":
        bad = _flipped(whole)
    elif signed_by == "too_few":
        if control.PERSONS[kind] == 1:
            pytest.skip("one is enough")
        bad = documents.Signed(whole.kind, whole.body, whole.sigs[:1], whole.content)
    elif signed_by == "another_org":
        other = control.read_authority(team.sign(control.found(team.listed(), {}, {}, AT), 0, 1), None)
        bad = team.order(kind, on, of=other, **data)
    before = asked(ana)
    said = {"document": bad.document() if signed_by != "not_a_document" else {"body": "{}"}, "kind": "order"}
    assert ana.call("POST", "/v1/orders", said).error == code
    assert asked(ana) == before
    assert team.state(ana) == "active"
    assert ana.call("GET", PULL).message["role"] == "counselor"
    assert audited(served, "order.refused.%") == [f"order.refused.{code}"]
    assert content_of(served, case["id"]) is not None


AT = "2026-11-29T10:00:00.000000Z"


def content_of(served: Served, change: str) -> Any:
    with database.connect(served.database) as connection, database.transaction(connection, TEAM, SERVE):
        found = connection.execute("SELECT patch FROM log WHERE id = %s", (change,)).fetchone()
        return found and found[0]


def test_two_persons_erase_and_what_nobody_delivered_yet_comes_in_blank(team: Officers) -> None:
    ana = team.served.pending()
    team.do("device", ana)
    case, late = ana.case(summary="Prueba"), ana.case(summary="Prueba")
    assert ana.push(case).status == 200
    team.do("erase", case["row"])
    team.do("erase", late["row"])
    assert content_of(team.served, case["id"]) is None
    assert ana.push(late).status == 200
    assert content_of(team.served, late["id"]) is None
    assert pins.read(team.home, TEAM) is not None
    with (team.home / "erased.json").open(encoding="utf-8") as file:
        assert {case["row"], late["row"]} <= set(json.load(file)[TEAM])


def test_an_order_gathers_its_signatures_and_is_ordered_with_the_last(team: Officers) -> None:
    ana = team.served.pending()
    team.do("device", ana)
    whole = team.order("wipe", ana)
    halves = [documents.Signed(whole.kind, whole.body, (each,), whole.content) for each in whole.sigs]
    assert team.send(halves[0], path="orders").error == "control_threshold"
    assert team.send(halves[0], ana, path="drafts").error == "control_officer"
    told = team.send(halves[0], path="drafts").message
    assert (told["ordered"], len(told["persons"])) == (False, 1)
    assert team.send(_flipped(halves[0]), team.laptops[1], path="drafts").message["ordered"] is False
    for laptop in team.laptops:
        (draft,) = asked(laptop)["drafts"]
        assert (draft["hash"], draft["document"]) == (whole.hash, halves[0].document())
    assert asked(ana)["drafts"] == []
    assert asked(ana)["known"] is None
    assert team.state(ana) == "active"
    assert team.send(halves[1], team.laptops[1], path="drafts").message["ordered"] is True
    assert team.state(ana) == "wipe"
    assert asked(team.first)["drafts"] == []


def test_an_officer_ends_a_draft_and_it_does_not_come_back(team: Officers) -> None:
    ana = team.served.pending()
    whole = team.order("wipe", ana)
    half = documents.Signed(whole.kind, whole.body, whole.sigs[:1], whole.content)
    assert team.send(half, path="drafts").status == 200
    said = {"hash": whole.hash, "reason": "No es ese equipo"}
    assert ana.call("POST", "/v1/drafts/refuse", said).error == "pending"
    assert team.laptops[1].call("POST", "/v1/drafts/refuse", said).status == 200
    assert asked(team.first)["drafts"] == []
    assert team.send(half, path="drafts").error == "control_refused"
    assert audited(team.served, "order.refuse:%") == ["order.refuse:No es ese equipo"]


def test_a_draft_lives_72_hours(team: Officers, owner: str) -> None:
    whole = team.order("wipe", team.served.pending())
    half = documents.Signed(whole.kind, whole.body, whole.sigs[:1], whole.content)
    until = team.send(half, path="drafts").message["until"]
    assert timedelta(hours=71) < instants.parse(until) - instants.now() <= timedelta(hours=72)
    with database.connect(owner) as connection:
        connection.execute("UPDATE drafts SET until = %s", (AT[:4] + "-01-01T00:00:00.000000Z",))
    assert asked(team.first)["drafts"] == []


def test_the_next_authority_is_signed_by_the_former_and_numbers_are_taken_once(team: Officers) -> None:
    ana = team.served.pending()
    admitted, sealed = team.do("device", ana), team.order("seal", ana, 0)
    follow = control.follow(team.newest, team.listed()[:1], [admitted.hash], AT)
    assert team.send(team.sign(follow, 0)).error == "control_threshold"
    assert team.send(team.sign(follow, 0, 1)).message["n"] == 2
    assert team.send(team.sign(follow, 0, 1)).message["n"] == 2
    other = control.follow(team.newest, team.listed(), [], AT)
    assert team.send(team.sign(other, 0, 1)).error == "control_forked"
    assert team.send(sealed).error == "control_old"
    assert team.state(ana) == "active"
    assert [len(asked(ana, authority=n)["authorities"]) for n in (0, 1, 2)] == [2, 1, 0]
    assert team.laptops[1].call("POST", "/v1/control", {}).message["known"] is None


def test_the_list_is_handed_on_from_where_a_laptop_stands(team: Officers) -> None:
    ana = team.served.pending()
    sent = [team.do("device", ana), team.do("seal", ana), team.do("device", ana)]
    for count in range(4):
        last = sent[count - 1].hash if count else ""
        said = asked(ana, orders=count, last=last)
        assert [each["body"] for each in said["orders"]] == [each.body for each in sent[count:]]
        assert said["from"] == count
    for count, last in ((2, sent[0].hash), (9, sent[2].hash), (9, "")):
        said = asked(ana, orders=count, last=last)
        assert (said["from"], len(said["orders"])) == (0, 3)
    assert ana.call("GET", "/v1/me").message["control"] == [1, 3]
    assert ana.call("GET", PULL).message["control"] == [1, 3]


def test_an_order_in_the_tables_without_signatures_is_refused_by_name(team: Officers, owner: str) -> None:
    ana = team.served.pending()
    team.do("device", ana)
    whole = team.order("wipe", ana)
    with database.connect(owner) as connection:
        for n, sigs in ((2, "[]"), (3, "{"), (4, json.dumps([[KEY, "ab" * 64]]))):
            connection.execute(
                "INSERT INTO orders VALUES (%s, %s, %s, 'wipe', %s, %s, %s, '', '')",
                (TEAM, n, whole.hash if n == 2 else f"{n}" * 64, ana.public_key, whole.body, sigs),
            )
        connection.execute("UPDATE control_counter SET orders = 4")
    assert team.state(ana) == "active"
    assert len(asked(ana)["orders"]) == 1
    assert sorted(audited(team.served, "order.refused.%")) == [
        "order.refused.control_form", "order.refused.control_form", "order.refused.control_threshold",
    ]  # fmt: skip
    team.do("seal", ana)
    assert team.state(ana) == "seal"


KEY = "ab" * 32


def test_another_servers_workers_see_a_new_order_at_the_next_request(team: Officers, tmp_path: Path) -> None:
    ana = team.served.pending()
    team.do("device", ana)
    with serving(team.served.database, Settings(home=tmp_path)) as other:
        elsewhere = Laptop(other.url, ana.device, ana.actor, ana.key)
        assert elsewhere.call("GET", PULL).status == 200
        order = team.do("seal", ana)
        assert elsewhere.call("GET", PULL).error == "seal"
        assert asked(elsewhere)["orders"][-1]["body"] == order.body


def test_a_new_order_wakes_a_laptop_that_waits(team: Officers) -> None:
    ana = team.served.pending()
    team.do("device", ana)
    ana.push(ana.case())
    page = ana.call("GET", PULL).message
    cursor = f"{page['next'][0]}.{page['next'][1]}"
    with ThreadPoolExecutor(1) as threads:
        waits = threads.submit(ana.call, "GET", f"/v1/pull?cursor={cursor}&proof=&limit=10&wait=30")
        began = monotonic()
        while not team.served.app.state.services.log_tail._waiting[TEAM]:
            assert monotonic() - began < 20
        team.do("seal", Laptop(ana.url, ana.device, ana.actor, ana.key))
        assert waits.result(20).error == "seal"


HARM = {
    "authority gone": "DELETE FROM authorities; UPDATE control_counter SET authority = 0",
    "all gone": "DELETE FROM authorities; DELETE FROM orders; DELETE FROM control_counter",
    "last order gone": "DELETE FROM orders WHERE n = 2; UPDATE control_counter SET orders = 1",
    "first order gone": "DELETE FROM orders WHERE n = 1; UPDATE orders SET n = 1;"
    " UPDATE control_counter SET orders = 1",
    "an order gone, the count not": "DELETE FROM orders WHERE n = 1",
    "a body altered": "UPDATE orders SET body = replace(body, 'robo', 'otro') WHERE n = 2",
    "signatures gone": "UPDATE authorities SET sigs = '[]'",
}


@pytest.mark.parametrize("harm", HARM)
def test_a_server_whose_list_is_shorter_than_it_was_serves_nobody(
    team: Officers, owner: str, tmp_path: Path, harm: str
) -> None:
    ana = team.served.pending()
    team.do("device", ana)
    team.do("seal", ana)
    team.state(ana)
    with database.connect(owner) as connection:
        for each in HARM[harm].split("; "):
            connection.execute(each)
    settings = Settings(home=tmp_path)
    with pytest.raises(Refused, match="server_incomplete"):
        founding.check(settings, team.served.database)
    with database.connect(team.served.database) as place, pytest.raises(Refused, match="server_incomplete"):
        ordering.resume(settings, place, Control(place, tmp_path))
    # What serves already believes nothing new, and says so where the count moved.
    assert ana.call("GET", PULL).error in ("control_incomplete", "seal")


def test_an_authority_that_nobody_pinned_here_is_not_served(team: Officers, tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    bare.mkdir()
    (bare / "server.key").write_bytes((tmp_path / "server.key").read_bytes())
    (bare / "server.key").chmod(0o600)
    with database.connect(team.served.database) as connection:
        with pytest.raises(Refused, match="server_incomplete"):
            founding.check(Settings(home=bare), team.served.database)
        with database.transaction(connection, TEAM, SERVE):
            settings = Settings(home=bare)
            (one,) = founding.found(settings, connection, instants.now())
            assert not one.pinned
            with pytest.raises(Refused, match="wrong_authority_words"):
                founding.pin(settings, connection, [one], "abeja " * 6, "cli:prueba", instants.now())
            founding.pin(settings, connection, [one], one.words, "cli:prueba", instants.now())
    founding.check(Settings(home=bare), team.served.database)


def test_the_first_authority_needs_the_operator_and_the_very_laptops_and_people(
    served: Served, tmp_path: Path
) -> None:
    team = officers(served, tmp_path, found=False)
    stranger = served.laptop("supervisor")
    short = founded(team, devices={})
    assert team.send(short, stranger).error == "control_unpinned"
    assert asked(stranger)["drafts"] == []
    assert team.send(short).error == "control_unpinned"
    assert len(asked(team.first)["drafts"]) == 1
    with pytest.raises(ControlRefused, match="control_baseline"):
        pin(team, short)
    assert pins.read(tmp_path, TEAM) is None
    whole = founded(team)
    assert team.send(whole).error == "control_unpinned"
    assert team.send(team.order("seal", stranger, 0)).error == "control_org"
    pin(team, whole)
    assert team.state(stranger) == "active"
    team.do("seal", stranger)
    assert team.state(stranger) == "seal"


def test_what_serves_adds_documents_and_changes_none(team: Officers) -> None:
    team.do("device", team.served.pending())
    for statement in (
        "UPDATE orders SET sigs = '[]'", "DELETE FROM orders", "UPDATE authorities SET body = ''",
        "DELETE FROM authorities", "UPDATE obeyed SET at = ''", "DELETE FROM obeyed", "DELETE FROM control_counter",
        "INSERT INTO settings (key, value) VALUES ('server_key', '')",
    ):  # fmt: skip
        with database.connect(team.served.database) as connection:
            database.become(connection, TEAM, SERVE)
            with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.CheckViolation)):
                connection.execute(statement)
            connection.rollback()
    for who, duty, rows in ((TEAM, SERVE, 1), ("otra", SERVE, 0), (TEAM, "read", 0)):
        with database.connect(team.served.database) as connection:
            database.become(connection, who, duty)
            assert connection.execute("SELECT count(*) FROM orders").fetchone() == (rows,)


def test_the_servers_key_is_a_file_and_never_made_anew_under_enrolled_laptops(
    team: Officers, tmp_path: Path, owner: str
) -> None:
    assert (tmp_path / "server.key").stat().st_mode & 0o777 == 0o600
    with database.connect(owner) as connection:
        assert connection.execute("SELECT count(*) FROM settings WHERE key = 'server_key'").fetchone() == (0,)
    (tmp_path / "server.key").unlink()
    with pytest.raises(Refused, match="server_key_missing"):
        founding.check(Settings(home=tmp_path), team.served.database)
    assert not (tmp_path / "server.key").exists()


def test_the_key_of_an_older_version_moves_out_of_the_database(owner: str, tmp_path: Path) -> None:
    schema.migrate(owner, "0005")
    with database.connect(owner) as connection:
        connection.execute("INSERT INTO settings (key, value) VALUES ('server_key', %s)", ("07" * 32,))
    with pytest.raises(DBAPIError, match="moved to its file"):
        schema.migrate(owner)
    schema.migrate(owner, home=tmp_path)
    assert (tmp_path / "server.key").read_text(encoding="ascii").strip() == "07" * 32
    with database.connect(owner) as connection:
        assert connection.execute("SELECT count(*) FROM settings").fetchone() == (0,)


def test_a_changed_row_lends_nobody_anothers_key(team: Officers, owner: str) -> None:
    mallory = team.served.pending()
    assert mallory.call("GET", "/v1/me").message["state"] == "pending"
    with database.connect(owner) as connection:
        connection.execute(
            "UPDATE devices SET public_key = %s WHERE id = %s", (team.first.public_key, mallory.device)
        )
    assert mallory.call("GET", PULL).error == "bad_signature"


def test_four_hundred_orders_are_checked_in_150_ms_each_body_and_each_signature_once(
    team: Officers, owner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed = [team.order("wipe", f"{n:064x}", rev=1) for n in range(400)]
    with database.connect(owner) as connection:
        for n, each in enumerate(signed, 1):
            connection.execute(
                "INSERT INTO orders VALUES (%s, %s, %s, 'wipe', '', %s, %s, '', '')",
                (TEAM, n, each.hash, each.body, json.dumps(each.sigs)),
            )
        connection.execute("UPDATE control_counter SET orders = 400")
    read: Counter[str] = Counter()
    for of, name in ((documents, "_decode"), (nacl.bindings, "crypto_sign_open")):
        plain = getattr(of, name)
        monkeypatch.setattr(
            of, name, lambda *said, name=name, plain=plain: read.update([name]) or plain(*said)
        )
    with database.connect(team.served.database) as connection, database.transaction(connection, TEAM, SERVE):
        kept = Control(connection, team.home)
        began = thread_time()
        ruling = kept.read(connection, TEAM)
        took = thread_time() - began
        assert ruling is not None
        assert len(ruling.orders) == 400
        assert kept.read(connection, TEAM) is ruling
    assert read == {"_decode": 402, "crypto_sign_open": 802}  # with the list of officers
    assert took < 0.3  # 0.08 alone on a core; the machine that tests is shared


def test_a_request_reads_no_document_while_none_came(team: Officers, monkeypatch: pytest.MonkeyPatch) -> None:
    assert team.state(team.first) == "active"
    read: list[str] = []
    plain = Control.read
    monkeypatch.setattr(
        Control, "read", lambda self, *rest, **more: read.append("") or plain(self, *rest, **more)
    )
    for _ in range(5):
        assert team.first.call("GET", PULL).status == 200
        assert team.first.call("POST", "/v1/control", {}).status == 200
    assert read == []


def test_a_role_is_what_officers_signed_and_whoever_left_only_delivers(team: Officers) -> None:
    ana, bea = team.served.pending(), team.served.pending()
    for each in (ana, bea):
        team.do("device", each)
    theirs = bea.case(summary="Prueba")
    bea.push(theirs)

    def seen() -> bool:
        entries = ana.call("GET", PULL).message["entries"]
        return any(
            each.get("c", {}).get("id") == theirs["id"] or each.get("scope") == theirs["row"]
            for each in entries
        )

    assert not seen()
    team.do("person", team.person(ana), role="supervisor", name="Ana de Prueba")
    assert ana.call("GET", PULL).message["role"] == "supervisor"
    assert seen()
    assert ana.call("GET", "/v1/quarantine").status == 200
    team.do("person", team.person(ana), role="supervisor", state="left")
    assert team.state(ana) == "upload_only"
    assert ana.call("GET", PULL).error == "upload_only"
    assert ana.push(ana.case()).status == 200
    assert team.person(ana) not in {each["id"] for each in bea.call("GET", "/v1/people").message["people"]}


def test_an_order_to_wipe_ends_and_leaves_the_laptop_out(team: Officers) -> None:
    ana = team.served.pending()
    team.do("device", ana)
    team.do("wipe", ana)
    ruling = team.served.app.state.services.control.now(TEAM)
    assert ruling.state(ana.public_key, instants.now()) == "wipe"
    assert ruling.state(ana.public_key, instants.now() + timedelta(days=4)) == "revoked"


def test_a_restored_server_has_its_key_and_pin_again_or_a_new_key(tmp_path: Path) -> None:
    home, same, new = tmp_path / "a", tmp_path / "b", tmp_path / "c"
    identity.keep(home, SigningKey(b"7" * 32))
    pins.put(home, TEAM, pins.Pin("ab" * 16))
    key = backups.secret_key(backups.new_key(home))
    file = tmp_path / "file"
    with file.open("wb") as target:
        writer = backups._Writer(target, key.public_key)
        manifest = {"format": 1, "made_at": "x", "revision": "0008", "heads": {}, "rows": {}}
        writer.write(json.dumps(manifest | {"kept": backups.kept(home)}).encode())
        writer.end()
    assert ("37" * 32).encode() not in file.read_bytes()
    backups.put_back(file, key, same, new_key=False)
    backups.put_back(file, key, new, new_key=True)
    assert identity.read(same) == identity.read(home) != identity.read(new)
    assert pins.read(new, TEAM) == pins.read(same, TEAM) == pins.read(home, TEAM)
