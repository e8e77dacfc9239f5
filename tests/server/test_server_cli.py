"""`lnctp server …` as an administrator runs it: on an empty folder, with the embedded PostgreSQL."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import homes
import httpx
import pytest
from control_office import Officers, founded
from ran import Ran
from served import Laptop, Served

from lnctp_tui.cli import main
from lnctp_tui.cli.office.server import actor
from lnctp_tui.domain.authority import control
from lnctp_tui.domain.values import folio
from lnctp_tui.server.postgres import backups, cluster, database, embedded
from lnctp_tui.server.settings import Settings
from lnctp_tui.storage.vault import phrase, recovery

FOLIO = folio.make("K7Q2", 42)
ROOT = Path(__file__).parents[2]
ENVIRONMENT = ("LNCTP_LANG", "LC_ALL", "LC_MESSAGES", "LANG", "DATABASE_URL", "LNCTP_SERVER_OWNER_URL")


Run = Callable[..., Ran]


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """A server's folder that PostgreSQL can use when the tests run as root; its cluster stays up meanwhile."""
    folder = Path(tempfile.mkdtemp(prefix="lnctp-server-"))
    folder.chmod(0o755)
    try:
        yield folder / "home"
    finally:
        for each in folder.iterdir():
            embedded.stop(each)
        shutil.rmtree(folder)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], home: Path) -> Run:
    """Runs `lnctp server` with these arguments in this process, without a terminal."""
    for name in ENVIRONMENT:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LNCTP_SERVER_HOME", str(home))

    def command(*arguments: object, home: Path | None = None) -> Ran:
        if home is not None:
            monkeypatch.setenv("LNCTP_SERVER_HOME", str(home))
        with Path(os.devnull).open(encoding="utf-8") as nobody:
            monkeypatch.setattr("sys.stdin", nobody)
            code = main(["server", *(str(each) for each in arguments)])
        return Ran(code, *capfd.readouterr())

    return command


@pytest.fixture(scope="module")
def listening(home: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """`lnctp server run` with two workers, as a process of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {name: value for name, value in os.environ.items() if name not in ENVIRONMENT}
    process = subprocess.Popen(
        [sys.executable, "-m", "lnctp_tui", "server", "run", "--port", str(port), "--workers", "2"],
        cwd=ROOT, env={**environment, "LNCTP_SERVER_HOME": str(home)}, stderr=subprocess.PIPE,
    )  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    try:
        with httpx.Client(trust_env=False) as client:
            while process.poll() is None:
                try:
                    if client.get(f"{url}/ready").status_code == 200:
                        break
                except httpx.TransportError:
                    threading.Event().wait(0.05)
        yield url, process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.wait(30)
        assert process.stderr is not None
        process.stderr.close()


def test_from_an_empty_folder_to_a_backup_and_back(
    listening: tuple[str, subprocess.Popen[bytes]],
    run: Run,
    home: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    url, process = listening
    told = run("init", "--json").json
    assert len(told["backup_key"].split()) == 24
    assert (home / backups.PUBLIC).stat().st_mode & 0o777 == 0o600
    assert run("init", "--json").json["backup_key"] is None

    person = run("person", "add", "Ana de Prueba", "--json").json
    code = run("code", "ana DE prueba", "--json").json["code"]
    laptop = Laptop(url)
    message = {"code": code, "device": laptop.device, "public_key": laptop.public_key, "actor": laptop.actor}
    assert laptop.call("POST", "/v1/enroll", message).message["state"] == "pending"
    waiting = run("device", "list", "--json").json[0]
    assert waiting["person"] == laptop.actor != person["id"]
    wrong = run("device", "approve", waiting["id"], "--fingerprint", phrase.generate(6))
    assert wrong.code == 1
    assert "seis palabras" in wrong.err
    assert laptop.push(laptop.case()).error == "pending"
    assert (
        run("device", "approve", waiting["folio_prefix"], "--fingerprint", waiting["fingerprint"]).code == 0
    )
    change = laptop.case(folio=FOLIO)
    assert laptop.push(change).status == 200

    file = tmp_path / "uno.lnctp-backup"
    assert run("backup", file).code == 0
    assert b"K7Q2" not in file.read_bytes()
    status = run("status", "--json").json
    assert (status["safe"], status["n"], status["active"], status["audit_broken_at"]) == (1, 1, 1, None)
    assert laptop.call("GET", "/v1/me").message["safe"][0] == 1
    assert run("refold", "--json").json["ok"] is True

    words = tmp_path / "words"
    words.touch(0o600)
    words.write_text(told["backup_key"], encoding="utf-8")
    assert "no reemplaza nada" in run("restore", file, "--key-file", words).err
    assert run("restore", file, "--key-file", words, "--check").code == 0
    monkeypatch.setenv("LOGNAME", "fingida")
    assert "Sin autoridad" in run("device", "wipe", waiting["id"], "--all").err
    assert "Sin autoridad" in run("erase", FOLIO, "--reason", "Orden 1/2026", "--yes").err
    assert "No hay autoridad" in run("order", "list").err
    assert "Sin autoridad" in run("status").out
    team = founded_by_two(run, url, home)
    order = team.order("erase", change["row"])
    assert team.send(order).status == 200
    assert {who for who, _ in audited(home)} == {actor()}
    assert run("order", "list", "--json").json[0] | {"hash": "", "at": ""} == {
        "hash": "", "at": "", "kind": "erase", "on": change["row"], "persons": list(team.newest.persons(order.keys())),
        "names": ["Responsable 1", "Responsable 2"], "holds": True, "done": 0, "of": 3,
    }  # fmt: skip
    assert laptop.call("POST", "/v1/obeyed", {"hash": order.hash}).status == 200
    assert run("order", "list", "--json").json[0]["done"] == 1
    assert "1 de 3" in run("order", "list").out
    prepared(run, team, waiting["id"])
    shutil.copy(home / "erased.json", tmp_path)

    other = home.parent / "other"
    assert run("restore", file, "--key-file", words, "--json", home=other).json["erased_again"] == 1
    assert audited(other)[-1] == (actor(), "erase")
    assert (other / "server.key").read_bytes() == (home / "server.key").read_bytes()
    restored = run("status", "--json", home=other).json
    assert (restored["n"], restored["active"]) == (2, 1)
    assert columns_known(other, "log") > 0
    assert run("refold", "--json", home=other).json["ok"] is True

    assert {b for worker in range(8) for b in [laptop.call("GET", "/v1/me").status]} == {200}
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0
    assert not embedded.running(home)
    assert process.stderr is not None
    lines = [json.loads(line) for line in process.stderr.read().splitlines()]
    assert {"listening", "enrolled", "stopped"} <= {line["event"] for line in lines}
    assert "Ana" not in json.dumps(lines)


def columns_known(home: Path, table: str) -> int:
    """Of how many columns of a table PostgreSQL knows what stands in them when it plans."""
    with cluster.running(Settings(home=home)) as found, database.connect(found.owner) as connection:
        rows = connection.execute("SELECT attname FROM pg_stats WHERE tablename = %s", (table,)).fetchall()
    return len(rows)


def founded_by_two(run: Run, url: str, home: Path) -> Officers:
    """Two supervisors make their authority at their laptops, and the operator hears its words."""
    laptops = []
    for name in ("Laura de Prueba", "Rosa de Prueba"):
        assert run("person", "add", name, "--role", "supervisor").code == 0
        laptop, code = Laptop(url), run("code", name, "--json").json["code"]
        message = {
            "code": code,
            "device": laptop.device,
            "public_key": laptop.public_key,
            "actor": laptop.actor,
        }
        assert laptop.call("POST", "/v1/enroll", message).status == 200
        found = next(each for each in run("device", "list", "--json").json if each["id"] == laptop.device)
        assert run("device", "approve", laptop.device, "--fingerprint", found["fingerprint"]).code == 0
        laptops.append(laptop)
    with cluster.running(Settings(home=home)) as database_:
        team = Officers(Served(url, database_.app, None, None, None), home, laptops, [b"1" * 32, b"2" * 32])  # type: ignore[arg-type]
    signed = founded(team)
    assert "No hay autoridad" in run("authority").err
    assert team.send(signed, path="drafts").message["ordered"] is False
    assert team.send(signed).error == "control_unpinned"
    words = recovery.fingerprint(bytes.fromhex(team.newest.org))
    wrong = run("authority", "--words", phrase.generate(6))
    assert (wrong.code, "Laura" in wrong.out) == (1, False)
    assert team.send(signed).error == "control_unpinned"
    told = run("authority", "--words", words, "--json")
    assert (told.json["version"], told.json["org"], told.json["words"]) == (1, team.newest.org, words)
    assert (home / "authority").stat().st_mode & 0o777 == 0o600
    assert run("authority", "--json").json["officers"] == ["Responsable 1", "Responsable 2"]
    assert team.send(signed).message["n"] == 1
    return team


def prepared(run: Run, team: Officers, device: str) -> None:
    """With an authority the command line prepares and decides nothing."""
    for arguments in (
        ("device", "approve", device, "--fingerprint", "x"), ("device", "revoke", device),
        ("device", "upload-only", device), ("person", "role", "Ana de Prueba", "admin"),
        ("person", "leave", "Ana de Prueba"), ("device", "wipe", device), ("erase", FOLIO),
    ):  # fmt: skip
        ran = run(*arguments)
        assert (ran.code, "responsable" in ran.err) == (1, True), ran
    code = run("code", "Ana de Prueba", "--json").json["code"].replace("-", "")
    assert (len(code), code[12:]) == (28, control.spoken(team.newest.org))
    status = run("status", "--json").json
    assert (status["authority"], status["orders"], status["active"]) == (1, 1, 3)


def audited(home: Path) -> list[tuple[str, str]]:
    """Who did what at the command line, in order."""
    with (
        cluster.running(Settings(home=home)) as found,
        database.connect(found.app) as connection,
        database.transaction(connection, "main", database.SERVE),
    ):
        rows = connection.execute("SELECT actor, action FROM audit WHERE actor LIKE 'cli:%' ORDER BY n")
        return [(str(who), str(what)) for who, what in rows]


SAID = """import os, pwd, sys
from lnctp_tui.cli.office.server import actor
if sys.argv[1]:
    os.setuid(pwd.getpwnam(sys.argv[1]).pw_uid)
print(actor())"""
FORGED = dict.fromkeys(("USER", "LOGNAME", "LNAME", "USERNAME", "SUDO_USER"), "fingida")


def said_by(user: str, **variables: str) -> str:
    """Who another process says it is, after it became `user`."""
    environment = {"PATH": os.environ["PATH"], **homes.personal(), **variables}
    command = [sys.executable, "-c", SAID, user]
    found = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=True)
    return found.stdout.decode().strip()


def test_nobody_takes_another_name_by_a_variable() -> None:
    user = "nobody" if os.getuid() == 0 else ""
    asked = said_by(user)
    assert asked.startswith("cli:")
    assert said_by(user, **FORGED, SUDO_UID="1") == asked
    if not logged_in():
        assert asked == f"cli:{user or pwd.getpwuid(os.getuid()).pw_name}"


def logged_in() -> bool:
    """Whether this system knows who logged in."""
    try:
        return int(Path("/proc/self/loginuid").read_text(encoding="ascii")) != 2**32 - 1
    except OSError:
        return False


@pytest.mark.skipif(os.getuid() != 0 or logged_in(), reason="only root comes by sudo")
def test_whoever_became_root_by_sudo_is_named() -> None:
    assert said_by("", **FORGED) == "cli:root"
    assert said_by("", **FORGED, SUDO_UID="1") == f"cli:{pwd.getpwuid(1).pw_name}"
    assert said_by("", **FORGED, SUDO_UID="fingida") == "cli:root"


@pytest.mark.parametrize("harm", ["flip", "cut", "longer"])
def test_an_altered_backup_is_refused_before_anything_is_touched(tmp_path: Path, harm: str) -> None:
    from io import BytesIO

    key = backups.secret_key(backups.new_key(tmp_path))
    buffer = BytesIO()
    writer = backups._Writer(buffer, key.public_key)
    manifest = {"format": 1, "made_at": "x", "revision": "0001", "heads": {}, "rows": {}}
    for part in (json.dumps(manifest).encode(), b"one" * 999, b"two"):
        writer.write(part)
    writer.end()
    content = buffer.getvalue()
    file = tmp_path / "b"
    file.write_bytes(content)
    assert backups.check(file, key).revision == "0001"
    changed = {
        "flip": content[:-40] + bytes([content[-40] ^ 1]) + content[-39:],
        "cut": content[:-24],
        "longer": content + b"x",
    }
    file.write_bytes(changed[harm])
    with pytest.raises(Exception, match="bad_backup"):
        backups.check(file, key)


def test_another_key_opens_no_backup(tmp_path: Path) -> None:
    file = tmp_path / "b"
    file.write_bytes(backups.MAGIC + bytes(200))
    with pytest.raises(Exception, match="backup_key_wrong"):
        backups.check(file, backups.secret_key(phrase.encode(bytes(32))))


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("run", "--host", "0.0.0.0"), 1, "Sin certificado"),
        (("run", "--host", "203.0.113.1", "--cert", "x.pem"), 1, "van juntos"),
        (("run", "--port", "0"), 2, "--port"),
        (("backup",), 2, "--folder"),
        (("restore", "none", "--key-file", "none"), 1, "none"),
        (("nothing",), 2, "No existe la orden"),
    ],
)
def test_what_cannot_be_done_is_said(run: Run, arguments: tuple[str, ...], code: int, said: str) -> None:
    ran = run(*arguments)
    assert ran.code == code
    assert said in ran.err


def test_a_port_that_is_taken_is_said(run: Run) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ran = run("run", "--port", taken.getsockname()[1])
    assert ran.code == 1
    assert "No se puede escuchar" in ran.err


def test_a_database_that_does_not_answer_is_said(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@/none?host=/nowhere")
    ran = run("person", "list")
    assert ran.code == 1
    assert "La base de datos no responde" in ran.err
