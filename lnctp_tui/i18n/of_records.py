"""Names of records, columns and the program's own answers, in words: each has one name on every screen and command."""

from __future__ import annotations

from collections.abc import Mapping

from lnctp_tui.i18n import N_, _

TABLES: Mapping[str, str] = {
    "cases": N_("Caso"), "contacts": N_("Contacto"), "people": N_("Persona"), "places": N_("Lugar"),
    "identifiers": N_("Dato que enlaza"), "money": N_("Rastro de dinero"), "notes": N_("Nota"),
    "referrals": N_("Canalización"), "referral_deliveries": N_("Entrega a quien recibe"), "supports": N_("Apoyo"),
    "files": N_("Carpeta de investigación"), "file_stages": N_("Etapa de la carpeta"),
    "tasks": N_("Tarea"), "handovers": N_("Relevo"), "counselors": N_("Quién atiende"), "devices": N_("Computadora"),
    "exclusions": N_("No se ofrece"), "links": N_("Vínculo con otro caso"),
    "providers": N_("Institución"), "provider_sites": N_("Sede"),
    "provider_services": N_("Servicio"), "provider_channels": N_("Teléfono o medio"),
    "provider_checks": N_("Intento o verificación"), "provider_private": N_("Reservado de la institución"),
}  # fmt: skip
COLUMNS: Mapping[str, str] = {
    "folio": N_("Folio"), "opened_at": N_("Abierto"), "status": N_("Situación"), "closed_at": N_("Cerrado"),
    "close_reason": N_("Motivo de cierre"), "merged_into": N_("Unido a"), "report_class": N_("Clase de reporte"),
    "class_confirmed_by": N_("Clase confirmada por"), "triage": N_("Triaje"), "owner_id": N_("A cargo de"),
    "team": N_("Equipo"), "protocol_version": N_("Versión del protocolo"), "anonymity": N_("Anonimato"),
    "consent_store": N_("Consiente guardar"), "consent_share": N_("Consiente compartir"),
    "callback_allowed": N_("Se le puede llamar"), "callback_channel": N_("Por dónde llamar"),
    "callback_identifier_id": N_("A qué número"), "callback_window": N_("Cuándo llamar"),
    "callback_say": N_("Qué decir si contesta otra persona"), "code_word": N_("Palabra clave"),
    "summary": N_("Resumen"), "channel": N_("Canal"), "direction": N_("Quién llamó"), "kind": N_("Tipo"),
    "started_at": N_("Inicio"), "ended_at": N_("Fin"), "dropped": N_("Se cortó"), "counselor_id": N_("Atendió"),
    "reporter_type": N_("Quién reporta"), "reporter_person_id": N_("Persona que reporta"), "country": N_("País"),
    "state": N_("Estado"), "municipality": N_("Municipio"), "language": N_("Lengua"),
    "interpreter": N_("Intérprete"), "narrative": N_("Relato"), "outcome": N_("Resultado"), "role": N_("Papel"),
    "headcount": N_("Cuántas personas"), "name": N_("Nombre o alias"), "age_min": N_("Edad, desde"),
    "age_max": N_("Edad, hasta"), "age": N_("Edad"), "age_estimated": N_("Edad estimada"),
    "birth_date": N_("Nacimiento"),
    "sex": N_("Sexo"), "gender": N_("Género"), "nationality": N_("Nacionalidad"),
    "origin_state": N_("Estado de origen"), "origin_municipality": N_("Municipio de origen"),
    "migration_status": N_("Situación migratoria"), "education": N_("Escolaridad"),
    "relation_to_trafficker": N_("Relación con el tratante"), "trafficker_role": N_("Papel en la red"),
    "network_level": N_("Nivel de la red"), "consented": N_("Dijo aceptar"), "person_id": N_("De quién"),
    "locality": N_("Localidad"), "venue": N_("Tipo de lugar"), "address": N_("Domicilio o señas"),
    "note": N_("Nota"), "platform": N_("Plataforma"), "value": N_("Dato"), "normalised": N_("Dato normalizado"),
    "flag": N_("Señal"), "instrument": N_("Instrumento"), "institution": N_("Institución"), "way": N_("Modo"),
    "time": N_("Tiempo"), "place": N_("Lugar"), "amount": N_("Monto"), "currency": N_("Moneda"),
    "amount_estimated": N_("Monto estimado"), "known_by": N_("Cómo se sabe"),
    "share_consent": N_("Consiente compartirlo"), "author_id": N_("Autora"), "written_at": N_("Escrita"),
    "text": N_("Texto"), "provider_id": N_("Institución"), "provider_name": N_("Institución"),
    "reason": N_("Motivo"), "consent": N_("Consiente"), "service_id": N_("Servicio"),
    "channel_id": N_("Por qué medio"), "reference": N_("Referencia"), "basis": N_("Fundamento"),
    "override_reason": N_("Por qué sin consentimiento"), "consent_by": N_("Quién consintió"),
    "consent_contact_id": N_("En qué contacto consintió"), "summary_for": N_("Lo que se le cuenta"),
    "expected_by": N_("Respuesta esperada"), "accepted_at": N_("Aceptada el"), "arrived": N_("Llegó"),
    "need_met": N_("Le sirvió"), "referral_id": N_("Canalización"), "format": N_("Forma"), "to_whom": N_("A quién"),
    "data": N_("Datos entregados"), "sha256": N_("Huella de lo entregado"),
    "sent_at": N_("Enviada"), "status_at": N_("Desde"), "refusal_reason": N_("Motivo de rechazo"),
    "modality": N_("Modalidad"), "on": N_("Fecha"), "minutes": N_("Minutos"), "number": N_("Número"),
    "authority": N_("Autoridad"), "entity": N_("Entidad"), "opened_on": N_("Abierta"), "stage": N_("Etapa"),
    "stage_on": N_("Desde"), "due_from": N_("Desde"), "due_to": N_("Vence"), "say": N_("Qué decir"),
    "leaving_id": N_("Quién deja el caso"), "taking_id": N_("Quién lo toma"), "handed_at": N_("Cuándo"),
    "left_by": N_("Firmó que lo deja"), "taken_by": N_("Firmó que lo toma"),
    "source": N_("Fuente"), "source_id": N_("Clave en la fuente"), "founded_on": N_("Datos con que se dio de alta"),
    "drafted_by": N_("Borrador de"), "short_name": N_("Siglas"), "parent_id": N_("Depende de"),
    "level": N_("Ámbito"), "organisation": N_("Organismo"), "about": N_("Qué hace"),
    "how_to_refer": N_("Cómo canalizar"), "accepts_warm_transfer": N_("Acepta transferencia en línea"),
    "accepts_anonymous": N_("Acepta sin nombre"), "wait_hours": N_("Horas para contestar"),
    "curator_id": N_("Quién lo cuida"), "replaces_id": N_("En lugar de"), "address_secret": N_("Domicilio reservado"),
    "how_to_arrive": N_("Cómo llegar"), "proposed_by": N_("Propuesto por"), "time_zone": N_("Zona horaria"),
    "hours": N_("Horario"), "closures": N_("Cierres"), "access": N_("Accesibilidad"), "site_id": N_("Sede"),
    "sexes": N_("Sexos que recibe"), "accepts": N_("Recibe a"), "refuses": N_("No recibe a"),
    "languages": N_("Lenguas"), "children_along": N_("Con hijas e hijos"),
    "children_age_max": N_("Edad máxima de hijas e hijos"), "covers": N_("Cobertura"),
    "requirements": N_("Requisitos"), "cost": N_("Costo"), "capacity_total": N_("Lugares"),
    "capacity_free": N_("Lugares libres"), "capacity_at": N_("Lugares vistos"), "extension": N_("Extensión"),
    "purpose": N_("Para qué"), "ask_for": N_("Pedir con"), "about_id": N_("De cuál"), "at": N_("Cuándo"),
    "by_id": N_("Quién lo anotó"), "told_by": N_("Quién contestó"), "concern": N_("Preocupación"),
    "concern_text": N_("Detalle de la preocupación"), "other_id": N_("El otro caso"),
    "evidence": N_("Lo que comparten"), "remark": N_("Por qué"),
    "callback_hours": N_("Horas seguras para llamar"), "callback_zone": N_("Zona horaria de la persona"),
    "callback_message": N_("Se puede dejar mensaje"), "reopened_at": N_("Reabierto"),
    "supervisor_remarks": N_("Observaciones de supervisión"), "task_id": N_("Tarea"),
    "party": N_("Con quién"), "result": N_("Resultado del intento"),
    "file_id": N_("Carpeta de investigación"), "contact_id": N_("Contacto"), "number_key": N_("Número sin signos"),
    "victim_ids": N_("De quiénes"), "accompanied": N_("Acompañamiento"), "verdict": N_("Sentido de la sentencia"),
    "attempt": N_("Intento"), "zone": N_("Zona horaria"), "priority": N_("Urgencia"), "plan": N_("Plan"),
    "assignee_id": N_("A cargo de"), "done_at": N_("Hecha"), "case_id": N_("Caso"), "erased_at": N_("Borrado"),
}  # fmt: skip
OWN: Mapping[str, str] = {
    "escalated.911": N_("Entregada al 911"), "decided.triage": N_("Urgencia decidida por una persona"),
    "override.peligro_vida": N_("Se llamó por peligro para su vida"), "override.leido": N_("Se leyó lo acordado"),
    "discard.reason": N_("Motivo de descarte"), "attached.from": N_("Antes estaba en el caso"),
}  # fmt: skip
"""Answers that the program itself writes."""


def table(name: str) -> str:
    """`Persona`: what one record of a table is called; a table nobody knows by its own name."""
    return _(TABLES[name]) if name in TABLES else name
