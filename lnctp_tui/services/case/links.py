"""Links between cases: what somebody decided about two of them, what both share, and the cases around one.

A link is two halves, each a record of its own case (domain.records.kinds.LINK): whoever holds a case writes its half.
What older programs noted as the answer `link.<case>` is a possible link until somebody decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, or_, select

from lnctp_tui.domain.links import grade, keys
from lnctp_tui.domain.links.grade import Grade, Shared
from lnctp_tui.domain.protocol.protocol import Protocol
from lnctp_tui.domain.records import bound, merge
from lnctp_tui.domain.records.document import Document
from lnctp_tui.errors import Refused
from lnctp_tui.services.call import matches
from lnctp_tui.services.call.matches import ANSWER, DENIED, LINKED, Match
from lnctp_tui.services.case import cases, offline_lockout
from lnctp_tui.services.case.cases import CASES
from lnctp_tui.storage import ids
from lnctp_tui.storage.database import link_keys, sound, state
from lnctp_tui.storage.database.session import CHANGES, TABLES, Store, Unit
from lnctp_tui.storage.replication import server_state

LINKS = TABLES["links"]
DEEP, MOST = 3, 200
"""Steps from a case, and cases, that its network shows."""
REVIEW = "review"
"""Kind of the task by which supervision is asked."""


@dataclass(frozen=True)
class Half:
    """What one case says of another."""

    case_id: str
    other_id: str
    state: str
    evidence: tuple[str, ...] = ()
    by_id: str | None = None
    remark: str | None = None
    at: str | None = None
    """When it was said; None where that change is not here."""


@dataclass(frozen=True)
class Node:
    """A case of the network, below the one that it is linked to."""

    case_id: str
    folio: str | None
    """None of a case that is not shown to this person."""
    state: str | None
    """possible, confirmed; None: nobody decided yet."""
    grade: Grade
    shared: tuple[str, ...]
    """The reasons: what both really share, the strongest of each record (domain.links.keys)."""
    keys: tuple[str, ...] = ()
    """All that both share: what is remembered when somebody decides."""
    remark: str | None = None
    by_id: str | None = None
    at: str | None = None
    again: bool = False
    """Somebody had said that it is not the same, and there is a new reason."""
    below: tuple[Node, ...] = ()


@dataclass(frozen=True)
class Network:
    """The cases around one."""

    case_id: str
    folio: str | None
    nodes: tuple[Node, ...]
    """Linked ones, then those that nobody decided about."""
    denied: tuple[Node, ...]
    """Those that are not the same."""
    hidden: int
    """Cases on this laptop that share a strong reason and are not shown to this person."""
    band: str | None
    """About how many cases of the whole Line match: 1, 2-4, 5+; `many`: only supervision is told. None: not told."""


def say(
    store: Store, case_id: str, other_id: str, state_code: str | None, evidence: Sequence[str] = (),
    remark: str | None = None,
) -> None:  # fmt: skip
    """Decide about two cases: possible, confirmed, not_linked, or None, as if nobody had said anything.

    Writes the half of each that is shown here. Raises Refused `no_such_case`, `link_with_itself`.
    """
    if case_id == other_id:
        raise Refused("link_with_itself")
    with store.write() as unit:
        if not _is_here(unit, case_id):
            raise Refused("no_such_case")
        for own, other_case in ((case_id, other_id), (other_id, case_id)):
            if _is_here(unit, own):
                _write_half(unit, own, other_case, state_code, sorted(set(evidence)), remark)


def as_before(store: Store, case_id: str, other_id: str, how: str | None = "possible") -> None:
    """The same by the name that it has in journals of older programs."""
    say(store, case_id, other_id, how)


def _is_here(unit: Unit, case_id: str) -> bool:
    stored = unit.stored("cases", case_id)
    return stored is not None and not stored["erased_at"] and not offline_lockout.hides(
        unit.connection, unit.now, case_id
    )  # fmt: skip


def _write_half(
    unit: Unit, own: str, other_case: str, state_code: str | None, evidence: list[str], remark: str | None
) -> None:
    row = bound.row_id("links", {"case_id": own, "other_id": other_case})
    stored = unit.stored("links", row)
    said = {"state": state_code, "evidence": evidence or None, "remark": remark, "erased_at": None}
    if stored is None and state_code is None:
        pass
    elif stored is None or any(stored[name] != value for name, value in said.items()):
        named = {"case_id": own, "other_id": other_case, "by_id": unit.author.actor}
        patch = {name: value for name, value in said.items() if stored is not None or value is not None}
        unit.record("links", row, {**named, **patch}, case=own)
    case = unit.stored("cases", own)
    if case is not None and ANSWER + other_case in (case["answers"] or {}):
        unit.record("cases", own, {f"answers.{ANSWER}{other_case}": None})


def ask(store: Store, task_id: str, case_id: str) -> None:
    """Ask supervision to look at what matches a case: a task, once while it is open."""
    tasks = TABLES["tasks"]
    with store.write() as unit:
        open_one = select(tasks.c.id).where(
            tasks.c.case_id == case_id, tasks.c.kind == REVIEW, tasks.c.plan == MATCHES, tasks.c.status == "open",
            tasks.c.erased_at.is_(None),
        )  # fmt: skip
        if unit.stored("tasks", task_id) is None and unit.connection.execute(open_one).first() is None:
            unit.record("tasks", task_id, {"kind": REVIEW, "plan": MATCHES, "status": "open"}, case=case_id)


MATCHES = "coincidencias"
"""Plan of such a task."""


# reading


def halves(connection: Connection, case_ids: Iterable[str]) -> list[Half]:
    """What these cases say of others, and others of them, in no order; of a withdrawn link nothing."""
    named = list(case_ids)
    query = select(LINKS).where(
        or_(LINKS.c.case_id.in_(named), LINKS.c.other_id.in_(named)), LINKS.c.erased_at.is_(None)
    )
    rows = [sound.row("links", row) for row in connection.execute(query).mappings()]
    instants = _said_at(connection, rows)
    written = [
        Half(
            str(row["case_id"]), str(row["other_id"]), str(row["state"]), _texts(row["evidence"]), row["by_id"],
            row["remark"], instants.get(row["id"]),
        )
        for row in rows
        if row["case_id"] and row["other_id"] and row["state"]
    ]  # fmt: skip
    decided = {(str(row["case_id"]), str(row["other_id"])) for row in rows}
    return [
        *written,
        *(half for half in _noted(connection, named) if (half.case_id, half.other_id) not in decided),
    ]


def _noted(connection: Connection, case_ids: Sequence[str]) -> Iterator[Half]:
    """What older programs noted."""
    query = select(CASES.c.id, CASES.c.answers).where(CASES.c.id.in_(case_ids))
    for case_id, answers in connection.execute(query):
        for code, value in (answers if isinstance(answers, dict) else {}).items():
            if code.startswith(ANSWER) and value == "possible":
                yield Half(case_id, code.removeprefix(ANSWER), "possible")


def _texts(listed: Any) -> tuple[str, ...]:
    return tuple(map(str, listed)) if isinstance(listed, list) else ()


def _said_at(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Record → when its state was said."""
    heads = {change: row["id"] for row in rows for change in merge.heads_of(row["heads"] or {}, "state")}
    query = select(CHANGES.c.id, CHANGES.c.at).where(CHANGES.c.id.in_(list(heads))).order_by(CHANGES.c.hlc)
    return {heads[change]: at for change, at in connection.execute(query)}


def of_case(connection: Connection, case_id: str) -> dict[str, Half]:
    """The other case → what is said: what the case itself says first."""
    listed: dict[str, Half] = {}
    for half in sorted(halves(connection, [case_id]), key=lambda half: half.case_id != case_id):
        listed.setdefault(half.other_id if half.case_id == case_id else half.case_id, half)
    return listed


def folios(store: Store, case_id: str) -> dict[str, str]:
    """Case that one is linked to, or not, and is shown here → its folio."""
    with store.read() as connection:
        others = select(LINKS.c.other_id).where(LINKS.c.case_id == case_id, LINKS.c.erased_at.is_(None))
        shown = offline_lockout.shown(connection, store.now())
        query = select(CASES.c.id, CASES.c.folio).where(
            CASES.c.id.in_(others), CASES.c.folio.is_not(None), shown
        )
        return {str(row.id): str(row.folio) for row in connection.execute(query)}


def network(store: Store, document: Document, protocol: Protocol) -> Network:
    """The cases around one: what was decided, what matches besides, and how many more there are."""
    own = str(document["case"]["id"])
    found = matches.look(store, document, protocol)
    by_case = {match.case_id: match for match in found.matches}
    with store.read() as connection:
        reader = _Reader(connection, store, own, by_case)
        linked = reader.below(own, 1)
        undecided = [_undecided(match) for match in found.matches if match.case_id not in reader.decided]
        denied = [reader.node(own, half, ()) for half in reader.denied]
        band = state.get(connection, server_state.MATCH + own)
    return Network(
        own, document["case"].get("folio"), (*linked, *undecided), tuple(denied), found.hidden,
        band if isinstance(band, str) else None,
    )  # fmt: skip


def _undecided(match: Match) -> Node:
    return Node(
        match.case_id, match.folio, None, match.grade, match.reasons, match.keys, again=match.state == DENIED
    )


class _Reader:
    """Reads the network step by step; no case twice."""

    def __init__(self, connection: Connection, store: Store, own: str, by_case: Mapping[str, Match]) -> None:
        self.connection = connection
        self.own = own
        self.by_case = by_case
        self.met = {own}
        self.decided: set[str] = set()
        """Cases that the first one is linked to, or certainly not."""
        self.denied: list[Half] = []
        self._visible = offline_lockout.shown(connection, store.now())

    def below(self, case_id: str, depth: int) -> list[Node]:
        """The linked cases of one, with theirs."""
        said = of_case(self.connection, case_id)
        first = case_id == self.own
        if first:
            self.denied = [
                half
                for other_case, half in said.items()
                if half.state == DENIED and other_case not in self.by_case
            ]
            self.decided = {other_case for other_case, half in said.items() if half.state in LINKED}
        linked = {
            other_case: half
            for other_case, half in said.items()
            if half.state in LINKED and other_case not in self.met
        }
        self.met |= linked.keys()
        go_on = depth < DEEP and len(self.met) < MOST
        nodes = [
            self.node(case_id, half, self.below(other_case, depth + 1) if go_on else ())
            for other_case, half in linked.items()
        ]
        return sorted(
            nodes, key=lambda node: (grade.ORDER.index(node.grade), node.folio or "~", node.case_id)
        )

    def node(self, case_id: str, half: Half, below: Sequence[Node]) -> Node:
        """A case as it hangs on another."""
        other_case = half.other_id if half.case_id == case_id else half.case_id
        match = self.by_case.get(other_case) if case_id == self.own else None
        node = _undecided(match) if match is not None else self._unmatched(case_id, other_case, half)
        return replace(
            node, folio=self._folio(other_case), state=half.state, remark=half.remark, by_id=half.by_id, at=half.at,
            again=node.again and half.state == DENIED, below=tuple(below),
        )  # fmt: skip

    def _unmatched(self, case_id: str, other_case: str, half: Half) -> Node:
        """By what both share now; of what has no key, by what the half says, which is never a strong reason."""
        told = [Shared(key, keys.unkeyed(key)) for key in half.evidence if keys.unkeyed(key)]
        shared = [*link_keys.shared(self.connection, case_id, other_case), *told]
        reasons = tuple(entry.key for entry in grade.reasons(shared))
        return Node(
            other_case,
            None,
            None,
            grade.grade(shared),
            reasons,
            tuple(sorted({entry.key for entry in shared})),
        )

    def _folio(self, case_id: str) -> str | None:
        query = select(CASES.c.folio).where(CASES.c.id == case_id, CASES.c.erased_at.is_(None), self._visible)
        row = self.connection.execute(query).first()
        return None if row is None else str(row.folio or "")


def listed(store: Store, protocol: Protocol, case_ids: Sequence[str] | None = None) -> Iterator[Network]:
    """The networks of these cases, or of all that are linked to another."""
    if case_ids is None:
        with store.read() as connection:
            rows = connection.execute(select(LINKS.c.case_id).where(LINKS.c.erased_at.is_(None)).distinct())
            case_ids = sorted(str(row.case_id) for row in rows if row.case_id)
    for case_id in case_ids:
        try:
            document = cases.document(store, case_id)
        except Refused:
            continue
        yield network(store, document, protocol)


def new_task_id() -> str:
    """The id of the task by which supervision is asked."""
    return ids.new_id()
