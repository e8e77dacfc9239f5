"""What a person reads of referrals: why one does not leave, and what its sheet says around the data."""

from __future__ import annotations

from lnctp_tui.i18n import N_

NOTHING_LEFT = N_("No salió nada; lo escrito sigue guardado.")

REFERRAL: dict[str, tuple[str, str, str]] = {
    "no_such_referral": (
        N_("Esa canalización no está en este equipo."),
        "",
        N_("Sincronice, o mire la lista del caso."),
    ),
    "sheet_changed": (
        N_("La hoja cambió desde que usted la leyó: no es lo que la persona aceptó."),
        NOTHING_LEFT,
        N_("Léala otra vez, en voz alta, y envíe entonces."),
    ),
    "referral_to_whom": (
        N_("Falta a quién se le entrega y en qué forma."),
        NOTHING_LEFT,
        N_("Escriba quién contestó."),
    ),
    "referral_datum": (
        N_("Ese dato no se comparte en una canalización."),
        NOTHING_LEFT,
        N_("Elija uno de la lista."),
    ),
    "referral_status": (
        N_("Esta canalización ya salió o ya terminó."),
        NOTHING_LEFT,
        N_("Para otros datos u otro destinatario, haga una nueva."),
    ),
    "referral_contested": (
        N_("Dos personas escribieron cosas distintas sobre quién recibe o quién acepta."),
        NOTHING_LEFT,
        N_("Decida primero cuál queda: en el caso, con «d»."),
    ),
    "referral_recipient": (N_("Falta a quién se canaliza."), NOTHING_LEFT, N_("Elija la institución.")),
    "referral_whose": (
        N_("Falta quién dio el permiso, o de quién son los datos."),
        NOTHING_LEFT,
        N_("Elija a la persona."),
    ),
    "referral_consent": (
        N_("La persona no ha dicho que sí a esta canalización."),
        NOTHING_LEFT,
        N_("Pregúntele. Si dice que no, no se envía."),
    ),
    "referral_share_refused": (
        N_("En el caso dice que no acepta que se compartan sus datos."),
        NOTHING_LEFT,
        N_("Pregúntele otra vez; si cambió de opinión, corríjalo primero en el caso."),
    ),
    "referral_exploiter": (
        N_("Quien explota no da permiso sobre los datos de nadie."),
        NOTHING_LEFT,
        N_("Elija a la víctima, o a quien llama por lo suyo."),
    ),
    "referral_legal_duty": (
        N_("Un deber legal no abre por sí solo ningún dato."),
        NOTHING_LEFT,
        N_("Consulte a la abogada o el abogado de la Línea."),
    ),
    "referral_not_for_them": (
        N_("Sin permiso, esos datos no pueden ir a esta institución."),
        NOTHING_LEFT,
        N_("Peligro para la vida: 911, policía, fiscalía o salud. Menor de edad: la procuraduría de protección."),
    ),
    "referral_reason": (
        N_("Sin permiso hay que escribir por qué."),
        NOTHING_LEFT,
        N_("Escriba en una frase qué pasa; supervisión lo revisa."),
    ),
    "referral_not_a_minor": (
        N_("En el caso la persona es mayor de edad."),
        NOTHING_LEFT,
        N_("Pida su permiso, o corrija la edad en el caso."),
    ),
    "referral_provider_shut": (
        N_("Esa institución está cerrada o suspendida en el directorio."),
        NOTHING_LEFT,
        N_("Elija otra."),
    ),
    "referral_channel": (
        N_("El número elegido ya no es de esa institución, o nadie lo ha verificado."),
        NOTHING_LEFT,
        N_("Elija otra vez por dónde."),
    ),
    "referral_move": (
        N_("Desde donde está, esta canalización no puede pasar a eso."),
        N_("Sigue como estaba."),
        N_("Mire su situación en la lista."),
    ),
    "bad_place": (
        N_("Ese no es un archivo en una carpeta de este equipo."),
        NOTHING_LEFT,
        N_("Escriba la carpeta y el nombre completos; la carpeta ya debe existir."),
    ),
    "place_shared": (
        N_("Esa carpeta se copia sola a otros lugares, o está en otro equipo."),
        NOTHING_LEFT,
        N_("Elija una carpeta que esté solo en este equipo, o una memoria."),
    ),
    "no_typesetter": (
        N_("En este equipo no está el programa que hace los PDF."),
        NOTHING_LEFT,
        N_("Use la hoja impresa o el documento; quien instala agrega el extra «report»."),
    ),
    "typesetter_failed": (
        N_("El PDF no se pudo hacer."),
        NOTHING_LEFT,
        N_("Use la hoja impresa o el documento de caso."),
    ),
    "refusal_reason": (
        N_("Falta el motivo del rechazo."),
        N_("Sigue como estaba."),
        N_("Elija el motivo: dice a quién no volver a preguntar."),
    ),
}  # fmt: skip

BARRED: dict[str, str] = {
    "third_party": N_("no es suyo"),
    "anonymity": N_("cerrado por el anonimato"),
    "contested": N_("tiene dos valores"),
    "tells:code_word": N_("dice la palabra clave"),
    "tells:folio": N_("dice el folio"),
    "tells:name": N_("dice un nombre que no se comparte"),
    "tells:phone": N_("dice un teléfono que no se comparte"),
    "tells:identifier": N_("dice un dato que no se comparte"),
}
ERASE = N_(
    "La persona retiró su permiso: pedir a {provider} ({reference}) que borre lo que recibió y lo confirme."
)
REVIEW = N_("Salió sin permiso, por {basis}: revisar con quien lo envió. Referencia {reference}.")
