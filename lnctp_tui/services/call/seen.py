"""What the narrative seems to say, as questions on an open form. Nothing is written before a key.

Whose a fact is comes from the words; where they do not tell, `target` is None and a person is asked. What stands in
the form already is not asked, and never overwritten unasked. Taken values keep where their words stand:
`seen.<field>` = `contact:start:length:hash`, in the same save, without the words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any, NamedTuple

from lnctp_tui.domain.reading.lexicon import Lexicon
from lnctp_tui.domain.reading.offers import ASK, CALLER, CASE, GROUP, NO, TRAFFICKER, UNKNOWN, VICTIM, Offer
from lnctp_tui.domain.reading.reader import Reader
from lnctp_tui.domain.records.document import Record, answer
from lnctp_tui.domain.records.provenance import SEEN, source
from lnctp_tui.domain.values import ages, values
from lnctp_tui.services.call.intake import CALLBACK, Intake
from lnctp_tui.services.refs import Ref

PEOPLE = (VICTIM, GROUP, TRAFFICKER)
IDENTIFIERS = frozenset(["phone", "handle", "plate", "account", "url", "email", "alias"])
PERSON_FIELDS = frozenset(["age", "sex", "nationality", "education", "migration_status", "headcount"])
_CASE_PREFIXES = ("danger.", "situation.", "cssrs.", "other_crime.")
_FIRST = ("danger.", "cssrs.")
THREAT = "indicator.dst_threat_violence_victim"
MOST = 500
"""Offers that a form looks at: a hostile text makes no longer list."""


class Newcomer(NamedTuple):
    """A person who is made when the offer is taken."""

    role: str


Target = Ref | Newcomer


@dataclass(frozen=True)
class Seen:
    """One question."""

    offer: Offer
    words: str
    target: Target | None
    """Whose; None: a person must say."""
    stands: str = ""
    """What the field says already, when it is something else."""

    @property
    def key(self) -> tuple[Any, ...]:
        return self.offer.key


class Narrative:
    """Reads the narrative of one form. `read` is called in a thread, the rest in the form's."""

    def __init__(self, intake: Intake) -> None:
        self.intake = intake
        self.text = ""
        """The text that the offers are of."""
        self.offers: list[Offer] = []
        self.dismissed: set[tuple[Any, ...]] = set()
        self._reader: Reader | None = None
        self._lock = Lock()

    def read(self, text: str, own: bool) -> tuple[str, list[Offer]]:
        """The offers of a text. Blocking; the lexicon is read with the first one. `own`: the caller is the victim."""
        with self._lock:
            if self._reader is None:
                self._reader = Reader(lexicon_of(self.intake), self.intake.today)
            self._reader.caller_is_victim = own
            return text, self._reader.read(text)[:MOST]

    @property
    def caller_is_victim(self) -> bool:
        """Whether who calls was noted to be the person it happens to."""
        return self.intake.record(self.intake.contact).get("reporter_type") == "victima_directa"

    def take_over(self, result: tuple[str, list[Offer]]) -> None:
        """What was read, to be shown from now on."""
        self.text, self.offers = result

    def seen(self) -> list[Seen]:
        """The questions that are open: dangers first, then the number to call, age, places, elements and the rest."""
        known = (
            question
            for offer in self.offers
            if offer.key not in self.dismissed and (question := self._seen(offer)) is not None
        )
        return sorted(known, key=_rank)

    def dangers(self) -> list[Seen]:
        """The questions about a danger that nobody answered: while there is one, the call is not ended or discarded."""
        asked = (question for question in self.seen() if question.offer.polarity != NO)
        return [
            question for question in asked if _of_danger(question.offer) or THREAT in question.offer.values
        ]

    def _seen(self, offer: Offer) -> Seen | None:
        words = self.text[offer.start : offer.end]
        if offer.owner == CALLER:
            return self._of_caller(offer, words)
        target = self._target(offer)
        if target is None or isinstance(target, Newcomer):
            return Seen(offer, words, target) if not self._noted(offer) else None
        stands = self._stands(offer, target)
        return None if stands is None else Seen(offer, words, target, stands)

    def _of_caller(self, offer: Offer, words: str) -> Seen | None:
        """Of who calls what has a place: a number to call back (not when anonymous), the state. A minor is asked."""
        case, contact = self.intake.document["case"], self.intake.record(self.intake.contact)
        if offer.kind == "phone" and case.get("anonymity") != "anonimo" and not case.get(CALLBACK):
            return Seen(offer, words, self.intake.draft.case) if not self._noted(offer) else None
        if offer.kind == "place" and not contact.get("state"):
            return Seen(offer, words, self.intake.contact)
        if offer.kind == "age" and _minor(offer.values[0]) and not self.intake.rows("person", PEOPLE):
            return Seen(offer, words, None)  # a girl who says how old she is may call for herself
        return None

    def _target(self, offer: Offer) -> Target | None:
        if offer.owner == CASE:
            return self._own_of_case(offer)
        if offer.owner not in PEOPLE:
            return None
        rows = self.intake.rows("person", (offer.owner,))
        if len(rows) > 1:
            return None
        return Ref("people", rows[0]["id"]) if rows else Newcomer(offer.owner)

    def _own_of_case(self, offer: Offer) -> Target | None:
        """A checklist of a person that no word gives to anybody is the victim's, when there is one at most."""
        if offer.kind == "platform":
            rows = self.intake.rows("person", (VICTIM, GROUP))
            return None if len(rows) > 1 else Ref("people", rows[0]["id"]) if rows else Newcomer(VICTIM)
        return self.intake.draft.case

    def _noted(self, offer: Offer) -> bool:
        """Whether a record of the case says it already: identifiers, places, amounts."""
        value, rows = offer.values[0], self.intake.rows
        if offer.kind in IDENTIFIERS:
            return any(_same(row, offer) for row in rows("identifier"))
        if offer.kind == "place":
            return any(value in (row.get("state"), row.get("municipality")) for row in rows("place"))
        if offer.kind == "venue":
            return any(row.get("venue") == value for row in rows("place"))
        if offer.kind == "amount":
            return any(str(row.get("amount")) == value for row in rows("money"))
        if offer.kind == "institution":
            return any(str(row.get("institution") or "").lower() == value for row in rows("money"))
        return False

    def _stands(self, offer: Offer, target: Ref) -> str | None:
        """ "" when the field is empty, what it says otherwise; None when it says the same."""
        if offer.kind in IDENTIFIERS | {"place", "venue", "amount", "institution"}:
            return None if self._noted(offer) else ""
        current = [self._current(offer, code, target) for code in codes_of(offer)]
        if all(value == asked_value(offer) for value in current):
            return None
        differing = [str(value) for value in current if value not in (None, "", asked_value(offer))]
        return differing[0] if differing else ""

    def _current(self, offer: Offer, code: str, target: Ref) -> Any:
        record = self.intake.record(self.intake.draft.case if code.startswith(_CASE_PREFIXES) else target)
        if offer.kind in PERSON_FIELDS:
            field = self.intake.protocol_field("person", code)
            return (
                values.shown(field, record, self.intake.protocol, "es") if code == "age" else record.get(code)
            )
        return answer(record, code)

    # taking

    def people(self) -> list[Target]:
        """Whose it may be: those who have a record, and a new person of each kind."""
        rows: list[Target] = [Ref("people", row["id"]) for row in self.intake.rows("person")]
        return [*rows, Newcomer(VICTIM), Newcomer(TRAFFICKER)]

    def dismiss(self, question: Seen) -> None:
        """Not asked again in this form, unless it is said otherwise."""
        self.dismissed.add(question.key)

    def take(self, question: Seen, target: Target | None = None) -> Ref | None:
        """Write what was asked to the record it is about; None, and nothing written, while nobody said whose it is."""
        target = target or question.target
        if target is None:
            return None
        if isinstance(target, Newcomer):
            target = self.intake.add("person", role=target.role)
        where = self._source(question.offer)
        if question.offer.kind in IDENTIFIERS:
            return self._identifier(question, target, where)
        if question.offer.kind in ("place", "venue"):
            return self._place(question, target, where)
        if question.offer.kind in ("amount", "institution"):
            return self._money(question, where)
        return self._field(question, target, where)

    def _source(self, offer: Offer) -> str:
        words = self.text[offer.start : offer.end]
        return source(self.intake.contact.id, offer.start, words)

    def _field(self, question: Seen, target: Ref, where: str) -> Ref:
        """Each code to its own record, with where it was read, in one patch a record."""
        offer = question.offer
        by_ref: dict[Ref, dict[str, Any]] = {}
        for code in codes_of(offer):
            ref = self.intake.draft.case if code.startswith(_CASE_PREFIXES) else target
            patch = by_ref.setdefault(ref, {})
            patch |= self._patch(offer, code, ref) | {f"answers.{SEEN}{code}": where}
        for ref, patch in by_ref.items():
            self.intake.set(ref, patch, field=codes_of(offer)[0])
        return target

    def _patch(self, offer: Offer, code: str, ref: Ref) -> dict[str, Any]:
        if offer.kind in PERSON_FIELDS:
            field = self.intake.protocol_field("person", code)
            parsed = values.parse(
                field, offer.values[0], protocol=self.intake.protocol, today=self.intake.today,
                record=self.intake.record(ref),
            )  # fmt: skip
            return dict(parsed.patch)
        return {f"answers.{code}": asked_value(offer)}

    def _beside(self, ref: Ref, code: str, where: str) -> None:
        """Where it was read, of a record that holds no answers: with the case."""
        self.intake.set(self.intake.draft.case, {f"answers.{SEEN}{code}.{ref.id}": where}, undoable=False)

    def _identifier(self, question: Seen, target: Ref, where: str) -> Ref:
        offer = question.offer
        if offer.owner == CALLER and target == self.intake.draft.case:
            field = self.intake.protocol_field("case", CALLBACK)
            self.intake.enter(field, offer.values[0])
            self.intake.set(target, {f"answers.{SEEN}{CALLBACK}": where}, undoable=False)
            return target
        fresh: dict[str, Any] = {"kind": offer.kind}
        if target.table == "people":
            fresh["person_id"] = target.id
        ref = self.intake.add("identifier", **fresh)
        self.intake.enter(self.intake.protocol_field("identifier", "value"), offer.values[0], ref)
        self._beside(ref, "value", where)
        return ref

    def _place(self, question: Seen, target: Ref, where: str) -> Ref:
        offer = question.offer
        if target == self.intake.contact:
            patch = place_patch(self.intake, offer.values)
            self.intake.set(target, patch | {f"answers.{SEEN}state": where}, field="state")
            return target
        if offer.kind == "venue":
            ref = self.intake.add("place", venue=offer.values[0])
        else:
            role = {"role": offer.detail} if offer.detail else {}
            person = {"person_id": target.id} if target.table == "people" else {}
            ref = self.intake.add("place", **role, **person, **place_patch(self.intake, offer.values))
        self._beside(ref, "venue" if offer.kind == "venue" else "state", where)
        return ref

    def _money(self, question: Seen, where: str) -> Ref:
        offer = question.offer
        if offer.kind == "institution":
            ref = self.intake.add("money", institution=question.words)
        else:
            ref = self.intake.add(
                "money", amount=int(offer.values[0]), currency=offer.detail or "MXN", amount_estimated=False
            )
        self._beside(ref, offer.kind, where)
        return ref


def lexicon_of(intake: Intake) -> Lexicon:
    """The lexicon of this vault: the accepted files over the program's own. Read once a protocol."""
    from lnctp_tui.storage.protocol import lexicon

    workspace = intake.workspace
    return lexicon.of_vault(workspace.store, workspace.protocol)


def codes_of(offer: Offer) -> tuple[str, ...]:
    """The fields that an offer fills."""
    if offer.kind == "term" or offer.kind == "platform":
        return offer.values
    if offer.kind == "language":
        return (f"language.{offer.values[0]}",)
    if offer.kind == "date":
        return (f"when.{offer.detail}",)
    return (offer.kind,)


def asked_value(offer: Offer) -> Any:
    """What the field would say."""
    if offer.kind in ("term", "platform", "language"):
        return {NO: "no", UNKNOWN: "unknown"}.get(offer.polarity, "yes")
    if offer.kind == "headcount":
        return int(offer.values[0])
    return offer.values[0]


def place_patch(intake: Intake, codes: Sequence[str]) -> dict[str, Any]:
    """State and municipality of a place; a name of several municipalities as it is, for a person to choose."""
    towns = intake.protocol.catalogs["municipality"].by_code
    if codes[0] not in towns:
        return {"state": codes[0]}
    states = {towns[code].extra.get("state") for code in codes}
    state = {"state": states.pop()} if len(states) == 1 else {}
    label = towns[codes[0]].label.es
    return {**state, "municipality": codes[0] if len(codes) == 1 else values.FREE + label}


def _same(row: Record, offer: Offer) -> bool:
    def plain(value: object) -> str:
        return "".join(letter for letter in str(value or "").lower() if letter.isalnum())[-10:]

    return plain(offer.values[0]) in (plain(row.get("value")), plain(row.get("normalised")))


def _minor(age: str) -> bool:
    read = ages.parse(age)
    return isinstance(read, ages.Age) and (read.oldest or read.youngest) < ages.ADULT


def _of_danger(offer: Offer) -> bool:
    return any(value.startswith(_FIRST) for value in offer.values)


def _rank(question: Seen) -> tuple[int, int]:
    offer = question.offer
    order = (
        _of_danger(offer),
        offer.kind == "phone" and offer.owner == CALLER,
        offer.kind == "age",
        offer.kind == "place",
        offer.kind == "term" and offer.polarity != UNKNOWN,
    )
    last = len(order) + (offer.polarity == UNKNOWN or offer.owner == ASK)
    return next(
        (place for place, yes in enumerate(order) if yes and not (offer.polarity == UNKNOWN and place)), last
    ), offer.start
