"""An edition for who reads: a page and a tagged PDF in either language, drawn from what is printed of it alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from lnctp_tui.domain.disclosure.edition import Edition
from lnctp_tui.domain.disclosure.periods import Period
from lnctp_tui.domain.disclosure.printed import LEAST_BASE, Printed
from lnctp_tui.domain.protocol.protocol import Label
from lnctp_tui.domain.report.definitions import Definition
from lnctp_tui.domain.report.result import ALONE, Cell, Table
from lnctp_tui.i18n import _, spoken
from lnctp_tui.reports.edition import texts
from lnctp_tui.reports.edition.language import Language
from lnctp_tui.reports.render import drawn, phrases, sheet
from lnctp_tui.reports.words import Words

FORMS: Final = tuple((f"edicion-{of}.{form}", of, form) for form in ("html", "pdf") for of in ("es", "en"))
"""Name of the file, language, form."""


@dataclass(frozen=True)
class About:
    """What an edition is, apart from its numbers."""

    name: str
    period: Period
    k: int
    step: int


def ready() -> None:
    """Asked before anything is counted. Raises Refused `report_extra`."""
    for form in drawn.NEEDS:
        drawn.ready(form)


def about(edition: Edition, name: str) -> About:
    """Of an edition that is called so."""
    return About(name, edition.period, edition.k, edition.rounded)


def files(
    tables: Sequence[Printed], totals: Mapping[str, int | None], of: About, language: Language
) -> dict[str, bytes]:
    """Name → bytes of the four documents. `tables` and `totals` are what everybody is shown; nothing else is known.

    Blocking, some seconds. Raises Refused `typesetter_failed`.
    """
    made = {}
    for name, spoken_as, form in FORMS:
        words = language.es if spoken_as == "es" else language.en
        with spoken(spoken_as):
            shown = [_totals(totals, words), *(_shown(table, words, language) for table in tables)]
            made[name] = drawn.made(shown, _around(tables, totals, of, language, words), spoken_as, form)
    return made


def _around(
    tables: Iterable[Printed],
    totals: Mapping[str, int | None],
    of: About,
    language: Language,
    words: Words,
) -> dict[str, Any]:
    units = {_definition(table, language).unit for table in tables if table.lines}
    start, end = of.period.start, of.period.end
    said = words.language
    method = [*phrases.counting(), texts.METHOD[said].format(k=of.k), texts.LIMITS[said].format(k=of.k)]
    if of.step > 1:
        method.append(_("Los números impresos están redondeados a múltiplos de {step}.").format(step=of.step))
    method.append(
        _("«{file}» dice de cada celda oculta entre qué números puede estar; se revisa con «lnctp edition verify».")
        .format(file="certificado.json")
    )  # fmt: skip
    nothing = _("Ningún reporte entre {start} y {end}.").format(start=start.isoformat(), end=end.isoformat())
    return {
        "title": _("Datos abiertos de la Línea Nacional contra la Trata de Personas"),
        "period": phrases.period(start, end), "k": of.k,
        "scope": _("Edición {name}. Se puede copiar y usar citando la fuente: {licence}.").format(
            name=of.name, licence=texts.LICENCE["name"]
        ),
        "empty": nothing if totals.get("report") == 0 else "", "method": method,
        "dictionary": phrases.dictionary(units, words, opened=False),
    }  # fmt: skip


def _totals(totals: Mapping[str, int | None], words: Words) -> sheet.Shown:
    """How many there are of each unit."""
    rows = tuple(
        sheet.Row(phrases.head(words.of("unit", unit)), (texts.WITHHELD[words.language] if n is None else f"{n:,}",))
        for unit, n in sorted(totals.items())
    )  # fmt: skip
    head = (_("Qué se cuenta"), phrases.labels()["count"])
    return _empty("", "cuantos-hay", _("Cuántos hay"), _("En todo el periodo."), head, rows)


def _empty(
    id_: str, anchor: str, title: str, about_it: str, head: tuple[str, ...] = (), rows: tuple[sheet.Row, ...] = (),
    below: tuple[str, ...] = (),
) -> sheet.Shown:  # fmt: skip
    return sheet.Shown(anchor, id_, title, about_it, head, rows, (), below, (), (), "", False, False)


def _definition(table: Printed, language: Language) -> Definition:
    """As the edition prints it: one base, and of all where several codes of one unit leave none known."""
    known = language.definitions.get(table.id) or Definition(
        table.id, table.unit, table.rows, table.columns, ("unit",), Label(table.id, table.id)
    )
    base = known.base[0]
    return replace(known, base=("unit",) if base == "known" and table.many else (base,))


def _shown(printed: Printed, words: Words, language: Language) -> sheet.Shown:
    definition = _definition(printed, language)
    if not printed.lines:
        anchor, title = f"tabla-{printed.id}", definition.title[words.language]
        return _empty(printed.id, anchor, title, "", below=(texts.WITHHELD[words.language],))
    table = _table(printed, definition, language)
    hidden = frozenset((printed.id, *line.key) for line in printed.lines if line.count is None)
    shown = sheet.shown(table, definition, words, 0, hidden)
    base = _base(printed)
    stands = f". Base: {base:,} {words.of('unit', printed.unit)}" if base is not None else ""
    if base is not None and definition.base == ("known",):
        stands += _(" con dato")
    return _short(replace(shown, about=f"{words.head(table)}{stands}."))


def _base(printed: Printed) -> int | None:
    """What the shares of a table are of, where everybody knows it."""
    return next((line.base for line in printed.lines if line.base is not None), None)


def _table(printed: Printed, definition: Definition, language: Language) -> Table:
    """A counted table with nothing in it that is not printed. Of a base too small for shares it has none."""
    base = _base(printed) or 0
    base = base if base >= LEAST_BASE else 0
    cells = tuple(Cell(*line.key, line.count, 0) for line in printed.lines if line.count)
    rows, columns = (tuple(_ordered(line.key[at] for line in printed.lines)) for at in (0, 1))
    return Table(
        printed.id, definition.unit, printed.rows, printed.columns, definition.many, cells, base, base, base, 0,
        language.notes.get(printed.id, ()), rows, columns,
    )  # fmt: skip


def _ordered(codes: Iterable[str]) -> list[str]:
    """Each once; the sum of the others last."""
    return sorted(dict.fromkeys(codes), key=lambda code: code == ALONE)


def _short(shown: sheet.Shown) -> sheet.Shown:
    """A long list of zeros is a sentence."""
    zeros = [row.label for row in shown.rows if row.cells[:1] == ("0",)]
    if len(zeros) <= sheet.ZEROS:
        return shown
    rows = tuple(row for row in shown.rows if row.cells[:1] != ("0",))
    return replace(shown, rows=rows, below=(*shown.below, sheet.zero(zeros)))
