"""What a person reads when the directory does not take something."""

from __future__ import annotations

from lnctp_tui.i18n import N_

UNCHANGED = N_("El directorio queda como estaba.")

DIRECTORY: dict[str, tuple[str, str, str]] = {
    "no_such_provider": (
        N_("No hay una institución con ese identificador."),
        UNCHANGED,
        N_("«lnctp directory search» las muestra."),
    ),
    "no_such_channel": (
        N_("Ese teléfono o medio no es de esta institución."),
        UNCHANGED,
        N_("Abra la institución y elija uno de los suyos."),
    ),
    "no_such_service": (
        N_("Esta institución no tiene servicios con lugares que contar."),
        UNCHANGED,
        N_("Elija otra, o pida a supervisión que agregue el servicio."),
    ),
    "no_such_site": (
        N_("Esta institución no tiene esa sede, o no tiene ninguna."),
        UNCHANGED,
        N_("Abra la institución y elija una de sus sedes."),
    ),
    "is_a_line": (
        N_("Así se llama una línea nacional, que ya está en el directorio."),
        UNCHANGED,
        N_("Búsquela por su nombre; si su número cambió, dígalo a supervisión."),
    ),
    "provider_into": (
        N_("Falta cuál es la otra ficha, o no es una que se ofrezca."),
        UNCHANGED,
        N_("Con «merged» diga con --into la ficha que queda; con lo demás, ninguna."),
    ),
    "import_too_large": (
        N_("{name} es demasiado grande; se leen hasta {most}."),
        UNCHANGED,
        N_("Divida el archivo e importe cada parte."),
    ),
    "import_unpacks": (
        N_("{name} ocupa más de {most} al abrirse; no se abrió."),
        UNCHANGED,
        N_("Guárdelo como CSV, o divídalo e importe cada parte."),
    ),
    "import_macros": (
        N_("{name} tiene macros; no se leyó."),
        UNCHANGED,
        N_("Guárdelo sin macros, como XLSX o CSV, y vuelva a importar."),
    ),
    "import_encoding": (
        N_("Los acentos no se leen; pruebe {other}. La línea {line} diría: «{sample}»."),
        UNCHANGED,
        N_("Si así se lee bien, repita con --encoding {other}; si no, guarde {name} como UTF-8."),
    ),
    "no_such_batch": (
        N_("No hay una importación con ese identificador en este equipo."),
        UNCHANGED,
        N_("«lnctp directory undo» las muestra."),
    ),
    "kept_apart": (
        N_("El domicilio reservado y lo que preocupa no están en este equipo."),
        N_("Así, un equipo perdido no dice dónde está un refugio."),
        N_("Llame a supervisión: se lo lee en voz alta, y queda anotado."),
    ),
    "own_proposal": (
        N_("Usted propuso este dato; otra persona tiene que llamar y verificarlo."),
        N_("Se sigue mostrando el anterior."),
        N_("Pida a alguien más que llame y lo verifique."),
    ),
    "who_answered": (
        N_("Falta quién contestó: sin llamar no se verifica."),
        UNCHANGED,
        N_("Llame y escriba el nombre o el puesto de quien contestó."),
    ),
    "bad_number": (
        N_("Eso no se lee como un teléfono."),
        UNCHANGED,
        N_("Escriba diez dígitos; la extensión después de «ext.»."),
    ),
}
