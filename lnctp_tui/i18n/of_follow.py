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
    "not_closed_since": (
        N_("Algo cambió en el caso mientras usted decidía cerrarlo."),
        N_("El caso sigue abierto y nada se cambió."),
        N_("Véalo otra vez y decida de nuevo."),
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
    "shift_empty": (
        N_("El relevo no dice nada: no tiene renglones ni nota."),
        N_("No se firmó nada."),
        N_("Incluya lo que debe saber quien sigue, o escriba una nota."),
    ),
    "shift_line": (
        N_("Un renglón del relevo está vacío o es demasiado largo para leerse en voz alta."),
        N_("No se firmó nada."),
        N_("Escríbalo en {most} letras o menos; lo demás va en la nota."),
    ),
    "shift_to_oneself": (
        N_("El relevo no puede ser para usted misma."),
        N_("No se firmó nada."),
        N_("Elija a quien sigue, o déjelo sin nombre."),
    ),
    "shift_case": (
        N_("El relevo nombra un caso que este equipo no muestra."),
        N_("No se firmó nada."),
        N_("Quite ese renglón y vuelva a firmar."),
    ),
    "shift_by_hand": (
        N_("Ese folio no está en este equipo, o falta qué decir de él."),
        N_("No se añadió nada."),
        N_("Revise el folio, o escriba el renglón sin él."),
    ),
    "shift_giver": (
        N_("Falta quién deja el turno."),
        UNCHANGED,
        N_("Elíjala en la lista."),
    ),
    "shift_not_yours": (
        N_("Ese relevo no es para usted."),
        UNCHANGED,
        N_("Lo recibe la persona que el relevo nombra, nunca quien lo firmó."),
    ),
    "shift_words": (
        N_("No son seis palabras de la lista."),
        N_("Lo que oyó sigue escrito."),
        N_("Pida que las repitan, una por una. Las que no se reconocen: {places}."),
    ),
    "shift_not_signed": (
        N_("Ese relevo no está aquí firmado por usted, o no es lo que firmó."),
        N_("No se escribió nada."),
        N_("Elija uno suyo, o fírmelo de nuevo."),
    ),
    "shift_to_nobody": (
        N_("El relevo no dice para quién es: nadie podría abrir el archivo."),
        N_("No se escribió nada."),
        N_("Elija con «t» quién sigue y fírmelo de nuevo, o léalo por voz."),
    ),
    "shift_no_laptop": (
        N_("Este equipo no conoce ningún equipo en uso de esa persona."),
        N_("No se escribió nada."),
        N_("Sincronice una vez, o léale el relevo por voz."),
    ),
    "shift_file": (
        N_("El archivo no es un relevo sellado, o está dañado."),
        N_("No se tomó nada de él."),
        N_("Pida que lo guarden otra vez, o recíbalo por voz."),
    ),
    "shift_file_others": (
        N_("El archivo se selló para otro equipo."),
        N_("No se pudo abrir y no se tomó nada de él."),
        N_("Pida que lo guarden para usted, o recíbalo por voz."),
    ),
    "shift_file_unproven": (
        N_("No se pudo comprobar quién firmó lo que trae el archivo."),
        N_("No se tomó nada de él."),
        N_("No confíe en él: pida que se lo lean, y avise a supervisión."),
    ),
    "not_supervision": (
        N_("Eso lo hace supervisión."),
        UNCHANGED,
        N_("Pídalo a quien supervisa su turno."),
    ),
}
