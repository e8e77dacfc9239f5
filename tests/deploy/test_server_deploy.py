"""What docs/operations.md and docs/scale.md promise: certificates, units, keys that begin with the team."""

from __future__ import annotations

import re
import shutil
import ssl
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest

from lnctp_tui.server import run
from lnctp_tui.server.postgres import database
from lnctp_tui.sync import tls

ROOT = Path(__file__).parents[2]
OUTSIDE = {"settings_pkey", "alembic_version_pkc", "nonces_pkey", "rates_pkey", "devices_id"}
"""Unique indexes that docs/scale.md names as standing outside of teams."""


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the commands of the handbook make; only the authority's key has no phrase here."""
    if shutil.which("openssl") is None:
        pytest.skip("needs openssl")
    folder = tmp_path_factory.mktemp("tls")
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    found = re.search(r"```sh\n# test: own CA\n(.*?)```", text, re.DOTALL)
    assert found is not None
    script = found[1].replace(" -aes-256-cbc", "")
    subprocess.run(["sh", "-e", "-c", script], cwd=folder, check=True, capture_output=True)
    return folder


def shake(folder: Path, name: str, most: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3) -> str | None:
    """The version a laptop and the server agree on, over memory."""

    def made() -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "server.pem", folder / "server.key")
        return context

    ours = tls.context((folder / "ca.pem").read_text(encoding="ascii"))
    if most != ssl.TLSVersion.TLSv1_3:
        ours.minimum_version = ssl.TLSVersion.TLSv1_2
        ours.maximum_version = most
    up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = ours.wrap_bio(down, up, server_hostname=name)
    server = run.only_newest_tls(None, made).wrap_bio(up, down, server_side=True)
    for _ in range(4):
        for side in (client, server):
            with suppress(ssl.SSLWantReadError):
                side.do_handshake()
    return client.version()


def test_a_laptop_trusts_the_certificate_of_the_handbook(certificates: Path) -> None:
    assert shake(certificates, "lnctp.example.org") == "TLSv1.3"


def test_another_name_is_refused(certificates: Path) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        shake(certificates, "otra.example.org")


def test_older_tls_is_refused(certificates: Path) -> None:
    with pytest.raises(ssl.SSLError):
        shake(certificates, "lnctp.example.org", ssl.TLSVersion.TLSv1_2)


def test_systemd_understands_the_units() -> None:
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("needs systemd-analyze")
    units = sorted((ROOT / "deploy").glob("lnctp-server*.*"))
    said = subprocess.run(
        [program, "verify", "--man=no", *units], capture_output=True, text=True, check=False
    )
    flaws = [line for line in said.stderr.splitlines() if "is not executable" not in line]
    assert flaws == []
    assert len(units) == 3


def test_every_unique_key_begins_with_the_team(pg: str) -> None:
    with database.connect(pg) as connection:
        keys = connection.execute(
            """SELECT c.relname, a.attname FROM pg_index i
            JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace s ON s.oid = c.relnamespace
            JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
            WHERE i.indisunique AND s.nspname IN ('public', 'data')"""
        ).fetchall()
    assert len(keys) > 20
    assert {name for name, first in keys if first not in ("team", "of_team")} == OUTSIDE


def test_there_is_no_sequence(pg: str) -> None:
    with database.connect(pg) as connection:
        assert connection.execute("SELECT count(*) FROM pg_sequences").fetchone() == (0,)


def test_three_machines_keep_what_a_receipt_promises() -> None:
    patroni, haproxy = (
        (ROOT / "deploy" / "ha" / name).read_text(encoding="utf-8") for name in ("patroni.yml", "haproxy.cfg")
    )
    for setting in ("synchronous_mode: true", "synchronous_mode_strict: true", 'synchronous_commit: "on"',
                    "failsafe_mode: true", "log_parameter_max_length_on_error: 0"):  # fmt: skip
        assert f" {setting}\n" in patroni
    assert "password:" not in patroni.lower().replace("password_encryption:", "")
    listens = haproxy.split("\nlisten ")[1:]
    assert len(listens) == 2
    for listen in listens:
        assert "bind 127.0.0.1:" in listen
        assert "on-marked-down shutdown-sessions" in listen
        assert listen.count(" check port 8008") == 3
