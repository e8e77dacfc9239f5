"""Read the lexicon: built-in files, each replaced whole by the organisation's of the same name in `reading/`.

The organisation's are those that a person accepted with the phrase, as with the protocol. A row that cannot be
used is skipped and told; none is a pattern that could run long. Source: the file format in docs/reading.md.
"""

from __future__ import annotations

import csv
import io
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from importlib import resources
from typing import TYPE_CHECKING, NamedTuple

from lnctp_tui.domain.protocol.protocol import Catalog, Protocol
from lnctp_tui.domain.protocol.protocol import Row as CatalogRow
from lnctp_tui.domain.reading.lexicon import (
    CLASSES,
    IDIOM,
    KINDS,
    MOST_NAME_WORDS,
    NEGATIONS,
    OWNERS,
    STATE_DIGITS,
    Cue,
    Lexicon,
    Names,
    Noun,
    Row,
    pieces,
)
from lnctp_tui.domain.values.text import clean

if TYPE_CHECKING:
    from lnctp_tui.storage.database.session import Store

FOLDER = "reading"
ROWS = ("terms.csv", "people.csv", "places.csv", "things.csv")
CUES, PERSONS, IDIOMS = "cues.csv", "persons.csv", "idioms.csv"
NAMES = (*ROWS, CUES, PERSONS, IDIOMS)
LONGEST_CELL, MOST_ROWS = 2_000, 20_000
_READ = frozenset(
    [
        *("say", "kind", "value", "neg", "needs", "not_before", "not_after"),
        *("cue", "class", "side", "reach"),
        *("word", "owner", "sex", "number"),
    ]
)
"""Columns that say something; the others are for who keeps the file."""
_CATALOGS = {
    "place": ("state", "municipality"),
    "venue": ("venue",),
    "platform": ("platform",),
    "nationality": ("country",),
    "language": ("language",),
    "education": ("education",),
    "migration_status": ("migration_status",),
    "sex": ("sex",),
}
_SHORTEST_NAME = 5
_WORD = re.compile(r"\w+")
_NO_NAMES = frozenset(
    [
        "el carmen",
        "la paz",
        "angel",
        "hidalgo",
        "general",
        "victoria",
        "mercedes",
        "rosario",
        "dolores",
        "guadalupe",
        "progreso",
        "libertad",
        "la union",
        "union",
        "reforma",
        "la reforma",
        "santa maria",
        "san juan",
        "san miguel",
        "san jose",
        "benito juarez",
        "el oro",
        "la luz",
        "luz",
        "tierra blanca",
        "cruces",
        "la cruz",
        "rosales",
        "flores",
        "pueblo nuevo",
        "nuevo",
        "casas",
        "palmas",
        "puertas",
        "la barca",
        "mata",
        "el salto",
        "el arenal",
        "la huerta",
        "el centro",
        "centro",
        "juarez",
        "general zuazua",
        "el nayar",
        "castanos",
        "comala",
        "jerez",
        "jose azueta",
        "emiliano zapata",
        "mina",
        "la misión",
    ]
)
"""Names of municipalities that are more often a person, a saint or a thing."""


class Finding(NamedTuple):
    """A row that is skipped, with the nearest code where there is one."""

    file: str
    line: int
    code: str
    value: str = ""
    near: str = ""


def load(protocol: Protocol, files: Mapping[str, bytes] | None = None) -> tuple[Lexicon, list[Finding]]:
    """The lexicon with the catalogs' own names, and what is wrong with its files."""
    lexicon = Lexicon()
    findings: list[Finding] = []
    codes = _codes(protocol)
    towns = protocol.catalogs.get("municipality")
    lexicon.towns = _states_of(towns) if towns else {}
    states = protocol.catalogs.get("state")
    lexicon.states = {row.code: row.label.es for row in states.rows} if states else {}
    places = _places(states, towns)
    says: dict[tuple[str, str], tuple[str, int, str]] = {}
    for name in ROWS:
        for line, cells in _rows(name, files, findings):
            misplaced = _misplaced(name, line, cells, places)
            findings.extend(misplaced or _learn(lexicon, name, line, cells, codes, says))
    for line, cells in _rows(IDIOMS, files, findings):
        findings.extend(_idiom(lexicon, line, cells))
    for line, cells in _rows(CUES, files, findings):
        findings.extend(_cue(lexicon, line, cells))
    for line, cells in _rows(PERSONS, files, findings):
        findings.extend(_noun(lexicon, line, cells))
    lexicon.rows.names = Names(_catalog_names(protocol))
    lexicon.settle()
    return lexicon, findings


def _places(states: Catalog | None, towns: Catalog | None) -> dict[str, tuple[str, ...]]:
    """Folded name of a state or municipality, alone and with that of its state → the codes of those called so."""
    from lnctp_tui.domain.reading.spelling import folded

    named = {row.code: folded(row.label.es) for row in states.rows} if states else {}
    codes: dict[str, tuple[str, ...]] = {name: (code,) for code, name in named.items()}
    for row in towns.rows if towns else ():
        name = folded(row.label.es)
        for way in (name, f"{name} {named.get(row.extra.get('state', ''), '')}"):
            codes[way] = (*codes.get(way, ()), row.code)
    return codes


def _misplaced(
    name: str, line: int, cells: Mapping[str, str], places: Mapping[str, tuple[str, ...]]
) -> list[Finding]:
    """Where the name of one place has the code of another: somebody would be sent there."""
    from lnctp_tui.domain.reading.spelling import folded

    if cells.get("kind") != "place":
        return []
    values = set(cells.get("value", "").split("+"))
    ways = {way: places.get(folded(way), ()) for way in cells.get("say", "").split("|")}
    return [
        Finding(name, line, "other_place", way, codes[0])
        for way, codes in ways.items()
        if codes and not values & set(codes)
    ]


def _states_of(towns: Catalog) -> dict[str, str]:
    """The state of each municipality, by the digits of the state where these tell it."""
    states = {row.code: row.extra.get("state", "") for row in towns.rows}
    digits = {code[:STATE_DIGITS]: state for code, state in states.items()}
    told = all(digits[code[:STATE_DIGITS]] == state for code, state in states.items())
    return digits if told else states


def _codes(protocol: Protocol) -> dict[str, frozenset[str]]:
    """What each kind of row may say."""
    terms = {
        f"{field.code}.{row.code}"
        for _stage, field in protocol.fields
        if field.kind == "checklist"
        for row in _rows_of(protocol, field.catalog or field.code)
    }
    terms |= {field.code for _stage, field in protocol.fields if field.kind in ("yesno", "bool")}
    codes = {
        kind: frozenset(row.code for name in names for row in _rows_of(protocol, name))
        for kind, names in _CATALOGS.items()
    }
    codes["platform"] = frozenset(f"platform.{code}" for code in codes["platform"])
    return codes | {"term": frozenset(terms)}


def _rows_of(protocol: Protocol, name: str) -> tuple[CatalogRow, ...]:
    catalog = protocol.indicators if name == "indicator" else protocol.catalogs.get(name)
    return catalog.rows if catalog else ()


def _rows(
    name: str, files: Mapping[str, bytes] | None, findings: list[Finding]
) -> Iterator[tuple[int, dict[str, str]]]:
    """The lines of a file with their cells, cleaned; too many or too long ones are told."""
    own = next((files[path] for path in (f"{FOLDER}/{name}", name) if files and path in files), None)
    data = (
        own if own is not None else resources.files("lnctp_tui").joinpath("data", FOLDER, name).read_bytes()
    )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        findings.append(Finding(name, 1, "not_utf8"))
        return
    reader = csv.DictReader(io.StringIO(text.replace("\r\n", "\n")))
    for number, cells in enumerate(reader):
        if number >= MOST_ROWS:
            findings.append(Finding(name, reader.line_num, "too_many"))
            return
        row = {key: clean(value)[0].strip() for key, value in cells.items() if key in _READ and value}
        if any(len(value) > LONGEST_CELL for value in row.values()):
            findings.append(Finding(name, reader.line_num, "too_long"))
            continue
        yield reader.line_num, row


def _learn(
    lexicon: Lexicon,
    name: str,
    line: int,
    cells: Mapping[str, str],
    codes: Mapping[str, frozenset[str]],
    says: dict[tuple[str, str], tuple[str, int, str]],
) -> Iterator[Finding]:
    kind = sys.intern(cells.get("kind", ""))
    values = tuple(map(sys.intern, cells.get("value", "").split("+")))
    neg = sys.intern(cells.get("neg") or "normal")
    if kind not in KINDS:
        yield Finding(name, line, "unknown_kind", kind, _near(kind, KINDS))
        return
    if neg not in NEGATIONS:
        yield Finding(name, line, "unknown_neg", neg, _near(neg, NEGATIONS))
        return
    allowed = codes.get(kind)
    for value in values:
        if allowed is not None and value not in allowed:
            yield Finding(name, line, "unknown_code", value, _near(value, allowed))
            return
    say, said = cells.get("say", ""), (name, line, cells.get("value", ""))
    needs = pieces(cells.get("needs", ""))
    for way in say.split("|"):
        known = says.setdefault((way, kind), said)
        if known[2] != said[2] and not needs:
            yield Finding(name, line, "two_values", way, f"{known[0]}:{known[1]}")
    row = Row(
        kind, values, neg, needs, pieces(cells.get("not_before", "")), pieces(cells.get("not_after", ""))
    )
    if problem := lexicon.learn(say, row, name, line):
        yield Finding(name, line, problem, say)


def _near(value: str, codes: object) -> str:
    return next(iter(get_close_matches(value, list(codes), 1)), "")  # type: ignore[call-overload]


def _idiom(lexicon: Lexicon, line: int, cells: Mapping[str, str]) -> Iterator[Finding]:
    row = Row(IDIOM, ("",), not_before=pieces(cells.get("not_before", "")))
    if problem := lexicon.learn(cells.get("say", ""), row, IDIOMS, line):
        yield Finding(IDIOMS, line, problem, cells.get("say", ""))


def _cue(lexicon: Lexicon, line: int, cells: Mapping[str, str]) -> Iterator[Finding]:
    kind, side, reach = cells.get("class", ""), cells.get("side", ""), cells.get("reach", "")
    if kind not in CLASSES or side not in ("before", "after", "both"):
        yield Finding(CUES, line, "unknown_kind", kind or side, _near(kind, CLASSES))
        return
    number = int(reach) if reach.isdecimal() and len(reach) < 3 else 0
    if problem := lexicon.cues.add(cells.get("cue", ""), Cue(kind, side, number)):
        yield Finding(CUES, line, problem, cells.get("cue", ""))


def _noun(lexicon: Lexicon, line: int, cells: Mapping[str, str]) -> Iterator[Finding]:
    owner = cells.get("owner", "")
    if owner not in OWNERS:
        yield Finding(PERSONS, line, "unknown_kind", owner, _near(owner, OWNERS))
        return
    noun = Noun(owner, cells.get("sex", ""), cells.get("number") == "p")
    if problem := lexicon.nouns.add(cells.get("word", ""), noun):
        yield Finding(PERSONS, line, problem, cells.get("word", ""))


_SPOKEN = ("habla", "lengua", "idioma", "dialecto", "interprete", "traductor", "traduce", "entiende")
"""Beside the name of a language: alone it is a people, a town or a nationality."""
_COMMON_LANGUAGES = frozenset(
    ["spanish", "other", "unknown", "maya", "english", "french", "cora", "mayo", "seri", "mam", "pima"]
)
_SHORT_TOWNS = frozenset(["leon", "tula", "apan", "uman", "tila", "xico", "tala"])
"""Names of fewer letters that are no word of the language."""
_NO_SHORT_FORMS = frozenset(
    [
        "bahia",
        "barrio",
        "boca",
        "camaron",
        "canadas",
        "canitas",
        "castillo",
        "cerro",
        "chapa",
        "ciudad",
        "constancia",
        "encarnacion",
        "honduras",
        "ignacio",
        "jaral",
        "lagos",
        "landa",
        "lampazos",
        "marques",
        "mariscala",
        "martinez",
        "martir",
        "martires",
        "munoz",
        "nombre",
        "noria",
        "nejapa",
        "pabellon",
        "palmar",
        "pinal",
        "playa",
        "playas",
        "puente",
        "purisima",
        "rincon",
        "rojas",
        "salto",
        "sitio",
        "sanctorum",
        "tetla",
        "vega",
        "armadillo",
        "benemerito",
        "bejucal",
        "medellin",
        "montecristo",
        "huasca",
        "teul",
        "teteles",
        "concepcion",
        "paso",
        "valle",
        "villa",
    ]
)


def _catalog_names(protocol: Protocol) -> Iterator[tuple[str, str, tuple[Row, str]]]:
    """Names of states, municipalities and languages. What is no word alone, or a common one, stays out."""
    for name, kind in (("state", "place"), ("municipality", "place"), ("language", "language")):
        catalog = protocol.catalogs.get(name)
        needs = _SPOKEN if kind == "language" else ()
        source = Row(kind, (), needs=needs, named=name != "state"), f"catalogs/{name}.csv"
        for say, code in _names(catalog) if catalog else ():
            if kind != "language" or code not in _COMMON_LANGUAGES:
                yield say, code, source


def _names(catalog: Catalog) -> Iterator[tuple[str, str]]:
    from lnctp_tui.domain.reading.spelling import folded

    short = _short_forms(catalog) if catalog.name == "municipality" else {}
    for row in catalog.rows:
        names = (row.label.es, *row.extra.get("alias", "").split(";"), *short.get(row.code, ()))
        for at, name in enumerate(dict.fromkeys(names)):
            terms = _WORD.findall(folded(name))
            say = " ".join(terms)
            short_town = catalog.name == "municipality" and say in _SHORT_TOWNS
            if (
                not terms
                or len(terms) > MOST_NAME_WORDS
                or say in _NO_NAMES
                or (len(say) < _SHORTEST_NAME and not short_town)
            ):
                continue
            if (catalog.name == "state" and say in ("mexico", "hidalgo")) or (
                at and len(terms) == 1 and len(say) < 5
            ):
                continue
            yield say, row.code


def _short_forms(catalog: Catalog) -> dict[str, tuple[str, ...]]:
    """`Tlapa` for Tlapa de Comonfort, where one municipality only begins so and none is called so."""
    from lnctp_tui.domain.reading.spelling import folded

    labels = {row.code: folded(row.label.es) for row in catalog.rows}
    firsts = {
        code: re.split(" del? ", label)[0] for code, label in labels.items() if re.search(" del? ", label)
    }
    counted = Counter(firsts.values())
    known = set(labels.values())
    return {
        code: (first,)
        for code, first in firsts.items()
        if counted[first] == 1 and first not in known and first.isalpha() and first not in _NO_SHORT_FORMS
    }


def of_vault(store: Store, protocol: Protocol) -> Lexicon:
    """The lexicon that is in use in a vault. Blocking; remembered for the protocol that is in use."""
    known = _KNOWN.get(id(protocol))
    if known is None or known[0] is not protocol:
        from lnctp_tui.storage.protocol import accepted

        with store.read() as connection:
            files = accepted.held(connection)
        _KNOWN.clear()
        known = _KNOWN[id(protocol)] = protocol, load(protocol, files)[0]
    return known[1]


_KNOWN: dict[int, tuple[Protocol, Lexicon]] = {}
