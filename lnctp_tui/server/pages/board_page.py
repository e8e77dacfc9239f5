"""The board and the pages before and after it, as HTML."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from lnctp_tui.domain.values import folio
from lnctp_tui.server.alerts.records import ZONE, protocol
from lnctp_tui.server.pages.board import COUNTED, Board, Line, Listed
from lnctp_tui.server.pages.html import Child, Safe, page, table, tag
from lnctp_tui.storage import instants

TITLE: Final = "Tablero de supervisión"
CATALOGS: Final = {
    "venue": "venue",
    "hooking_method": "hooking_method",
    "platform": "platform",
    "modality_origin": "modality",
    "origin": "state",
}
"""Family of alerts → catalog of its codes."""
FAMILIES: Final = {
    "venue": "Lugar", "hooking_method": "Método de enganche", "platform": "Plataforma",
    "modality_origin": "Modalidad por entidad", "origin": "Entidad",
}  # fmt: skip
TRIAGE: Final = "triage"


def door(token: str) -> bytes:
    """The page behind the link: one button. Opening the page spends nothing, so no program that looks ahead does."""
    form = tag(
        "form",
        tag("input", type="hidden", name="ficha", value=token),
        tag("button", "Entrar al tablero", type="submit"),
        method="post",
        action="/entrar",
    )
    return page(TITLE, tag("h1", TITLE), tag("p", "Este enlace sirve una sola vez, durante un minuto."), form)


def closed() -> bytes:
    """Whoever has no session, or none any more."""
    return page(
        TITLE,
        tag("h1", "El tablero está cerrado"),
        tag("p", "El enlace ya se usó o venció, o la sesión terminó."),
        tag("p", "Para abrirlo: en su equipo, «lnctp board open»."),
    )


def told(title: str, text: str) -> bytes:
    """A page that only says something."""
    return page(title, tag("h1", title), tag("p", text))


def left() -> bytes:
    """After the session was ended."""
    return told("Sesión terminada", "Puede cerrar esta ventana.")


def board(content: Board) -> bytes:
    """The board."""
    now = content.at
    parts: list[Child] = [
        tag("h1", TITLE),
        tag("p", f"Calculado {_clock(now)}, hora de Ciudad de México. ",
            tag("a", "Actualizar", href="/tablero")),
        _cases("Emergencias abiertas", content.emergency, now),
        _cases("Urgentes abiertas", content.urgent, now),
        _cases("Sin asignar", content.unassigned, now),
        _lines("Tareas vencidas", content.late, "task_kind", "Tarea", "Vencida hace", now),
        _lines("Canalizaciones enviadas sin respuesta", content.referred, "referral_reason", "Motivo",
               "Vencida hace", now),
        _load(content.load),
        _quarantine(content),
        _alerts(content.alerts),
        tag("form", tag("button", "Salir", type="submit"), method="post", action="/salir"),
    ]  # fmt: skip
    return page(TITLE, *parts)


def _cases(title: str, listed: Listed, now: datetime) -> Safe:
    rows = [
        [_folio(line), _word(TRIAGE, line.code), _age(line.at, now), _moment(line.at)]
        for line in listed.lines
    ]
    return _section(title, listed, ["Folio", "Urgencia", "Edad", "Abierto"], rows)


def _lines(title: str, listed: Listed, catalog: str, what: str, when: str, now: datetime) -> Safe:
    rows = [
        [_folio(line), _word(catalog, line.code), _age(line.at, now), _moment(line.at)]
        for line in listed.lines
    ]
    return _section(title, listed, ["Folio", what, when, "Fecha"], rows)


def _section(title: str, listed: Listed, titles: Sequence[str], rows: Sequence[Sequence[Child]]) -> Safe:
    count = f"{COUNTED} o más" if listed.count > COUNTED else str(listed.count)
    heading = tag("h2", f"{title}: {count}")
    if not rows:
        return tag("section", heading, tag("p", "Ninguna."))
    more = listed.count - len(rows)
    rest = tag("p", "Hay más; se muestran las primeras.") if more > 0 else None
    return tag("section", heading, table(title, titles, rows), rest)


def _load(load: Sequence[tuple[str, int, int]]) -> Safe:
    heading = tag("h2", "Carga por persona, según cómo empiezan sus folios")
    if not load:
        return tag("section", heading, tag("p", "Ningún caso asignado."))
    titles = ["Folios", "Casos abiertos", "De ellos, emergencia o urgente"]
    return tag("section", heading, table("Carga por persona", titles, load, numbers=frozenset({1, 2})))


def _quarantine(content: Board) -> Safe:
    text = "Nada." if not content.quarantined else f"{content.quarantined}; lo más antiguo, de "
    since = _moment(content.quarantined_since) if content.quarantined else None
    return tag("section", tag("h2", "Cambios en cuarentena"), tag("p", text, since))


def _alerts(listed: dict[str, Any]) -> Safe:
    heading = tag("h2", "Avisos")
    if not listed["enough"]:
        return tag("section", heading, tag("p", "Aún sin historia suficiente."))
    open_alerts = [alert for alert in listed["alerts"] if not alert["closed"] and alert["muted"] is None]
    muted = sum(1 for alert in listed["alerts"] if not alert["closed"] and alert["muted"] is not None)
    hushed = tag("p", f"Silenciados: {muted}.") if muted else None
    if not open_alerts:
        return tag("section", heading, tag("p", "Ninguno."), hushed)
    rows = [
        [alert_words(alert), FAMILIES.get(alert["family"], ""), f"×{alert['ratio']:g}",
         f"{alert['x']} de {alert['of']} en {alert['weeks']} semanas; antes {alert['before']} de {alert['of_before']}",
         alert["since"]]
        for alert in open_alerts
    ]  # fmt: skip
    return tag(
        "section", heading, table("Avisos", ["Qué", "Clase", "Veces", "Reportes", "Desde"], rows), hushed
    )


def alert_words(alert: dict[str, Any]) -> str:
    """What an alert is about."""
    word = _word(CATALOGS.get(alert["family"], ""), alert["code"])
    return f"{word} · {_word('state', alert['origin'])}" if alert["origin"] else word


def _folio(line: Line) -> str:
    """A folio as folios are written: nothing else that stood in its place is shown."""
    return line.folio if line.folio and folio.is_valid(line.folio) else "sin folio"


def _word(catalog: str, code: str | None) -> str:
    """What a catalog calls a code; a text of somebody's own is not shown."""
    if not code:
        return "sin dato"
    if code == "extranjero":
        return "Extranjero"
    rows = protocol().catalogs.get(catalog)
    row = rows.by_code.get(code) if rows else None
    return row.label.es if row else "fuera de catálogo"


def _age(stored: str | None, now: datetime) -> str:
    """How long ago, in days and hours; empty for what is still to come and what is no instant."""
    passed = _passed(stored, now)
    if passed is None or passed < timedelta():
        return ""
    days, hours = passed.days, passed.seconds // 3600
    if days:
        return f"{days} d {hours} h"
    return f"{hours} h {passed.seconds % 3600 // 60} min"


def _passed(stored: str | None, now: datetime) -> timedelta | None:
    try:
        return now - instants.parse(stored or "")
    except (ValueError, OverflowError):
        return None


def _moment(stored: str | None) -> str:
    try:
        return f"{instants.local(stored or '', ZONE):%Y-%m-%d %H:%M}"
    except (ValueError, OverflowError):
        return "sin fecha"


def _clock(now: datetime) -> str:
    return f"{now.astimezone(ZoneInfo(ZONE)):%Y-%m-%d %H:%M:%S}"
