"""Pull: what is new, in order, as far as one may see it; histories, grants, handing over, equality."""

from __future__ import annotations

import asyncio
import threading
from time import monotonic
from types import SimpleNamespace
from typing import Any, cast

import pytest
from server_office import NOON, Laptop, heard

from lnctp_tui.errors import Declined
from lnctp_tui.server.admin import access, erase
from lnctp_tui.server.ingest import log, log_tail
from lnctp_tui.server.ingest.log_tail import LogTail
from lnctp_tui.server.postgres import database
from lnctp_tui.server.postgres.database import Pool
from lnctp_tui.server.read import equality, history, pull, search
from lnctp_tui.server.services import Services
from lnctp_tui.storage import ids
from lnctp_tui.sync import wire
from lnctp_tui.sync.wire import START, Cursor


def kinds(entries: list[dict[str, Any]]) -> list[str]:
    return [each["k"] for each in entries]


def whole(pool: Pool, laptop: Laptop, scopes: list[str], limit: int) -> tuple[list[dict[str, Any]], int]:
    """A history as a laptop fetches it, page by page; and how many pages it took."""
    changes: list[dict[str, Any]] = []
    left, after, pages = scopes, 0, 0
    while left:
        page = heard(history.history(pool, laptop.row, left, after, limit))
        changes += page["changes"]
        pages += 1
        assert page["done"] == left[: len(page["done"])]
        if page["next"] is None:
            assert page["done"] == left
            break
        left, after = left[len(page["done"]) :], page["next"][1]
        assert left[0] == page["next"][0]
    return changes, pages


def test_pages_join_without_gap_and_skip_what_is_not_visible(pool: Pool) -> None:
    ana, beto, sup = Laptop(pool, "ana"), Laptop(pool, "beto"), Laptop(pool, "sup", "supervisor")
    mine = [ana.case() for _ in range(7)]
    for each in mine:
        ana.push(each)
        beto.push(beto.case())
    entries = ana.pull(limit=2)
    assert [each["id"] for each in entries] == [each["id"] for each in mine]
    assert ana.cursor.n == 14
    assert [each["n"] for each in sup.pull(limit=3)] == list(range(1, 15))
    assert ana.pull() == []


@pytest.mark.parametrize("n", [2**15 - 100, 2**31 - 100, 2**53])
def test_a_log_may_grow_past_every_kind_of_number(pool: Pool, owner: str, n: int) -> None:
    ana, beto = Laptop(pool, "ana"), Laptop(pool, "beto")
    ana.push(first := ana.case())
    with database.connect(owner) as connection:
        connection.execute("UPDATE log SET n = n + %s", (n,))
        connection.execute("UPDATE counter SET n = n + %s", (n,))
    ana.cursor = Cursor(n + 1, wire.chained("", first["id"], first["hash"]))
    beto.push(beto.case())
    ana.push(second := ana.case())
    assert [(each["n"], each["id"]) for each in ana.pull()] == [(n + 3, second["id"])]
    scopes = [first["row"], second["row"]]
    assert [each["n"] for each in history.history(pool, ana.row, scopes)["changes"]] == [n + 1, n + 3]


def test_a_page_stays_within_its_range_of_numbers(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pull, "PASSED", 10)
    ana, beto = Laptop(pool, "ana"), Laptop(pool, "beto")
    beto.push(*(beto.case() for _ in range(25)))
    ana.push(ana.case())
    first = pull.pull(pool, ana.row, START, None)
    assert (first["entries"], first["next"][0], first["more"]) == ([], 10, True)
    assert kinds(ana.pull()) == ["own"]
    assert ana.cursor.n == 26


def test_a_page_ends_where_its_bytes_do(pool: Pool) -> None:
    ana, sup = Laptop(pool, "ana"), Laptop(pool, "sup", "supervisor")
    for _ in range(12):
        ana.push(ana.case(summary="x" * 1_000_000))
    page = pull.pull(pool, sup.row, START, None)
    assert 5 < len(page["entries"]) < 12
    assert page["more"]
    assert page["next"][0] == page["entries"][-1]["n"]
    changes, pages = whole(pool, sup, [scope for scope, _ in history.start(pool, sup.row)["scopes"]], 2000)
    assert (len(changes), pages) == (12, 2)


@pytest.mark.parametrize("cursor", [Cursor(1, "0" * 64), Cursor(9, "")])
def test_another_history_is_told_at_every_pull(pool: Pool, cursor: Cursor) -> None:
    ana = Laptop(pool, "ana")
    assert pull.pull(pool, ana.row, START, None)["entries"] == []
    assert pull.pull(pool, ana.row, cursor, None) == {"status": "diverged"}
    ana.push(ana.case())
    assert pull.pull(pool, ana.row, cursor, None) == {"status": "diverged"}
    assert pull.pull(pool, ana.row, START, cursor) == {"status": "diverged"}
    assert pull.pull(pool, ana.row, ana.proof, ana.proof)["status"] == "ok"


def test_a_contact_that_joins_a_case_comes_with_what_was_before(pool: Pool) -> None:
    ana, beto = Laptop(pool, "ana"), Laptop(pool, "beto")
    case, contact = ana.case(), ids.new_id()
    first = beto.change("contacts", contact, {"direction": "in"})
    ana.push(case)
    beto.push(first)
    access.grant(pool, "main", "beto", case["row"], NOON, "sup")
    assert kinds(ana.pull()) == ["own"]
    joined = beto.change("contacts", contact, {"case_id": case["row"]}, case=case["row"], base=())
    beto.push(joined)
    (entry,) = ana.pull()
    assert entry["c"]["id"] == joined["id"]
    assert [each["id"] for each in entry["before"]] == [first["id"]]
    access.revoke(pool, "main", "beto", case["row"], NOON, "sup")
    after = ana.change("contacts", contact, {"channel": "phone"}, case=case["row"])
    ana.push(after)
    entries = beto.pull()
    assert kinds(entries) == ["change", "own", "grant", "own", "revoke", "change"][1:]
    assert entries[-1]["c"]["id"] == after["id"], "it belongs to both"


def test_a_grant_brings_the_whole_history_and_a_revocation_ends_it(pool: Pool) -> None:
    ana, beto = Laptop(pool, "ana"), Laptop(pool, "beto")
    case, other = ana.case(), ana.case()
    note = ana.change("notes", ids.new_id(), {"text": "x"}, case=case["row"])
    ana.push(case, other, note)
    assert beto.pull() == []
    assert access.grant(pool, "main", "beto", case["row"], NOON, "sup") is True
    assert access.grant(pool, "main", "beto", case["row"], NOON, "sup") is False
    (entry,) = beto.pull()
    assert (entry["k"], entry["scope"], type(entry["rank"])) == ("grant", case["row"], int)
    changes, _ = whole(pool, beto, [other["row"], case["row"]], 2000)
    assert {each["id"] for each in changes} == {case["id"], note["id"]}
    theirs = beto.change("cases", case["row"], {"status": "closed"}, base=(case["id"],))
    beto.push(theirs)
    assert access.revoke(pool, "main", "beto", case["row"], NOON, "sup") is True
    assert access.revoke(pool, "main", "beto", case["row"], NOON, "sup") is False
    assert beto.pull() == [
        {"k": "own", "n": 5, "id": theirs["id"]},
        {"k": "revoke", "n": 6, "scope": case["row"], "reason": "revoked"},
    ]
    assert whole(pool, beto, [case["row"]], 2000)[0] == []
    late = beto.change("cases", case["row"], {"summary": "tarde"}, base=(theirs["id"],))
    assert beto.push(late)["results"][0][1] == "accepted", "once granted, always delivered"
    ana.push(ana.change("cases", case["row"], {"triage": "high"}, base=()))
    assert kinds(beto.pull()) == ["own"]
    with pytest.raises(Declined, match="not_found"):
        access.grant(pool, "main", "beto", ids.new_id(), NOON, "sup")
    with pytest.raises(Declined, match="not_found"):
        access.grant(pool, "main", "nobody", case["row"], NOON, "sup")


def test_histories_are_read_in_pages_scope_by_scope(pool: Pool) -> None:
    ana, sup = Laptop(pool, "ana"), Laptop(pool, "sup", "supervisor")
    sent: dict[str, list[str]] = {}
    for _ in range(6):
        case = ana.case()
        notes = [ana.change("notes", ids.new_id(), {"text": "x"}, case=case["row"]) for _ in range(4)]
        ana.push(case, *notes)
        sent[case["row"]] = [case["id"], *(each["id"] for each in notes)]
    ana.push(ana.change("counselors", ana.person, {"name": "Persona"}))
    begun = history.start(pool, sup.row)
    assert begun["cursor"] == list(ana.proof)
    scopes = [scope for scope, _ in begun["scopes"]]
    ranks = [rank for _, rank in begun["scopes"]]
    assert scopes == ["@all", *reversed(sent)]
    assert ranks == sorted(ranks)
    for limit in (2000, 7, 2, 1):
        changes, pages = whole(pool, sup, scopes, limit)
        assert [each["id"] for each in changes][1:] == [id_ for row in reversed(sent) for id_ in sent[row]]
        assert pages == -(-31 // limit)
        assert all(wire.sealed_by(each, ana.key.verify_key.encode().hex()) for each in changes)


def test_what_a_role_reads(pool: Pool) -> None:
    ana = Laptop(pool, "ana")
    admin, analyst = Laptop(pool, "admin", "admin"), Laptop(pool, "analyst", "analyst")
    case = ana.case()
    ana.push(case, ana.change("counselors", ana.person, {"name": "Persona"}))
    for other in (admin, analyst, Laptop(pool, "beto")):
        assert [each["c"]["table"] for each in other.pull()] == ["counselors"]
        assert [scope for scope, _ in history.start(pool, other.row)["scopes"]] == ["@all"]
        assert history.fetch(pool, other.row, [case["id"]]) == {"changes": []}
        assert whole(pool, other, [case["row"]], 9)[0] == []
        assert search.search(pool, other.row, "K7Q2") == {"cases": []}
    assert len(history.fetch(pool, ana.row, [case["id"]])["changes"]) == 1


def test_a_forgotten_condition_shows_nothing(pool: Pool) -> None:
    ana, beto, sup = Laptop(pool, "ana"), Laptop(pool, "beto"), Laptop(pool, "sup", "supervisor")
    case = ana.case(summary="x")
    ana.push(case, ana.change("notes", ids.new_id(), {"text": "x"}, case=case["row"]), ana.case(status=3))
    access.offer(pool, ana.row, case["row"], "sup", NOON)
    content = ("log", "access", "quarantine", "transfers", "data.cases", "data.notes")

    def seen(who: Any, duty: str) -> list[int]:
        with database.transaction(pool, who, duty) as connection:
            counts = [connection.execute(f"SELECT count(*) FROM {table}").fetchone() for table in content]
            return [each[0] for each in counts if each]

    assert seen("main", database.SERVE) == [3, 1, 1, 1, 1, 1]
    assert seen(sup.row, database.READ) == [3, 0, 1, 1, 1, 1]
    assert seen(ana.row, database.READ) == [2, 1, 0, 1, 1, 1]
    assert seen(beto.row, database.READ) == seen("other", database.SERVE) == [0] * 6
    with pool.connection() as connection:
        assert [connection.execute(f"SELECT count(*) FROM {each}").fetchone() for each in content] == [
            (0,)
        ] * 6
    with (
        database.transaction(pool, ana.row, database.READ) as connection,
        pytest.raises(Exception, match="row-level security"),
    ):
        connection.execute("INSERT INTO access VALUES ('main', 'ana', 'x', 'held', 1)")
    with (
        database.transaction(pool, "main", database.SERVE) as connection,
        pytest.raises(Exception, match="permission denied"),
    ):
        connection.execute("UPDATE log SET id = 'x'")


def test_teams_do_not_meet(pool: Pool) -> None:
    ana, other = Laptop(pool, "ana"), Laptop(pool, "sur", "supervisor", team="south")
    ana.push(ana.case())
    other.push(other.case())
    assert [each["n"] for each in other.pull()] == [each["n"] for each in ana.pull()] == [1]
    assert len(history.start(pool, other.row)["scopes"]) == 2


def test_the_window_leaves_and_opens_again(pool: Pool) -> None:
    for laptop in (Laptop(pool, "ana"), Laptop(pool, "sup", "supervisor")):
        case = laptop.case()
        laptop.push(case)
        laptop.pull()
        scope = case["row"]
        assert access.window(pool, laptop.row, [scope], "leave", NOON) == {"scopes": [scope]}
        assert access.window(pool, laptop.row, [scope], "leave", NOON) == {"scopes": []}
        assert laptop.pull() == [{"k": "revoke", "n": laptop.cursor.n, "scope": scope, "reason": "window"}]
        assert scope not in dict(history.start(pool, laptop.row)["scopes"])
        assert access.window(pool, laptop.row, [scope], "open", NOON) == {"scopes": [scope]}
        assert kinds(laptop.pull()) == ["grant"]
        with pytest.raises(Declined, match="not_found"):
            access.window(pool, laptop.row, [ids.new_id()], "open", NOON)


def test_what_was_revoked_is_not_opened_by_the_window(pool: Pool) -> None:
    ana = Laptop(pool, "ana")
    case = ana.case()
    ana.push(case)
    access.window(pool, ana.row, [case["row"]], "leave", NOON)
    access.revoke(pool, "main", "ana", case["row"], NOON, "sup")
    with pytest.raises(Declined, match="not_found"):
        access.window(pool, ana.row, [case["row"]], "open", NOON)


@pytest.mark.parametrize("accept", [True, False])
def test_a_case_is_offered_and_answered(pool: Pool, accept: bool) -> None:
    ana, beto, carla = Laptop(pool, "ana"), Laptop(pool, "beto"), Laptop(pool, "carla")
    case = ana.case(folio="K7Q2-0001-X")
    ana.push(case)
    ana.pull()
    scope = case["row"]
    with pytest.raises(Declined, match="not_found"):
        access.offer(pool, beto.row, scope, "carla", NOON)
    assert access.offer(pool, ana.row, scope, "beto", NOON) == {"offered": True}
    assert access.offer(pool, ana.row, scope, "beto", NOON) == {"offered": False}
    assert [each["folio"] for each in access.offers(pool, beto.row)["offers"]] == ["K7Q2-0001-X"]
    data = {"from": "ana", "folio": "K7Q2-0001-X", "state": "open"}
    assert beto.pull() == [{"k": "offer", "n": 2, "scope": scope, "data": data}]
    with pytest.raises(Declined, match="not_found"):
        access.answer(pool, carla.row, scope, True, NOON)
    access.answer(pool, beto.row, scope, accept, NOON)
    assert kinds(beto.pull()) == (["grant"] if accept else [])
    entries = ana.pull()
    assert kinds(entries) == (["revoke", "offer"] if accept else ["offer"])
    assert entries[-1]["data"] == data | {"from": "beto", "state": "accepted" if accept else "declined"}
    assert access.offers(pool, beto.row) == {"offers": []}
    with pytest.raises(Declined, match="not_found"):
        access.answer(pool, beto.row, scope, True, NOON)


def test_only_a_supervisor_assigns(pool: Pool) -> None:
    ana, beto, sup = Laptop(pool, "ana"), Laptop(pool, "beto"), Laptop(pool, "sup", "supervisor")
    case = ana.case()
    ana.push(case)
    assert beto.pull() == []
    with pytest.raises(Declined, match="forbidden"):
        access.assign(pool, ana.row, case["row"], "beto", NOON)
    assert access.assign(pool, sup.row, case["row"], "beto", NOON) == {"granted": True}
    assert kinds(beto.pull()) == ["grant"]


def test_a_new_role_grants_and_revokes_what_the_role_alone_showed(pool: Pool) -> None:
    ana, sup = Laptop(pool, "ana"), Laptop(pool, "sup", "supervisor")
    theirs, own = ana.case(), sup.case()
    ana.push(theirs)
    sup.push(own)
    sup.pull()
    for old, new, kind in (("supervisor", "counselor", "revoke"), ("counselor", "supervisor", "grant")):
        with database.transaction(pool, "main", database.SERVE) as connection:
            connection.execute("UPDATE people SET role = %s WHERE id = 'sup'", (new,))
            access.change_role(connection, "main", "sup", old, new, NOON)
        assert [(each["k"], each["scope"]) for each in sup.pull()] == [(kind, theirs["row"])]


def test_a_new_role_is_told_by_pages_and_nobody_waits_for_all_of_them(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The newest at once; a role that changes again meanwhile is told behind the first, and the last one holds."""
    monkeypatch.setattr(access, "AT_ONCE", 3)
    ana, sup = Laptop(pool, "ana"), Laptop(pool, "sup", "counselor")
    cases = [ana.case() for _ in range(8)]
    ana.push(*cases)
    scopes = sorted((case["row"] for case in cases), reverse=True)
    sup.pull()

    def become(old: str, new: str) -> None:
        with database.transaction(pool, "main", database.SERVE) as connection:
            connection.execute("UPDATE people SET role = %s WHERE id = 'sup'", (new,))
            access.change_role(connection, "main", "sup", old, new, NOON)

    become("counselor", "supervisor")
    assert [(each["k"], each["scope"]) for each in sup.pull()] == [("grant", each) for each in scopes[:3]]
    assert equality.equal(pool, sup.row)["sums"] == summed(whole(pool, ana, scopes[:3], 9)[0])
    access.revoke(pool, "main", "sup", scopes[4], NOON, "ana")
    assert access.go_on(pool, "main", NOON)
    become("supervisor", "counselor")
    while access.go_on(pool, "main", NOON):
        pass
    entries = [(each["k"], each["scope"]) for each in sup.pull()]
    assert entries[:3] == [("revoke", scopes[4]), ("grant", scopes[3]), ("grant", scopes[5])]
    assert entries[3:] == [("revoke", each) for each in scopes if each != scopes[4]]


@pytest.mark.parametrize("page", ["NEWEST", "OLDER"])
def test_a_page_of_a_role_is_read_along_an_index_however_many_cases_there_are(
    pool: Pool, owner: str, page: str
) -> None:
    """Everybody waits for the log's counter meanwhile: to sort all that is held took a tenth of a second of 120,000."""
    ana = Laptop(pool, "ana")
    with database.connect(owner, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO access (team, person, scope, state, rank) SELECT 'main', %s, 'scope-' || n, 'held', n"
            " FROM generate_series(1, 20000) AS n",
            (ana.person,),
        )
        connection.execute("ANALYZE access")
    before = ("scope-5000",) if page == "OLDER" else ()
    with database.transaction(pool, "main", database.SERVE) as connection, database.in_order(connection):
        plan = connection.execute(
            f"EXPLAIN {getattr(access, page)}", (ana.person, "main", *before, access.AT_ONCE)
        ).fetchall()
    said = "\n".join(line for (line,) in plan)
    assert "using access_scopes" in said
    assert "Sort" not in said
    assert "Seq Scan on access" not in said


def test_a_page_waits_for_what_is_just_being_given(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page looks once it holds the counter: who is given a case in this moment is not told to let go of it."""
    monkeypatch.setattr(access, "AT_ONCE", 3)
    ana, sup = Laptop(pool, "ana"), Laptop(pool, "sup", "supervisor")
    cases = [ana.case() for _ in range(5)]
    ana.push(*cases)
    oldest = min(case["row"] for case in cases)
    sup.pull()
    with database.transaction(pool, "main", database.SERVE) as connection:
        connection.execute("UPDATE people SET role = 'counselor' WHERE id = 'sup'")
        access.change_role(connection, "main", "sup", "supervisor", "counselor", NOON)
    going = threading.Thread(target=access.go_on, args=(pool, "main", NOON))
    with database.transaction(pool, "main", database.SERVE) as connection:
        entries = access._grant(connection, "main", "counselor", "sup", oldest, NOON)
        log.append(connection, "main", entries)
        going.start()
        threading.Event().wait(0.2)
    going.join()
    assert [each["k"] for each in sup.pull() if each["scope"] == oldest] == ["grant"]


def test_a_role_that_shows_the_same_tells_nothing(pool: Pool) -> None:
    ana, sup = Laptop(pool, "ana"), Laptop(pool, "sup", "counselor")
    ana.push(ana.case())
    with database.transaction(pool, "main", database.SERVE) as connection:
        connection.execute("UPDATE people SET role = 'curator' WHERE id = 'sup'")
        access.change_role(connection, "main", "sup", "counselor", "curator", NOON)
    assert sup.pull() == []
    assert not access.go_on(pool, "main", NOON)


def summed(changes: list[dict[str, Any]]) -> list[str]:
    """What a laptop makes of these changes."""
    made = [0] * 256
    for each in changes:
        number = wire.bucket(wire.scope_of(each))
        made[number] = (made[number] + wire.weight(each["id"], each["hash"])) % 2**64
    return [*map(str, made)]


def test_the_sums_are_those_a_laptop_makes_of_what_it_holds(pool: Pool) -> None:
    ana, beto, sup = Laptop(pool, "ana"), Laptop(pool, "beto"), Laptop(pool, "sup", "supervisor")
    cases = [ana.case() for _ in range(40)]
    foreign = beto.case()
    ana.push(*cases, ana.change("counselors", ana.person, {"name": "Persona"}))
    beto.push(foreign)
    access.revoke(pool, "main", "ana", cases[0]["row"], NOON, "sup")
    erase.erase(pool, "main", cases[1]["row"], NOON, "sup")
    for laptop in (ana, beto, sup):
        held = whole(pool, laptop, [scope for scope, _ in history.start(pool, laptop.row)["scopes"]], 9)[0]
        ids: dict[int, set[str]] = {}
        for each in held:
            ids.setdefault(wire.bucket(wire.scope_of(each)), set()).add(each["id"])
        assert equality.equal(pool, laptop.row)["sums"] == summed(held)
        full = max(ids, key=lambda number: len(ids[number]))
        assert set(equality.bucket(pool, laptop.row, full)["ids"]) == ids[full]


def test_what_a_laptop_holds_and_the_server_lacks(pool: Pool) -> None:
    ana = Laptop(pool, "ana")
    kept, lost = ana.case(), ana.case()
    ana.push(kept)
    assert history.missing(pool, ana.row, [kept["id"], lost["id"]]) == {"missing": [lost["id"]]}


def test_search_finds_by_folio_number_and_name(pool: Pool) -> None:
    ana, sup = Laptop(pool, "ana"), Laptop(pool, "sup", "supervisor")
    case = ana.case(folio="K7Q2-0001-X")
    row = case["row"]
    said = [
        ana.change("people", ids.new_id(), {"name": "Persona Ficticia Ñandú", "case_id": row}, case=row),
        ana.change("identifiers", ids.new_id(), {"normalised": "+525512345678", "case_id": row}, case=row),
    ]
    ana.push(case, *said, ana.case(folio="K7Q2-0002-Y"))
    for words in ("k7q2-0001", "55 1234 5678", "+525512345678", "FICTICIA ñan", "ficticia nandu"):
        assert [each["folio"] for each in search.search(pool, sup.row, words)["cases"]] == ["K7Q2-0001-X"]
    for words in ("k7", "%", "%%%", "___", "nadie"):
        assert search.search(pool, sup.row, words)["cases"] == []


def woken(pool: Pool, laptops: list[Laptop], after: int) -> set[str]:
    """Who of those that wait is woken by what came after a number."""

    async def waited() -> list[bool]:
        tail = LogTail("")
        tail._loop = asyncio.get_running_loop()
        waiting = [asyncio.create_task(tail.wait(laptop.row, after, 0.3)) for laptop in laptops]
        await asyncio.sleep(0)
        with pool.connection() as connection:
            tail._look(connection, "main")
        answers = await asyncio.gather(*waiting)
        assert not tail._waiting["main"]
        return answers

    answers = zip(laptops, asyncio.run(waited()), strict=True)
    return {laptop.id.removeprefix("device-") for laptop, answer in answers if answer}


def test_who_is_woken_by_what(pool: Pool) -> None:
    ana, beto, sup = Laptop(pool, "ana"), Laptop(pool, "beto"), Laptop(pool, "sup", "supervisor")
    everybody = [ana, Laptop(pool, "ana-2", person="ana"), beto, sup]
    assert woken(pool, everybody, 0) == set()
    ana.push(case := ana.case())
    assert woken(pool, everybody, 0) == {"ana-2", "sup"}
    access.grant(pool, "main", "beto", case["row"], NOON, "sup")
    assert woken(pool, everybody, 1) == {"beto", "sup"}
    assert woken(pool, everybody, 0) == {"ana-2", "beto", "sup"}
    beto.push(beto.change("counselors", beto.person, {"name": "Persona"}))
    assert woken(pool, everybody, 2) == {"ana", "ana-2", "sup"}
    sup.push(sup.case())
    assert woken(pool, everybody, 3) == set()


def test_news_of_many_wakes_nobody_else(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    """More than is read in one look is read on, and wakes only whom it concerns."""
    monkeypatch.setattr(log_tail, "MOST", 2)
    ana, beto, sup = Laptop(pool, "ana"), Laptop(pool, "beto"), Laptop(pool, "sup", "supervisor")
    woken(pool, [ana], 0)
    cases = [ana.case() for _ in range(5)]
    ana.push(*cases)
    assert woken(pool, [ana, beto, sup], 0) == {"sup"}
    access.grant(pool, "main", "beto", cases[0]["row"], NOON, "sup")
    assert woken(pool, [ana, beto, sup], 1) == {"beto", "sup"}


def test_a_document_of_control_wakes_whom_it_is_on_and_then_everybody_in_turn(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Thousands at once would be answered before anything that is sent meanwhile; a few are woken at once."""
    monkeypatch.setattr(log_tail, "TURNS", 4)
    monkeypatch.setattr(log_tail, "GATHER", 0)
    laptops = [Laptop(pool, f"ana-{number}", person=f"person-{number}") for number in range(5)]

    async def waited(team: str, on: str) -> tuple[set[str], float]:
        """Who is woken at once, and seconds until everybody is."""
        tail = LogTail("")
        waiting = {laptop.person: asyncio.create_task(tail.wait(laptop.row, 0, 30)) for laptop in laptops}
        await asyncio.sleep(0)
        began = monotonic()
        tail._anew(team, on)
        tail._anew(team, on)  # another document adds nobody who waits already
        await asyncio.sleep(0.02)
        early = {person for person, task in waiting.items() if task.done()}
        if early:
            assert all(await asyncio.gather(*waiting.values()))
        return early, monotonic() - began

    assert len(asyncio.run(waited("main", ""))[0]) == 5
    assert asyncio.run(waited("another", "person-3"))[0] == set()
    monkeypatch.setattr(log_tail, "AT_ONCE", 1)
    for on in ("person-3", laptops[3].row.public_key):
        early, seconds = asyncio.run(waited("main", on))
        assert "person-3" in early
        assert len(early) < 5
        assert 0.4 < seconds < 10


def test_a_database_that_is_busy_for_a_moment_does_not_end_the_tail(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever waits is woken by what comes later, and looks anew for what came while nobody listened."""
    ana, sup = Laptop(pool, "ana"), Laptop(pool, "sup", "supervisor")
    monkeypatch.setattr(log_tail, "POLL", 0.05)
    tail, looked = LogTail(pool.conninfo), threading.Event()
    look = tail._look

    def busy_once(connection: database.Db, team: str) -> bool:
        if not looked.is_set():
            looked.set()
            raise Declined("busy")
        return look(connection, team)

    monkeypatch.setattr(tail, "_look", busy_once)

    async def waited() -> bool:
        tail.start()
        waiting = asyncio.create_task(tail.wait(sup.row, 0, 20))
        await asyncio.to_thread(looked.wait, 10)
        await asyncio.to_thread(ana.push, ana.case())
        answer = await waiting
        tail.stop()
        await tail.join()
        return answer

    assert asyncio.run(waited())


@pytest.mark.parametrize(
    ("outcome", "least", "most"),
    [(True, 0.9, 10.0), (False, None, None), (Declined("busy"), 3.0, 10.0)],
)
def test_a_page_of_a_role_leaves_the_database_to_others(
    monkeypatch: pytest.MonkeyPatch, outcome: bool | Declined, least: float | None, most: float | None
) -> None:
    """The pause grows with what a page took, also with one that could not be told."""
    nudged = []

    def go_on(*_: object) -> bool:
        threading.Event().wait(0.05)
        if isinstance(outcome, Declined):
            raise outcome
        return outcome

    monkeypatch.setattr(access, "go_on", go_on)
    services = SimpleNamespace(
        pool=None, settings=SimpleNamespace(team="main"), nudge=lambda: nudged.append(1),
        threads=SimpleNamespace(run=asyncio.to_thread),
    )  # fmt: skip
    pause = asyncio.run(Services.tell_new_roles(cast(Services, services)))
    assert pause is None if least is None else pause is not None and least <= pause <= (most or 0)
    assert bool(nudged) == (pause is not None)


def test_erasing_what_nobody_wrote_or_all_see_is_refused(pool: Pool) -> None:
    ana = Laptop(pool, "ana")
    ana.push(ana.change("counselors", ana.person, {"name": "Persona"}))
    for scope in ("@all", ids.new_id()):
        with pytest.raises(Declined, match="not_found"):
            erase.erase(pool, "main", scope, NOON, "admin")
    case = ana.case()
    ana.push(case)
    assert [erase.erase(pool, "main", case["row"], NOON, "admin") for _ in range(2)] == [1, 0]
    assert erase.erasures(pool, "main") == [case["row"]]
