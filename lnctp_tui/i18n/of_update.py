"""What a person reads about new versions of the program, and about one that is not whole."""

from __future__ import annotations

from typing import Final

from lnctp_tui.i18n import N_

UNTOUCHED: Final = N_("No se cambió nada.")

UPDATE: Final[dict[str, tuple[str, str, str]]] = {
    "module_missing": (
        N_("A esta instalación le falta una parte ({name})."),
        N_("Lo guardado no se tocó."),
        N_("Instale el programa de nuevo; si se repite, dé ese nombre a soporte."),
    ),
    "update_ready": (
        N_("Hay una versión nueva."),
        "",
        N_("Se usará la próxima vez que abra el programa."),
    ),
    "update_waits": (N_("La versión nueva espera a que termine la llamada."), "", ""),
    "update_not_ours": (
        N_("La actualización no viene firmada por su organización: no se instaló."),
        "",
        N_("Siga trabajando y avise a soporte."),
    ),
    "update_older": (
        N_("El servidor ofrece una versión anterior: no se instaló."),
        "",
        N_("Avise a soporte."),
    ),
    "update_ended": (
        N_("La lista de versiones caducó."),
        "",
        N_("Siga trabajando y avise a soporte."),
    ),
    "update_room": (N_("Falta espacio para la actualización ({mb} MB)."), "", N_("Se reintenta sola.")),
    "update_back": (
        N_("La versión nueva no abrió; sigue la anterior."),
        "",
        N_("Sus datos están como antes."),
    ),
    "update_stays": (
        N_("La versión nueva falla, pero ya se guardó algo con ella y la anterior no puede abrirlo."),
        N_("Lo guardado sigue en el disco, cifrado."),
        N_("Cierre el programa y ábralo de nuevo: abre la nueva. Avise a soporte."),
    ),
    "release_key": (
        N_("Eso no es una llave de versiones."),
        UNTOUCHED,
        N_("Use un archivo que hizo «lnctp release key»."),
    ),
    "release_roots": (
        N_("La raíz pide tres llaves de raíz y dos de versiones, todas distintas."),
        UNTOUCHED,
        N_("Hágalas con «lnctp release key», cada una en manos de otra persona."),
    ),
    "release_root_signers": (
        N_("La raíz siguiente la firman dos llaves de la raíz anterior y dos de la nueva, y ninguna otra."),
        UNTOUCHED,
        N_("Reúna esas llaves y repita «lnctp release next»."),
    ),
    "release_root_ended": (
        N_("La raíz caducó: ningún equipo toma versiones."),
        UNTOUCHED,
        N_("Haga la siguiente con «lnctp release next», firme la lista y ofrézcala."),
    ),
    "release_plan": (
        N_("release.toml falta, está mal, o nombra un archivo que no está."),
        UNTOUCHED,
        N_("Revise file, version, system, protocol, schema y percent de cada versión."),
    ),
    "release_signer": (
        N_("La raíz no nombra esa llave para firmar versiones."),
        UNTOUCHED,
        N_("Firme con una de las dos."),
    ),
    "release_unsigned": (
        N_("La carpeta no viene firmada por su organización, o algo cambió después de firmarla."),
        UNTOUCHED,
        N_("No la ofrezca; pida otra a quien firma versiones."),
    ),
    "release_older": (
        N_("La lista de la carpeta caducó o es anterior a la que este servidor ofrece."),
        UNTOUCHED,
        N_("Firme una nueva con «lnctp release sign»."),
    ),
    "release_protocol": (
        N_("Una versión habla un protocolo más nuevo que este servidor."),
        UNTOUCHED,
        N_("Actualice primero el servidor."),
    ),
    "release_online": (
        N_("La raíz nombra la llave de otro servidor."),
        UNTOUCHED,
        N_("Haga la raíz con lo que muestra «lnctp server release key»."),
    ),
}
