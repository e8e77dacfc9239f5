"""What a person reads when a record cannot be signed."""

from __future__ import annotations

from lnctp_tui.i18n import N_

UNSIGNED = N_("No se firmó nada; lo escrito sigue guardado.")

SIGNING: dict[str, tuple[str, str, str]] = {
    "no_such_record": (
        N_("Ese registro ya no está en el caso."),
        N_("El historial del caso dice quién lo quitó y cuándo."),
        N_("Vuelva a la lista y elija otro, o haga uno nuevo."),
    ),
    "changed_since_read": (
        N_("Esto cambió mientras usted lo leía, así que no es lo que vio."),
        UNSIGNED,
        N_("Léalo otra vez en la pantalla y firme entonces."),
    ),
    "unread_field": (
        N_("Hay un dato que no se entiende: no cuenta, y quedaría fuera de la firma."),
        UNSIGNED,
        N_("Corríjalo en la pantalla y firme después."),
    ),
    "two_values_first": (
        N_("Hay un dato con dos valores: nadie puede firmar los dos."),
        UNSIGNED,
        N_("Decida primero cuál queda: en el caso, con «d»."),
    ),
    "signs_both_sides": (
        N_("La misma persona aparece en los dos lados."),
        UNSIGNED,
        N_("Corrija quién deja y quién toma, y firme después."),
    ),
}
