"""What the reader hands over: questions, with the words that they were read from."""

from __future__ import annotations

from dataclasses import dataclass

VICTIM, GROUP, TRAFFICKER, CALLER, OTHER = "victim", "group", "trafficker", "caller", "other"
SOMEONE = "someone"
"""A noun of a profession: who that is, the words around it tell."""
ASK = ""
"""Nobody can tell whose it is: a person is asked before it is taken."""
CASE = "case"
"""Of the case or its places and money, of nobody's."""
SURE, FAR, NEAR, KIN, LOOSE = "", "far", "near", "kin", "loose"
"""Bound to its owner by the words; the only one of the sentence, farther off; only the nearest person, or nobody sure;
a relative's, whom nothing may befall; another's more often than theirs: never asked."""
YES, NO, UNKNOWN = "yes", "no", "unknown"

PATTERNS = frozenset(
    ["phone", "plate", "account", "email", "url", "handle", "amount", "date", "age", "headcount"]
)
GAZETTEER = frozenset(["place", "venue", "nationality", "institution", "platform", "alias"])


Key = tuple[str, tuple[str, ...], str, str]
"""What makes two offers the same question: kind, values, owner and polarity."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One fact that the words may say. Nothing is written before a key."""

    kind: str
    values: tuple[str, ...]
    """A code, a normalised writing, or several codes that one phrase says."""
    polarity: str
    owner: str
    """victim, group, trafficker, caller, other, CASE or ASK."""
    start: int
    """Characters from the beginning of the text; `end` is the one after the last."""
    end: int
    detail: str = ""
    """Of a place its role, of a date what happened, of an amount its currency."""
    rule: str = ""
    """File and line, or the name of the pattern."""
    bond: str = ""
    """How it hangs on its owner: SURE, FAR, NEAR, KIN or LOOSE. What hangs loosely is asked only beside a deed."""

    @property
    def key(self) -> Key:
        """What makes two offers the same question."""
        return self.kind, self.values, self.owner, self.polarity

    def moved(self, by: int) -> Offer:
        """The same in a text where it stands later."""
        return Offer(
            self.kind, self.values, self.polarity, self.owner, self.start + by, self.end + by, self.detail,
            self.rule, self.bond,
        )  # fmt: skip
