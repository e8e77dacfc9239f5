"""What a report says of itself on a page, in the language in use: chapters, method, dictionary, short labels."""

from __future__ import annotations

from collections.abc import Set
from datetime import date
from typing import Final

from lnctp_tui.domain.report.result import OUTSIDE, PARTS, UNKNOWN, Report
from lnctp_tui.i18n import N_, _
from lnctp_tui.reports.words import Words

CHAPTERS: Final = (
    ("cuantos", "", N_("Cuántos hay")),
    ("reportes", "R", N_("Reportes")),
    ("casos", "C", N_("Casos de trata: de dónde se llama")),
    ("modalidad", "M", N_("Modalidades")),
    ("enganche", "H", N_("Enganche")),
    ("lugares", "L", N_("Lugares y recorridos")),
    ("victimas", "V", N_("Víctimas")),
    ("grupos", "G", N_("Grupos de víctimas")),
    ("tratantes", "X", N_("Tratantes")),
    ("violencia", "WN", N_("Violencia y razones para no denunciar")),
    ("apoyo", "A", N_("Apoyo y canalización")),
    ("carpetas", "F", N_("Carpetas de investigación")),
    ("tiempos", "K", N_("Tiempos")),
    ("dinero", "D", N_("Dinero")),
    ("fuera", "E", N_("Cifras de fuera")),
)
"""Anchor, first letters of the ids of its tables, title."""
ASKED: Final = ("pregunta", N_("Lo que se preguntó"))
METHOD: Final = (
    N_("Un reporte es el primer contacto que llega de un caso, o el que no tiene caso; no cuentan las llamadas mudas,"
       " colgadas, de broma, equivocadas, de insultos ni de prueba."),
    N_("Un caso es un reporte de trata de personas. Los casos que se fundieron en uno cuentan una vez."),
    N_("Una mención es un caso y una respuesta afirmativa de cualquiera de sus víctimas o grupos, una vez por caso: las"
       " menciones no suman los casos."),
    N_("Víctimas y grupos de víctimas se cuentan por separado y nunca se suman."),
    N_("Los días y los meses son los de la Ciudad de México. Los porcentajes son enteros; la mitad sube."),
    N_("Las cifras son de lo que la Línea recibió, no de cuánta trata de personas hay."),
)  # fmt: skip
MAP_CREDIT: Final = N_(
    "Mapa: @svg-maps/mexico 2.0.0, de Victor Cazanave sobre uno de MapSVG, licencia CC BY 4.0"
    " (creativecommons.org/licenses/by/4.0); aquí con otros colores, nombres y líneas."
)


def title() -> str:
    """Of the whole."""
    return _("Informe de la Línea Nacional contra la Trata de Personas")


def period(start: date, end: date) -> str:
    """Both days, as people write them."""
    return _("Del {start} al {end}").format(start=day(start), end=day(end))


def day(of: date) -> str:
    """`1 de enero de 2020`."""
    return _("{day} de {month} de {year}").format(day=of.day, month=month(of.month), year=of.year)


def month(number: int) -> str:
    """The name of a month, 1 to 12."""
    names = (
        _("enero"), _("febrero"), _("marzo"), _("abril"), _("mayo"), _("junio"), _("julio"), _("agosto"),
        _("septiembre"), _("octubre"), _("noviembre"), _("diciembre"),
    )  # fmt: skip
    return names[number - 1]


def scope(report: Report) -> str:
    """Whose figure it is."""
    count = f"{report.held:,}"
    if report.scope == "server":
        return _("Todo lo que guarda el servidor: {count} casos.").format(count=count)
    return _("Sólo lo que guarda este equipo: {count} casos; no es la cifra de la Línea.").format(count=count)


def empty(report: Report) -> str:
    """What is said of a period without a report; nothing where there is one."""
    if report.reports:
        return ""
    text = _("Ningún reporte entre {start} y {end}.").format(
        start=report.start.isoformat(), end=report.end.isoformat()
    )
    if report.first is None or report.last is None:
        return text
    held = _("Los registros van de {first} a {last}.").format(
        first=report.first.isoformat(), last=report.last.isoformat()
    )
    return f"{text} {held}"


def counting() -> list[str]:
    """What every number counts, a paragraph each."""
    return [_(sentence) for sentence in METHOD]


def method(report: Report, k: int) -> list[str]:
    """How it was counted, a paragraph each."""
    paragraphs = counting()
    if k:
        paragraphs.append(
            _("«·» quiere decir oculto: ahí, o donde se podría restar, hay un número menor que {k}.").format(
                k=k
            )
        )
    paragraphs.append(_("Catálogos: versión {version}.").format(version=report.catalogs))
    return paragraphs


def dictionary(units: Set[str], words: Words, *, opened: bool = True) -> list[tuple[str, str]]:
    """Terms of tables of these units and what they mean. `opened`: whether what is not known opens into its parts."""
    meaning = {
        "report": _("El primer contacto que llega de un caso, o el que no tiene caso."),
        "case": _("Un reporte cuyo caso es de trata de personas."),
        "mention": _("Un caso y un dato que se respondió que sí; un caso puede tener varias."),
        "victim": _("Una persona víctima de un caso."),
        "group": _("Varias víctimas de un caso que no se registraron una por una."),
        "trafficker": _("Una persona señalada como tratante en un caso."),
        "file": _("Una carpeta de investigación; un número de una entidad cuenta una vez."),
        "referral": _("Una canalización a una institución."),
        "support": _("Un apoyo que se dio en la llamada o después."),
        "contact": _("Un contacto que no es reporte."),
        "place": _("Una entidad o un país, una vez cada uno."),
        "figure": _("Una cifra de otro registro o de fuera: no sale de los casos."),
    }
    terms = [(head(words.of("unit", unit)), text) for unit, text in meaning.items() if unit in units]
    parts = ", ".join(words.of("part", part) for part in PARTS)
    unknown = _("Se abre en: {parts}.") if opened else _("Aquí están juntas: {parts}.")
    terms.append((words.of("code", UNKNOWN), unknown.format(parts=parts)))
    terms.append(
        (
            words.of("code", OUTSIDE),
            _("Palabras escritas a mano y códigos que ningún catálogo tiene: se cuentan, no se muestran."),
        )
    )
    return terms


def head(text: str) -> str:
    """As a line begins."""
    return f"{text[:1].upper()}{text[1:]}"


def labels() -> dict[str, str]:
    """Short words of pages."""
    return {
        "skip": _("Ir al contenido"), "contents": _("Contenido"), "method": _("Cómo se cuenta"),
        "dictionary": _("Diccionario"), "notes": _("Notas"), "tables": _("Tablas de este capítulo"),
        "table": _("Tabla"), "chart": _("Gráfica"), "count": _("Número"), "hidden": _("oculto"),
        "scrolls": _("se recorre de lado"), "page": _("Página"), "of": _("de"), "share": _("% {base}"),
        "protected": _("Se ocultan los números menores que {k} y los que los dejarían ver."),
        "figure": _("Cifra"), "value": _("Valor"), "n": _("De cuántos"), "credit": _(MAP_CREDIT), "map": _("Mapa"),
        "back": _("Volver al contenido"),
    }  # fmt: skip
