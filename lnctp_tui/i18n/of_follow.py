"""What a person reads when follow-up is refused."""

from __future__ import annotations

from lnctp_tui.i18n import N_

UNCHANGED = N_("Lo guardado queda como estaba.")

FOLLOW: dict[str, tuple[str, str, str]] = {
    "not_a_safe_hour": (
        N_("Ahora no se puede llamar a esta persona: no es lo acordado con ella."),
        N_("No se anotó ninguna llamada."),
        N_("Espere a la hora segura. Solo un peligro para su vida, escrito con su motivo, lo permite."),
    ),
    "read_before_calling": (
        N_("Antes de llamar hay que leer lo acordado: ninguna hora segura está anotada."),
        N_("No se anotó ninguna llamada."),
        N_("Léalo en la tarjeta y confirme que lo leyó, o anote las horas con «h»."),
    ),
    "task_is_over": (
        N_("Esa tarea ya terminó o no es de llamar."),
        UNCHANGED,
        N_("Vuelva a la lista: se lee otra vez."),
    ),
    "task_taken": (
        N_("Una colega tomó esa tarea mientras tanto."),
        UNCHANGED,
        N_("Vea en la lista quién la tiene antes de llamar."),
    ),
    "time_is_over": (
        N_("Esa hora ya pasó."),
        UNCHANGED,
        N_("Escriba una que venga: «mañana 10:00»."),
    ),
    "hours_unread": (
        N_("Esas horas no se entienden."),
        UNCHANGED,
        N_("Escríbalas así: «lun a vie 10 a 12»."),
    ),
    "result_is_there": (
        N_("Esa llamada ya tiene resultado."),
        UNCHANGED,
        N_("Si hay algo más que decir, añada una nota al caso."),
    ),
}
