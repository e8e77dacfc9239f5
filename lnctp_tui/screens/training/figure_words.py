"""What a register counts, in sentences: the same on the screen and in the command."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from lnctp_tui.domain.training.figures import Figures, Opening
from lnctp_tui.i18n import N_, _, language
from lnctp_tui.i18n.of_training import STANDINGS

APART: Final = N_(
    "El informe no dice si los {guardians} Guardianes del Asfalto están entre las {people} personas: no se suman."
)


def lines(figures: Figures, opening: Opening, states: Mapping[str, str]) -> Iterator[str]:
    """The figures, one sentence a line. `states`: code → name."""
    yield _("Cursos del registro: {courses} · personas formadas: {people:,}").format(
        courses=figures.courses, people=figures.people
    )
    if figures.people:
        yield _("Mujeres {women:,} · hombres {men:,} · no consta {unsaid:,}").format(
            women=figures.women, men=figures.men, unsaid=figures.unsaid
        )
    if figures.uncounted:
        yield _("Cursos sin número de personas: {count}; no se cuentan como cero.").format(
            count=figures.uncounted
        )
    standings = (f"{_(STANDINGS[code])} {count}" for code, count in figures.certificates.items())
    yield _("Constancias: {standings}").format(standings=" · ".join(standings))
    yield _("Guardianes del Asfalto con constancia en este registro: {count}").format(count=figures.guardians)
    if figures.wrong:
        yield _("Con número por revisar: {count}").format(count=figures.wrong)
    yield from _printed(figures, opening, states)


def _printed(figures: Figures, opening: Opening, states: Mapping[str, str]) -> Iterator[str]:
    """What the printed report says, which is no part of the figures above."""
    people = sum(course["people"] for course in opening.courses)
    parts = " + ".join(f"{course['people']:,} ({course['starts_on'][:4]})" for course in opening.courses)
    yield _(
        "Informe impreso: {parts} = {people:,} personas; {guardians} Guardianes del Asfalto desde {since}."
    ).format(parts=parts, people=people, guardians=opening.guardians, since=_month(opening.since))
    yield _("Estados que nombra, sin decir cuántos en cada uno: {states}.").format(
        states=", ".join(states.get(code, code) for code in opening.states)
    )
    yield _(APART).format(guardians=opening.guardians, people=f"{people:,}")
    yield _("Fuente: {source}.").format(source=opening.citation[language()])
    if figures.printed:
        yield _("Esas {people:,} están en el registro como asiento inicial, aparte de los cursos.").format(
            people=sum(figures.printed.values())
        )


def _month(since: str) -> str:
    """`enero 2019` of `2019-01`."""
    from lnctp_tui.reports.render import phrases

    year, _dash, month = since.partition("-")
    return f"{phrases.month(int(month))} {year}"
