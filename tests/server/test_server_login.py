"""The server serves with no login that takes the database's walls down. Attack 39 of the security design."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from pg import fresh
from served import serving

from lnctp_tui.errors import Refused
from lnctp_tui.server import run
from lnctp_tui.server.postgres import cluster as clusters
from lnctp_tui.server.postgres import database, embedded
from lnctp_tui.server.settings import Settings

ROOT = Path(__file__).parents[2]
LOGINS = {
    "superuser": "CREATE ROLE {} LOGIN SUPERUSER",
    "bypassrls": "CREATE ROLE {} LOGIN BYPASSRLS",
    "replication": "CREATE ROLE {} LOGIN REPLICATION",
    "owner": "CREATE ROLE {0} LOGIN; ALTER TABLE data.cases OWNER TO {0}",
    "member": "CREATE ROLE {} LOGIN IN ROLE pg_execute_server_program",
    "far": "CREATE ROLE {0}_group BYPASSRLS; CREATE ROLE {0}_middle; CREATE ROLE {0} LOGIN;"
    "GRANT {0}_group TO {0}_middle WITH INHERIT FALSE; GRANT {0}_middle TO {0} WITH INHERIT FALSE",
}


@pytest.fixture
def name(cluster: embedded.Embedded) -> Iterator[str]:
    """A database whose owner may be changed."""
    with fresh(cluster) as made:
        yield made


def login(cluster: embedded.Embedded, name: str, statements: str, role: str) -> str:
    """A login that can do all that `lnctp_app` can, and what `statements` give it."""
    with database.connect(cluster.url(embedded.OWNER, name), autocommit=True) as owner:
        owner.execute(statements.format(role))  # type: ignore[arg-type]
        owner.execute(f"GRANT lnctp_app TO {role}")  # type: ignore[arg-type]
        owner.execute(f"ALTER ROLE {role} PASSWORD 'de-prueba'")  # type: ignore[arg-type]
    return f"postgresql://{role}:de-prueba@/{name}?host={cluster.host}&port={cluster.port}"


@pytest.fixture
def tidy(cluster: embedded.Embedded, name: str) -> Iterator[None]:
    """Roles belong to the whole cluster: those of a test go with it."""
    yield
    with database.connect(cluster.url(embedded.OWNER, name), autocommit=True) as owner:
        roles = owner.execute("SELECT rolname FROM pg_roles WHERE rolname LIKE 'prueba%'").fetchall()
        for (role,) in roles:
            owner.execute(f"REASSIGN OWNED BY {role} TO postgres; DROP OWNED BY {role}")  # type: ignore[arg-type]
        for (role,) in roles:
            owner.execute(f"DROP ROLE {role}")  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", LOGINS)
def test_a_login_that_policies_do_not_hold_is_refused_by_name(
    cluster: embedded.Embedded, name: str, tidy: None, kind: str, tmp_path: Path
) -> None:
    url = login(cluster, name, LOGINS[kind], "prueba")
    with pytest.raises(Refused) as refused:
        run.serve(Settings(home=tmp_path, database=url), "127.0.0.1", 0, 1, None, None)
    wanted = {"far": "member", "member": "member"}.get(kind, kind)
    assert refused.value.code == f"server_login_{wanted}"
    assert refused.value.facts["login"] == "prueba"


def test_the_tables_owner_is_refused_and_nobody_is_served_with_it(
    cluster: embedded.Embedded, name: str, tmp_path: Path
) -> None:
    with pytest.raises(Refused, match="server_login_superuser"):
        clusters.check_login(cluster.url(embedded.OWNER, name))
    clusters.check_login(cluster.url(database=name))
    with serving(cluster.url(embedded.OWNER, name), Settings(home=tmp_path)) as served:
        ready = httpx.get(f"{served.url}/ready")
        assert (ready.status_code, ready.json()["error"]) == (503, "login_superuser")
        assert httpx.get(f"{served.url}/v1/me").json()["error"] == "login_superuser"


def test_a_wall_that_falls_later_is_seen_and_nobody_is_served_until_it_stands(
    cluster: embedded.Embedded, name: str, tmp_path: Path
) -> None:
    with serving(cluster.url(database=name), Settings(home=tmp_path)) as served:
        laptop = served.laptop()
        assert httpx.get(f"{served.url}/ready").status_code == 200
        with database.connect(cluster.url(embedded.OWNER, name), autocommit=True) as owner:
            owner.execute("ALTER TABLE data.notes DISABLE ROW LEVEL SECURITY")
            assert httpx.get(f"{served.url}/ready").json()["error"] == "login_open"
            assert laptop.call("GET", "/v1/me").error == "login_open"
            owner.execute("ALTER TABLE data.notes ENABLE ROW LEVEL SECURITY")
        assert httpx.get(f"{served.url}/ready").status_code == 200
        assert laptop.call("GET", "/v1/me").status == 200


def test_the_example_names_the_login_that_owns_nothing() -> None:
    lines = (ROOT / "deploy" / "server.env").read_text(encoding="utf-8").splitlines()
    (url,) = [line.partition("=")[2] for line in lines if line.lstrip("# ").startswith("DATABASE_URL=")]
    assert url.startswith("postgresql://lnctp_app@")
    assert not any("OWNER_URL=" in line for line in lines)
