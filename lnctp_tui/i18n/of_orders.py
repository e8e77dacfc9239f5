"""What a person reads about officers' orders. Same shape as `messages`: what happened, what is kept, what to do."""

from __future__ import annotations

from lnctp_tui.i18n import N_

FORMER = N_("No se obedeció; vale lo que valía antes.")
UNDONE = N_("No se firmó ni se envió nada.")
COORDINATION = N_("Avise a su coordinación y siga tomando llamadas.")

ORDERS: dict[str, tuple[str, str, str]] = {
    "vault_sealed": (
        N_("Sus responsables sellaron este equipo."),
        N_("Nada se borró: lo registrado sigue aquí, cifrado, y ninguna frase ni hoja lo abre."),
        N_(
            "Llame a su coordinación: lo abren dos custodios. «lnctp recovery request ARCHIVO» hace la solicitud "
            "y «lnctp recovery finish RESPUESTA» lee su respuesta."
        ),
    ),
    "authority_unconfirmed": (
        N_("La organización tiene responsables y este equipo todavía no los confirma."),
        N_("Mientras tanto no se obedece ninguna orden; las llamadas y el envío siguen."),
        N_("Pulse «s» y «a», confirmar autoridad, con su coordinación al teléfono."),
    ),
    "seal_only_hides": (
        N_(
            "Se ordenó sellar este equipo y ningún custodio podría abrirlo después: solo se ocultó lo registrado."
        ),
        N_("Nada se borró."),
        N_("Avise a su coordinación: «lnctp recovery use» deja que los custodios puedan abrirlo."),
    ),
    "seal": (
        N_("El servidor dice que este equipo está sellado."),
        N_("Lo registrado sigue aquí, y lo que falta se sigue enviando."),
        N_("Avise a su coordinación. Puede seguir tomando llamadas."),
    ),
    "signed_seal": (
        N_("Los responsables de su organización sellaron este equipo."),
        N_("Lo registrado sigue aquí, cifrado; lo que falta se sigue enviando."),
        N_("Llame a su coordinación: un responsable puede aprobarlo de nuevo."),
    ),
    "signed_revoked": (
        N_("Los responsables de su organización retiraron este equipo."),
        N_("Lo registrado sigue aquí, cifrado, sin mostrarse."),
        N_("Llame a su coordinación. Puede seguir tomando llamadas."),
    ),
    "signed_wipe": (
        N_("Dos responsables de su organización ordenaron borrar este equipo."),
        N_("Se borró lo que la orden dice, y nada más; de una orden vencida, nada."),
        N_("Llame a su coordinación. Puede seguir tomando llamadas."),
    ),
    "signed_upload_only": (
        N_("Los responsables de su organización dejaron este equipo solo para entregar lo que falta."),
        N_("Lo registrado sigue aquí, y lo que falta se sigue enviando."),
        N_("Llame a su coordinación. Puede seguir tomando llamadas."),
    ),
    "hidden_by_order": (
        N_("Sus responsables retiraron este equipo con una orden firmada: lo de antes no se muestra."),
        N_("Ocultarlo no borró nada."),
        N_("Llame a su coordinación. Puede seguir tomando llamadas."),
    ),
    "control_form": (N_("Llegó una orden mal hecha."), FORMER, COORDINATION),
    "control_org": (N_("Llegó una orden o lista de otra organización."), FORMER, COORDINATION),
    "control_threshold": (N_("Llegó una orden sin las firmas que hacen falta."), FORMER, COORDINATION),
    "control_same_person": (N_("Llegó una orden con dos firmas de una misma persona."), FORMER, COORDINATION),
    "control_old": (
        N_("Llegó una orden o lista anterior a la que este equipo ya conoce."),
        FORMER,
        COORDINATION,
    ),
    "control_forked": (
        N_("Hay dos listas de responsables con un mismo número."),
        N_("No se obedece ninguna orden nueva."),
        COORDINATION,
    ),
    "control_backwards": (
        N_("Al servidor le faltan órdenes que este equipo ya conoce, o la lista que una orden nombra."),
        FORMER,
        COORDINATION,
    ),
    "control_incomplete": (
        N_("El servidor no entrega las órdenes o responsables que dice tener."),
        FORMER,
        COORDINATION,
    ),
    "control_baseline": (
        N_("La primera lista no dice los mismos equipos y personas que tiene el servidor."),
        UNDONE,
        N_("Hágala de nuevo: alguien entró o salió mientras se firmaba."),
    ),
    "control_unpinned": (
        N_("El servidor todavía no tiene confirmada la organización."),
        N_("La lista firmada queda esperando."),
        N_("Quien opera el servidor ejecuta «lnctp server authority» y compara seis palabras por teléfono."),
    ),
    "control_refused": (
        N_("Una responsable rechazó ese documento: ya no se firma."),
        UNDONE,
        N_("Pregunte el motivo; si aún hace falta, haga otro."),
    ),
    "control_officer": (
        N_("Solo un responsable puede ver y firmar órdenes."),
        UNDONE,
        N_("Pídala a quien está en la lista: «lnctp authority show» dice quiénes son."),
    ),
    "not_officer": (
        N_("Este equipo no es el de un responsable de la lista."),
        UNDONE,
        N_("«lnctp authority key» hace la llave; los responsables actuales la ponen en la lista."),
    ),
    "officer_phrase": (
        N_("Su llave de responsable quedó bajo una frase anterior, que ya no abre este equipo."),
        UNDONE,
        N_(
            "Haga otra con «lnctp authority key ARCHIVO»; los demás responsables la ponen en la lista con "
            "«lnctp authority change»."
        ),
    ),
    "no_authority": (
        N_("La organización todavía no tiene responsables, o este equipo no los confirmó."),
        UNDONE,
        N_("Pulse «s» y «a», confirmar autoridad, o haga la primera lista con «lnctp authority found»."),
    ),
    "wrong_words": (
        N_("Las palabras no son las mismas."),
        N_("No se confirmó nada."),
        N_("Repítanlas por teléfono; si siguen sin coincidir, no confirme y avise: puede ser un engaño."),
    ),
    "already_signed": (
        N_("Usted ya firmó este documento."),
        N_("Su firma sigue contando, una vez."),
        N_("Falta la de otra persona: pídale que abra «Órdenes» o «lnctp order list»."),
    ),
    "control_file": (
        N_("El archivo {name} no es una llave, una orden ni una lista de responsables."),
        UNDONE,
        N_("Use el que hicieron «lnctp authority key» o «lnctp order export»."),
    ),
    "phrase_missing": (N_("Para firmar hace falta la frase."), UNDONE, N_("Escríbala y pulse Enter.")),
    "reason_missing": (
        N_("Para rechazar hace falta un motivo."),
        N_("La orden sigue esperando."),
        N_("Escríbalo, sin datos de personas."),
    ),
    "no_such_order": (
        N_("No hay una orden, y solo una, que empiece así."),
        UNDONE,
        N_("«lnctp order list» las dice; una que esperaba puede estar ya ordenada, rechazada o vencida."),
    ),
    "no_such_laptop": (
        N_("No hay un equipo, y solo uno, con esas palabras."),
        UNDONE,
        N_("Diga el comienzo de su llave, o el nombre de la persona si tiene uno solo."),
    ),
}
