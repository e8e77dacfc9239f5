"""Editions at a server: issued once, never beside the ledger, never across one another, and the same bytes for ever."""

from __future__ import annotations

import copy
import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import build_published
import psycopg
import pytest
from edition_office import add, press
from nacl.signing import SigningKey

from lnctp_tui.cli import main
from lnctp_tui.domain.disclosure import internal, ledger
from lnctp_tui.domain.disclosure.edition import Edition
from lnctp_tui.domain.disclosure.periods import Period
from lnctp_tui.errors import BadInput, LnctpError, Refused, StorageFailed
from lnctp_tui.reports.edition import package, verify
from lnctp_tui.reports.edition.language import language
from lnctp_tui.server.admin import editions, issuing
from lnctp_tui.server.admin.issuing import Press, Wish
from lnctp_tui.server.postgres import embedded
from lnctp_tui.storage import instants

BOTH, Y20 = Period(date(2019, 1, 1), date(2020, 12, 31)), Period(date(2020, 1, 1), date(2020, 12, 31))
ACROSS = Period(date(2020, 1, 1), date(2021, 12, 31))
COUNTED = """SELECT (SELECT count(*) FROM editions), (SELECT count(*) FROM published),
  (SELECT count(*) FROM edition_files)"""


class Shop:
    """One server for all tests here; each begins with an empty ledger and leaves the records as they were."""

    def __init__(self, cluster: embedded.Embedded, name: str, home: Path) -> None:
        self.cluster, self.name, self.home = cluster, name, home
        self.owner = cluster.url(embedded.OWNER, name)

    def press(self) -> Press:
        return press(self.cluster, self.name, self.home)

    def issue(self, period: Period, out: Path, k: int = 5, step: int = 1) -> Any:
        return self.press().issue(Wish(period, k, step), out)

    def counts(self) -> Any:
        with psycopg.connect(self.owner) as connection:
            return connection.execute(COUNTED).fetchone()

    def refused(self, period: Period, out: Path, error: type[LnctpError], k: int = 5) -> LnctpError:
        """What is said; then there is nothing of it anywhere."""
        before, there = self.counts(), set(out.parent.iterdir())
        with pytest.raises(error) as caught:
            self.issue(period, out, k)
        assert (self.counts(), set(out.parent.iterdir())) == (before, there)
        return caught.value


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("press") / "home"


@pytest.fixture
def shop(cluster: embedded.Embedded, filled: str, home: Path) -> Shop:
    made = Shop(cluster, filled, home)
    with psycopg.connect(made.owner) as connection:
        connection.execute("TRUNCATE editions CASCADE")
    (home / "main.editions").unlink(missing_ok=True)
    return made


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is drawn is held in test_open_data and test_documents; here it is two lines, of the same numbers."""
    monkeypatch.setattr(
        issuing.documents,
        "files",
        lambda tables, totals, of, _words: {"edicion-es.html": repr((of, totals)).encode()},
    )


@pytest.fixture
def more(shop: Shop) -> Iterator[Any]:
    """Adds reports that came late, of one kind; takes them away again."""
    like = next(each for each in build_published.documents() if not each.get("case"))
    ids = []

    def added(count: int) -> None:
        documents = []
        for _ in range(count):
            document = copy.deepcopy(like)
            for contact in document["contacts"]:
                contact["id"] = f"00000000-0000-7000-8000-{len(ids):012}"
                ids.append(contact["id"])
            documents.append(document)
        add(shop.owner, documents)

    yield added
    with psycopg.connect(shop.owner) as connection:
        connection.execute("DELETE FROM data.contacts WHERE id = ANY(%s)", (ids,))


def test_an_edition_is_what_its_ledger_says_and_anybody_can_check_it(shop: Shop, tmp_path: Path) -> None:
    row, new = shop.issue(BOTH, tmp_path / "edition")
    assert (row.id, new) == ("2019-2020-k5", True)
    content = verify.read(tmp_path / "edition")
    verdict = verify.check(content)
    assert (verdict.findings, verdict.edition) == ((), row.id)
    assert verdict.hidden > 50
    hidden = {
        (cell["table"], cell["row_code"]) for cell in json.loads(content[package.CERTIFICATE])["hidden"]
    }
    assert {("C2", "MX-TAM"), ("V1", "UY"), ("V2", "hombre")} <= hidden
    # a nationality that nobody has is there all the same: only being there says nothing
    assert b",V1,victim,nationality,PH,Filipinas," in content["tabla-V1.csv"]
    with psycopg.connect(shop.cluster.url(embedded.ANALYST, shop.name)) as analyst:
        cells = analyst.execute(
            "SELECT table_id, row_code, col_code, count FROM statistics.published"
        ).fetchall()
    assert ("V1", "MX", "", 173) in cells
    assert ("V1", "UY", "", None) in cells
    assert b"prueba" not in b"".join(content.values())
    files = "SELECT name, content FROM edition_files"
    with psycopg.connect(shop.cluster.url(embedded.APP, shop.name)) as served:
        assert served.execute(files).fetchall() == []
        served.execute("SELECT set_config('app.team', 'main', true)")
        assert dict(served.execute(files).fetchall()) == content
    for statement in ("SELECT FROM editions", "SELECT FROM published", "DELETE FROM edition_files"):
        for role in (embedded.APP, embedded.ANALYST):
            with (
                psycopg.connect(shop.cluster.url(role, shop.name)) as login,
                pytest.raises(psycopg.errors.InsufficientPrivilege),
            ):
                login.execute(statement)


def test_one_that_crosses_another_is_refused_and_one_within_it_is_not(shop: Shop, tmp_path: Path) -> None:
    shop.issue(BOTH, tmp_path / "both")
    error = shop.refused(ACROSS, tmp_path / "across", Refused)
    assert error.code == "edition_across"
    assert error.facts["inner"] == str(Y20)
    row, _ = shop.issue(Y20, tmp_path / "within")
    assert verify.check(verify.read(tmp_path / "within")).findings == ()
    assert row.edition.sheets["M3"].withheld
    assert main(["edition", "verify", str(tmp_path / "both"), str(tmp_path / "within")]) == 0


def test_the_same_edition_again_is_the_same_files(shop: Shop, tmp_path: Path) -> None:
    row, _ = shop.issue(BOTH, tmp_path / "once", step=5)
    again, new = shop.issue(BOTH, tmp_path / "twice", step=5)
    assert (again, new) == (row, False)
    assert verify.read(tmp_path / "once") == verify.read(tmp_path / "twice")
    assert verify.check(verify.read(tmp_path / "twice")).findings == ()
    assert shop.counts()[0] == 1
    assert shop.refused(BOTH, tmp_path / "lower", Refused, k=3).code == "edition_other_level"
    assert shop.refused(BOTH, tmp_path / "once", BadInput).code == "file_exists"


def test_without_what_draws_nothing_is_issued(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *more: None if name == "typst" else there(name, *more)
    )
    assert shop.refused(BOTH, tmp_path / "edition", Refused).code == "report_extra"


def test_a_period_must_be_whole_and_over(shop: Shop, tmp_path: Path) -> None:
    odd = Period(date(2019, 1, 1), date(2019, 9, 30))
    assert shop.refused(odd, tmp_path / "odd", BadInput).code == "edition_period"
    today = instants.now().date()
    assert shop.refused(
        Period(date(today.year, 1, 1), date(today.year, 12, 31)), tmp_path / "now", Refused
    ).code == ("edition_open")


def test_a_revision_waits_until_its_changes_point_at_nobody(shop: Shop, tmp_path: Path, more: Any) -> None:
    issued, _ = shop.issue(BOTH, tmp_path / "first")
    more(2)
    error = shop.refused(BOTH, tmp_path / "second", Refused)
    assert error.code == "edition_changed"
    assert error.facts["count"] >= 4
    assert shop.refused(Y20, tmp_path / "within", Refused).code == "edition_changed"
    more(10)
    row, new = shop.issue(BOTH, tmp_path / "second")
    assert (row.id, new) == ("2019-2020-k5-r2", True)
    assert row.edition.totals["report"].n == issued.edition.totals["report"].n + 12
    assert verify.check(verify.read(tmp_path / "second")).findings == ()
    assert row.edition.sheets["R2"].withheld  # its rows would tell what changed of what they hide
    assert not row.edition.sheets["V6"].withheld
    assert shop.refused(Y20, tmp_path / "within", Refused).code == "edition_revised"
    with pytest.raises(Refused, match="edition_revised"):
        shop.press().issue_internal(BOTH)


CELLS = (
    "SELECT row_code, count, flag, internal FROM statistics.published WHERE table_id = 'V1' AND edition = %s"
)


def test_analysts_read_a_finer_edition_that_nobody_else_is_shown_and_later_ones_reckon_with_it(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Refused, match="edition_no_public"):
        shop.press().issue_internal(BOTH)
    public, _ = shop.issue(BOTH, tmp_path / "both")
    row, new = shop.press().issue_internal(BOTH)
    assert (row.id, new, shop.press().issue_internal(BOTH)) == ("2019-2020-k3-interna", True, (row, False))
    with psycopg.connect(shop.cluster.url(embedded.ANALYST, shop.name)) as analyst:
        finer, coarse = (
            {code: cell for code, *cell in analyst.execute(CELLS, (edition,))}
            for edition in (row.id, public.id)
        )
    assert finer.keys() == coarse.keys()
    assert all(finer[code] == [*cell[:2], True] for code, cell in coarse.items() if cell[1] == "ok")
    hidden = [sum(cell[1] == "hidden" for cell in cells.values()) for cells in (finer, coarse)]
    assert 1 < hidden[0] < hidden[1]
    assert all(sheet.withheld for sheet in row.edition.sheets.values() if sheet.cross)
    with psycopg.connect(shop.owner) as owner:
        assert owner.execute("SELECT DISTINCT edition FROM edition_files").fetchall() == [(public.id,)]
        assert owner.execute("SELECT count(*) FROM audit WHERE record = %s", (row.id,)).fetchone() == (1,)

    known: list[Edition] = []
    guarded = internal.guarded

    def noted(edition: Edition, of_others: list[Edition]) -> Edition:
        known.extend(of_others)
        return guarded(edition, of_others)

    monkeypatch.setattr(issuing.internal, "guarded", noted)
    shop.issue(Y20, tmp_path / "within")
    assert [edition.internal for edition in known] == [True]
    assert verify.check(verify.read(tmp_path / "within")).findings == ()
    assert shop.press().issue_internal(Y20)[0].id == "2020-k3-interna"


@pytest.mark.parametrize("fault", ["writing", "ledger", "naming"])
def test_what_fails_leaves_neither_a_folder_nor_a_row(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    out = tmp_path / "edition"
    if fault == "writing":

        def full(handle: int) -> None:
            raise OSError(28, "no space")

        monkeypatch.setattr(issuing.os, "fsync", full)
    elif fault == "ledger":
        monkeypatch.setattr(editions, "FILE", "INSERT INTO edition_files VALUES (%s, %s, %s, %s, 'too many')")
    else:

        def denied(path: Path, target: Path) -> Path:
            raise PermissionError(13, "no")

        monkeypatch.setattr(Path, "rename", denied)
    with pytest.raises((StorageFailed, psycopg.Error)):
        shop.issue(BOTH, out)
    assert shop.counts() == (0, 0, 0)
    assert list(tmp_path.iterdir()) == []


def test_who_died_between_the_row_and_the_name_gets_the_files_by_asking_again(
    shop: Shop, tmp_path: Path
) -> None:
    dying = shop.press()
    wish = Wish(BOTH, 5)
    edition = dying._protected(wish, dying._counted(BOTH, 5, []), [], None)
    made = dying._made(edition, None)
    editions.add(dying.owner, "main", made.id, made.edition, made.files, "cli:prueba", [])
    shown = "SELECT count(*) FROM statistics.published"
    with psycopg.connect(shop.cluster.url(embedded.ANALYST, shop.name)) as analyst:
        assert analyst.execute(shown).fetchone() == (0,)
    row, new = shop.issue(BOTH, tmp_path / "edition")
    with psycopg.connect(shop.cluster.url(embedded.ANALYST, shop.name)) as analyst:
        assert analyst.execute(shown).fetchone() > (0,)
    assert (row.id, new) == (made.id, False)
    assert verify.read(tmp_path / "edition") == made.files


def test_an_edition_that_came_meanwhile_is_reckoned_with_first(shop: Shop, tmp_path: Path) -> None:
    late = shop.press()
    shop.issue(BOTH, tmp_path / "first")
    with pytest.raises(Refused, match="edition_meanwhile"):
        late.issue(Wish(ACROSS, 5), tmp_path / "second")
    assert [path.name for path in tmp_path.iterdir()] == ["first"]


def test_without_a_whole_ledger_nothing_is_issued(shop: Shop, tmp_path: Path) -> None:
    shop.issue(BOTH, tmp_path / "first")
    with psycopg.connect(shop.owner) as connection:
        connection.execute("UPDATE editions SET content = replace(content, '173', '172')")
    assert shop.refused(Y20, tmp_path / "second", Refused).code == "edition_ledger"
    with psycopg.connect(shop.owner) as connection:  # as an older backup would have it
        connection.execute("TRUNCATE editions CASCADE")
    assert shop.refused(Y20, tmp_path / "second", Refused).code == "edition_ledger"


AGAIN = """
import sys
from pathlib import Path
from nacl.signing import SigningKey
from lnctp_tui.domain.disclosure import internal, ledger
from lnctp_tui.domain.disclosure.edition import Edition
from lnctp_tui.reports.edition import package
from lnctp_tui.reports.edition.language import language
from lnctp_tui.storage.protocol import protocol_loader
edition = ledger.read(Path(sys.argv[1]).read_text("utf-8"))
made = package.files(edition, "x", language(protocol_loader.load(None), edition.period), SigningKey(bytes(32)), {})
sys.stdout.write(package.sums(made).decode())
"""


def test_the_same_ledger_gives_the_same_bytes_elsewhere(shop: Shop, tmp_path: Path) -> None:
    row, _ = shop.issue(BOTH, tmp_path / "edition")
    assert ledger.write(ledger.read(ledger.write(row.edition))) == ledger.write(row.edition)
    (tmp_path / "ledger.json").write_text(ledger.write(row.edition), "utf-8")
    here = package.files(row.edition, "x", language(shop.press().protocol, BOTH), SigningKey(bytes(32)), {})
    elsewhere = {"LC_ALL": "tr_TR.UTF-8", "LANG": "C", "TZ": "Asia/Kathmandu", "PYTHONHASHSEED": "4711"}
    printed = subprocess.run(
        [sys.executable, "-c", AGAIN, str(tmp_path / "ledger.json")],
        env=os.environ | elsewhere, capture_output=True, check=True, timeout=60,
    ).stdout  # fmt: skip
    assert printed == package.sums(here)


def test_a_person_plans_issues_lists_and_verifies(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LNCTP_SERVER_HOME", str(shop.home))
    monkeypatch.setenv("DATABASE_URL", shop.cluster.url(database=shop.name))
    monkeypatch.setenv("LNCTP_SERVER_OWNER_URL", shop.owner)
    monkeypatch.setenv("LNCTP_LANG", "es")
    asked = ["--from", "2019", "--to", "2020"]
    out = tmp_path / "edicion"
    assert main(["edition", "plan", *asked]) == 0
    told = capsys.readouterr().out
    assert all(f"k = {k}," in told for k in (3, 5, 10, 11))
    assert shop.counts() == (0, 0, 0)
    assert main(["edition", "plan", "--from", "2023", "--to", "2023", "--k", "5"]) == 0
    assert (
        "Ningún reporte entre 2023-01-01 y 2023-12-31. Los registros van de 2019-" in capsys.readouterr().out
    )
    assert main(["edition", "issue", *asked, "--out", str(out)]) == 0
    assert main(["edition", "issue", "--from", "2020", "--to", "2021", "--out", str(tmp_path / "cruza")]) == 1
    assert "Se cruza con la edición 2019-2020-k5; elija 2020-01-01–2020-12-31 o" in capsys.readouterr().err
    assert main(["edition", "internal", *asked]) == 0
    assert "Anotada la edición interna 2019-2020-k3-interna" in capsys.readouterr().out
    assert main(["edition", "list"]) == 0
    listed = capsys.readouterr().out
    assert "2019-2020-k5" in listed
    assert "2019-2020-k3-interna" in listed
    for name in ("DATABASE_URL", "LNCTP_SERVER_OWNER_URL", "LNCTP_SERVER_HOME"):
        monkeypatch.delenv(name)
    assert main(["edition", "verify", str(out)]) == 0
    table = out / "tabla-V1.csv"
    table.write_text(table.read_text("utf-8").replace(",173,", ",174,"), "utf-8")
    assert main(["edition", "verify", str(out)]) == 1
    assert "no es el archivo que se publicó" in capsys.readouterr().out
    assert main(["edition", "issue", "--from", "2020", "--to", "2019", "--out", str(out)]) == 2
    assert main(["edition", "plan", *asked, "--k", "4"]) == 2
