"""Who may see what, with every first wall removed: foreign ids, forgotten WHEREs, other teams, changed roles, logs.

Attacks 13, 16 and 25 of the security design, and its row-level security.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import Any

import httpx
import psycopg
import pytest
from pg import fresh
from served import CANARY, Laptop, Served, serving
from server_office import Laptop as Pusher

from lnctp_tui.server.admin.staff import StaffRegistry
from lnctp_tui.server.devices import DeviceRow
from lnctp_tui.server.http import logs
from lnctp_tui.server.http.rate_limits import Buckets, Rate
from lnctp_tui.server.postgres import database, embedded
from lnctp_tui.server.postgres.database import Pool
from lnctp_tui.server.read import pull
from lnctp_tui.server.settings import Settings
from lnctp_tui.storage import ids, instants
from lnctp_tui.sync import wire

PULL = "/v1/pull?cursor=0.&proof=&limit=1000&wait=0"
TABLES = """SELECT n.nspname || '.' || c.relname, c.relrowsecurity AND c.relforcerowsecurity
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname IN ('public', 'data') AND c.relkind IN ('r', 'v', 'm', 'p') ORDER BY 1"""
OPEN = {
    f"public.{name}" for name in (
        "alembic_version", "audit", "audit_counter", "belongs", "codes", "control_counter", "counter", "devices",
        "nonces", "people", "rates", "records", "settings",
    )
}  # fmt: skip
"""Without rows of content: who works here, ids, hashes and numbers. What is in no list here must be protected."""
SEALED = {"public.editions", "public.published"}
"""True numbers of editions, and printed ones: the application has no right to either."""


@pytest.fixture(scope="module")
def office(cluster: embedded.Embedded, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with fresh(cluster) as name, serving(
        cluster.url(database=name), Settings(home=tmp_path_factory.mktemp("home"))
    ) as running:  # fmt: skip
        running.app.state.cluster, running.app.state.name = cluster, name
        running.app.state.services.authenticator._failed = Buckets(Rate(1e6, 1e6))
        yield running


@pytest.fixture(scope="module")
def ana(office: Served) -> Laptop:
    """A counselor with content in every protected table."""
    laptop, colleague = office.laptop(), office.laptop()
    case = laptop.case(summary=CANARY, folio="CNRA-0001-X")
    scope = case["row"]
    rows = [
        laptop.change("people", {"case_id": scope, "name": CANARY}, case=scope),
        laptop.change(
            "identifiers", {"case_id": scope, "value": CANARY, "normalised": "+525550100"}, case=scope
        ),
        laptop.change("contacts", {"case_id": scope, "narrative": CANARY}, case=scope),
        laptop.change("notes", {"case_id": scope, "text": CANARY}, case=scope),
        laptop.change("cases", {"summary": f"{CANARY} otra"}, row=scope, case=scope),
    ]
    poison = laptop.change("cases", {"summary": 7, "code_word": CANARY}, row=scope, case=scope)
    results = laptop.push(case, *rows, poison).message["results"]
    assert [each[1] for each in results] == ["accepted"] * 6 + ["refused"]
    assert laptop.call("POST", "/v1/offer", {"scope": scope, "person": colleague.actor}).status == 200
    laptop.case_id, laptop.changes, laptop.poison = scope, [case, *rows], poison  # type: ignore[attr-defined]
    return laptop


@pytest.fixture
def beto(office: Served) -> Laptop:
    return office.laptop()


def wall(office: Served, url: str | None = None) -> database.Db:
    return database.connect(url or office.database, autocommit=True)


def seen(connection: database.Db, table: str) -> int:
    found = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(found[0]) if found else 0


def become(
    connection: database.Db, laptop: Laptop, role: str, duty: str = "read", team: str = "main"
) -> None:
    row = DeviceRow(laptop.device, team, laptop.actor, laptop.actor, "", "active", role, "")
    database.become(connection, row, duty)


# The second wall: the raw SELECT of a forgotten WHERE


def test_a_forgotten_where_shows_nothing_in_any_table(office: Served, ana: Laptop, beto: Laptop) -> None:
    with wall(office) as connection, connection.transaction():
        tables = dict(connection.execute(TABLES).fetchall())
        assert {table for table, protected in tables.items() if not protected} == OPEN
        become(connection, beto, "counselor")
        behind = tables.keys() - OPEN - SEALED
        assert {table: seen(connection, table) for table in behind} == dict.fromkeys(behind, 0)
        for table in SEALED:
            with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
                seen(connection, table)
        become(connection, ana, "counselor")  # the same statements show their owner her rows
        for table in (
            "log",
            "access",
            "transfers",
            "data.cases",
            "data.people",
            "data.identifiers",
            "data.notes",
        ):
            assert seen(connection, table), table
        assert seen(connection, "quarantine") == 0
        become(connection, beto, "supervisor")
        assert seen(connection, "quarantine")
        assert seen(connection, "data.cases")


@pytest.mark.parametrize(
    ("role", "duty", "team"),
    [("analyst", "read", "main"), ("admin", "read", "main"), ("", "read", "main"), ("counselor", "", "main"),
     ("supervisor", "read", "otra"), ("supervisor", "serve", "otra"), ("supervisor", "READ", "main")],
)  # fmt: skip
def test_who_is_nobody_sees_nothing_not_even_as_the_owner_of_a_case(
    office: Served, ana: Laptop, role: str, duty: str, team: str
) -> None:
    with wall(office) as connection, connection.transaction():
        row = DeviceRow("other-device", team, ana.actor, ana.actor, "", "active", role, "")
        database.become(connection, row, duty)
        protected = [
            table
            for table, is_ in connection.execute(TABLES).fetchall()
            if is_ and table not in SEALED | {"public.access"}
        ]
        found = {table: seen(connection, table) for table in protected}
        expected = {"public.transfers": 1} if (duty, team) == ("read", "main") else {}
        assert {table: count for table, count in found.items() if count} == expected  # ids of her own offer


def test_without_a_word_who_asks_nothing_is_seen(office: Served, ana: Laptop) -> None:
    with wall(office) as connection:
        rows = connection.execute(TABLES).fetchall()
        protected = [table for table, is_ in rows if is_ and table not in SEALED]
        assert not any(seen(connection, table) for table in protected)


def test_who_reads_writes_nothing(office: Served, ana: Laptop) -> None:
    with wall(office) as connection:
        for statement in (
            "UPDATE data.cases SET summary = 'x'", "DELETE FROM data.cases", "DELETE FROM quarantine",
            "UPDATE access SET state = 'held'", "UPDATE log SET patch = '{}'",
        ):  # fmt: skip
            with connection.transaction():
                become(connection, ana, "supervisor")
                assert connection.execute(statement).rowcount == 0, statement
        become_once = "SELECT set_config('app.team', 'main', false), set_config('app.duty', 'read', false)"
        connection.execute(become_once)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("INSERT INTO access VALUES ('main', 'x', 'y', 'held', 0)")


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE log DISABLE ROW LEVEL SECURITY", "ALTER TABLE data.cases NO FORCE ROW LEVEL SECURITY",
        "DROP POLICY read ON log", "CREATE POLICY mine ON log USING (true)",
        "ALTER POLICY read ON log USING (true)", "ALTER TABLE log OWNER TO lnctp_app", "SET ROLE postgres",
        "SET SESSION AUTHORIZATION postgres", "ALTER ROLE lnctp_app SUPERUSER", "ALTER ROLE lnctp_app BYPASSRLS",
        "GRANT postgres TO lnctp_app", "SET session_replication_role = replica", "TRUNCATE log", "DELETE FROM log",
        "UPDATE log SET chain = ''", "UPDATE log SET hash = ''", "UPDATE log SET n = 9", "DELETE FROM audit",
        "UPDATE audit SET actor = ''", "TRUNCATE audit", "DROP TABLE audit", "CREATE TABLE public.x ()",
        "CREATE OR REPLACE FUNCTION public.append(text, text[], text[], json) RETURNS void LANGUAGE sql AS ''",
        "COPY data.cases TO PROGRAM 'cat'", "SELECT pg_read_file('postgresql.conf')",
        "SELECT rolpassword FROM pg_authid", "SELECT lo_import('/etc/hostname')",
    ],
)  # fmt: skip
def test_the_servers_login_cannot_take_its_walls_down(office: Served, statement: str) -> None:
    with wall(office) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(statement)  # type: ignore[arg-type]


def test_turning_row_security_off_is_an_error_and_no_view(office: Served, ana: Laptop) -> None:
    with wall(office) as connection:
        connection.execute("SET row_security = off")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("SELECT * FROM data.cases")


def test_the_login_owns_nothing_and_is_in_no_other_role(office: Served) -> None:
    with wall(office) as connection:
        who = connection.execute(
            """SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication,
              (SELECT count(*) FROM pg_auth_members WHERE member = r.oid),
              (SELECT count(*) FROM pg_class WHERE relowner = r.oid AND relpersistence <> 't'),
              (SELECT count(*) FROM pg_proc WHERE proowner = r.oid OR (prosecdef AND pronamespace = 2200))
            FROM pg_roles r WHERE rolname = current_user"""
        ).fetchone()
    assert who == (False, False, False, False, False, 0, 0, 0)


def test_an_analyst_reads_no_row_of_any_table(office: Served, ana: Laptop) -> None:
    url = office.app.state.cluster.url(embedded.ANALYST, office.app.state.name)
    with wall(office) as connection:
        tables = [table for table, _ in connection.execute(TABLES).fetchall()]
    with wall(office, url) as connection:
        for table in tables:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(f"SELECT FROM {table}")


# 16: foreign ids are answered like ids that never were


def test_a_foreign_id_is_answered_like_one_that_never_was(ana: Laptop, beto: Laptop) -> None:
    never = {"case": ids.new_id(), "change": ids.new_id()}
    real = {"case": ana.case_id, "change": ana.changes[0]["id"]}  # type: ignore[attr-defined]

    def answers(row_ids: dict[str, str]) -> list[tuple[int, str]]:
        asked = [
            ("POST", "/v1/history", {"scopes": [row_ids["case"]]}),
            ("POST", "/v1/history", {"scopes": [row_ids["case"]], "after": 3}),
            ("POST", "/v1/fetch", {"ids": [row_ids["change"]]}),
            ("POST", "/v1/missing", {"ids": [row_ids["change"]]}),
            ("POST", "/v1/window", {"scopes": [row_ids["case"]], "action": "open"}),
            ("POST", "/v1/window", {"scopes": [row_ids["case"]], "action": "leave"}),
            ("POST", "/v1/offer", {"scope": row_ids["case"], "person": ana.actor}),
            ("POST", "/v1/answer", {"scope": row_ids["case"], "accept": True}),
            ("POST", "/v1/answer", {"scope": row_ids["case"], "accept": False}),
            ("POST", "/v1/assign", {"scope": row_ids["case"], "person": beto.actor}),
            ("POST", f"/v1/quarantine/{row_ids['change']}", {"action": "release"}),
            ("GET", f"/v1/search?q={row_ids['case']}", None),
        ]
        found = []
        for method, path, message in asked:
            said = beto.call(method, path, message)
            text = json.dumps(said.message | {"time": 0}) if said.status == 200 else said.error
            found.append(
                (said.status, text.replace(row_ids["case"], "CASE").replace(row_ids["change"], "CHANGE"))
            )
        return found

    assert answers(real) == answers(never)
    assert [status for status, _ in answers(real)[4:9]] == [404] * 5


def test_no_page_sum_bucket_or_search_names_a_foreign_case(ana: Laptop, beto: Laptop) -> None:
    said = [beto.call("GET", PULL), beto.call("POST", "/v1/start"), beto.call("GET", "/v1/offers")]
    said += [
        beto.call("GET", f"/v1/search?q={word}") for word in (CANARY, "CNRA", "%2B525550100", "525550100")
    ]
    said += [beto.call("POST", "/v1/bucket", {"bucket": wire.bucket(ana.case_id)})]  # type: ignore[attr-defined]
    whole = "".join(json.dumps(each.message) for each in said)
    for change in ana.changes:  # type: ignore[attr-defined]
        assert change["id"] not in whole
        assert change["row"] not in whole
    assert CANARY not in whole
    assert set(beto.call("POST", "/v1/equal").message["sums"]) == {"0"}


def test_a_foreign_record_takes_no_change_and_gives_nothing_back(ana: Laptop, beto: Laptop) -> None:
    scope, first = ana.case_id, ana.changes[1]  # type: ignore[attr-defined]
    tries = [
        beto.change("cases", {"summary": "ajeno"}, row=scope, case=scope),
        beto.change("notes", {"case_id": scope, "text": "ajeno"}, case=scope),
        beto.change("contacts", {"narrative": "ajeno"}, row=scope),
        beto.change("people", {"name": "ajeno"}, row=first["row"], case=ids.new_id()),
        beto.change("contacts", {"case_id": scope}, case=scope),
    ]
    mine = beto.change("contacts", {"narrative": "propia"})
    stolen = beto.change("contacts", {"case_id": scope}, row=mine["row"], case=scope)
    results = beto.push(*tries, mine, stolen).message["results"]
    assert [each[1] for each in results] == ["refused"] * 5 + ["accepted", "refused"]
    assert {each[4] for each in results if each[1] == "refused"} == {"forbidden"}
    # In a repair too, and with the owner's own words: known is all that is said, and nothing becomes visible.
    assert beto.push(*ana.changes, repair=True).status == 200  # type: ignore[attr-defined]
    assert beto.call("POST", "/v1/history", {"scopes": [scope]}).message["changes"] == []
    assert CANARY not in json.dumps(beto.call("GET", PULL).message)


def test_another_team_is_another_world(office: Served, ana: Laptop) -> None:
    boss = Laptop(office.url)
    with wall(office) as connection:
        connection.execute(
            "INSERT INTO people (team, id, name, role, created_at) VALUES ('otra', %s, 'Otra', 'supervisor', '')",
            (boss.actor,),
        )
        connection.execute(
            """INSERT INTO devices (team, id, person, actor, public_key, state, folio_prefix, created_at)
            VALUES ('otra', %s, %s, %s, %s, 'active', 'OTRA', '')""",
            (boss.device, boss.actor, boss.actor, boss.public_key),
        )
    said = [boss.call("GET", PULL), boss.call("POST", "/v1/start"), boss.call("GET", "/v1/quarantine"),
            boss.call("GET", "/v1/people"), boss.call("GET", f"/v1/search?q={CANARY}"),
            boss.call("POST", "/v1/history", {"scopes": [ana.case_id]})]  # type: ignore[attr-defined]  # fmt: skip
    whole = "".join(json.dumps(each.message) for each in said)
    assert CANARY not in whole
    assert ana.case_id not in whole.replace(f'"done": ["{ana.case_id}"]', "")  # type: ignore[attr-defined]
    assert ana.actor not in whole
    apart = f"/v1/quarantine/{ana.poison['id']}"  # type: ignore[attr-defined]
    decide = boss.call("POST", apart, {"action": "dismiss", "reason": "Prueba"})
    assert decide.error == "not_found"
    taken = boss.call("POST", "/v1/assign", {"scope": ana.case_id, "person": boss.actor})  # type: ignore[attr-defined]
    assert taken.error == "not_found"


# Roles that change


def set_role(pool: Pool, person: str, role: str) -> None:
    with database.transaction(pool, "main", database.SERVE) as connection:
        people = StaffRegistry(connection, "main", "cli:prueba", instants.now())
        people.set_role(people.person(person), role)


def test_a_page_is_read_with_the_role_of_its_moment(pool: Pool) -> None:
    """A request that was let in as a supervisor's and answered after the role was taken."""
    ana, boss = Pusher(pool, "ana"), Pusher(pool, "boss", "supervisor")
    ana.push(ana.case(summary="antes"))
    let_in = boss.row
    set_role(pool, "boss", "counselor")
    ana.push(ana.case(summary=CANARY))
    page = pull.pull(pool, let_in, boss.cursor, None)
    assert page["role"] == "counselor"
    assert CANARY not in str(page)
    assert [entry["k"] for entry in page["entries"]] == ["revoke"]


def test_a_case_that_comes_while_a_role_goes_is_revoked_or_never_seen(pool: Pool) -> None:
    from concurrent.futures import ThreadPoolExecutor

    ana, boss = Pusher(pool, "ana"), Pusher(pool, "boss", "supervisor")
    ana.push(ana.case())
    with ThreadPoolExecutor(2) as threads:
        pushing = threads.submit(lambda: [ana.push(ana.case()) for _ in range(20)])
        set_role(pool, "boss", "counselor")
        pushing.result()
    with database.transaction(pool, "main", database.SERVE) as connection:
        rows = connection.execute("SELECT n, kind, scope, person FROM log ORDER BY n").fetchall()
    last = max(n for n, kind, *_ in rows if kind == "revoke")
    first = min(n for n, kind, *_ in rows if kind == "revoke")
    assert last - first == len([1 for _, kind, *_ in rows if kind == "revoke"]) - 1  # in one piece
    before = {scope for n, kind, scope, _ in rows if kind == "change" and n < first}
    revoked = {scope for _, kind, scope, person in rows if kind == "revoke" and person == "boss"}
    assert before == revoked
    held = {entry["scope"] for entry in boss.pull() if entry["k"] != "change"}
    assert held == revoked


# 13: nothing of what people write in logs, counts, or the database's own log


def test_no_canary_in_logs_counts_or_the_databases_log(
    office: Served, ana: Laptop, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    boss = office.laptop("supervisor")
    big = {"changes": [boss.case(summary=CANARY * 30_000, **{CANARY: CANARY}) for _ in range(3)]}
    bad: list[Any] = [
        boss.case(summary=f"{CANARY}\0"), boss.case(summary=CANARY),
        boss.case(opened_at=CANARY, heads=CANARY, of_team=CANARY), boss.case(**{"answers.x": {CANARY: [CANARY]}}),
        boss.change("identifiers", {"normalised": CANARY * 900}, case=ana.case_id),  # type: ignore[attr-defined]
        boss.change("people", {"age_min": CANARY, "name": CANARY}, case=ana.case_id),  # type: ignore[attr-defined]
        boss.change(CANARY, {"x": CANARY}),
    ]  # fmt: skip
    requests: list[tuple[str, str, Any]] = [
        ("POST", "/v1/push", big), ("POST", "/v1/push", {"changes": bad}), ("POST", "/v1/push", {"changes": bad}),
        ("GET", f"/v1/search?q={CANARY}%00", None), ("GET", f"/v1/search?q={CANARY}%5C%25_%27", None),
        ("POST", f"/v1/quarantine/{CANARY}", {"action": CANARY}), ("POST", f"/v1/{CANARY}", {}),
        ("POST", "/v1/offer", {"scope": CANARY, "person": CANARY}), ("POST", "/v1/fetch", {"ids": [CANARY]}),
    ]  # fmt: skip
    for method, path, message in requests:
        answer = boss.call(method, path, message)
        assert answer.status < 500, (path, answer.content)
        if answer.status >= 400:
            assert CANARY.encode() not in answer.content
    lines = [logs.Lines().format(record) for record in caplog.records]
    assert lines
    assert CANARY not in "".join(lines)
    ours = [
        record for record in caplog.records if not record.name.startswith(("httpx", "httpcore"))
    ]  # the laptop's
    assert not any(CANARY in record.getMessage() for record in ours)
    assert CANARY not in httpx.get(f"{office.url}/metrics").text
    with wall(office) as connection, pytest.raises(psycopg.errors.UndefinedTable):
        connection.execute("SELECT FROM testigo_del_registro")
    log = (office.app.state.cluster.folder / "postgres.log").read_text(encoding="utf-8", errors="replace")
    assert "testigo_del_registro" in log  # errors do come here
    assert CANARY not in log


# 25: codes


def test_a_code_ends_with_its_person_and_holds_in_its_team_only(office: Served) -> None:
    person, code = office.person()
    with office.office() as people:
        people.leave(people.person(person.id))
    assert office.enroll(Laptop(office.url), code).error == "code_unknown"
    with wall(office) as connection, database.transaction(connection, "otra", database.SERVE):
        other = StaffRegistry(connection, "otra", "cli:prueba", instants.now())
        foreign = other.code(other.add("Otra Persona", "supervisor"))[0]
    assert office.enroll(Laptop(office.url), foreign).error == "code_unknown"


def test_a_used_code_brings_no_revoked_laptop_back(office: Served) -> None:
    _, code = office.person()
    laptop = Laptop(office.url)
    assert office.enroll(laptop, code).status == 200
    office.set_state(laptop, "revoked")
    assert office.enroll(laptop, code).message["state"] == "revoked"
    _, fresh_code = office.person()
    assert office.enroll(laptop, fresh_code).error == "device_taken"
    assert office.enroll(Laptop(office.url), code).error == "code_used"
    assert laptop.call("GET", "/v1/me").error == "revoked"
