"""What a report may be counted by: the closed list of units and dimensions, with the rows that no catalog names.

Their names for people: data/report/words.toml.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

UNITS: Final[Mapping[str, str]] = MappingProxyType({
    "report": "report", "case": "report", "mention": "report", "contact": "contact", "victim": "victim",
    "group": "group", "trafficker": "trafficker", "file": "file", "referral": "referral", "support": "support",
    "place": "place", "figure": "figure",
})  # fmt: skip
"""Unit → the stream of rows that it is counted from. `contact`: those left out of reports; `place`: distinct states
and countries; `figure`: numbers from outside."""
BASES: Final = ("unit", "known", "case")
"""What percentages are of: all units, those of which the rows are known, the cases of the period."""
STREAMS: Final = ("report", "contact", "victim", "group", "trafficker", "file", "referral", "support")
PEOPLE: Final = ("victim", "group", "trafficker")

NO_CLASS: Final = "sin_clase"
ABROAD: Final = "extranjero"
OTHER_STATES: Final = "otras_entidades"
CAPITAL, AROUND = "MX-CMX", "MX-MEX"
BANDS: Final = (
    ("0-11", 0, 11), ("12-17", 12, 17), ("18-24", 18, 24), ("25-31", 25, 31), ("32-46", 32, 46), ("47-59", 47, 59),
    ("60+", 60, 999),
)  # fmt: skip
"""Ages in whole years: code, from, to."""
MINOR, ADULT = "menor", "adulta"
OUTCOMES: Final = ("need_met", "arrived", "not_arrived", "refused", "no_answer", "withdrawn", "cancelled")
"""What became of a referral; the first that holds."""


@dataclass(frozen=True, slots=True)
class Dimension:
    """One thing to count by."""

    name: str
    of: tuple[str, ...]
    """The streams whose rows have it; a row of a case also has those of its report."""
    catalog: str = ""
    """Whose codes are its rows, in that order."""
    more: tuple[str, ...] = ()
    """Rows besides, after those of the catalog."""
    many: bool = False
    """A unit may have several."""
    seen: bool = False
    """Rows are those that occur: of countries most are zero, and the years of files are not the period's."""
    unknown: tuple[str, ...] = ()
    """Codes of the catalog that say nothing: counted as `no_consta`."""


def _of_people(name: str, catalog: str = "", **more: object) -> Dimension:
    return Dimension(name, PEOPLE, catalog, **more)  # type: ignore[arg-type]


_REPORT, _FILE, _REFERRAL, _SUPPORT = ("report",), ("file",), ("referral",), ("support",)
PLACE_ROLES: Final = ("captacion", "origen", "transito", "destino", "actual")
MENTIONS: Final = ("modality", "hooking_means", "hooking_method", "platform", "violence")
"""Answers of victims and groups that a case mentions once each; dimension, prefix of the answer and catalog."""
FLAGS: Final = ("flag", "instrument")
TRAITS: Final = ("trait", "vulnerability")
"""Answers that are counted by person."""

_ALL: Final = (
    Dimension("report_class", _REPORT, "report_class", (NO_CLASS,)),
    Dimension("year", _REPORT), Dimension("month", _REPORT),
    Dimension("channel", _REPORT, "channel"), Dimension("reporter", _REPORT, "reporter_type"),
    Dimension("origin", _REPORT, "state", (ABROAD,)),
    Dimension("origin_group", _REPORT, "", (CAPITAL, AROUND, OTHER_STATES, ABROAD)),
    Dimension("country", _REPORT, "country", seen=True, unknown=("ZZ",)),
    Dimension("kind", ("contact",), "kind"),
    *(Dimension(name, _REPORT, name, many=True) for name in MENTIONS),
    Dimension("no_report_reason", _REPORT, "no_report_reason", many=True),
    Dimension("venue", _REPORT, "venue", many=True),
    *(Dimension(name, _REPORT, name, many=True) for name in FLAGS),
    *(Dimension(f"state_{role}", _REPORT, "state", (ABROAD,), many=True) for role in PLACE_ROLES),
    Dimension("state_of_foreign_victims", _REPORT, "state", (ABROAD,), many=True),
    Dimension("place_role", _REPORT, "place_role", many=True),
    Dimension("has_file", _REPORT, "", ("yes", "no")),
    _of_people("nationality", "country", seen=True, unknown=("ZZ",)),
    _of_people("sex", "sex", unknown=("no_identificado",)),
    _of_people("age_class", more=(MINOR, ADULT)),
    _of_people("age_band", more=tuple(code for code, _from, _to in BANDS)),
    _of_people("vulnerability", "vulnerability", many=True),
    _of_people("relation", "relation"),
    _of_people("trafficker_role", "trafficker_role"),
    _of_people("trait", "trait", many=True),
    _of_people("network_level", "network_level"),
    Dimension("file_year", _FILE, seen=True), Dimension("entity", _FILE, "state", seen=False),
    Dimension("stage", _FILE, "file_stage"),
    Dimension("support_kind", _SUPPORT, "support_type"), Dimension("support_modality", _SUPPORT, "support_modality"),
    Dimension("reason", _REFERRAL, "referral_reason"), Dimension("status", _REFERRAL, "referral_status"),
    Dimension("provider_kind", _REFERRAL, "provider_kind"), Dimension("outcome", _REFERRAL, more=OUTCOMES),
)  # fmt: skip
DIMENSIONS: Final[Mapping[str, Dimension]] = MappingProxyType(
    {dimension.name: dimension for dimension in _ALL}
)
SPECIAL: Final[Mapping[str, str]] = MappingProxyType({
    "states_per_role": "place", "ages": "victim", "headcount": "group", "first_triage": "case",
    "first_referral": "case", "first_file": "case", "outside": "figure", "roles_by_state": "mention",
})  # fmt: skip
"""Tables that no dimension makes: the word in `special` → the unit it must have."""


def fits(dimension: str, unit: str) -> bool:
    """Whether units of this kind have this dimension."""
    streams = DIMENSIONS[dimension].of
    stream = UNITS[unit]
    return stream in streams or (streams == _REPORT and stream not in ("contact", "place", "figure"))
