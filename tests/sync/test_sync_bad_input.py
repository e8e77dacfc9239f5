"""Bad input of synchronisation: a sentence that says what to do, the record stays, calls can be taken.

Each test lets the real thing go wrong between a laptop and a running server, and reads what `lnctp sync` and
`lnctp status` print.
"""

from __future__ import annotations

import asyncio
import io
import shutil
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
import trustme
import uvicorn
from nacl.signing import SigningKey
from served import Laptop, Served
from vaults import MadeVault
from workspaces import Founded, narrate

from lnctp_tui import cli
from lnctp_tui.cli import session
from lnctp_tui.domain.records import changes
from lnctp_tui.errors import SyncFailed
from lnctp_tui.i18n import _, messages
from lnctp_tui.i18n.of_sync import REFUSALS
from lnctp_tui.server.ingest import check
from lnctp_tui.server.postgres import database
from lnctp_tui.services.call.intake import Intake
from lnctp_tui.services.sync import synchronise
from lnctp_tui.services.vault.workspace import Workspace, found_workspace, open_workspace
from lnctp_tui.storage import ids
from lnctp_tui.storage.database.session import New, Unit
from lnctp_tui.storage.replication import server_state
from lnctp_tui.storage.vault.vault import Key

STAYS = "Lo registrado sigue en este equipo"


@dataclass
class Desk:
    """An enrolled laptop, as a person at its keyboard sees it."""

    home: Path
    key: Key
    served: Served

    @contextmanager
    def open(self) -> Iterator[Workspace]:
        workspace = open_workspace(self.home, self.key)
        yield workspace
        workspace.close()

    def write(self, count: int = 1, **patch: Any) -> list[str]:
        """New cases; the ids of their changes."""
        with self.open() as workspace, workspace.store.write() as unit:
            return [
                unit.record("cases", ids.new_id(), {"status": "open", "summary": "Prueba"} | patch)
                for _ in range(count)
            ]

    def lnctp(self, *arguments: str) -> str:
        """What the command prints, both outputs. The phrase is not asked for: its derivation is slow on purpose."""
        out = io.StringIO()
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(out):
            patch.setenv("LNCTP_HOME", str(self.home))
            patch.setattr(session, "unlock", lambda _context: (self.home, self.key))
            cli.main(arguments)
        return " ".join(out.getvalue().split())

    def says(self, *sentences: str, status: bool = True) -> None:
        """`lnctp sync --once` says it at once, `lnctp status` says it afterwards too."""
        for command in (("sync", "--once"), ("status",))[: 2 if status else 1]:
            said = self.lnctp(*command)
            for sentence in sentences:
                assert sentence in said, (command, said)

    def once(self) -> str | None:
        """A round; the code of what went wrong."""
        with self.open() as workspace:
            try:
                synchronise.once(workspace)
            except SyncFailed as failed:
                return failed.code
            return None

    def keeps(self, ids: list[str]) -> None:
        """These are still there, and a call can be taken."""
        with self.open() as workspace:
            with workspace.store.read() as connection:
                held = set(connection.exec_driver_sql("SELECT id FROM changes").scalars())
            assert set(ids) <= held
            before = len(held)
            intake = Intake.start(workspace)
            narrate(intake, "una llamada entretanto")
            assert workspace.writer.drain(10)
            with workspace.store.read() as connection:
                count = connection.exec_driver_sql("SELECT count(*) FROM changes").scalar()
            assert count is not None
            assert count > before

    def served_by(self, **members: Any) -> None:
        """The server of this laptop is another one, or known otherwise."""
        with self.open() as workspace, workspace.store.write() as unit:
            known = server_state.server(unit.connection)
            assert known is not None
            server_state.put_server(unit.connection, replace(known, **members))

    @property
    def log(self) -> dict[str, Any]:
        """Every change of the server by id."""
        with (
            database.pool(self.served.database, 1) as pool,
            database.transaction(pool, "main", database.SERVE) as connection,
        ):
            return dict(connection.execute("SELECT id, patch FROM log WHERE kind = 'change'").fetchall())


@pytest.fixture
def desk(office: Founded, served: Served) -> Desk:
    made = Desk(office.home, office.key, served)
    with made.open() as workspace:
        assert synchronise.enroll(workspace, served.url, served.person()[1]) == "pending"
        with served.office() as people:
            device = people.device(workspace.store.author.device)
            people.approve(device, " ".join(synchronise.fingerprint(workspace)))
        synchronise.once(workspace)
    return made


def resealed(unit: Unit, id_: str, **members: Any) -> None:
    """A stored change with other members, signed anew: as a faulty or newer program would have written it."""
    row = unit.connection.exec_driver_sql("SELECT * FROM changes WHERE id = ?", (id_,)).mappings().one()
    said = {**row, "base": orjson.loads(row["base"]), "patch": orjson.loads(row["patch"])} | members
    digest = changes.digest(changes.canonical(said))
    unit.connection.exec_driver_sql(
        'UPDATE changes SET "table" = ?, "case" = ?, patch = ?, schema = ?, hash = ?, sig = ? WHERE id = ?',
        (said["table"], said["case"], orjson.dumps(said["patch"]).decode(), said["schema"], digest,
         next(changes.seals([digest], unit.author.sign)), id_),
    )  # fmt: skip


def test_one_poison_record_in_500_is_named_and_the_others_are_stored(desk: Desk) -> None:
    with desk.open() as workspace, workspace.store.write() as unit:
        rows = [ids.new_id() for _ in range(500)]
        unit.create_many(New("cases", row, {"summary": "Prueba", "folio": f"AAAA-{at:04}"}, row)
                         for at, row in enumerate(rows))  # fmt: skip
        row_ids = list(
            unit.connection.exec_driver_sql("SELECT id FROM changes WHERE sent = 0 ORDER BY seq").scalars()
        )
        resealed(unit, row_ids[123], patch={"folio": "AAAA-0123", "summary": {"no": "texto"}})
    reason = (
        "Un valor no es de la clase que su campo admite. Corríjalo en el caso, o que supervisión lo admita."
    )
    desk.says(f"AAAA-0123 · Caso: {reason}")
    assert set(row_ids) - set(desk.log) == {row_ids[123]}
    with desk.open() as workspace:
        found = synchronise.status(workspace)
        assert (found.waiting, found.refused) == (0, 1)
    desk.keeps(row_ids)
    assert desk.once() is None


def test_a_batch_that_the_server_does_not_understand(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from lnctp_tui.sync import sending

    ids = desk.write(3)
    with monkeypatch.context() as patch:
        patch.setattr(sending.Sending, "_envelope", lambda *_: ({"changes": "ninguno"}, 0))
        assert desk.once() == "malformed"
    assert "El servidor no entendió lo que se le envió." in desk.lnctp("status")
    assert "Actualice el programa o avise a soporte." in desk.lnctp("status")
    desk.keeps(ids)
    assert desk.once() is None
    assert set(ids) <= set(desk.log)


def test_a_server_that_answers_something_else(desk: Desk) -> None:
    ids = desk.write()

    async def portal(_scope: Any, _receive: Any, send: Any) -> None:
        await send(
            {"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/html")]}
        )
        await send({"type": "http.response.body", "body": b"<html>Acepte las condiciones</html>"})

    with listening(portal) as port:
        desk.served_by(url=f"http://127.0.0.1:{port}")
        desk.says(
            "Lo que contestó no se entiende: quizá no es el servidor de la Línea.",
            STAYS,
            "Revise la dirección y que no haya una página de acceso a la red de por medio.",
        )
    desk.keeps(ids)


def test_fields_of_the_future_are_kept_sent_on_and_read_when_they_are_known(
    desk: Desk, tables_template: MadeVault, tmp_path: Path
) -> None:
    future = {"from_the_future": {"deep": [1, None]}, "answers.new_code": "yes"}
    (id_,) = desk.write()
    with desk.open() as workspace, workspace.store.write() as unit:
        resealed(unit, id_, patch={"summary": "Prueba"} | future, schema=99)
        row = unit.connection.exec_driver_sql("SELECT row FROM changes WHERE id = ?", (id_,)).scalar_one()
    assert desk.once() is None
    assert desk.log[id_] == {"summary": "Prueba"} | future
    with desk.open() as workspace:
        assert synchronise.once(workspace, verify=True) == synchronise.Comparison(0, 0, 0)
        person = workspace.store.author.actor
    other = second(desk, person, tables_template, tmp_path)
    with other.open() as workspace, workspace.store.read() as connection:
        found = connection.exec_driver_sql("SELECT extra, answers FROM cases WHERE id = ?", (row,)).one()
        patch = connection.exec_driver_sql("SELECT patch, schema FROM changes WHERE id = ?", (id_,)).one()
    assert orjson.loads(found[0]) == {"from_the_future": {"deep": [1, None]}}
    assert orjson.loads(found[1]) == {"new_code": "yes"}
    assert (orjson.loads(patch[0]), patch[1]) == ({"summary": "Prueba"} | future, 99)


def second(desk: Desk, person: str, vault: MadeVault, folder: Path) -> Desk:
    """Another laptop of the same person, up to date."""
    home = Path(shutil.copytree(vault.home, folder / "second"))
    found_workspace(home, vault.key, name="Consejera de Prueba", zone="UTC", language="es")
    other = replace(desk, home=home, key=vault.key)
    with other.open() as workspace:
        with desk.served.office() as people:
            code = people.code(people.person(person))[0]
        synchronise.enroll(workspace, desk.served.url, code)
        with desk.served.office() as people:
            people.approve(
                people.device(workspace.store.author.device), " ".join(synchronise.fingerprint(workspace))
            )
        synchronise.once(workspace)
    return other


def test_a_table_of_the_future_waits_until_the_server_knows_it(desk: Desk) -> None:
    ids = desk.write(2)
    with desk.open() as workspace, workspace.store.write() as unit:
        case = unit.connection.exec_driver_sql(
            'SELECT "case" FROM changes WHERE id = ?', (ids[0],)
        ).scalar_one()
        resealed(unit, ids[1], table="letters", case=case, schema=99, patch={"text": "Prueba"})
    said = "letters: El servidor es más antiguo que este programa y no conoce esta clase de dato."
    desk.says(said, "Hay que actualizarlo.")
    assert set(ids) & set(desk.log) == {ids[0]}
    desk.keeps(ids)


@contextmanager
def full_disk(served: Served, owner: str) -> Iterator[None]:
    """PostgreSQL has no room for another entry."""
    with database.connect(owner, autocommit=True) as connection:
        connection.execute(
            """CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION 'full' USING ERRCODE = '53100'; END $$"""
        )
        connection.execute(
            "CREATE TRIGGER full_disk BEFORE INSERT ON log FOR EACH STATEMENT EXECUTE FUNCTION full_disk()"
        )
        yield
        connection.execute("DROP TRIGGER full_disk ON log")


def test_a_full_disk_of_the_server(desk: Desk, owner: str) -> None:
    ids = desk.write(3)
    with full_disk(desk.served, owner):
        desk.says(
            "El disco del servidor está lleno: no acepta registros.",
            STAYS,
            "Avise a quien administra el servidor; se reintenta solo.",
        )
        desk.keeps(ids)
    assert desk.once() is None
    assert set(ids) <= set(desk.log)


def test_a_revoked_device_keeps_what_was_not_sent(desk: Desk) -> None:
    ids = desk.write(2)
    with desk.open() as workspace, desk.served.office() as people:
        people.set_state(people.device(workspace.store.author.device), "revoked")
    desk.says(
        "El servidor dice que el acceso de este equipo fue retirado.",
        "Lo registrado sigue aquí, y lo que falta por enviar se sigue intentando.",
        "Avise a su coordinación. Puede seguir tomando llamadas.",
    )
    desk.keeps(ids)


def test_a_clock_that_is_wrong_is_told_and_stops_nothing(desk: Desk) -> None:
    with desk.open() as workspace:
        now = workspace.store.now
        workspace.store.now = lambda: now() - timedelta(days=400)
        with workspace.store.write() as unit:
            id_ = unit.record("cases", ids.new_id(), {"summary": "con el reloj atrasado"})
        synchronise.once(workspace)
    late = f"va {400 * 24 * 60} minutos atrasado; nada se pierde, pero corríjalo"
    assert late in desk.lnctp("status") or f"va {400 * 24 * 60 - 1} minutos" in desk.lnctp("status")
    assert id_ in desk.log
    desk.keeps([id_])
    assert "atrasado" not in desk.lnctp("sync", "--once")


def test_a_code_that_expired_or_was_used(office: Founded, served: Served) -> None:
    desk = Desk(office.home, office.key, served)
    code, used = served.person()[1], served.person()[1]
    assert served.enroll(Laptop(served.url), used).status == 200
    with served.office() as people:
        people.connection.execute("UPDATE codes SET expires_at = '2020-01-01T00:00:00.000000Z'")
    assert "El código venció; dura 72 horas. Pida otro código." in desk.lnctp("enroll", served.url, code)
    said = desk.lnctp("enroll", served.url, used)
    assert "Ese código ya se usó en otro equipo. Pida otro código: cada uno sirve una vez." in said
    assert "El servidor no conoce ese código." in desk.lnctp("enroll", served.url, "X" * 24)
    desk.keeps(desk.write())


def test_a_certificate_that_changed(desk: Desk) -> None:
    ids = desk.write()
    ours, rogue = trustme.CA(), trustme.CA()
    with listening(desk.served.app, rogue.issue_cert("localhost")) as port:
        desk.served_by(url=f"https://localhost:{port}", ca=ours.cert_pem.bytes().decode())
        desk.says(
            "El certificado del servidor no es el de su organización: no se envió nada.",
            STAYS,
            "Puede ser un engaño en la red o un certificado renovado. Avise a quien administra el servidor.",
        )
    desk.keeps(ids)
    assert not set(ids) & set(desk.log)


def test_a_server_whose_key_changed(desk: Desk) -> None:
    ids = desk.write()
    other = bytes(SigningKey.generate().verify_key).hex()
    desk.served_by(key=other)
    desk.says(
        "El servidor ya no firma con la llave que este equipo conoce: no se confió en él.",
        STAYS,
        "Avise a quien administra el servidor, por teléfono.",
    )
    desk.keeps(ids)
    with desk.open() as workspace:
        assert synchronise.status(workspace).waiting > len(ids)


@pytest.mark.parametrize("code", sorted(check.PLACED | {"malformed", "table", "scope", "text"}))
def test_every_reason_of_the_server_has_a_sentence(code: str) -> None:
    assert code in REFUSALS
    assert messages.refusal(code) == _(REFUSALS[code])
    assert messages.refusal(code).count(".") >= 1
    assert len(messages.refusal(code)) > 40


def test_a_reason_of_a_newer_server_is_named() -> None:
    assert messages.refusal("novedad") == "El servidor no lo aceptó (novedad)"
    assert messages.refusal("too_large").startswith("Un registro es demasiado grande para enviarlo.")


@contextmanager
def listening(app: Callable[..., Any], certificate: trustme.LeafCert | None = None) -> Iterator[int]:
    """An ASGI application on a free port of loopback, with TLS when there is a certificate."""
    config = uvicorn.Config(app, port=0, log_config=None, lifespan="off", loop="asyncio")
    config.load()
    if certificate:
        config.ssl = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate.configure_cert(config.ssl)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()), daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        threading.Event().wait(0.02)
    yield int(server.servers[0].sockets[0].getsockname()[1])
    server.should_exit = True
    thread.join(15)
