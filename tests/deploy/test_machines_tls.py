"""The three machines believe one another by certificates of their own, and nobody else is let in or listened to."""

from __future__ import annotations

import re
import shutil
import ssl
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest

from lnctp_tui.server.postgres import backups, embedded
from lnctp_tui.server.settings import PROGRAMS
from lnctp_tui.storage import instants

HA = Path(__file__).parents[2] / "deploy" / "ha"
PLACE = "/etc/lnctp-machines/"


def issued(folder: Path, *words: str) -> Path:
    """What the script makes there; only the authority's key has no phrase here."""
    folder.mkdir(exist_ok=True)
    subprocess.run(
        ["sh", str(HA / "certificates.sh"), *words], cwd=folder, check=True, capture_output=True,
        env={"PATH": "/usr/bin:/bin:/usr/local/bin", "LNCTP_CA_CIPHER": ""},
    )  # fmt: skip
    return folder


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if shutil.which("openssl") is None:
        pytest.skip("needs openssl")
    return issued(tmp_path_factory.mktemp("machines"), "one", "127.0.1.1", "two", "127.0.1.2")


def shake(machine: Path, name: str, *, believes: Path, shows: Path | None, file: str = "database") -> bool:
    """Whether a client takes a machine's certificate for `name`, and the machine the client's."""
    server_side = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(machine / "ca.pem"))
    server_side.verify_mode = ssl.CERT_REQUIRED
    server_side.load_cert_chain(machine / f"{file}.pem", machine / f"{file}.key")
    client_side = ssl.create_default_context(cafile=str(believes / "ca.pem"))
    if shows is not None:
        client_side.load_cert_chain(shows / "haproxy.pem")
    up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = client_side.wrap_bio(down, up, server_hostname=name)
    server = server_side.wrap_bio(up, down, server_side=True)
    try:
        for _ in range(4):
            for side in (client, server):
                with suppress(ssl.SSLWantReadError):
                    side.do_handshake()
        server.write(b"x")
        return client.read(1) == b"x"
    except ssl.SSLError:
        return False


def test_a_machine_is_believed_under_its_names_and_asks_who_asks(machines: Path, tmp_path: Path) -> None:
    one, two = machines / "one", machines / "two"
    for name in ("one", "lnctp-database", "127.0.1.1"):  # HAProxy's, the server's, Patroni's and etcd's
        assert shake(one, name, believes=two, shows=two), name
    assert shake(one, "lnctp-etcd", believes=two, shows=two, file="etcd")
    for name in ("two", "127.0.1.2", "lnctp-etcd", "lnctp.example.org"):
        assert not shake(one, name, believes=two, shows=two), name
    assert not shake(one, "one", believes=two, shows=None)
    other = issued(tmp_path / "other", "one", "127.0.1.1") / "one"
    assert not shake(one, "one", believes=two, shows=other)
    assert not shake(other, "one", believes=two, shows=two)


def test_another_year_is_of_the_same_authority_and_keys_are_nobody_elses(
    machines: Path, tmp_path: Path
) -> None:
    again = Path(shutil.copytree(machines, tmp_path / "again"))
    issued(again, "one", "127.0.1.1")
    assert (again / "machines.pem").read_bytes() == (machines / "machines.pem").read_bytes()
    assert (again / "one" / "database.pem").read_bytes() != (machines / "one" / "database.pem").read_bytes()
    assert shake(again / "one", "one", believes=machines / "two", shows=machines / "two")
    secret = [path for path in machines.rglob("*") if path.is_file() and b"PRIVATE KEY" in path.read_bytes()]
    assert len(secret) == 7  # the authority's, and three a machine
    assert {path.stat().st_mode & 0o077 for path in secret} == {0}
    assert sorted(path.name for path in (machines / "one").iterdir()) == [
        "ca.pem", "database.key", "database.pem", "etcd.key", "etcd.pem", "haproxy.pem",
    ]  # fmt: skip


def test_the_shipped_settings_name_these_files_and_leave_nothing_in_clear(machines: Path) -> None:
    shipped = {path.name: path.read_text(encoding="utf-8") for path in HA.iterdir()}
    used = {name for text in shipped.values() for name in re.findall(rf"{PLACE}([\w.]+)", text)}
    assert used == {path.name for path in (machines / "one").iterdir()}
    patroni = shipped["patroni.yml"]
    allowed = re.search(r"pg_hba:\n((?:    - .*\n)+)", patroni)
    assert allowed is not None
    for line in allowed[1].splitlines():
        assert line.strip().startswith(("- local all postgres peer", "- hostssl ")), line
        strong = re.search(r"hostssl (replication|all) ", line)
        assert not strong or line.endswith("clientcert=verify-ca"), line
    assert "  verify_client: required\n" in patroni
    assert patroni.count("sslmode: verify-full") == 1
    assert patroni.count("<<: *as_machine") == 2
    assert "watchdog:\n  mode: required\n" in patroni
    assert "http://" not in shipped["etcd.service"]
    assert "--peer-client-cert-auth" in shipped["etcd.service"]
    assert shipped["haproxy.cfg"].count("check-ssl verify required ") == 2
    assert len(re.findall(r"server (\w+) \S+ verifyhost \1 check port 8008", shipped["haproxy.cfg"])) == 6


def test_a_backup_over_tls_is_dumped_by_the_program_that_speaks_it(
    owner: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    dump = programs / "pg_dump"
    dump.write_text(
        f'#!/bin/sh\ntouch {tmp_path}/asked\nexec {embedded.programs()}/pg_dump "$@"\n', encoding="utf-8"
    )
    dump.chmod(0o755)
    monkeypatch.setenv(PROGRAMS, str(programs))
    backups.new_key(tmp_path)
    backups.backup(owner, backups.public_key(tmp_path), tmp_path / "copy", instants.iso(instants.now()))
    assert (tmp_path / "asked").exists()
