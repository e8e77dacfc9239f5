"""What a person reads when an edition is not issued, and what is wrong with the files of one."""

from __future__ import annotations

from lnctp_tui.i18n import N_

NOTHING = N_("No se publicó ni se anotó nada.")

EDITION: dict[str, tuple[str, str, str]] = {
    "edition_period": (
        N_("Una edición es de años completos o de medio año."),
        NOTHING,
        N_(
            "Escriba, por ejemplo, «--from 2019 --to 2020», «--from 2019 --to 2019» o «--from 2019-1 --to 2019-1»."
        ),
    ),
    "edition_day": (
        N_("«{text}» no es un periodo: escriba 2020, o 2020-1 para el primer medio año."),
        NOTHING,
        N_("Escríbalo de nuevo."),
    ),
    "edition_level": (
        N_("k puede ser 3, 5, 10 u 11, y el redondeo 1 o 5."),
        NOTHING,
        N_("Elija uno de ellos."),
    ),
    "edition_open": (
        N_("Ese periodo todavía no tiene {wait} días de terminado: faltan registros por llegar."),
        NOTHING,
        N_("Puede emitirse desde el {day}."),
    ),
    "edition_across": (
        N_("Se cruza con la edición {edition}; elija {inner} o {outer}."),
        N_(
            "Dos ediciones que comparten una parte dejarían restar una de otra. No se publicó ni se anotó nada."
        ),
        N_("Elija un periodo que esté dentro de ella, que la contenga o que quede aparte."),
    ),
    "edition_other_level": (
        N_("Ese periodo ya se publicó en la edición {edition}, con k = {k}."),
        N_(
            "Con otra k o con otro redondeo, la diferencia diría lo que se ocultó. No se publicó ni se anotó nada."
        ),
        N_("Use los mismos valores."),
    ),
    "edition_changed": (
        N_("Cambiaría {count} celdas en menos de {k}: espere o emita la revisión en {day}."),
        N_("La edición {edition} sigue como se imprimió. No se publicó ni se anotó nada."),
        N_("Con más registros, un cambio deja de señalar a alguien."),
    ),
    "edition_stale": (
        N_("Los registros de la edición {edition} cambiaron desde que se imprimió."),
        N_("Lo impreso no se cuenta de nuevo. No se publicó ni se anotó nada."),
        N_("Emita la revisión de esa edición o elija un periodo aparte."),
    ),
    "edition_held": (
        N_("La edición {edition} comparte días con la edición {other}: no se puede revisar sola."),
        N_("Cambiar una sola diría la diferencia. No se publicó ni se anotó nada."),
        N_("Los cambios saldrán en una edición de otro periodo."),
    ),
    "edition_revised": (
        N_("La edición {edition} es una revisión: su periodo queda solo."),
        N_("Con otra edición dentro o alrededor se sabría qué cambió. No se publicó ni se anotó nada."),
        N_("Elija un periodo que quede aparte."),
    ),
    "edition_no_public": (
        N_("De {period} no hay edición pública."),
        NOTHING,
        N_("Emita primero la pública: la interna va junto a ella."),
    ),
    "edition_lowest": (
        N_("La edición {edition} ya tiene k = {k}: la interna no diría nada más."),
        NOTHING,
        N_("Quien analiza la lee como todas."),
    ),
    "edition_drifted": (
        N_("En {period} hay hoy menos de algo que lo que ya se imprimió de una de sus partes."),
        NOTHING,
        N_("Elija otro periodo; los registros impresos no se cuentan de nuevo."),
    ),
    "edition_unsafe": (
        N_("La edición no pasó su propia revisión en {where}."),
        N_("Por eso no se publicó ni se anotó nada."),
        N_("Es una falla del programa: avise a quien lo mantiene y no publique esas cifras de otro modo."),
    ),
    "edition_ledger": (
        N_("El libro de ediciones no está completo: la entrada {n} falta o fue alterada."),
        N_("Sin él no se sabe qué se publicó, y no se emite nada."),
        N_("Restaure el último respaldo del servidor."),
    ),
    "edition_meanwhile": (
        N_("Alguien emitió otra edición mientras tanto."),
        NOTHING,
        N_("Repita la orden: se contará con ella."),
    ),
    "edition_no_folder": (
        N_("No hay una carpeta «{name}» con una edición."),
        N_("Revisar no cambia ningún archivo."),
        N_("Revise el nombre."),
    ),
}

WRONG: dict[str, str] = {
    "missing": N_("falta el archivo"),
    "unlisted": N_("no está en SHA256SUMS"),
    "changed": N_("no es el archivo que se publicó"),
    "signature": N_("la firma no es buena, o es de otra llave"),
    "form": N_("no se puede leer"),
    "certificate": N_("no es lo que se calcula de los demás archivos"),
    "differs": N_("no dice lo mismo que su JSON"),
    "datapackage": N_("datapackage.json no lo describe"),
    "small": N_("es un número pequeño y está impreso"),
    "withheld": N_("su unidad se retiró completa y aquí está"),
    "flag": N_("la marca no corresponde a su número"),
    "sum": N_("sus celdas no dan el total"),
    "narrow": N_("se puede calcular demasiado bien"),
    "across": N_("sus periodos se cruzan"),
    "ring": N_("cruce y parte del periodo: juntas dicen más que cada una"),
    "small_change": N_("del mismo periodo, y un número cambia tan poco que señala a alguien"),
}
"""Code of a finding of `edition verify` → what is said of the place."""
