"""A report next to the printed one, figure by figure, or next to an earlier report of the same period."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from lnctp_tui.cli import output
from lnctp_tui.cli.count.report import Place, Wish
from lnctp_tui.cli.count.writing import content
from lnctp_tui.i18n import _, spoken

if TYPE_CHECKING:
    from lnctp_tui.reports.changed import Difference, Reasons
    from lnctp_tui.reports.words import Words

PRINTED = "printed"


def answer(place: Place, wish: Wish, with_what: str) -> None:
    """Compares; ends with code 1 when something is not equal."""
    different = _printed(place, wish) if with_what == PRINTED else _earlier(place, wish, Path(with_what))
    if different:
        raise typer.Exit(1)


def _printed(place: Place, wish: Wish) -> int:
    from lnctp_tui.reports import asking, printed, tables
    from lnctp_tui.reports.words import Words

    counted = asking.Counted(place.read)
    figures = list(printed.compare(counted.table))
    place.note(tables.built_in(), *printed.periods())
    words = Words(place.protocol, wish.language)
    different = sum(not figure.equal for figure in figures)
    with spoken(wish.language):
        if wish.form == "json":
            output.as_json(_as_json(figures, words))
            return different
        rows = [_row(figure, words) for figure in figures]
        titles = [_("Tabla"), _("Cifra"), _("Impreso"), _("Aquí"), _("Igual"), _("Notas")]
        if wish.form == "csv":
            content(_csv([titles, *rows]), wish.out)
            return different
        output.table(titles, rows)
        output.say(_("Citadas, de otros registros o de fuera; no salen de los casos:"))
        for code, (label, unit) in printed.cited_words().items():
            value = next(figure.value for figure in printed.cited() if figure.code == code)
            output.say(f"  {label[wish.language]}: {value:,.0f}{unit and ' ' + unit}")
        for note in printed.notes():
            output.say(f"  {note} {words.note(note)}")
        equal = len(figures) - different
        output.say(_("{equal} de {count} cifras iguales.").format(equal=equal, count=len(figures)))
        output.say(_("Igual quiere decir que estos registros la dan; no que sean los de entonces."))
    return different


def _label(figure: Any, words: Any) -> str:
    definition_rows, columns = _dimensions(figure.table)
    parts = [words.row(definition_rows, figure.row), words.row(columns, figure.column)]
    named = " · ".join(part for part in parts if part)
    return named or words.of("figure", figure.group)


def _dimensions(table: str) -> tuple[str, str]:
    from lnctp_tui.reports import tables

    by_id = {definition.id: definition for definition in tables.built_in()}
    if table in by_id:
        definition = by_id[table]
        special = {"states_per_role": ("place_role", "level"), "ages": ("age", "")}
        return special.get(definition.special, (definition.rows, definition.columns))
    rows, _cross, columns = table.partition(" × ")
    return rows, columns


def _row(figure: Any, words: Any) -> list[str]:
    mark = " %" if figure.share else ""
    return [
        figure.table if ("×" not in figure.table and figure.table.isupper()) or figure.table[1:].isdigit() else "",
        _label(figure, words), f"{figure.printed:,}{mark}", f"{figure.ours:,}{mark}",
        _("sí") if figure.equal else _("no"), " ".join(figure.notes),
    ]  # fmt: skip


def _as_json(figures: list[Any], words: Any) -> dict[str, Any]:
    from lnctp_tui.reports import printed

    return {
        "figures": [
            {
                "group": figure.group, "table": figure.table, "row": figure.row, "column": figure.column,
                "label": _label(figure, words), "from": figure.start.isoformat(), "to": figure.end.isoformat(),
                "printed": figure.printed, "ours": figure.ours, "percent": figure.share, "equal": figure.equal,
                "notes": list(figure.notes), "source": figure.source or "informe",
            }
            for figure in figures
        ],
        "cited": [
            {"id": cited.code, "value": cited.value, "label": words.measure(cited.code)} for cited in printed.cited()
        ],
        "notes": [{"id": note, "text": words.note(note)} for note in printed.notes()],
    }  # fmt: skip


def _csv(rows: list[list[str]]) -> bytes:
    import csv
    from io import StringIO

    from lnctp_tui.reports.render.data import quoted

    text = StringIO()
    csv.writer(text, lineterminator="\n").writerows([quoted(cell) for cell in row] for row in rows)
    return text.getvalue().encode()


def _earlier(place: Place, wish: Wish, file: Path) -> int:
    """One period then and now, cell by cell."""
    from lnctp_tui.reports import changed, printed, run
    from lnctp_tui.reports.words import Words

    then = changed.earlier(file)
    facts = place.read(then.start, then.end)
    definitions = changed.definitions(then)
    place.note(definitions, then.start, then.end)
    made = run.made(facts, definitions, place.scope, place.protocol, cited=printed.cited())
    words = Words(place.protocol, wish.language)
    differences = changed.differences(then, made)
    reasons = changed.reasons(facts, place.since(then.counted_at))
    with spoken(wish.language):
        if wish.form == "json":
            output.as_json(
                {
                    "differences": [difference._asdict() for difference in differences],
                    "reasons": reasons._asdict(), "reports": {"then": then.reports, "now": made.reports},
                }
            )  # fmt: skip
            return len(differences)
        output.say(
            _("Periodo {start} a {end}: contado entonces {then}, ahora {now} reportes.").format(
                start=then.start, end=then.end, then=then.reports, now=made.reports
            )
        )
        _say_changes(differences, reasons, words)
    return len(differences)


def _say_changes(differences: Sequence[Difference], reasons: Reasons, words: Words) -> None:
    output.table(
        [_("Tabla"), _("Fila"), _("Columna"), _("Entonces"), _("Ahora")],
        [
            [
                difference.table, words.row(difference.rows, difference.row),
                words.row(difference.columns, difference.column), f"{difference.then:,}", f"{difference.now:,}",
            ]
            for difference in differences
        ],
    )  # fmt: skip
    if not differences:
        output.say(_("Nada cambió."))
    output.say(
        _("Desde entonces: {late} reportes llegaron tarde, {reclassified} cambiaron de clase;"
          " en todo, {merged} casos se fundieron o separaron y {erased} registros se suprimieron por ley.")
        .format(**reasons._asdict())
    )  # fmt: skip
