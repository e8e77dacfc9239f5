"""What waits to be written: edits and jobs, in the order they came, and how they stand in the emergency journal."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy.exc import DBAPIError

from lnctp_tui.errors import LnctpError, NotStored, StorageFailed, VaultError
from lnctp_tui.services.refs import Place, Ref, Saved
from lnctp_tui.services.vault.deeds import DEEDS, Deed
from lnctp_tui.storage import instants
from lnctp_tui.storage.database import folios
from lnctp_tui.storage.database.session import EditBaseline, Store, Unit, told
from lnctp_tui.storage.vault import emergency

DRAFT = "draft:"
"""Before the key of what is being written and not kept yet."""
DRAFT_OF = "setting:" + DRAFT
"""The same in what this laptop remembers."""
LINE = "line:"
"""Before the key of a line of a dialog: it stands there in the next version too, which does not wait for it."""
PLACE = "place:"
"""Before a form's id: where the position in it is kept."""


class Number(NamedTuple):
    """Which piece: the run of the program it came up in, and the how manieth of that run."""

    run: bytes
    place: int


NOWHERE = Number(b"", 0)


@dataclass(eq=False, kw_only=True)
class Piece:
    """One thing to write, in one transaction."""

    number: Number = NOWHERE
    version: int = 0
    """Grows while more is typed into it."""
    kept: int = -1
    """The version that stands in the journal."""
    since: float = field(default_factory=time.monotonic)
    whole: bool = True
    """Whether the database takes, or took, all of it."""

    def entry(self) -> dict[str, Any] | None:
        """How it stands in the journal; None for what another reading would bring back."""
        raise NotImplementedError

    @property
    def may_be_kept(self) -> bool:
        """Whether it has an entry."""
        return True


@dataclass(eq=False)
class Edits(Piece):
    """What one form has typed since the last transaction."""

    form: EditBaseline
    patches: dict[Ref, dict[str, Any]] = field(default_factory=dict)
    cases: dict[Ref, str | None] = field(default_factory=dict)
    place: Place | None = None
    remember: dict[str, Any] = field(default_factory=dict)
    opens: str | None = None
    """Id of a case that begins here and gets its folio in this transaction."""
    shown: Mapping[tuple[str, str], dict[str, list[str]]] | None = None
    """What the form showed when its writing began; None before."""
    bad: dict[Ref, list[str]] = field(default_factory=dict)
    """Fields that the database cannot take."""

    def add(
        self,
        ref: Ref,
        patch: dict[str, Any],
        place: Place | None,
        case: str | None,
        *,
        opens: bool,
        remember: dict[str, Any] | None,
    ) -> None:
        """What was typed since; see `Writer.edit`."""
        self.patches.setdefault(ref, {}).update(patch)
        self.cases[ref] = case if case is not None else self.cases.get(ref)
        self.place = place or self.place
        self.opens = ref.id if opens else self.opens
        self.remember |= remember or {}
        self.version += 1

    def write(self, unit: Unit) -> Saved:
        """Write all of it."""
        return self._write(unit, self._record)

    def write_what_fits(self, unit: Unit) -> Saved:
        """Write each record by itself, and where one is refused each field of it: `bad` says which were not."""
        self.bad = {}
        saved = self._write(unit, self._try)
        self.whole = not self.bad
        return saved

    def _write(self, unit: Unit, record: Callable[[Unit, Ref, dict[str, Any]], object]) -> Saved:
        folio = folios.allocate(unit) if self.opens else None
        for ref, patch in self.patches.items():
            if not patch and ref.id != self.opens:
                continue
            record(unit, ref, patch | ({"folio": folio} if ref.id == self.opens else {}))
        if self.place:
            unit.remember(PLACE + self.form.id, list(self.place))
        for key, value in self.remember.items():
            unit.remember(key, value)
        return Saved(instants.iso(unit.now), self.form.id, folio, self.opens)

    def _record(self, unit: Unit, ref: Ref, patch: dict[str, Any]) -> None:
        unit.record(ref.table, ref.id, patch, form=self.form, case=self.cases.get(ref))

    def _try(self, unit: Unit, ref: Ref, patch: dict[str, Any]) -> None:
        baseline = dict(self.form.shown)
        try:
            with unit.connection.begin_nested():
                self._record(unit, ref, patch)
        except Exception as error:
            if of_the_disk(error):
                raise
            self.form.shown = baseline
            if len(patch) < 2:
                self.bad.setdefault(ref, []).extend(patch)
            else:
                for name, value in patch.items():
                    self._try(unit, ref, {name: value})

    def only_bad(self) -> None:
        """Leave nothing but the fields that were refused."""
        self.patches = {
            ref: {name: self.patches[ref].get(name) for name in names} for ref, names in self.bad.items()
        }
        self.place, self.remember, self.opens = None, {}, None
        self.bad = {}

    def entry(self) -> dict[str, Any]:
        baseline = dict(self.form.shown if self.shown is None else self.shown)
        return {
            "form": self.form.id,
            "shown": [[*key, heads] for key, heads in baseline.items() if Ref(*key) in self.patches],
            "patches": [[*ref, patch, self.cases.get(ref)] for ref, patch in self.patches.items()],
            "place": self.place,
            "remember": self.remember,
            "opens": self.opens,
            "bad": [[*ref, names] for ref, names in self.bad.items()],
        }


@dataclass(eq=False)
class Job(Piece):
    """Something to do in order with the edits around it."""

    run: Callable[[Store], Any]
    done: Callable[[Any], object] | None = None
    failed: Callable[[LnctpError], object] | None = None

    def entry(self) -> dict[str, Any] | None:
        if not isinstance(self.run, Deed):
            return None
        return {"deed": self.run.name, "arguments": self.run.arguments, "lets_go": self.run.lets_go}

    def let_go(self, unit: Unit) -> None:
        """Let the drafts go that it takes the place of."""
        for key in self.run.lets_go if isinstance(self.run, Deed) else ():
            unit.remember(DRAFT_OF + key, None)

    @property
    def may_be_kept(self) -> bool:
        """Only what can be named is done by a later run."""
        return isinstance(self.run, Deed)


def quiet(piece: Piece) -> bool:
    """Whether nobody typed it: where the counselor was, a preference, a view. No lock waits for it alone."""
    if isinstance(piece, Edits):
        return not any(piece.patches.values())
    if not isinstance(piece, Job) or not isinstance(piece.run, Deed):
        return True
    name, arguments = piece.run.name, piece.run.arguments
    return name == "viewed" or (name == "setting" and not str(arguments[0]).startswith(DRAFT))


def of_the_disk(error: BaseException | None) -> bool:
    """Whether the same may be written when the disk, or the file, is well again."""
    while error is not None:
        cause = told(error) if isinstance(error, DBAPIError | OSError) else error
        if isinstance(cause, StorageFailed | VaultError) and not isinstance(cause, NotStored):
            return True
        error = error.__context__  # a savepoint that went with its transaction
    return False


def read_entry(entry: Mapping[str, Any], number: Number, forms: dict[str, EditBaseline]) -> Piece:
    """The piece that an entry speaks of. `forms` of its run, by id. Raises ValueError, TypeError, LookupError."""
    if f'"{emergency.UNKNOWN}"' in json.dumps(entry):
        raise ValueError
    if "deed" in entry:
        if entry["deed"] not in DEEDS:
            raise LookupError
        run = Deed(entry["deed"], tuple(entry["arguments"]), tuple(entry.get("lets_go", ())))
        return Job(run, number=number, kept=0)
    form = forms.setdefault(entry["form"], EditBaseline(entry["form"]))
    for table, row, heads in entry["shown"]:
        form.shown.setdefault((table, row), heads)
    return Edits(
        form,
        {Ref(table, row): patch for table, row, patch, _case in entry["patches"]},
        {Ref(table, row): case for table, row, _patch, case in entry["patches"]},
        Place(*entry["place"]) if entry["place"] else None,
        entry["remember"],
        entry["opens"],
        bad={Ref(table, row): names for table, row, names in entry["bad"]},
        number=number,
        kept=0,
    )
