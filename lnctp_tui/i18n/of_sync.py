"""What a person reads when synchronisation fails, and why a change was not taken.

What is recorded is on the disk in every one of these.
"""

from __future__ import annotations

from lnctp_tui.i18n import N_

SAFE = N_("Lo registrado sigue en este equipo y se enviará después.")
CALLS = N_("Puede seguir tomando llamadas.")
ADMIN = N_("Avise a quien administra el servidor.")
WAIT = N_("No hace falta hacer nada: se reintenta solo.")

SYNC: dict[str, tuple[str, str, str]] = {
    "sync_failed": (N_("No se pudo sincronizar ({code})."), SAFE, WAIT),
    "sync_broke": (
        N_("Algo falló en este programa al sincronizar."),
        SAFE,
        N_("Se reintenta solo; «intentar ahora» no espera. Si sigue así, avise a soporte: «lnctp doctor»."),
    ),
    # the line
    "offline": (
        N_("No hay conexión con el servidor."),
        SAFE,
        N_("Puede seguir tomando llamadas; se reintenta solo."),
    ),
    "line_broke": (N_("La conexión con el servidor se cortó."), SAFE, WAIT),
    "server_slow": (
        N_("El servidor no contestó a tiempo."),
        SAFE,
        N_("Se reintenta solo; si dura, revise la conexión a internet."),
    ),
    "server_certificate": (
        N_("El certificado del servidor no es el de su organización: no se envió nada."),
        SAFE,
        N_("Puede ser un engaño en la red o un certificado renovado. Avise a quien administra el servidor."),
    ),
    "server_ca": (
        N_("Falta el certificado de la autoridad de su organización, o no se puede leer."),
        SAFE,
        N_("Pida el archivo a quien administra el servidor y dígalo con --ca."),
    ),
    "server_address": (
        N_("La dirección del servidor no es válida."),
        "",
        N_("Escríbala como https://servidor.ejemplo.mx"),
    ),
    "server_plain": (
        N_("Sin cifrado solo se puede hablar con un servidor en este mismo equipo."),
        "",
        N_("Use una dirección que empiece con https://"),
    ),
    "answer_too_large": (N_("El servidor mandó más de lo que se acepta."), SAFE, ADMIN),
    "not_a_server": (
        N_("Lo que contestó no se entiende: quizá no es el servidor de la Línea."),
        SAFE,
        N_("Revise la dirección y que no haya una página de acceso a la red de por medio."),
    ),
    "server_failed": (N_("El servidor tuvo un problema."), SAFE, WAIT),
    "server_full": (
        N_("El disco del servidor está lleno: no acepta registros."),
        SAFE,
        N_("Avise a quien administra el servidor; se reintenta solo."),
    ),
    "busy": (N_("El servidor está ocupado."), SAFE, WAIT),
    "second_machine": (
        N_("El servidor espera a su segunda máquina."),
        N_("Lo registrado está en este equipo y se enviará solo."),
        CALLS,
    ),
    "rate_limited": (N_("El servidor pidió esperar."), SAFE, WAIT),
    "too_slow": (N_("La conexión es demasiado lenta para lo que se enviaba."), SAFE, WAIT),
    # who we are
    "not_enrolled": (
        N_("Este equipo no está inscrito en ningún servidor."),
        N_("Lo registrado está en este equipo."),
        N_("Pida un código y use «lnctp enroll»; mientras tanto puede tomar llamadas."),
    ),
    "enrolled_elsewhere": (
        N_("Este equipo ya está inscrito en otro servidor."),
        SAFE,
        N_("Un equipo tiene un solo servidor. Si cambió de dirección, avise a soporte."),
    ),
    "server_key_changed": (
        N_("El servidor ya no firma con la llave que este equipo conoce: no se confió en él."),
        SAFE,
        N_("Avise a quien administra el servidor, por teléfono."),
    ),
    "pending": (
        N_("Este equipo espera la aprobación de su organización."),
        SAFE,
        N_("Lea por teléfono sus seis palabras; mientras tanto puede tomar llamadas."),
    ),
    "upload_only": (
        N_("El servidor dice que este equipo solo puede entregar lo que falta; ya no recibe casos."),
        N_("Lo registrado sigue aquí, y lo que falta se sigue enviando."),
        N_("Avise a su coordinación. Puede seguir tomando llamadas."),
    ),
    "revoked": (
        N_("El servidor dice que el acceso de este equipo fue retirado."),
        N_("Lo registrado sigue aquí, y lo que falta por enviar se sigue intentando."),
        N_("Avise a su coordinación. Puede seguir tomando llamadas."),
    ),
    "order_unsigned": (
        N_("El servidor pidió borrar sin firma."),
        "",
        N_("No se hizo nada; avise a su coordinación."),
    ),
    "unknown_device": (
        N_("El servidor no conoce este equipo."),
        SAFE,
        N_("Inscríbalo con un código nuevo («lnctp enroll»)."),
    ),
    "device_taken": (
        N_("El servidor ya conoce este equipo con otra llave u otro código."),
        SAFE,
        N_("Avise a quien administra el servidor."),
    ),
    "clock_skew": (
        N_("El reloj de este equipo está tan lejos del reloj del servidor que no se entienden."),
        SAFE,
        N_("Ponga en hora el reloj del equipo."),
    ),
    "bad_signature": (N_("El servidor no reconoce la firma de este equipo."), SAFE, ADMIN),
    "replayed": (N_("El servidor ya había recibido esa misma petición."), SAFE, WAIT),
    "only_for_now": (
        N_("Ese caso lo ve usted por un relevo, solo unos días."),
        N_("No se ofreció a nadie."),
        N_("Lo ofrece quien lo tiene a su cargo, o lo asigna supervisión."),
    ),
    "forbidden": (N_("No tiene permiso para eso."), N_("No se cambió nada."), N_("Pídalo a su supervisora.")),
    "too_old": (
        N_("El servidor ya no manda casos a esta versión del programa; sí recibe lo que se registra."),
        N_("Lo registrado se sigue enviando."),
        N_("Actualice el programa."),
    ),
    # codes of enrolment
    "code_unknown": (
        N_("El servidor no conoce ese código."),
        "",
        N_("Revise que esté completo (24 o 28 letras y números) o pida otro."),
    ),
    "code_used": (
        N_("Ese código ya se usó en otro equipo."),
        "",
        N_("Pida otro código: cada uno sirve una vez."),
    ),
    "code_expired": (N_("El código venció; dura 72 horas."), "", N_("Pida otro código.")),
    # what is sent
    "receipt_bad": (
        N_("El recibo del servidor no corresponde a lo enviado: no se da por enviado."),
        SAFE,
        N_("Se reintenta solo; si se repite, avise a quien administra el servidor."),
    ),
    # what the server denies of what it had said
    "server_audit_changed": (
        N_(
            "La bitácora del servidor no continúa la que este equipo conocía: volvió de un respaldo, o se alteró."
        ),
        SAFE,
        N_("Avise por teléfono a quien administra el servidor: debe saber por qué."),
    ),
    "server_history_changed": (
        N_("El registro del servidor no es el que este equipo conocía: volvió de un respaldo, o se alteró."),
        N_("Este equipo devolvió lo que al servidor le faltaba."),
        N_("Avise por teléfono a quien administra el servidor: debe saber por qué."),
    ),
    "server_content_changed": (
        N_("El servidor tiene otro contenido para cambios que este equipo conoce: alguien pudo alterarlo."),
        N_("Aquí se conserva lo que se firmó."),
        N_("Avise por teléfono a quien administra el servidor y a soporte."),
    ),
    "too_large": (N_("Un registro es demasiado grande para enviarlo."), SAFE, N_("Avise a soporte.")),
    "malformed": (
        N_("El servidor no entendió lo que se le envió."),
        SAFE,
        N_("Actualice el programa o avise a soporte."),
    ),
    "not_found": (
        N_("El servidor no tiene eso, o ya no es para usted."),
        "",
        N_("Sincronice y vuelva a buscarlo."),
    ),
    "stopped": (N_("El programa se está cerrando."), SAFE, CALLS),
    "case_withdrawn": (
        N_("El servidor retiró este caso de este equipo."),
        N_("Se conserva cifrado y no se muestra."),
        N_("Si debe seguir con él, pídalo a su coordinación: vuelve completo."),
    ),
    "cases_hidden": (
        N_("Este equipo lleva 14 días sin hablar con su servidor: los casos anteriores no se muestran."),
        N_("Nada se borró."),
        N_("Conéctese y sincronice. Puede seguir tomando llamadas."),
    ),
}

OTHER = N_("El servidor no lo aceptó")
REFUSALS: dict[str, str] = {
    "malformed": N_("El cambio llegó incompleto o dañado. Avise a soporte; lo escrito está en este equipo."),
    "table": N_(
        "El servidor es más antiguo que este programa y no conoce esta clase de dato. Hay que actualizarlo."
    ),
    "scope": N_("El cambio dice ser de un caso que no es el de su registro. Supervisión lo revisa."),
    "type": N_(
        "Un valor no es de la clase que su campo admite. Corríjalo en el caso, o que supervisión lo admita."
    ),
    "code": N_(
        "Un código no está en el catálogo de su campo. Si su organización lo agregó, póngalo también en el servidor."
    ),
    "range": N_("Un número es menor o mayor de lo que su campo admite. Corríjalo en el caso."),
    "size": N_("Un texto es más largo de lo que cabe. Divídalo en notas; lo escrito está en este equipo."),
    "deep": N_(
        "Un valor tiene demasiados niveles para guardarlo. Avise a soporte; lo escrito está en este equipo."
    ),
    "name": N_(
        "Un campo lleva el nombre de otro dato, como el de una clave. No se admite; avise a supervisión."
    ),
    "empty": N_("Un campo que no puede quedar vacío llegó sin valor. Corríjalo en el caso."),
    "text": N_("Un texto tiene caracteres que no se pueden guardar. Escríbalo otra vez sin ellos."),
    "foreign": N_("Lo firmó un equipo de otra persona. Supervisión lo revisa."),
    "practice": N_("Es de una práctica: no entra en los registros."),
    "unknown_device": N_("Lo firmó un equipo que el servidor no conoce. Avise a administración."),
    "actor": N_("El equipo que lo firmó no es de quien dice haberlo escrito. Supervisión lo revisa."),
    "hash": N_("El contenido no coincide con su huella: pudo dañarse en el camino. Avise a soporte."),
    "signature": N_("La firma no es válida: alguien pudo alterarlo. Avise a supervisión y a soporte."),
    "forbidden": N_("Su papel no permite escribir en ese caso. Pida el caso a supervisión."),
    "id": N_("Ya hay otro cambio con ese número y otro contenido. Avise a soporte."),
    "storage": N_("El servidor no pudo guardarlo. Supervisión puede admitirlo cuando se arregle."),
}
"""Reason of a quarantined change (server.ingest.check) → why, and what to do."""
