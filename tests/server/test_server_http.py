"""The server over a real socket: enrolment, states, what a laptop is told, bounds, health."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from served import Answered, Laptop, Served, serving

from lnctp_tui.server.admin.staff import fingerprint
from lnctp_tui.server.http import metrics
from lnctp_tui.server.settings import Settings
from lnctp_tui.storage import ids, instants
from lnctp_tui.storage.vault import recovery
from lnctp_tui.sync import fresco, wire


def test_a_laptop_enrols_waits_and_is_let_in(served: Served) -> None:
    laptop = Laptop(served.url)
    person, code = served.person(name="Consejera de Prueba")

    told = served.enroll(laptop, code.lower().replace("-", " ")).message

    assert told["state"] == "pending"
    assert told["person"] == laptop.actor != person.id
    assert (told["name"], told["role"], told["team"]) == ("Consejera de Prueba", "counselor", "main")
    assert len(told["folio_prefix"]) == 4
    assert laptop.call("POST", "/v1/push", {"changes": []}).error == "pending"
    with served.office() as office:
        waiting = office.device(laptop.device)
        assert waiting.fingerprint == recovery.fingerprint(bytes(laptop.key.verify_key))
        office.approve(waiting, waiting.fingerprint.upper())
    said = laptop.call("GET", "/v1/me").message
    assert said.pop("fresco")["sigs"][0][0] == told["server_key"]
    assert told.pop("address") is None
    assert said == told | {"state": "active", "audit": said["audit"]}


def test_the_second_laptop_learns_whose_it_is(served: Served) -> None:
    first = served.laptop()
    second = Laptop(served.url)
    with served.office() as office:
        code = office.code(office.person(first.actor))[0]
    assert served.enroll(second, code).message["person"] == first.actor


def test_a_lost_answer_to_an_enrolment_is_asked_for_again(served: Served) -> None:
    laptop, (_, code) = Laptop(served.url), served.person()
    assert served.enroll(laptop, code).message == served.enroll(laptop, code).message


def test_every_answer_tells_the_time_and_nothing_about_the_server(served: Served) -> None:
    for answer in (httpx.get(f"{served.url}/health"), httpx.get(f"{served.url}/v1/none")):
        assert abs(int(answer.headers["lnctp-time"]) - instants.now().timestamp()) < 5
        assert "server" not in answer.headers
        assert answer.headers["cache-control"] == "no-store"


def test_there_are_no_documentation_pages(served: Served) -> None:
    assert {httpx.get(f"{served.url}/{page}").status_code for page in ("docs", "redoc", "openapi.json")} == {
        404
    }


def test_health_readiness_and_counts_are_for_the_machine(served: Served) -> None:
    laptop = served.laptop()
    laptop.push(laptop.case())
    assert httpx.get(f"{served.url}/ready").json() == {"status": "ready"}
    counts = httpx.get(f"{served.url}/metrics").text
    assert 'lnctp_changes_total{result="accepted"}' in counts
    assert laptop.device not in counts
    assert laptop.actor not in counts
    far = httpx.get(f"{served.url}/metrics", headers={"X-Forwarded-For": "203.0.113.7"})
    assert far.status_code == 404


def test_what_is_pushed_is_receipted(served: Served) -> None:
    laptop = served.laptop()
    one, two = laptop.case(), laptop.case()
    told = laptop.push(one, two).message
    assert [result[:2] for result in told["results"]] == [[one["id"], "accepted"], [two["id"], "accepted"]]
    assert told["receipt"]["body"]["ids"] == wire.ids_digest([one["id"], two["id"]])
    assert [result[1] for result in laptop.push(one, two).message["results"]] == ["known", "known"]


def test_a_big_body_is_refused_before_and_after_unpacking(served: Served) -> None:
    laptop = served.laptop()
    assert laptop.call("POST", "/v1/push", {"changes": [], "x": "a" * wire.BODY_CAP}).error == "too_large"
    raw = b"\0" * (wire.BODY_CAP + 1)
    assert laptop.send("POST", "/v1/push", raw, laptop.signed("POST", "/v1/push", raw)).error == "too_large"
    assert laptop.push(*[laptop.case()] * (wire.BATCH + 1)).error == "too_large"
    assert laptop.push(laptop.case()).status == 200


def test_too_many_requests_are_told_when_to_come_back(served: Served) -> None:
    stranger = Laptop(served.url)
    heard = 0
    while (answer := stranger.call("GET", "/v1/me")).error == "unknown_device":
        heard += 1
        assert heard < 400
    assert heard >= 25
    assert (answer.status, answer.error) == (429, "rate_limited")
    assert int(answer.headers["retry-after"]) >= 1


def test_an_old_code_is_told_apart_from_a_wrong_and_a_used_one(served: Served) -> None:
    with served.office() as office:
        person = office.add("Persona de Prueba", "counselor")
        code = office.code(person)[0]
        office.connection.execute(
            "UPDATE codes SET expires_at = %s", (instants.iso(instants.now() - timedelta(seconds=1)),)
        )
    assert served.enroll(Laptop(served.url), code).error == "code_expired"
    assert served.enroll(Laptop(served.url), "0000-0000").error == "code_unknown"
    _, used = served.person()
    served.enroll(Laptop(served.url), used)
    assert served.enroll(Laptop(served.url), used).error == "code_used"


def test_of_laptops_that_race_for_one_code_one_wins(served: Served) -> None:
    _, code = served.person()
    laptops = [Laptop(served.url) for _ in range(8)]
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda each: served.enroll(each, code), laptops))
    assert sorted(answer.status for answer in answers) == [200] + [403] * 7
    with served.office() as office:
        assert len(office.devices()) == 1


def test_the_fingerprint_is_six_words_of_the_key() -> None:
    words = [fingerprint(bytes([n] * 32).hex()) for n in range(2)]
    assert {len(each.split()) for each in words} == {6}
    assert words[0] != words[1]


@pytest.mark.parametrize("state", ["revoked", "upload_only"])
def test_a_state_holds_from_the_next_request_on(served: Served, state: str) -> None:
    laptop = served.laptop()
    assert laptop.push(laptop.case()).status == 200
    served.set_state(laptop, state)
    assert laptop.push(laptop.case()).status == (403 if state == "revoked" else 200)


def pull(laptop: Laptop, cursor: list[object], seconds: int = 0) -> Answered:
    return laptop.call("GET", f"/v1/pull?cursor={cursor[0]}.{cursor[1]}&proof=&limit=1000&wait={seconds}")


def test_a_supervisor_who_waits_sees_a_case_within_two_seconds(served: Served) -> None:
    counselor, supervisor = served.laptop(), served.laptop("supervisor")
    cursor = pull(supervisor, [0, ""]).message["next"]
    with ThreadPoolExecutor(1) as thread:
        waiting = thread.submit(pull, supervisor, cursor, 20)
        until(lambda: metrics.WAITING._value.get() == 1)
        began = time.monotonic()
        change = counselor.case()
        assert counselor.push(change).status == 200
        told = waiting.result().message
    assert time.monotonic() - began < 2
    assert [entry["c"]["id"] for entry in told["entries"]] == [change["id"]]
    assert told["from"] == cursor


def test_who_may_not_see_a_case_is_not_woken_by_it(served: Served) -> None:
    one, other = served.laptop(), served.laptop()
    cursor = pull(other, [0, ""]).message["next"]
    with ThreadPoolExecutor(1) as thread:
        began = time.monotonic()
        waiting = thread.submit(pull, other, cursor, 2)
        until(lambda: metrics.WAITING._value.get() == 1)
        one.push(one.case())
        told = waiting.result().message
    assert time.monotonic() - began >= 1.9
    assert told["entries"] == []
    assert fresco.MEMBER in told
    after = pull(other, told["next"]).message
    assert after["entries"] == []
    assert after["next"][0] > cursor[0]


def test_a_revocation_ends_a_long_wait(served: Served) -> None:
    laptop, other = served.laptop("supervisor"), served.laptop()
    cursor = pull(laptop, [0, ""]).message["next"]
    with ThreadPoolExecutor(1) as thread:
        waiting = thread.submit(pull, laptop, cursor, 20)
        until(lambda: metrics.WAITING._value.get() == 1)
        served.set_state(laptop, "revoked")
        other.push(other.case())
        assert waiting.result().error == "revoked"


def test_who_is_revoked_while_nothing_comes_is_told_at_the_end_of_the_wait(served: Served) -> None:
    """The page of before the wait is answered again only to whom the database of now still lets in."""
    laptop = served.laptop()
    cursor = pull(laptop, [0, ""]).message["next"]
    with ThreadPoolExecutor(1) as thread:
        waiting = thread.submit(pull, laptop, cursor, 1)
        until(lambda: metrics.WAITING._value.get() == 1)
        served.set_state(laptop, "revoked")
        assert waiting.result().error == "revoked"


def test_waiting_holds_no_connection(served: Served) -> None:
    laptops = [served.laptop() for _ in range(12)]
    cursor = pull(laptops[0], [0, ""]).message["next"]
    with ThreadPoolExecutor(40) as threads:
        many = [threads.submit(pull, each, cursor, 4) for each in laptops for _ in range(3)]
        until(lambda: metrics.WAITING._value.get() == 36)
        began = time.monotonic()
        assert laptops[0].call("GET", "/v1/me").status == 200
        assert time.monotonic() - began < 1
        assert {each.result().status for each in many} == {200}


def test_a_laptop_that_asks_again_and_again_waits_a_few_times_only(served: Served) -> None:
    laptop = served.laptop()
    cursor = pull(laptop, [0, ""]).message["next"]
    with ThreadPoolExecutor(5) as threads:
        began = time.monotonic()
        many = [threads.submit(pull, laptop, cursor, 3) for _ in range(5)]
        done, _ = wait(many, timeout=2.5, return_when="ALL_COMPLETED")
        assert len(done) == 2
        assert time.monotonic() - began < 3
        assert {each.result().status for each in many} == {200}


def test_a_laptop_that_is_too_old_may_push_and_is_told(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    laptop = served.laptop()
    monkeypatch.setattr(wire, "VERSION", 0)
    assert laptop.push(laptop.case()).status == 200
    assert pull(laptop, [0, ""]).message == {"status": "too_old", "minimum": 1}


@pytest.mark.parametrize("said", [{}, {"reason": ""}, {"reason": " \n "}, {"reason": "x" * 201}])
def test_what_is_dismissed_needs_a_reason(served: Served, said: dict[str, str]) -> None:
    path = f"/v1/quarantine/{ids.new_id()}"
    answer = served.laptop("supervisor").call("POST", path, {"action": "dismiss"} | said)
    assert (answer.status, answer.error) == (422, "malformed")


def test_a_reason_is_kept_as_one_line_of_plain_text(served: Served) -> None:
    ana, boss = served.laptop(), served.laptop("supervisor")
    case = ana.case() | {"hash": "0" * 64}
    ana.push(case)
    said = {"action": "dismiss", "reason": " otra\x1b[2J\nvez "}
    assert boss.call("POST", f"/v1/quarantine/{case['id']}", said).message == {"status": "dismissed"}
    with served.office() as office:
        found = office.connection.execute("SELECT decided_why FROM quarantine").fetchall()
        noted = office.connection.execute("SELECT action FROM audit ORDER BY n DESC LIMIT 1").fetchone()
    assert found == [("otra�[2J vez",)]
    assert noted == ("dismiss:otra�[2J vez",)


def test_told_to_stop_the_server_lets_go_of_who_waits(pg: str, tmp_path: Path) -> None:
    with serving(pg, Settings(home=tmp_path)) as served, ThreadPoolExecutor(1) as thread:
        laptop = served.laptop()
        cursor = pull(laptop, [0, ""]).message["next"]
        waiting = thread.submit(pull, laptop, cursor, 30)
        until(lambda: metrics.WAITING._value.get() == 1)
        began = time.monotonic()
        served.stop()
        assert waiting.result().status == 200
        assert time.monotonic() - began < 3


def until(true: Callable[[], bool]) -> None:
    """Waits for a condition, 10 s at most."""
    end = time.monotonic() + 10
    while not true():
        assert time.monotonic() < end
        threading.Event().wait(0.01)
