"""Planning and issuing an edition at the server: count, hide, check as anybody could, write down, publish."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from lnctp_tui.domain.disclosure import counted, internal, printed
from lnctp_tui.domain.disclosure.edition import Edition
from lnctp_tui.domain.disclosure.periods import WAIT, Period
from lnctp_tui.domain.disclosure.planning import plan
from lnctp_tui.domain.disclosure.time_tree import Drifted
from lnctp_tui.domain.protocol.protocol import Protocol
from lnctp_tui.errors import BadInput, Refused
from lnctp_tui.reports import periods, run, tables
from lnctp_tui.reports.edition import documents, package, verify
from lnctp_tui.reports.edition.language import Language, all_codes, language
from lnctp_tui.server.admin import audit, editions, identity
from lnctp_tui.server.admin.editions import Issued
from lnctp_tui.server.postgres.cluster import Database
from lnctp_tui.server.postgres.database import SERVE, connect, transaction
from lnctp_tui.server.read import counting
from lnctp_tui.server.settings import Settings
from lnctp_tui.storage import instants, paths

PLANNED = "edition.plan"
STEPS = (1, 5)
"""To what printed numbers may be rounded."""


@dataclass(frozen=True)
class Wish:
    """What was asked for."""

    period: Period
    k: int
    step: int = 1


@dataclass(frozen=True)
class Made:
    """An edition and its files, checked, not yet issued."""

    id: str
    edition: Edition
    files: Mapping[str, bytes]


class Press:
    """A server's editions. `urls.owner` must be there; counting is by the application's login."""

    def __init__(self, settings: Settings, urls: Database, actor: str) -> None:
        if urls.owner is None:
            raise Refused("server_owner")
        self.owner, self.app = urls.owner, urls.app
        self.settings, self.actor = settings, actor
        self.protocol: Protocol = counting.protocol(settings.home)
        self.held: tuple[date, date] | None = None
        """Days of the first and last report that there are, of any period, once something was counted."""
        self.issued = editions.read(self.owner, settings.team, settings.home)
        self.public = [row for row in self.issued if not row.edition.internal]

    def plan(self, period: Period, levels: Iterable[int], step: int = 1) -> list[Edition]:
        """What each k would print of a period. Notes who asked. Raises Refused, BadInput."""
        near, former = self._place(period)
        start = self._counted(period, 1, near)
        with connect(self.app) as connection, transaction(connection, self.settings.team, SERVE):
            audit.note(connection, self.settings.team, instants.now(), self.actor, PLANNED, str(period))
        if former is not None:
            levels, step = [former.edition.k], former.edition.rounded
        return [self._protected(Wish(period, k, step), start, near, former) for k in levels]

    def issue(self, wish: Wish, out: Path) -> tuple[Issued, bool]:
        """Publishes an edition into the new folder `out`; whether it is a new one.

        One that was issued before and has not changed is written again, byte for byte.
        Raises Refused, BadInput, StorageFailed; then neither the folder nor the ledger has anything of it.
        """
        if out.exists() or out.is_symlink():
            raise BadInput("file_exists", name=out.name)
        documents.ready()
        near, former = self._place(wish.period)
        start = self._counted(wish.period, wish.k, near)
        if former is not None and counted.same(start, former.edition):
            if (former.edition.k, former.edition.rounded) != (wish.k, wish.step):
                raise Refused("edition_other_level", edition=former.id, k=former.edition.k)
            _publish(out, editions.files(self.owner, self.settings.team, former.id))
            editions.show(self.owner, self.settings.team, former, self.settings.home)
            return former, False
        made = self._made(self._protected(wish, start, near, former), former)
        return self._issue(made, out), True

    def issue_internal(self, period: Period) -> tuple[Issued, bool]:
        """Writes down the edition that analysts read beside the public one of a period; whether it is a new one.

        It has no files. Raises Refused `edition_no_public`, `edition_revised`, `edition_lowest`, `edition_unsafe`.
        """
        public, team = self._beside(period), self.settings.team
        internal_ones = (row for row in self.issued if row.edition.internal)
        former = next((row for row in internal_ones if row.edition.period == period), None)
        row = former or self._add_internal(public.edition)
        editions.show(self.owner, team, row, self.settings.home)
        return row, former is None

    def _add_internal(self, public: Edition) -> Issued:
        edition = internal.finer(public, self._analysts_have(public.period))
        name = f"{label(edition.period, edition.k)}-interna"
        self._checked(edition, name, language(self.protocol, edition.period), {})
        return editions.add(self.owner, self.settings.team, name, edition, {}, self.actor, self.issued)

    def _beside(self, period: Period) -> Issued:
        """The public edition of a period, which may have an internal one. Raises Refused."""
        rows = [row for row in self.public if row.edition.period == period]
        if not rows:
            raise Refused("edition_no_public", period=str(period))
        if len(rows) > 1:
            raise Refused("edition_revised", edition=rows[-1].id)
        if rows[0].edition.k <= internal.K:
            raise Refused("edition_lowest", edition=rows[0].id, k=rows[0].edition.k)
        return rows[0]

    def _analysts_have(self, period: Period) -> list[Edition]:
        """What analysts have of every other period."""
        public = [row.edition for row in editions.standing(self.public) if row.edition.period != period]
        return internal.known(public, [row.edition for row in self.issued if row.edition.internal])

    def _issue(self, made: Made, out: Path) -> Issued:
        folder, team = _written(out, made.files), self.settings.team
        try:
            row = editions.add(self.owner, team, made.id, made.edition, made.files, self.actor, self.issued)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        try:
            _named(folder, out)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            editions.take_back(self.owner, self.settings.team, row)
            raise
        editions.show(self.owner, self.settings.team, row, self.settings.home)
        return row

    def _place(self, period: Period) -> tuple[list[Issued], Issued | None]:
        """Editions that overlap a period, and that of the same one. Raises BadInput, Refused."""
        if not period.whole:
            raise BadInput("edition_period")
        today = instants.now().astimezone(ZoneInfo(periods.ZONE)).date()
        if not period.over(today):
            raise Refused("edition_open", day=period.issued_from.isoformat(), wait=WAIT.days)
        near, former = [], None
        for row in editions.standing(self.public):
            side = row.edition.period.side(period)
            if side == "across":
                raise Refused("edition_across", edition=row.id, **_instead(period, row.edition.period))
            if side == "same":
                former = row
            elif side != "apart":
                if sum(other.edition.period == row.edition.period for other in self.public) > 1:
                    raise Refused("edition_revised", edition=row.id)
                near.append(row)
        return near, former

    def _counted(self, period: Period, k: int, near: Sequence[Issued]) -> Edition:
        """A period with nothing hidden: what was printed of it as it was printed, the rest as it is now."""
        around = [row for row in near if row.edition.period.holds(period)]
        for row in around:
            now = self._count(row.edition.period, k)
            if not counted.same(now, row.edition):
                raise self._changed(row, now)
        inside = [row.edition for row in near if period.holds(row.edition.period)]
        outermost = [each for each in inside
                     if not any(each.period.side(other.period) == "inside" for other in inside)]  # fmt: skip
        if not outermost:
            return self._count(period, k)
        rest = period.without([each.period for each in outermost])
        return counted.joined(period, k, [*outermost, *(self._count(part, k) for part in rest)])

    def _count(self, period: Period, k: int) -> Edition:
        definitions = [each for each in tables.built_in() if counted.published(each)]
        with counting.source(self.app, self.settings.team) as source:
            report = run.report(source, period.start, period.end, definitions, self.protocol)
        if report.first is not None and report.last is not None:
            self.held = report.first, report.last
        return counted.of_report(report, definitions, all_codes(self.protocol), period, k)

    def _protected(
        self, wish: Wish, start: Edition, near: Sequence[Issued], former: Issued | None
    ) -> Edition:
        start = replace(start, k=wish.k, rounded=wish.step)
        if former is not None:
            start = self._revision(wish, start, near, former)
        try:
            others = [row.edition for row in editions.standing(self.public) if row is not former]
            edition = internal.guarded(plan(start, others), self._analysts_have(wish.period))
        except Drifted as error:
            raise Refused("edition_drifted", period=str(error)) from error
        if former is not None and counted.small_changes(edition, former.edition):
            raise self._changed(former, edition)
        return edition

    def _revision(self, wish: Wish, start: Edition, near: Sequence[Issued], former: Issued) -> Edition:
        """The period counted anew, with all hidden that was. Raises Refused."""
        if near:
            raise Refused("edition_held", edition=former.id, other=near[0].id)
        if (former.edition.k, former.edition.rounded) != (wish.k, wish.step):
            raise Refused("edition_other_level", edition=former.id, k=former.edition.k)
        if counted.small_changes(start, former.edition):
            raise self._changed(former, start)
        return counted.revised(start, former.edition)

    def _changed(self, former: Issued, now: Edition) -> Refused:
        count = counted.small_changes(now, former.edition)
        if not count:
            return Refused("edition_stale", edition=former.id)
        return Refused(
            "edition_changed", edition=former.id, count=count, k=former.edition.k, day=_next().isoformat()
        )

    def _made(self, edition: Edition, former: Issued | None) -> Made:
        """The files, checked as anybody can check them. Raises Refused `edition_unsafe`."""
        name = label(edition.period, edition.k)
        if former is not None:
            name += f"-r{1 + sum(row.edition.period == edition.period for row in self.public)}"
        words, shown = language(self.protocol, edition.period), printed.tables(edition)
        drawn = documents.files(shown, printed.totals(edition), documents.about(edition, name), words)
        return Made(name, edition, self._checked(edition, name, words, drawn))

    def _checked(
        self, edition: Edition, name: str, words: Language, drawn: Mapping[str, bytes]
    ) -> dict[str, bytes]:
        with connect(self.app) as connection, transaction(connection, self.settings.team, SERVE):
            key = identity.signing_key(self.settings.home, connection)
        content = package.files(edition, name, words, key, drawn)
        verdict = verify.check(content, bytes(key.verify_key).hex())
        if verdict.findings:
            raise Refused("edition_unsafe", where=verdict.findings[0].where)
        return content


def label(period: Period, k: int) -> str:
    """`2019-2020-k5`, `2019-k5`, `2019-1-k5`."""
    first, last = period.start.year, period.end.year
    if first != last:
        return f"{first}-{last}-k{k}"
    if (period.end - period.start).days > 200:
        return f"{first}-k{k}"
    return f"{first}-{1 if period.start.month == 1 else 2}-k{k}"


def _instead(period: Period, other: Period) -> dict[str, str]:
    """Two periods near the asked one that do not cross the other: what both have, and both together."""
    both = Period(max(period.start, other.start), min(period.end, other.end))
    whole = Period(min(period.start, other.start), max(period.end, other.end))
    return {"inner": str(both), "outer": str(whole)}


def _next() -> date:
    """The first day on which the half-year that runs now may be printed."""
    today = instants.now().astimezone(ZoneInfo(periods.ZONE)).date()
    end = date(today.year, 6, 30) if today.month <= 6 else date(today.year, 12, 31)
    return end + WAIT + timedelta(days=1)


def _publish(out: Path, content: Mapping[str, bytes]) -> None:
    folder = _written(out, content)
    try:
        _named(folder, out)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _written(out: Path, content: Mapping[str, bytes]) -> Path:
    """All files in a folder without a name yet, on the disk. Raises StorageFailed; then nothing is left."""
    folder = out.with_name(f".{out.name}.{os.urandom(6).hex()}.tmp")
    try:
        folder.mkdir(mode=0o755)
        for name, data in content.items():
            with (folder / name).open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        paths.sync_folder(folder)
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise paths.storage_failed(error, out) from error
    return folder


def _named(folder: Path, out: Path) -> None:
    """Gives a finished folder its name, which must be free. Raises BadInput `file_exists`, StorageFailed.

    Then neither name stands for anything.
    """
    if out.exists() or out.is_symlink():
        raise BadInput("file_exists", name=out.name)
    try:
        folder.rename(out)
    except OSError as error:
        raise paths.storage_failed(error, out) from error
    try:
        paths.sync_folder(out.parent)
    except BaseException as error:
        shutil.rmtree(out, ignore_errors=True)
        if isinstance(error, OSError):
            raise paths.storage_failed(error, out) from error
        raise
