"""What a person reads when something goes wrong: what happened, what is saved, what to do now.

One entry for each error code that the program raises; a test holds that. `{facts}` come from the error.
"""

from __future__ import annotations

from typing import NamedTuple

from lnctp_tui.errors import LnctpError
from lnctp_tui.i18n import N_, _, findings, reasons
from lnctp_tui.i18n.of_alerts import ALERTS
from lnctp_tui.i18n.of_directory import DIRECTORY
from lnctp_tui.i18n.of_edition import EDITION
from lnctp_tui.i18n.of_exchange import EXCHANGE
from lnctp_tui.i18n.of_follow import FOLLOW
from lnctp_tui.i18n.of_keep import KEEP
from lnctp_tui.i18n.of_orders import ORDERS
from lnctp_tui.i18n.of_practice import PRACTICE
from lnctp_tui.i18n.of_referral import REFERRAL
from lnctp_tui.i18n.of_report import REPORT
from lnctp_tui.i18n.of_server import SERVER
from lnctp_tui.i18n.of_signing import SIGNING
from lnctp_tui.i18n.of_sync import OTHER, REFUSALS, SYNC
from lnctp_tui.i18n.of_training import TRAINING
from lnctp_tui.i18n.of_update import UPDATE


class Explanation(NamedTuple):
    """Three short sentences; `saved` is empty when nothing was at stake."""

    happened: str
    saved: str
    now: str

    def __str__(self) -> str:
        return " ".join(part for part in self if part)


class _Facts(dict[str, object]):
    """Placeholders without a fact stay readable."""

    def __missing__(self, name: str) -> str:
        return "…"


def explain(error: LnctpError) -> Explanation:
    """What happened, what is saved and what to do now, in the language in use."""
    return explain_code(error.code, **error.facts)


def explain_code(code: str, **facts: object) -> Explanation:
    """The same by code; an unknown code gets a general sentence that names it."""
    happened, saved, now = MESSAGES.get(code) or MESSAGES["error"]
    if code == "bad_protocol":
        facts["reason"] = findings.tell(str(facts.get("reason")), **facts)
    elif code == "unfit_value":
        facts["why"] = refusal(str(facts.get("reason")))
    elif code == "import_mapping":
        facts["reason"] = reasons.reason(str(facts.get("reason")), {})
    values = _Facts({"at": code} | facts | {"code": code})
    return Explanation(*(_(part).format_map(values) for part in (happened, saved, now)))


def refusal(code: str | None) -> str:
    """Why a record is not on the server, in a sentence, and what to do."""
    if code in REFUSALS:
        return _(REFUSALS[code])
    if code in MESSAGES:
        return str(explain_code(code))
    return f"{_(OTHER)} ({code})"


KEPT = N_("Lo escrito sigue en la memoria y se reintenta cada 2 segundos.")
STORED = N_("Lo que ya decía «guardado» está en el disco.")
UNTOUCHED = N_("No se cambió nada.")
FILE_KEPT = N_("El archivo se conserva tal como está; no se crea otro.")

MESSAGES: dict[str, tuple[str, str, str]] = {
    # the two outer doors
    "error": (
        N_("El programa encontró un problema ({at})."),
        STORED,
        N_("Vuelva a intentarlo; si se repite, dé este código a soporte."),
    ),
    "refused": (N_("No se puede hacer eso ahora."), UNTOUCHED, N_("Revise los datos y vuelva a intentarlo.")),
    "not_your_signature": (
        N_("Nadie firma por otra persona."),
        UNTOUCHED,
        N_("Pida a esa persona que firme en su propio equipo."),
    ),
    "not_your_task": (
        N_("Estos datos los ven todas y los mantiene otra persona."),
        UNTOUCHED,
        N_("Pida el cambio a quien supervisa. Su propio nombre sí puede cambiarlo usted."),
    ),
    "unfit_value": (
        N_("Un valor no cabe en su campo ({field}): {why}"),
        UNTOUCHED,
        N_("Corríjalo y vuelva a intentarlo."),
    ),
    "bad_input": (
        N_("Un dato no se puede guardar como está ({field}: {reason})."),
        N_("Se conserva lo que se escribió."),
        N_("Corríjalo cuando pueda."),
    ),
    "bad_protocol": (
        N_("El protocolo tiene un error en {file}, línea {line}: {reason}"),
        UNTOUCHED,
        N_("Corrija el archivo, o quite la carpeta de la organización para usar el protocolo incluido."),
    ),
    # storage
    "storage_failed": (
        N_("El disco no aceptó lo escrito ({reason})."),
        KEPT,
        N_("No cierre la aplicación. Revise el espacio y los permisos de la carpeta de datos."),
    ),
    "disk_full": (
        N_("El disco está lleno."),
        KEPT,
        N_("Libere espacio, o llame a soporte; no cierre la aplicación."),
    ),
    "read_only": (
        N_("La carpeta de datos es de solo lectura."),
        KEPT,
        N_("Devuelva el permiso de escritura a la carpeta, o llame a soporte; no cierre la aplicación."),
    ),
    "disk_error": (
        N_("El disco falla al leer o escribir."),
        KEPT,
        N_("Anote en papel lo más importante y avise a soporte; no cierre la aplicación."),
    ),
    "database_locked": (
        N_("Otro programa tiene ocupada la base de datos."),
        KEPT,
        N_("Cierre el otro programa, o espere unos segundos."),
    ),
    "writer_stalled": (
        N_("El disco no contesta."),
        KEPT,
        N_("Espere sin apagar el equipo; si sigue así, anote en papel lo más importante y avise a soporte."),
    ),
    "not_stored": (
        N_("La base de datos no puede guardar un dato como está ({reason})."),
        N_("Lo demás sí se guarda."),
        N_("Anótelo en papel y dé este código a soporte."),
    ),
    "database_broken": (
        N_("La base de datos tiene una parte dañada."),
        FILE_KEPT,
        N_(
            "No la borre: anote en papel lo más importante y avise a soporte («lnctp doctor» dice qué se puede leer)."
        ),
    ),
    "database_damaged": (
        N_("La frase es correcta, pero la base de datos está dañada y no se abre."),
        FILE_KEPT,
        N_("No la borre. Ejecute «lnctp doctor --salvage»: lee lo que se puede, en una copia."),
    ),
    "database_missing": (
        N_("Falta la base de datos ({name}) junto a su llave."),
        N_("No se crea una nueva."),
        N_("Devuelva el archivo a la carpeta de datos, o restaure un respaldo con «lnctp restore»."),
    ),
    "database_newer": (
        N_("Una versión más nueva del programa escribió esta base de datos."),
        FILE_KEPT,
        N_("Actualice el programa y vuelva a abrirla."),
    ),
    "embedded_failed": (
        N_("PostgreSQL no arranca o no responde ({program}, {reason})."),
        STORED,
        N_(
            "Lea postgres.log en la carpeta del servidor; revise el espacio, y que el usuario «{user}» pueda "
            "entrar en esa carpeta y en las que la contienen."
        ),
    ),
    "write_outside_log": (
        N_("El programa intentó escribir sin dejar constancia y se le impidió ({code})."),
        UNTOUCHED,
        N_("Dé este código a soporte."),
    ),
    "link_with_itself": (
        N_("Un caso no se puede vincular consigo mismo."),
        UNTOUCHED,
        N_("Elija el otro caso."),
    ),
    "merge_with_itself": (
        N_("Un caso no se puede unir consigo mismo."),
        UNTOUCHED,
        N_("Elija el otro caso; quizá ya estaban unidos."),
    ),
    # vault
    "vault": (N_("La llave de los datos no se puede usar ({code})."), FILE_KEPT, N_("Avise a soporte.")),
    "wrong_passphrase": (
        N_("La frase no abre."),
        "",
        N_("Revise el orden y las palabras. No importan acentos ni mayúsculas si es una frase generada."),
    ),
    "phrase_changed": (
        N_("La frase se cambió mientras tanto, en otra ventana o con otra orden."),
        N_("Vale la que se puso allá; la que usted acaba de escribir no se guardó."),
        N_("Abra con la otra frase; si quiere, cámbiela de nuevo."),
    ),
    "wrong_sheet": (
        N_("Esas palabras no abren: la hoja es de otra llave o fue sustituida."),
        UNTOUCHED,
        N_("Use la hoja más reciente."),
    ),
    "no_sheet": (
        N_("No se ha hecho una hoja de recuperación para esta llave."),
        UNTOUCHED,
        N_("Pida la recuperación a su organización."),
    ),
    "sheet_words": (
        N_("Las 24 palabras no forman una hoja válida."),
        UNTOUCHED,
        N_("Revise el orden; bastan las cuatro primeras letras de cada palabra."),
    ),
    "phrase_words": (
        N_("La frase debe tener al menos siete palabras de la lista."),
        UNTOUCHED,
        N_("Escriba las siete palabras en el orden en que se mostraron."),
    ),
    "phrase_short": (
        N_("Una frase propia debe tener al menos 15 caracteres."),
        UNTOUCHED,
        N_("Añada palabras, o use la frase generada."),
    ),
    "phrase_weak": (
        N_("Esa frase es fácil de adivinar."),
        UNTOUCHED,
        N_("Añada palabras que nada tengan que ver entre sí, o use la frase generada."),
    ),
    "kdf_memory": (
        N_("No hay memoria suficiente para abrir la llave ({mebibytes} MiB)."),
        UNTOUCHED,
        N_("Cierre otros programas y vuelva a intentarlo."),
    ),
    "vault_tampered": (
        N_("El archivo de la llave (vault.json) fue alterado o es de otros datos."),
        FILE_KEPT,
        N_("No lo borre. Devuelva el original desde un respaldo o avise a soporte."),
    ),
    "vault_newer": (
        N_("Una versión más nueva del programa hizo esta llave."),
        FILE_KEPT,
        N_("Actualice el programa y vuelva a abrirla."),
    ),
    "vault_busy": (
        N_("Estos datos ya están abiertos en otra ventana."),
        UNTOUCHED,
        N_("Use la otra ventana, o ciérrela y vuelva a intentarlo."),
    ),
    "vault_unfinished": (
        N_("La primera vez se interrumpió: falta decir de quién son estos datos."),
        FILE_KEPT,
        N_("Abra la aplicación con su frase, o ejecute «lnctp init»: pregunta lo que falta."),
    ),
    "vault_exists": (
        N_("En esta carpeta ya hay datos de una persona."),
        FILE_KEPT,
        N_("Ábralos con su frase, o use otra carpeta."),
    ),
    "no_vault": (
        N_("En esta carpeta todavía no hay datos."),
        "",
        N_("Créelos con «lnctp init» o «lnctp run»."),
    ),
    "database_without_vault": (
        N_("Hay una base de datos sin su llave (vault.json)."),
        FILE_KEPT,
        N_("Devuelva vault.json a la carpeta, o restaure un respaldo con «lnctp restore»."),
    ),
    "shared_drive": (
        N_("La carpeta de datos está en una carpeta compartida o de red ({where})."),
        UNTOUCHED,
        N_("Use una carpeta de este equipo; señálela con LNCTP_HOME."),
    ),
    "unsafe_folder": (
        N_("La carpeta de datos no es una carpeta propia de esta cuenta ({name})."),
        UNTOUCHED,
        N_("Use otra carpeta; señálela con LNCTP_HOME."),
    ),
    "unsafe_file": (
        N_("Un archivo de la carpeta de datos no es un archivo propio y simple ({name})."),
        UNTOUCHED,
        N_("Avise a soporte antes de seguir: alguien pudo cambiarlo."),
    ),
    "no_terminal": (
        N_("La aplicación necesita una terminal."),
        "",
        N_("Ejecute «lnctp» en una ventana de terminal."),
    ),
    # files, backups, recovery (storage.paths, storage.vault.backup, storage.vault.recovery)
    "file_failed": (
        N_("No se pudo leer o escribir el archivo {name} ({reason})."),
        UNTOUCHED,
        N_("Revise el espacio y los permisos, y vuelva a intentarlo."),
    ),
    "file_exists": (N_("El archivo {name} ya existe."), UNTOUCHED, N_("Elija otro nombre.")),
    "bad_backup": (
        N_("El respaldo {name} está incompleto, alterado o no es un respaldo."),
        UNTOUCHED,
        N_("Use otro respaldo."),
    ),
    "backup_newer": (
        N_("Una versión más nueva del programa hizo el respaldo {name}."),
        UNTOUCHED,
        N_("Actualice el programa y vuelva a restaurarlo."),
    ),
    "no_recovery": (
        N_("Estos datos se crearon sin la llave de recuperación de la organización."),
        UNTOUCHED,
        N_("Use la hoja de recuperación impresa, si la hay."),
    ),
    "no_request": (
        N_("En este equipo no hay una solicitud de recuperación pendiente."),
        UNTOUCHED,
        N_("Haga una solicitud nueva; una respuesta solo sirve para la última."),
    ),
    "recovery_answer": (
        N_("El archivo no es una respuesta de recuperación completa."),
        UNTOUCHED,
        N_("Pida a los custodios que la envíen otra vez."),
    ),
    "recovery_box": (
        N_("La respuesta no es para la última solicitud de este equipo, o fue alterada."),
        UNTOUCHED,
        N_("Haga una solicitud nueva y entréguela a los custodios."),
    ),
    "recovery_key": (
        N_("El archivo de la llave de recuperación está incompleto o alterado."),
        UNTOUCHED,
        N_("Pida el archivo otra vez a su organización."),
    ),
    "recovery_request": (
        N_("El archivo no es una solicitud de recuperación completa."),
        UNTOUCHED,
        N_("Pida que la hagan otra vez en el equipo bloqueado."),
    ),
    "share_words": (
        N_("Una parte no es válida: es su número y 24 palabras."),
        UNTOUCHED,
        N_("Revise el orden; bastan las cuatro primeras letras de cada palabra."),
    ),
    "shares_same": (
        N_("Las dos partes son del mismo custodio."),
        UNTOUCHED,
        N_("Hacen falta las partes de dos custodios distintos."),
    ),
    "shares_wrong": (
        N_("Las dos partes no forman la llave de esta organización."),
        UNTOUCHED,
        N_("Revise que ambas sean de la llave vigente."),
    ),
    # command line and import (cli, services.exchange.importing.run)
    "no_passphrase": (
        N_("Hace falta la frase y no hay una terminal donde pedirla."),
        UNTOUCHED,
        N_("Dé un archivo con --passphrase-file o con LNCTP_PASSPHRASE_FILE."),
    ),
    "no_answer": (
        N_("Hace falta una respuesta y no hay una terminal donde pedirla."),
        UNTOUCHED,
        N_("Dé el dato como opción; vea --help."),
    ),
    "passphrase_file_open": (
        N_("Otras cuentas pueden leer el archivo de la frase ({name})."),
        UNTOUCHED,
        N_("Quíteles el permiso («chmod 600») y cambie la frase si alguien pudo verla."),
    ),
    "passphrase_file_bad": (
        N_("El archivo de la frase ({name}) está vacío, es demasiado largo o no es UTF-8."),
        UNTOUCHED,
        N_("Debe tener una sola línea: la frase."),
    ),
    "phrases_differ": (N_("Las dos escrituras no son iguales."), UNTOUCHED, N_("Vuelva a intentarlo.")),
    "wrong_fingerprint": (
        N_("La huella no es la de esa llave."),
        UNTOUCHED,
        N_("No use ese archivo; pida la llave otra vez a su organización, por voz."),
    ),
    "name_long": (N_("El nombre es demasiado largo."), UNTOUCHED, N_("Use 200 caracteres o menos.")),
    "no_such_case": (
        N_("No hay un caso con ese folio."),
        "",
        N_("Revise el folio; «lnctp case list» los muestra."),
    ),
    "no_such_call": (
        N_("No hay una llamada con ese identificador."),
        "",
        N_("«lnctp call list» las muestra."),
    ),
    "bad_document": (
        N_("El documento no se puede leer. {what}"),
        "",
        N_("Corríjalo y vuelva a intentarlo."),
    ),
    "import_format": (
        N_("No se reconoce el formato de {name}."),
        UNTOUCHED,
        N_("Dígalo con --format json, jsonl, csv o xlsx."),
    ),
    "import_not_utf8": (
        N_("{name} tiene en la línea {line} bytes que no son UTF-8."),
        UNTOUCHED,
        N_("Guarde el archivo de nuevo como UTF-8."),
    ),
    "import_not_json": (
        N_("{name} no es JSON válido; el primer error está en la línea {line}."),
        UNTOUCHED,
        N_("Corrija el archivo, o use JSON Lines para que cada línea valga por sí sola."),
    ),
    "import_mapping": (
        N_("El mapa {name} tiene un error en «{key}». {reason}"),
        UNTOUCHED,
        N_("Corríjalo; docs/import.md explica cada palabra."),
    ),
    "import_columns": (
        N_("{name} no tiene la columna «{column}» del mapa."),
        UNTOUCHED,
        N_("Revise los títulos de la primera línea."),
    ),
    "import_same_title": (
        N_("{name} tiene dos columnas «{column}»; no se sabe de cuál habla el mapa."),
        UNTOUCHED,
        N_("Dé a cada columna su título y vuelva a importar."),
    ),
    "import_two_columns": (
        N_("En {name}, «{first}» y «{second}» van al mismo campo, y una taparía a la otra."),
        UNTOUCHED,
        N_("Dé a cada una su campo, por ejemplo person.sex y person:2.sex."),
    ),
    "import_sheet": (
        N_("No se sabe qué hoja de {name} importar; tiene {sheets}."),
        UNTOUCHED,
        N_("Dígala con --sheet, o en el mapa con sheet."),
    ),
    "import_not_workbook": (
        N_("{name} no se puede leer como libro de hojas de cálculo; puede estar dañado o tener contraseña."),
        UNTOUCHED,
        N_("Ábralo en su programa, quite la contraseña y guárdelo como XLSX o CSV."),
    ),
    **DIRECTORY,
    **EXCHANGE,
    **FOLLOW,
    **KEEP,
    **SIGNING,
    **REFERRAL,
    **REPORT,
    **ALERTS,
    **EDITION,
    **ORDERS,
    **PRACTICE,
    **SERVER,
    **SYNC,
    **TRAINING,
    **UPDATE,
}
