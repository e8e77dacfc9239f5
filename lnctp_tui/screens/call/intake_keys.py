"""The keys of a call. Each function key has a plain letter beside it, for after Esc."""

from __future__ import annotations

from typing import Any

from textual import events
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import Input, TextArea

from lnctp_tui.domain.protocol.protocol import Protocol
from lnctp_tui.i18n import N_, _
from lnctp_tui.screens.call import panel_view as view
from lnctp_tui.widgets.form.checklist import Checklist
from lnctp_tui.widgets.form.field_row import FieldRow
from lnctp_tui.widgets.form.record_bar import RecordBar


def keep_in_field(screen: Screen[Any], key: events.Key) -> None:
    """Let a letter or a number typed on a question, a list or a record mean only what it means there.

    The plain keys of the call act after Esc: a slip beside `s` or `n` neither ends a call nor changes its kind.
    """
    focused = screen.focused
    if focused is None or not key.is_printable:
        return
    active = screen.active_bindings.get(key.key)
    own = active is not None and active.node is focused
    if not own and any(
        isinstance(widget, FieldRow | Checklist | RecordBar) for widget in focused.ancestors_with_self
    ):
        key.stop()


def keys_state(screen: Screen[Any], protocol: Protocol) -> tuple[str, str]:
    """Whether letters are written or are keys; as keys, what the digits mean."""
    if screen.focused is not None:
        writes = isinstance(screen.focused, Input | TextArea)
        return (_("ESCRIBE") if writes else "", "")
    kinds = (f"{digit} {label.lower()}" for digit, label in view.kinds(protocol).items())
    return _("TECLAS"), _("tipo: {kinds}").format(kinds=" · ".join(kinds))


def _key(keys: str, action: str, text: str, about: str, id: str, *, show: bool = False) -> Binding:
    return Binding(keys, action, text, tooltip=about, id=f"intake.{id}", show=show)


BINDINGS: list[BindingType] = [
    _key(
        "f1,question_mark",
        "app.help",
        N_("ayuda"),
        N_("Todas las teclas de esta pantalla"),
        "help",
        show=True,
    ),
    _key(
        "f2,r",
        "narrative",
        N_("relato"),
        N_("El relato, encima de lo que esté; Esc o F2 vuelve"),
        "narrative",
        show=True,
    ),
    _key(
        "f3,slash",
        "find",
        N_("ir a campo"),
        N_("Ir a un campo por una parte de su nombre"),
        "find",
        show=True,
    ),
    _key(
        "f5",
        "take_seen",
        N_("tomar lo visto"),
        N_("Tomar el dato que el renglón «Visto» ofrece"),
        "take_seen",
    ),
    _key("s", "seen", N_("visto"), N_("Lo que el relato parece decir, para tomarlo o descartarlo"), "seen"),
    _key("f4,i", "indicators", N_("indicadores"), N_("Ir a los indicadores"), "indicators", show=True),
    _key(
        "f6,b",
        "directory",
        N_("directorio"),
        N_("Quién puede ayudar, según lo anotado"),
        "directory",
        show=True,
    ),
    _key("f7,p", "earlier", N_("previas"), N_("Contactos anteriores que coinciden"), "earlier", show=True),
    _key(
        "f10,o",
        "app.cover",
        N_("frase de cobertura"),
        N_("Si otra persona escucha: qué decir para cubrir la llamada"),
        "cover",
    ),
    _key("w", "kind_script", N_("guion"), N_("El guion de esta clase de llamada: silencio"), "kind_script"),
    _key("f8,e", "emergency", N_("EMERGENCIA"), N_("Guion y datos para leer al 911"), "emergency", show=True),
    _key(
        "f9,t",
        "finish",
        N_("terminar"),
        N_("Terminar la llamada; el reloj se detiene al momento"),
        "finish",
        show=True,
    ),
    _key("ctrl+l", "app.lock", N_("bloquear"), N_("Ocultar y bloquear"), "lock", show=True),
    _key(
        "ctrl+z",
        "turn_field('back')",
        N_("deshacer"),
        N_("Deshacer lo último; de un relato, su última frase"),
        "undo",
    ),
    _key("ctrl+y", "turn_field('forth')", N_("rehacer"), N_("Traer de nuevo lo que se deshizo"), "redo"),
    _key("pagedown,right", "stage(1)", N_("etapa siguiente"), N_("Ir a la etapa siguiente"), "next"),
    _key("pageup,left", "stage(-1)", N_("etapa anterior"), N_("Ir a la etapa anterior"), "previous"),
    _key("c", "panel", N_("cuadro"), N_("Elementos, indicadores y lo que más aclara"), "panel"),
    _key("q", "question", N_("pregunta"), N_("Ir a la pregunta que más aclara ahora"), "question"),
    _key("v", "attach", N_("vincular"), N_("Vincular la llamada al caso de un folio, o soltarla"), "attach"),
    _key("x", "dropped", N_("se cortó"), N_("Marcar que la llamada se cortó"), "dropped"),
    _key("k", "conflicts", N_("decidir"), N_("Datos que tienen dos valores"), "conflicts"),
    _key("d", "discard", N_("descartar"), N_("Descartar una llamada abierta por error"), "discard"),
    _key("g", "app.switch_mode('desk')", N_("escritorio"), N_("Ir al escritorio; la llamada sigue"), "desk"),
    _key(
        "escape",
        "leave_field",
        N_("salir del campo"),
        N_("Salir del campo; después actúan letras y números"),
        "leave",
    ),
    _key("enter,down", "return_to_field", N_("volver al campo"), N_("Volver al último campo"), "return"),
    *(
        _key(
            digit,
            f"kind('{digit}')",
            N_("tipo de contacto"),
            N_("Elegir el tipo de contacto con un número"),
            f"kind{digit}",
        )
        for digit in "1234567890"
    ),
]
