"""What an administrator reads when a command of the central server is refused. Same shape as `messages`."""

from __future__ import annotations

from lnctp_tui.i18n import N_

UNTOUCHED = N_("No se cambió nada.")
USE_APP = N_(
    "Ponga en DATABASE_URL el usuario lnctp_app; el dueño de las tablas va solo en LNCTP_SERVER_OWNER_URL, para"
    " «init», «backup» y «restore»."
)

SERVER: dict[str, tuple[str, str, str]] = {
    "server_extra": (
        N_("Falta lo que el servidor necesita ({name})."),
        "",
        N_("Instale el programa con el extra «server»: pip install 'lnctp-tui[server]'."),
    ),
    "server_needs_tls": (
        N_("Sin certificado el servidor solo escucha en este equipo, no en {host}."),
        UNTOUCHED,
        N_("Dé --cert y --key, o use --host 127.0.0.1 detrás de un proxy con TLS."),
    ),
    "server_half_tls": (
        N_("El certificado y su llave van juntos."),
        UNTOUCHED,
        N_("Dé --cert y --key, los dos."),
    ),
    "server_port": (
        N_("No se puede escuchar en {host}, puerto {port} ({reason})."),
        UNTOUCHED,
        N_("Use otro puerto con --port, o detenga lo que lo ocupa."),
    ),
    "server_no_database": (
        N_("La base de datos no responde."),
        UNTOUCHED,
        N_("Revise que PostgreSQL esté en marcha y que DATABASE_URL sea correcta."),
    ),
    "server_not_ready": (
        N_("La base de datos no tiene las tablas de esta versión ({revision})."),
        UNTOUCHED,
        N_("Ejecute «lnctp server init» con la conexión del dueño de las tablas."),
    ),
    "server_login_superuser": (
        N_("El servidor no atiende con «{login}»: es superusuario y pasa por encima de los permisos."),
        UNTOUCHED,
        USE_APP,
    ),
    "server_login_bypassrls": (
        N_("El servidor no atiende con «{login}»: tiene BYPASSRLS y pasa por encima de los permisos."),
        UNTOUCHED,
        USE_APP,
    ),
    "server_login_replication": (
        N_("El servidor no atiende con «{login}»: tiene REPLICATION y puede copiar la base de datos entera."),
        UNTOUCHED,
        USE_APP,
    ),
    "server_login_system": (
        N_("El servidor no atiende con «{login}»: alcanza los archivos de la máquina de la base de datos."),
        UNTOUCHED,
        USE_APP,
    ),
    "server_login_owner": (
        N_("El servidor no atiende con «{login}»: es dueño de las tablas y puede quitar sus permisos."),
        UNTOUCHED,
        USE_APP,
    ),
    "server_login_member": (
        N_(
            "El servidor no atiende con «{login}»: puede actuar como «{through}», a quien los permisos no detienen."
        ),
        UNTOUCHED,
        N_(
            "Quítele ese papel (REVOKE {through} FROM {login}), o ponga en DATABASE_URL el usuario lnctp_app."
        ),
    ),
    "server_login_open": (
        N_("El servidor no atiende: los permisos de la tabla {through} están apagados."),
        UNTOUCHED,
        N_(
            "Averigüe quién los apagó. El dueño de las tablas los pone de nuevo: ALTER TABLE {through} ENABLE ROW"
            " LEVEL SECURITY, FORCE ROW LEVEL SECURITY."
        ),
    ),
    "server_standby": (
        N_("Esta base de datos es una copia de solo lectura."),
        UNTOUCHED,
        N_("Apunte DATABASE_URL al puerto de HAProxy."),
    ),
    "server_hosts": (
        N_("DATABASE_URL nombra varias máquinas."),
        UNTOUCHED,
        N_("Use el puerto local de HAProxy."),
    ),
    "server_disk": (
        N_("El disco del servidor está lleno."),
        UNTOUCHED,
        N_("Libere espacio; las consejeras siguen registrando y enviarán después."),
    ),
    "server_busy": (
        N_("La base de datos está ocupada o no responde."),
        UNTOUCHED,
        N_("Vuelva a intentarlo en un momento; «lnctp server status» dice cómo está."),
    ),
    "server_stands": (
        N_("La base de datos espera a su segunda máquina."),
        N_(
            "Lo último que escribió esta orden está en una sola y queda en firme cuando vuelva otra; lo que faltaba no"
            " se hizo. No la repita todavía."
        ),
        N_("Ponga en marcha otra máquina («patronictl list»); después mire qué quedó y repita lo que falte."),
    ),
    "server_second": (
        N_("La base de datos espera a su segunda máquina, y alguien más ya espera con lo mismo."),
        UNTOUCHED,
        N_("Ponga en marcha otra máquina («patronictl list») y vuelva a intentarlo."),
    ),
    "no_such_person": (
        N_("No hay una persona con ese nombre o identificador."),
        UNTOUCHED,
        N_("«lnctp server person list» las muestra."),
    ),
    "many_such_people": (
        N_("{count} personas se llaman así."),
        UNTOUCHED,
        N_("Use el identificador; «lnctp server person list --json» los muestra."),
    ),
    "no_such_role": (
        N_("No existe ese papel."),
        UNTOUCHED,
        N_("Use counselor, curator, supervisor, analyst o admin."),
    ),
    "no_such_device": (
        N_("No hay un solo equipo con ese identificador o prefijo."),
        UNTOUCHED,
        N_("«lnctp server device list» los muestra."),
    ),
    "person_left": (
        N_("Esa persona ya no trabaja aquí."),
        UNTOUCHED,
        N_("Regístrela de nuevo con «lnctp server person add»."),
    ),
    "device_state": (
        N_("El equipo está en el estado «{state}», y de ese no se pasa al que pidió."),
        UNTOUCHED,
        N_("Un equipo revocado se inscribe de nuevo, con otro código."),
    ),
    "officer_signs": (
        N_("Esto lo ordena una responsable, con su firma: este servidor ya no lo decide."),
        UNTOUCHED,
        N_("Pídaselo: lo firma en su equipo, en «Órdenes», o con «lnctp order new»."),
    ),
    "order_officers": (
        N_("Borrar y suprimir lo ordenan dos responsables, con su firma: este servidor no lo decide."),
        UNTOUCHED,
        N_("Pídaselo: lo firman en sus equipos, en «Órdenes», o con «lnctp order new»."),
    ),
    "order_no_authority": (
        N_("Sin autoridad nadie puede borrar un equipo ni suprimir un caso: ninguna orden tendría firma."),
        UNTOUCHED,
        N_("Las responsables hacen la autoridad en un equipo y aquí se ejecuta «lnctp server authority»."),
    ),
    "control_none": (
        N_("No hay autoridad, ni espera una."),
        UNTOUCHED,
        N_("Las responsables la hacen y la firman en sus equipos; después repita esta orden."),
    ),
    "wrong_authority_words": (
        N_("Las seis palabras no son las de esa autoridad."),
        UNTOUCHED,
        N_("No la confirme: puede ser de otra persona. Pida que se las lean otra vez, por teléfono."),
    ),
    "server_incomplete": (
        N_(
            "A la base de datos le faltan órdenes firmadas que este servidor ya había visto, o su autoridad es otra."
        ),
        N_("No se atiende a nadie hasta aclararlo; los equipos siguen registrando."),
        N_(
            "Si restauró un respaldo, o es otro servidor del mismo nombre: «lnctp server authority»."
            " Si no, alguien cambió la base: conserve todo y avise a la persona responsable de seguridad."
        ),
    ),
    "control_lost": (
        N_("La base de datos no tiene la autoridad que este servidor conoce."),
        UNTOUCHED,
        N_(
            "Restaure el respaldo que la tiene; si nadie restauró nada, avise a la persona responsable de seguridad."
        ),
    ),
    "control_pin": (
        N_("El archivo «authority» de la carpeta del servidor no se entiende."),
        UNTOUCHED,
        N_("Consérvelo y tome el del último respaldo, o repita «lnctp server authority» sin él."),
    ),
    "server_key_missing": (
        N_("Falta la llave del servidor ({name}), y ya hay equipos que conocen otra: no se hace una nueva."),
        UNTOUCHED,
        N_("Copie el archivo del otro servidor o de un respaldo («lnctp server restore») a su carpeta."),
    ),
    "server_key_bad": (
        N_("El archivo {name} no es una llave."),
        UNTOUCHED,
        N_("Tome el de un respaldo o del otro servidor."),
    ),
    "server_key_differs": (
        N_("La llave del servidor en la base de datos no es la del archivo {name}."),
        UNTOUCHED,
        N_("Decida cuál conocen los equipos; la otra se aparta antes de seguir."),
    ),
    "wrong_device_words": (
        N_("Las seis palabras no son las de ese equipo."),
        UNTOUCHED,
        N_("No lo apruebe: puede ser otro equipo. Pida a la persona que las lea otra vez en «lnctp status»."),
    ),
    "backup_key_missing": (
        N_("Falta la llave de los respaldos."),
        UNTOUCHED,
        N_("Hágala con «lnctp server init»; la parte secreta se guarda fuera del servidor."),
    ),
    "backup_key_wrong": (
        N_("La llave no abre este respaldo, o el archivo fue alterado."),
        UNTOUCHED,
        N_("Use la llave secreta que se imprimió cuando se hizo el servidor."),
    ),
    "backup_key_differs": (
        N_("La llave de los respaldos de esta máquina ({name}) no es la de la base de datos."),
        UNTOUCHED,
        N_(
            "Compare las seis palabras que «lnctp server init» muestra en cada máquina. Si una sola difiere, aparte su"
            " archivo y repita «init» en ella; si difieren todas, avise a la persona responsable de seguridad."
        ),
    ),
    "restore_occupied": (
        N_("El servidor ya tiene datos: restaurar no reemplaza nada."),
        UNTOUCHED,
        N_("Restaure en una carpeta o base de datos nueva, revísela, y después cambie de una a otra."),
    ),
    "dump_failed": (
        N_("El programa {program} de PostgreSQL no terminó bien ({reason})."),
        UNTOUCHED,
        N_("Revise el espacio y que la base de datos responda."),
    ),
    "server_owner": (
        N_("Falta la conexión del dueño de las tablas."),
        UNTOUCHED,
        N_("Póngala en LNCTP_SERVER_OWNER_URL; ese usuario necesita BYPASSRLS."),
    ),
    "server_audit": (
        N_("La bitácora del servidor se rompe en la entrada {entry}: alguien pudo cambiarla."),
        "",
        N_("No la corrija. Conserve un respaldo y avise a la persona responsable de seguridad."),
    ),
    "server_chain": (
        N_("El registro de cambios se rompe en la entrada {entry}: alguien pudo cambiarlo."),
        "",
        N_("No lo corrija. Conserve un respaldo y avise a la persona responsable de seguridad."),
    ),
}
