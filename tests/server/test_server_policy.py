"""Attack 15: every route, with every role and every state of a device, does what the policy table says."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from control_office import officers
from served import Laptop, Served, serving

from lnctp_tui.domain.authority import control
from lnctp_tui.server.http import policy, routes, routes_pages
from lnctp_tui.server.http.endpoint import Route
from lnctp_tui.server.postgres import embedded
from lnctp_tui.server.settings import Settings

from pg import fresh  # isort: skip

ID = "0190a000-0000-7000-8000-000000000001"
BODIES = {
    "push": {"changes": []},
    "missing": {"ids": []},
    "history": {"scopes": [], "after": 0},
    "fetch": {"ids": []},
    "bucket": {"bucket": 0},
    "window": {"scopes": [], "action": "leave"},
    "assign": {"scope": ID, "person": ID},
    "offer": {"scope": ID, "person": ID},
    "answer": {"scope": ID, "accept": True},
    "decide": {"action": "dismiss", "reason": "Prueba"},
    "mute": {"action": "unmute"},
}
REFUSALS = {"pending", "revoked", "upload_only", "seal", "wipe", "forbidden"}


@pytest.fixture(scope="module")
def office(cluster: embedded.Embedded, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One server for the whole matrix."""
    home = tmp_path_factory.mktemp("home")
    with fresh(cluster) as name, serving(cluster.url(database=name), Settings(home=home)) as running:
        running.app.state.home = home
        yield running


@pytest.fixture(scope="module")
def laptops(office: Served) -> dict[tuple[str, str], Laptop]:
    """A laptop of each role in each state, by order of officers; more than 30 may not enrol from one address."""
    pairs = [(role, state) for role in policy.ROLES for state in policy.STATES if role != "curator"]
    found = {(role, state): office.pending(role) for role, state in [*pairs, ("curator", "active")]}
    team = officers(office, office.app.state.home)
    for (_, state), laptop in found.items():
        if state != "pending":
            team.do("device", laptop, state=state if state in control.STATES else "active")
        if state in ("seal", "wipe"):
            team.do(state, laptop)
    return found


def ask(laptop: Laptop, route: Route) -> str | None:
    """The refusal for who asks; None when the request got past the table."""
    path = f"/v1/{route.path}".replace("{id}", ID)
    answer = laptop.call(route.method, path, BODIES.get(route.action, {}))
    assert answer.status < 500
    return answer.error if answer.status == 403 else None


@pytest.mark.parametrize("route", routes.SIGNED, ids=lambda route: f"{route.method} {route.path}")
def test_a_route_is_open_to_whom_the_table_says(laptops: dict[tuple[str, str], Laptop], route: Route) -> None:
    for (role, state), laptop in laptops.items():
        allowed = policy.barred(state, route.action) is None and policy.reach(role, route.action) is not None
        refusal = ask(laptop, route)
        assert (refusal is None) == allowed, (role, state, refusal)
        assert refusal in REFUSALS | {None}


def test_every_action_has_a_route_and_every_route_an_action() -> None:
    named = [route.action for route in routes.SIGNED]
    listed = {action for allowed in policy.ALLOWED.values() for action in allowed}
    assert sorted(named) == sorted(listed)


def test_no_route_of_the_application_is_outside_the_table() -> None:
    app = routes.application(Settings.read({}), "")
    known = {f"/v1/{route.path}" for route in routes.SIGNED}
    found = {path for each in app.routes if (path := getattr(each, "path", ""))}
    pages = {path for _method, path, _work in routes_pages.OPEN}
    assert found - known == {"/v1/enroll", "/health", "/ready", "/metrics", "/release/{file}"} | pages
    assert pages == {"/entrar/{ficha}", "/entrar", "/tablero", "/salir", "/datos", "/datos/{edition}/{file}"}


# The table as a person would say it: source security.md, "Who may see what".
@pytest.mark.parametrize(
    ("role", "action", "reach"),
    [
        ("counselor", "pull", "held"),
        ("counselor", "search", "held"),
        ("counselor", "assign", None),
        ("counselor", "quarantine", None),
        ("curator", "pull", "held"),
        ("curator", "assign", None),
        ("curator", "quarantine", None),
        ("supervisor", "pull", "team"),
        ("supervisor", "decide", "team"),
        ("counselor", "alerts", "held"),
        ("counselor", "alert", "held"),
        ("counselor", "mute", None),
        ("counselor", "board", None),
        ("supervisor", "alert", "team"),
        ("supervisor", "mute", "team"),
        ("supervisor", "board", "team"),
        ("analyst", "alerts", None),
        ("admin", "alerts", None),
        ("admin", "board", None),
        ("analyst", "pull", None),
        ("analyst", "search", None),
        ("admin", "pull", None),
        ("admin", "fetch", None),
        ("admin", "people", "team"),
        ("nobody", "me", None),
        ("counselor", "unknown", None),
    ],
)
def test_the_table_says_what_was_promised(role: str, action: str, reach: str | None) -> None:
    assert policy.reach(role, action) == reach


@pytest.mark.parametrize(
    ("state", "action", "code"),
    [
        ("active", "pull", None),
        ("pending", "me", None),
        ("pending", "push", "pending"),
        ("upload_only", "push", None),
        ("upload_only", "pull", "upload_only"),
        ("revoked", "me", "revoked"),
        ("revoked", "control", None),
        ("revoked", "orders", "revoked"),
        ("pending", "orders", None),
        ("seal", "push", None),
        ("seal", "pull", "seal"),
        ("seal", "obeyed", None),
        ("wipe", "push", "wipe"),
        ("wipe", "me", "wipe"),
        ("wipe", "control", None),
        ("wipe", "obeyed", None),
        ("wipe_all", "me", "forbidden"),
        ("strange", "me", "forbidden"),
    ],
)
def test_a_state_leaves_what_was_promised(state: str, action: str, code: str | None) -> None:
    assert policy.barred(state, action) == code
