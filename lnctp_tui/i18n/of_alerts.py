"""Why no bulletin is made of an alert; and the words of one, which has both languages whatever the screen speaks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from lnctp_tui.i18n import N_

UNSIGNED = N_("No se firmó ni se anotó nada.")

ALERTS: dict[str, tuple[str, str, str]] = {
    "bulletin_small": (
        N_("De este aviso todavía no puede hablarse en público: con menos de 5 reportes se sabría de quién."),
        UNSIGNED,
        N_("Espere a que haya más, o a la próxima edición."),
    ),
    "bulletin_number": (
        N_("El texto tiene cifras que no se han publicado: {numbers}."),
        UNSIGNED,
        N_("Quítelas; un boletín lleva las de una edición emitida, o ninguna."),
    ),
    "bulletin_text": (
        N_("El texto no se puede leer, está vacío o es demasiado largo."),
        UNSIGNED,
        N_("Dé un archivo de texto UTF-8 de menos de 20 KB."),
    ),
}
TOPICS: Final[Mapping[str, tuple[str, str]]] = {
    "venue": ("hechos en lugares como este: {what}", "events in places like this: {what}"),
    "hooking_method": ("enganches con esta forma de engaño: {what}", "recruitment in this way: {what}"),
    "platform": ("enganches por este medio: {what}", "recruitment through this platform: {what}"),
    "modality_origin": ("{what}, en llamadas desde {where}", "{what}, in calls from {where}"),
    "origin": ("trata de personas, en llamadas desde {what}", "trafficking in persons, in calls from {what}"),
}
"""Family → what is reported more often, in Spanish and English."""
SHEETS: Final = (
    """BOLETÍN · Línea Nacional contra la Trata de Personas

Desde {month} la Línea recibe más reportes que de costumbre de {topic}.
{figure}
Si le pasa a usted o a alguien que conoce, pida ayuda{number}. La llamada es confidencial.
Este texto no habla de ninguna persona ni de ningún caso en particular.
""",
    """BULLETIN · National Line against Human Trafficking

Since {month} the Line has received more reports than usual of {topic}.
{figure}
If it happens to you or to somebody you know, ask for help{number}. The call is confidential.
This text is about no person and no case in particular.
""",
)
FIGURES: Final = (
    "Publicado en la edición {edition}, de {start} a {end}: {count}.\n",
    "Published in edition {edition}, {start} to {end}: {count}.\n",
)
CALLS: Final = (": {number} (voz y WhatsApp, 24 horas)", ": {number} (voice and WhatsApp, 24 hours)")
ABROAD: Final = ("otro país", "another country")
MONTHS: Final = (
    ("enero", "January"), ("febrero", "February"), ("marzo", "March"), ("abril", "April"), ("mayo", "May"),
    ("junio", "June"), ("julio", "July"), ("agosto", "August"), ("septiembre", "September"), ("octubre", "October"),
    ("noviembre", "November"), ("diciembre", "December"),
)  # fmt: skip
MONTH: Final = ("{month} de {year}", "{month} {year}")


def sheet(
    language: int,
    since: str,
    family: str,
    what: str,
    where: str,
    number: str | None,
    figure: Mapping[str, object] | None,
) -> str:
    """The bulletin in one language: 0 Spanish, 1 English. `since` is a date; `figure` as FIGURES names it."""
    year, month = since[:4], int(since[5:7])
    return SHEETS[language].format(
        month=MONTH[language].format(month=MONTHS[month - 1][language], year=year),
        topic=TOPICS[family][language].format(what=what, where=where),
        figure=FIGURES[language].format(**figure) if figure else "",
        number=CALLS[language].format(number=number) if number else "",
    )
