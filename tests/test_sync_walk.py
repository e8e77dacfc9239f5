"""Random walks of three laptops and a server through faults; after healing all agree, and nothing is lost."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sync_office import Desk, House, opened
from vaults import MadeVault

from lnctp_tui.domain import merge
from lnctp_tui.errors import SyncFailed
from lnctp_tui.server import database, rows
from lnctp_tui.server.database import Pool
from lnctp_tui.server.embedded import Embedded
from lnctp_tui.services.workspace import open_workspace
from lnctp_tui.storage.session import Form
from lnctp_tui.sync.client import Diverged
from lnctp_tui.sync.repair import repair

FIELDS = ("summary", "code_word")


@pytest.fixture
def house(pool: Pool, cluster: Embedded, tmp_path: Path, vault_template: MadeVault) -> Iterator[House]:
    yield from opened(pool, cluster, tmp_path, vault_template.home, vault_template.key)


class Walk:
    """One walk: its laptops, open forms, images, and every change that was saved."""

    def __init__(self, house: House, seed: int, folder: Path) -> None:
        self.house, self.random, self.folder = house, random.Random(seed), folder
        self.desks = [house.desk(name) for name in ("ana", "beto", "carla")]
        self.forms: dict[tuple[int, str], Form] = {}
        self.images: dict[int, Path] = {}
        self.count = 0
        self.cases = [self.desks[0].case(), self.desks[1].case()]
        for desk in self.desks:
            desk.sync()
        for desk in self.desks:
            for case in self.cases:
                house.event("grant", case, desk, data={"rank": 0})
        for desk in self.desks:
            desk.sync()
        self.held = {(at, case) for at in range(3) for case in self.cases}

    def step(self) -> None:
        at = self.random.randrange(3)
        case = self.random.choice(self.cases)
        names, weights = zip(*STEPS.items(), strict=True)
        getattr(self, self.random.choices(names, weights)[0])(at, self.desks[at], case)

    def open_form(self, at: int, desk: Desk, case: str) -> None:
        row = desk.row(case)
        if row:
            form = self.forms[at, case] = Form(f"form-{self.count}")
            form.see("cases", case, row["heads"])

    def save(self, at: int, desk: Desk, case: str) -> None:
        form = self.forms.get((at, case))
        if form is not None and desk.row(case):
            self.count += 1
            wanted = self.random.sample(FIELDS, self.random.randint(1, 2))
            desk.set(case, form, **dict.fromkeys(wanted, f"valor {self.count}"))

    def push(self, _at: int, desk: Desk, _case: str) -> None:
        self._line(desk, lambda client: client.push())

    def pull(self, _at: int, desk: Desk, _case: str) -> None:
        self._line(desk, lambda client: (client.pull(), client.history()))

    def _line(self, desk: Desk, deed: Any) -> None:
        fault = self.random.choice(["", "", "", "lost", "unheard"])
        desk.line.faults = [fault] if fault else []
        client = desk.client()
        client.page = self.random.randint(1, 4)
        try:
            try:
                deed(client)
            except Diverged:
                desk.line.faults = self.random.choice([[], ["", "unheard"], ["lost"]])
                repair(client)
        except SyncFailed as error:
            if error.code not in ("offline", "line_broke"):
                raise
        desk.line.faults = []

    def grant(self, at: int, desk: Desk, case: str) -> None:
        if (at, case) not in self.held:
            self.house.event("grant", case, desk, data={"rank": 0})
            self.held.add((at, case))

    def revoke(self, at: int, desk: Desk, case: str) -> None:
        if (at, case) in self.held:
            self.house.event("revoke", case, desk, reason="revoked")
            self.held.discard((at, case))

    def crash(self, at: int, desk: Desk, _case: str) -> None:
        self._closed(at, desk)
        desk.workspace = open_workspace(desk.home, desk.key)

    def image(self, at: int, desk: Desk, _case: str) -> None:
        desk.workspace.close()
        target = self.folder / f"image{at}"
        shutil.rmtree(target, ignore_errors=True)
        self.images[at] = Path(shutil.copytree(desk.home, target))
        desk.workspace = open_workspace(desk.home, desk.key)
        for key in [key for key in self.forms if key[0] == at]:
            del self.forms[key]

    def restore(self, at: int, desk: Desk, _case: str) -> None:
        if at in self.images:
            self._line(
                desk, lambda client: client.push()
            )  # what only this laptop held would be gone for good
            self._closed(at, desk)
            shutil.rmtree(desk.home)
            shutil.copytree(self.images[at], desk.home)
            desk.workspace = open_workspace(desk.home, desk.key)

    def _closed(self, at: int, desk: Desk) -> None:
        desk.workspace.close()
        for key in [key for key in self.forms if key[0] == at]:
            del self.forms[key]

    def heal(self) -> None:
        for _ in range(3):
            for desk in self.desks:
                desk.line.faults = []
                desk.sync()

    def check(self) -> None:
        with database.transaction(self.house.pool, "main", database.SERVE) as connection:
            logs = rows.logs(connection, "main", [("cases", case) for case in self.cases])
        for at, desk in enumerate(self.desks):
            assert desk.scalar("SELECT count(*) FROM changes WHERE sent < 2") == 0, desk.name
            assert desk.refolds(), desk.name
            for case in self.cases:
                if (at, case) not in self.held:
                    assert desk.row(case) is None, ("revoked data stays", desk.name)
                    assert not desk.scalar('SELECT count(*) FROM changes WHERE "case" = ?', case)
                    continue
                log = [{**each, "hlc": rows.ordered_by(each)} for each in logs["cases", case]]
                folded = merge.fold(log)
                row = desk.row(case)
                assert row is not None, ("missing", desk.name)
                assert row["heads"] == folded.heads, (desk.name, case)
                assert {name: row[name] for name in FIELDS} == {
                    name: folded.values.get(name) for name in FIELDS
                }
                conflicts = desk.scalar("SELECT group_concat(field) FROM conflicts WHERE row = ?", case)
                assert set((conflicts or "").split(",")) - {""} == set(folded.others), (desk.name, case)


STEPS = {
    "open_form": 8, "save": 10, "push": 9, "pull": 9, "grant": 3, "revoke": 2, "crash": 1, "image": 2, "restore": 1,
}  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
def test_after_any_walk_all_laptops_show_what_the_server_has(
    house: House, tmp_path: Path, seed: int, soak: bool
) -> None:
    walk = Walk(house, seed, tmp_path)
    for _ in range(400 if soak else 50):
        walk.step()
    walk.heal()
    walk.check()
