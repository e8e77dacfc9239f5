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
    "too_soon": (
        N_(
            "Hace menos de 4 horas que se llamó y nadie la alcanzó: dos llamadas seguidas llaman la atención."
        ),
        N_("No se anotó ninguna llamada."),
        N_(
            "Espere a la hora que dice la tarjeta. Solo un peligro para su vida, escrito con su motivo, lo permite."
        ),
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
    "task_not_yours": (
        N_("Esa tarea no la tiene usted."),
        UNCHANGED,
        N_("Solo la suelta quien la tiene; «y» la toma."),
    ),
    "supervision_decides": (
        N_("Eso lo decide supervisión."),
        N_("No se cambió nada, y nadie llama mientras tanto."),
        N_("Pida a supervisión que abra Pendientes y decida con «k»."),
    ),
    "not_a_choice": (
        N_("Eso no se puede decidir aquí."),
        UNCHANGED,
        N_("Vuelva a la lista y elija una de las decisiones que ofrece."),
    ),
    "why_so": (
        N_("Falta decir por qué."),
        UNCHANGED,
        N_("Escriba una frase: queda en el caso."),
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
