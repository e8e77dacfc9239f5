"""Attacks on the pages: the way into the board, what stands on it, and the open data, over a real socket."""

from __future__ import annotations

import base64
import hashlib
import logging
import re
import socket
import statistics
import time
from collections.abc import Iterator
from datetime import datetime
from html.parser import HTMLParser

import httpx
import pytest
from pg import fresh
from reported import NOW, Case, issue, row, store, weeks
from served import CANARY, Laptop, Served, serving

from lnctp_tui.domain.values import folio
from lnctp_tui.server.alerts import weekly
from lnctp_tui.server.http import logs, metrics, policy
from lnctp_tui.server.http.rate_limits import Buckets, Rate
from lnctp_tui.server.pages import html, kept
from lnctp_tui.server.postgres import database, embedded
from lnctp_tui.server.postgres.database import SERVE
from lnctp_tui.server.settings import Settings
from lnctp_tui.storage import instants

FREE = Rate(1e6, 1e6)
COOKIE = "__Host-lnctp"
HOSTILE = f'"><script>alert("{CANARY}")</script><img src=x onerror=1>'
FOLIOS = [folio.make("ZZZZ", number) for number in range(1, 8)]
PAGE = {"content-security-policy", "referrer-policy", "x-frame-options", "cross-origin-resource-policy",
        "cross-origin-opener-policy"}  # fmt: skip
EDITION = {"datapackage.json": b'{"name": "prueba"}\n', "tabla-M1.csv": b"table,count\nM1,135\n"}


@pytest.fixture(scope="module")
def office(cluster: embedded.Embedded, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One server for all of them, with cases and an edition."""
    home = tmp_path_factory.mktemp("home")
    with fresh(cluster) as name, serving(cluster.url(database=name), Settings(home=home)) as running:
        with database.connect(cluster.url(embedded.OWNER, name)) as owner:
            issue(owner, "2020-k5", EDITION)
            issue(owner, "otra-k5", {"tabla-M1.csv": b"M1,9\n"}, "otra")
        with database.pool(running.database) as pool:
            fill(pool)
        loosen(running)
        yield running


def loosen(office: Served) -> None:
    """All of them come from one address."""
    pages = office.app.state.pages
    pages.data, pages.views, pages.tries = Buckets(FREE), Buckets(FREE), Buckets(FREE)
    office.app.state.services.authenticator._failed = Buckets(FREE)


def fill(pool: database.Pool) -> None:
    """Cases in every state that the board looks for, with hostile texts wherever one can stand."""
    closed = {"status": "closed", "owner_id": "nadie"}
    store(pool, weeks(3, columns=closed))
    store(pool, [Case(venue="barberia", columns=closed) for _ in range(4)])
    store(pool, [
        Case(id="c0", columns={"folio": FOLIOS[0], "triage": "emergency", "summary": HOSTILE}),
        Case(id="c1", columns={"folio": FOLIOS[1], "triage": "urgent_24h", "owner_id": "ana", "status": "follow_up"}),
        Case(id="c2", columns={"folio": HOSTILE, "triage": "emergency", "owner_id": "ana"}),
        Case(id="c3", columns={"folio": FOLIOS[3], "triage": HOSTILE, "opened_at": HOSTILE}, contact={}),
        Case(id="c4", columns={"folio": FOLIOS[4], "triage": "urgent_24h", "status": "closed"}),
    ])  # fmt: skip
    with database.transaction(pool, "main", SERVE) as connection:
        row(connection, "main", "tasks", "t0", {"case_id": "c1", "kind": "callback", "status": "open",
            "due_to": "2026-01-01T00:00:00Z", "say": HOSTILE, "assignee_id": HOSTILE})  # fmt: skip
        row(connection, "main", "referrals", "r0", {"case_id": "c1", "status": "sent", "reason": HOSTILE,
            "expected_by": "2026-01-01T00:00:00Z", "provider_name": HOSTILE})  # fmt: skip
        for table, id_ in (("tasks", "t0"), ("referrals", "r0")):
            connection.execute(
                'INSERT INTO records (team, "table", "row", scopes) VALUES (%s, %s, %s, %s)',
                ("main", table, id_, ["c1"]),
            )
    weekly.run(pool, "main", NOW)
    with database.transaction(pool, "main", SERVE) as connection:
        connection.execute("UPDATE alerts SET code = %s WHERE family = 'venue'", (HOSTILE,))


@pytest.fixture(scope="module")
def supervisor(office: Served) -> Laptop:
    return office.laptop("supervisor")


class Browser:
    """What a browser does, but that it keeps nothing by itself."""

    def __init__(self, office: Served) -> None:
        self.client = httpx.Client(base_url=office.url, trust_env=False)

    def open(self, laptop: Laptop) -> str:
        """The path of a new link."""
        answer = laptop.call("POST", "/v1/board")
        assert answer.status == 200, answer.content
        path: str = answer.message["path"]
        assert re.fullmatch(r"/entrar/[0-9a-f]{32}", path)
        return path

    def enter(self, path: str, **headers: str) -> httpx.Response:
        """The button of a link."""
        return self.client.post("/entrar", data={"ficha": path.rpartition("/")[2]}, headers=headers)

    def session(self, laptop: Laptop) -> str:
        answer = self.enter(self.open(laptop))
        assert (answer.status_code, answer.headers["location"]) == (303, "/tablero")
        return answer.headers["set-cookie"].partition("=")[2].partition(";")[0]

    def board(self, cookie: str | None) -> httpx.Response:
        headers = {} if cookie is None else {"Cookie": f"{COOKIE}={cookie}"}
        return self.client.get("/tablero", headers=headers)


@pytest.fixture
def browser(office: Served) -> Iterator[Browser]:
    using = Browser(office)
    yield using
    using.client.close()


def sql(office: Served, statement: str, *values: object) -> None:
    with database.connect(office.database) as connection, database.transaction(connection, "main", SERVE):
        connection.execute(statement, values)


# 87: the link


def test_a_link_opens_the_board_once(supervisor: Laptop, browser: Browser) -> None:
    path = browser.open(supervisor)
    first = browser.enter(path)
    assert first.status_code == 303
    cookie = first.headers["set-cookie"]
    assert cookie.startswith(f"{COOKIE}=")
    assert {part.strip() for part in cookie.split(";")[1:]} == {
        "Path=/", "Max-Age=28800", "Secure", "HttpOnly", "SameSite=Strict",
    }  # fmt: skip
    again = browser.enter(path)
    assert (again.status_code, "location" in again.headers) == (403, False)
    assert browser.board(cookie.partition("=")[2].partition(";")[0]).status_code == 200


def test_a_program_that_looks_ahead_spends_nothing(supervisor: Laptop, browser: Browser) -> None:
    path = browser.open(supervisor)
    for method in ("GET", "HEAD", "GET", "OPTIONS"):
        assert "set-cookie" not in browser.client.request(method, path).headers
    shown = browser.client.get(path)
    assert shown.text.count("<button") == shown.text.count("<form") == 1
    assert browser.enter(path).status_code == 303


def test_a_link_is_over_after_a_minute(office: Served, supervisor: Laptop, browser: Browser) -> None:
    path = browser.open(supervisor)
    sql(office, "UPDATE board_links SET until = until - 61")
    assert browser.enter(path).status_code == 403


def test_a_newer_link_of_a_laptop_closes_the_older(supervisor: Laptop, browser: Browser) -> None:
    older, newer = browser.open(supervisor), browser.open(supervisor)
    assert browser.enter(older).status_code == 403
    assert browser.enter(newer).status_code == 303


@pytest.mark.parametrize("typed", ["", "0" * 32, "ñ" * 32, "%00", "../../etc/passwd", "a" * 300, HOSTILE])
def test_a_guessed_link_opens_nothing_and_is_not_repeated(browser: Browser, typed: str) -> None:
    answer = browser.client.post("/entrar", data={"ficha": typed})
    assert answer.status_code in (403, 413)
    assert answer.headers.get("set-cookie", f"{COOKIE}=;").startswith(f"{COOKIE}=;")
    shown = browser.client.get("/entrar/" + typed.encode().hex())
    assert CANARY not in shown.text + answer.text


def test_what_is_stored_opens_nothing(office: Served, supervisor: Laptop, browser: Browser) -> None:
    path, cookie = browser.open(supervisor), browser.session(office.laptop("supervisor"))
    with database.connect(office.database) as connection, database.transaction(connection, "main", SERVE):
        stored = [row[0] for table in ("board_links", "board_sessions")
                  for row in connection.execute(f"SELECT hash FROM {table}")]  # fmt: skip
    assert path.rpartition("/")[2] not in stored
    assert cookie not in stored
    assert all(browser.board(value[:32]).status_code == 401 for value in stored)


def test_another_site_cannot_press_the_button(supervisor: Laptop, browser: Browser) -> None:
    path = browser.open(supervisor)
    assert browser.enter(path, **{"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert browser.enter(path, **{"Sec-Fetch-Site": "same-origin"}).status_code == 303


# 88: the cookie


def test_the_board_is_closed_without_a_session(browser: Browser) -> None:
    for cookie in (None, "", "0" * 32, "a" * 31, "../x", f"{'0' * 32}; {COOKIE}={'1' * 32}"):
        answer = browser.board(cookie)
        assert answer.status_code == 401
        assert "lnctp board open" in answer.text
        assert FOLIOS[0] not in answer.text


@pytest.mark.parametrize("state", ["revoked", "upload_only"])
def test_a_stolen_cookie_ends_with_the_device(office: Served, browser: Browser, state: str) -> None:
    laptop = office.laptop("supervisor")
    cookie = browser.session(laptop)
    assert browser.board(cookie).status_code == 200
    office.set_state(laptop, state)
    assert browser.board(cookie).status_code == 403
    sql(office, "UPDATE devices SET state = 'active' WHERE id = %s", laptop.device)
    assert browser.board(cookie).status_code == 401, "what ended does not come back"


@pytest.mark.parametrize("role", ["counselor", "analyst", "admin"])
def test_a_stolen_cookie_ends_with_the_role(office: Served, browser: Browser, role: str) -> None:
    laptop = office.laptop("supervisor")
    cookie, unused = browser.session(laptop), browser.open(laptop)
    with office.office() as people:
        people.set_role(people.person(people.device(laptop.device).person), role)
    assert browser.board(cookie).status_code == 403
    assert browser.enter(unused).status_code == 403
    assert laptop.call("POST", "/v1/board").error == "forbidden"


@pytest.mark.parametrize(("column", "seconds"), [("seen", 601), ("began", 8 * 3600 + 1)])
def test_a_session_ends_idle_and_after_a_shift(
    office: Served, browser: Browser, column: str, seconds: int
) -> None:
    cookie = browser.session(office.laptop("supervisor"))
    sql(office, f"UPDATE board_sessions SET {column} = {column} - %s", seconds)
    assert browser.board(cookie).status_code == 401


def test_leaving_ends_the_session_and_a_new_one_the_old(supervisor: Laptop, browser: Browser) -> None:
    first, second = browser.session(supervisor), browser.session(supervisor)
    assert [browser.board(cookie).status_code for cookie in (first, second)] == [401, 200]
    left = browser.client.post("/salir", headers={"Cookie": f"{COOKIE}={second}"})
    assert left.headers["set-cookie"].startswith(f"{COOKIE}=;")
    assert browser.board(second).status_code == 401


def test_opening_and_looking_behind_an_alert_are_in_the_audit(office: Served, browser: Browser) -> None:
    laptop = office.laptop("supervisor")
    browser.session(laptop)
    alert = laptop.call("GET", "/v1/alerts").message["alerts"][0]["id"]
    laptop.call("GET", f"/v1/alerts/{alert}")
    with database.connect(office.database) as connection, database.transaction(connection, "main", SERVE):
        noted = connection.execute(
            """SELECT a.action FROM audit a JOIN devices d ON d.id = %s AND a.actor = d.person
            WHERE a.action <> 'device.enroll' ORDER BY a.n""",
            (laptop.device,),
        ).fetchall()
    assert [action for (action,) in noted] == ["board.link", "board.open", "alert.cases"]


# 89: who may


@pytest.mark.parametrize("role", policy.ROLES)
def test_a_role_reaches_what_was_promised(office: Served, role: str) -> None:
    laptop = office.laptop(role)
    listed, board = laptop.call("GET", "/v1/alerts"), laptop.call("POST", "/v1/board")
    leads, reads = role == "supervisor", role in ("counselor", "curator", "supervisor")
    assert (board.status == 200, listed.status == 200) == (leads, reads)
    if not reads:
        return
    id_ = listed.message["alerts"][0]["id"]
    shown = laptop.call("GET", f"/v1/alerts/{id_}").message
    assert ("cases" in shown) is leads
    body = {"action": "mute", "reason": "otro", "text": "Prueba", "days": 1}
    assert (laptop.call("POST", f"/v1/alerts/{id_}", body).status == 200) is leads
    if leads:
        assert laptop.call("POST", f"/v1/alerts/{id_}", {"action": "unmute"}).status == 200


@pytest.mark.parametrize(
    "body",
    [{"action": "mute"}, {"action": "mute", "reason": "otro", "text": " \n"},
     {"action": "mute", "reason": "porque sí", "text": "x"},
     {"action": "mute", "reason": "otro", "text": "x", "days": 91},
     {"action": "mute", "reason": "otro", "text": "x", "days": 0}, {"action": "unmute", "reason": "otro", "text": "x"},
     {"action": "close"}],
)  # fmt: skip
def test_a_mute_without_its_reason_or_too_long_is_none(supervisor: Laptop, body: dict[str, object]) -> None:
    id_ = supervisor.call("GET", "/v1/alerts").message["alerts"][0]["id"]
    assert supervisor.call("POST", f"/v1/alerts/{id_}", body).error == "malformed"


# 90: open data


def test_an_edition_is_read_without_a_cookie_and_once(browser: Browser) -> None:
    listing = browser.client.get("/datos")
    assert "set-cookie" not in listing.headers
    for file, content in EDITION.items():
        assert f'href="/datos/2020-k5/{file}"' in listing.text
        answer = browser.client.get(f"/datos/2020-k5/{file}")
        assert answer.content == content
        assert answer.headers["etag"] == f'"{hashlib.sha256(content).hexdigest()}"'
        assert answer.headers["cache-control"] == "public, no-cache"
        assert answer.headers["content-disposition"] == f'attachment; filename="{file}"'
        again = browser.client.get(
            f"/datos/2020-k5/{file}", headers={"If-None-Match": answer.headers["etag"]}
        )
        assert (again.status_code, again.content) == (304, b"")
        assert {"set-cookie", "content-length"} & set(again.headers) == set()
    assert browser.client.get("/datos", headers={"If-None-Match": listing.headers["etag"]}).status_code == 304
    assert browser.client.head("/datos").status_code == 200


@pytest.mark.parametrize(
    "path",
    ["/datos/2020-k5/../../etc/passwd", "/datos/2020-k5/..%2f..%2fserver.key", "/datos/%2e%2e/%2e%2e", "/datos/..",
     "/datos/2020-k5/%00", "/datos/2020-k5/a%0d%0aSet-Cookie:x=1", "/datos/2020-k5/.hidden", "/datos/2020-k5/",
     "/datos//etc", "/datos/2020-k5/tabla-M1.csv/x", "/datos/2020-k5%5c..%5cx/y", "/datos/x/" + "a" * 200,
     "/datos/%ff%fe/x", "/datos/2020-k5/Tabla-M1.csv"],
)  # fmt: skip
def test_no_path_leads_out_of_the_editions(office: Served, path: str) -> None:
    host, _, port = office.url.partition("://")[2].partition(":")
    answer = raw(host, int(port), f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    head = answer.partition(b"\r\n\r\n")[0].lower()
    assert head.startswith((b"http/1.1 404", b"http/1.1 307", b"http/1.1 400")), head
    assert b"set-cookie" not in head


def raw(host: str, port: int, content: bytes) -> bytes:
    with socket.create_connection((host, port), 5) as connection:
        connection.sendall(content)
        parts = []
        while part := connection.recv(65536):
            parts.append(part)
    return b"".join(parts)


def test_a_file_that_is_not_what_was_issued_is_not_served(
    office: Served, cluster: embedded.Embedded, browser: Browser
) -> None:
    with (
        database.connect(office.database.replace("lnctp_app", embedded.OWNER))
        if False
        else database.connect(
            cluster.url(embedded.OWNER, office.database.rpartition("/")[2].partition("?")[0])
        ) as owner
    ):
        issue(owner, "2021-k5", {"notas": b"1\n", "datos": b"2\n"}, datos=b"3\n", otros=b"4\n")
    codes = [
        browser.client.get(f"/datos/2021-k5/{file}").status_code
        for file in ("SHA256SUMS", "notas", "datos", "otros")
    ]
    assert codes == [200, 200, 404, 404]
    assert browser.client.get("/datos/otra-k5/tabla-M1.csv").status_code == 404, "of another team"


# 91: what stands on a page


class Elements(HTMLParser):
    """All elements and attributes of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_the_board_shows_folios_in_danger_and_nothing_that_somebody_wrote(
    supervisor: Laptop, browser: Browser
) -> None:
    answer = browser.board(browser.session(supervisor))
    text = answer.text
    for title, count in (("Emergencias abiertas", 2), ("Urgentes abiertas", 1), ("Sin asignar", 2),
                         ("Tareas vencidas", 1), ("Canalizaciones enviadas sin respuesta", 1)):  # fmt: skip
        assert f"<h2>{title}: {count}</h2>" in text
    assert all(FOLIOS[number] in text for number in (0, 1, 3))
    assert FOLIOS[4] not in text
    assert "sin folio" in text
    assert "fuera de catálogo" in text
    assert CANARY not in text
    assert "Persona" not in text
    names = {name for name, _ in Elements(text).found}
    assert names & {"script", "img", "iframe", "link", "object", "style"} == {"style"}
    assert not [
        key for _, attributes in Elements(text).found for key in attributes if key.startswith(("on", "style"))
    ]


@pytest.mark.parametrize(
    "child",
    [HOSTILE, "</title><script>", "&lt;", "'\"<>&", "\x1b[31m", "\u202egpj", "<" * 50, "javascript:x"],
)
def test_a_text_stays_a_text_wherever_it_goes(child: str) -> None:
    shown = html.page(
        child, html.tag("p", child), html.tag("a", child, href=child), html.table(child, [child], [[child]])
    )
    elements = Elements(shown.decode()).found
    usual = Elements(
        html.page("x", html.tag("p"), html.tag("a", href="x"), html.table("x", ["x"], [["x"]])).decode()
    )
    assert [name for name, _ in elements] == [name for name, _ in usual.found]
    assert all(character not in shown.decode() for character in "\x1b\u202e")


def test_every_page_says_that_nothing_may_be_added_to_it_or_put_around_it(
    supervisor: Laptop, browser: Browser
) -> None:
    cookie = browser.session(supervisor)
    pages = [
        browser.client.get(browser.open(supervisor)), browser.board(cookie), browser.board(None),
        browser.client.get("/datos"), browser.client.get("/datos/2020-k5/tabla-M1.csv"),
        browser.client.get("/datos/x/y"), browser.client.post("/entrar"), browser.client.post("/salir"),
    ]  # fmt: skip
    for answer in pages:
        assert set(answer.headers) >= PAGE, answer.request.url
        content = answer.headers["content-security-policy"]
        directives = dict(part.strip().split(" ", 1) for part in content.split(";"))
        assert (
            directives["default-src"] == directives["frame-ancestors"] == directives["base-uri"] == "'none'"
        )
        assert "unsafe" not in content
        assert answer.headers["x-content-type-options"] == "nosniff"
        if not answer.request.url.path.startswith("/datos/2020"):
            style = re.search("<style>(.*)</style>", answer.text, re.DOTALL)
            if style:
                digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
                assert directives["style-src"] == f"'sha256-{digest}'"
    assert pages[1].headers["cache-control"] == "no-store"


# 92: how often, and what is left of it


def test_who_guesses_is_stopped_and_who_is_in_stays_in(
    office: Served, supervisor: Laptop, browser: Browser
) -> None:
    cookie = browser.session(supervisor)
    assert browser.board(cookie).status_code == 200
    pages = office.app.state.pages
    assert kept.TRIES.burst <= 30
    pages.tries = Buckets(Rate(0.001, 4))
    try:
        codes = [browser.board(f"{number:032x}").status_code for number in range(5)]
        assert codes == [401] * 4 + [429]
        assert browser.enter("/entrar/" + "0" * 32).status_code == 429
        assert browser.board(cookie).status_code == 200
    finally:
        loosen(office)


def test_a_session_and_a_reader_of_data_have_their_bounds(
    office: Served, supervisor: Laptop, browser: Browser
) -> None:
    cookie, pages = browser.session(supervisor), office.app.state.pages
    pages.views, pages.data = Buckets(Rate(0.01, 3)), Buckets(Rate(0.01, 3))
    try:
        assert [browser.board(cookie).status_code for _ in range(4)] == [200, 200, 200, 429]
        assert [browser.client.get("/datos").status_code for _ in range(4)] == [200, 200, 200, 429]
    finally:
        loosen(office)


def test_no_address_and_no_link_is_in_a_log_a_count_or_a_table(
    office: Served, supervisor: Laptop, browser: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    lines = logs.Lines()
    with caplog.at_level(logging.INFO):
        path = browser.open(supervisor)
        cookie = browser.session(supervisor)
        for asked in (path, "/datos/x/y", f"/datos/{CANARY}/y", "/tablero"):
            browser.client.get(asked)
        browser.enter(path)
    written = "\n".join(lines.format(record) for record in caplog.records) + metrics.text().decode()
    for secret in ("127.0.0.1", path.rpartition("/")[2], cookie, CANARY, supervisor.device):
        assert secret not in written
    with database.connect(office.database) as connection:
        assert connection.execute("SELECT count(*) FROM rates WHERE who LIKE '%%127.0.0.1'").fetchone() == (
            0,
        )


def test_a_wrong_cookie_takes_as_long_as_an_ended_one(
    office: Served, supervisor: Laptop, browser: Browser
) -> None:
    """Both are one look-up by the hash of what was sent: no byte of it is compared with a stored one."""
    ended = browser.session(supervisor)
    browser.session(supervisor)
    times: dict[str, list[float]] = {ended: [], "0" * 32: []}
    for _ in range(15):
        for cookie, of in times.items():
            began = time.perf_counter()
            browser.board(cookie)
            of.append(time.perf_counter() - began)
    one, other = (statistics.median(of) for of in times.values())
    assert 1 / 3 < one / other < 3


def test_the_board_is_as_fresh_as_it_says(office: Served, supervisor: Laptop, browser: Browser) -> None:
    cookie = browser.session(supervisor)
    shown = re.search(r"Calculado ([\d: -]+),", browser.board(cookie).text)
    assert shown
    at = instants.local(instants.iso(instants.now()), "America/Mexico_City").replace(tzinfo=None)
    assert abs((at - datetime.fromisoformat(shown[1])).total_seconds()) < 30
