"""The real protocol, and documents around it that say only what a test is about."""

from dataclasses import replace
from datetime import date
from functools import cache
from types import MappingProxyType

from lnctp_tui.domain.assess import assess as engine
from lnctp_tui.domain.protocol.protocol import Protocol
from lnctp_tui.storage.protocol.protocol_loader import load

TODAY = date(2026, 3, 15)
SEXUAL = "modality.prostitucion_ajena_explotacion_sexual"
LABOUR = "modality.explotacion_laboral"
ACT, MEANS = "act.captar", "means.engano"
PRACTICE = "means.desproporcion_trabajo_pago"
"""What art. 21 asks for labour exploitation; `MEANS` is of art. 13."""


@cache
def protocol() -> Protocol:
    return load()


@cache
def verified_protocol() -> Protocol:
    """The protocol after somebody has filled the sexual sets: as the labour ones, forced clients strong."""
    rows = []
    for row in protocol().indicators.rows:
        forced = row.code == "dst_forced_tasks_clients"
        extra = {"AS": "S" if forced else row.extra["AL"], "CS": "S" if forced else row.extra["CL"]}
        rows.append(replace(row, extra=MappingProxyType({**row.extra, **extra})))
    return replace(protocol(), indicators=replace(protocol().indicators, rows=tuple(rows)))


def victim(*yes: str, no: tuple[str, ...] = (), unknown: tuple[str, ...] = (), **columns):
    answers = dict.fromkeys(yes, "yes") | dict.fromkeys(no, "no") | dict.fromkeys(unknown, "unknown")
    return {"id": "p1", "role": "victim", "answers": answers} | columns


def document(
    *people, case=(), contacts=({"kind": "victim", "started_at": "2026-03-01T10:00:00Z"},), **members
):
    found = {"schema": 1, "case": {"answers": dict.fromkeys(case, "yes")}, "people": list(people)}
    return found | {"contacts": list(contacts)} | members


def assess(*people, with_protocol=None, **members):
    return engine.assess(document(*people, **members), with_protocol or protocol(), today=TODAY)
