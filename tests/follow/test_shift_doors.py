"""A hand-over at the server's door: who signs it, who sees it, and which cases it may name (70)."""

from __future__ import annotations

from typing import Any

from served import Laptop, Served

from lnctp_tui.domain.follow import shift
from lnctp_tui.domain.records import bound
from lnctp_tui.storage import instants
from lnctp_tui.storage.vault import phrase

AT = "2026-11-01T10:00:00.000000Z"
ACCEPTED, FORBIDDEN = [("accepted", None)], [("refused", "forbidden")]


def person(served: Served, laptop: Laptop) -> str:
    with served.office() as office:
        return office.device(laptop.device).person


def results(laptop: Laptop, *changes: Any) -> list[tuple[str, str | None]]:
    return [(line[1], line[4]) for line in laptop.push(*changes).message["results"]]


def of(laptop: Laptop, table: str, values: dict[str, Any]) -> dict[str, Any]:
    row, patch = bound.made(table, values)
    return laptop.change(table, patch, row=row)


TABLES = {"shift_handovers", "handover_items", "handover_takes"}


def tables(laptop: Laptop) -> list[str]:
    page = laptop.call("GET", "/v1/pull?cursor=0.&proof=&limit=100&wait=0").message["entries"]
    names = [entry["c"]["table"] for entry in page if entry["k"] == "change"]
    return sorted(name for name in names if name in TABLES)


def test_who_signs_who_sees_and_which_cases_are_named(served: Served) -> None:
    ana, luis, eva, lead = served.laptop(), served.laptop(), served.laptop(), served.laptop("supervisor")
    giver, taker, stranger = person(served, ana), person(served, luis), person(served, eva)
    hers, theirs = ana.case(), eva.case()
    assert results(ana, hers) == ACCEPTED
    assert results(eva, theirs) == ACCEPTED
    row = {"from_id": giver, "to_id": taker, "note": "n", "digest": shift.digest("n", []), "signed_at": AT}
    signed = of(ana, "shift_handovers", row)
    line = {"handover_id": signed["row"], "why": "risk", "line": "emergencia", "by_id": giver}

    def item(laptop: Laptop, case: str | None = signed["row"], **values: Any) -> dict[str, Any]:
        made, patch = bound.made("handover_items", line | values)
        return laptop.change("handover_items", patch, row=made, case=case)

    assert results(eva, of(eva, "shift_handovers", row)) == FORBIDDEN, "nobody signs for somebody else"
    assert results(
        ana, signed, item(ana, item_case_id=hers["row"]), item(ana, item_case_id="nunca-visto")
    ) == (ACCEPTED * 3)
    # A case that the giver may not see, also one that she only guesses.
    assert results(ana, item(ana, item_case_id=theirs["row"])) == FORBIDDEN
    assert results(ana, item(ana, None, line="sin lugar")) == [("refused", "scope")]
    assert results(ana, item(ana, hers["row"], line="en un caso")) == [("refused", "scope")]
    # What is signed never changes, whoever writes.
    for wrong in (
        ana.change("shift_handovers", {"note": "otra"}, row=signed["row"]),
        ana.change("shift_handovers", {"erased_at": AT}, row=signed["row"]),
        ana.change("shift_handovers", signed["patch"], row=signed["row"]),
        lead.change("shift_handovers", {"to_id": stranger}, row=signed["row"]),
    ):
        assert results(lead if wrong["actor"] == lead.actor else ana, wrong) == FORBIDDEN, wrong
    # Somebody who was not named reads nothing, and puts nothing under it.
    assert tables(eva) == []
    assert tables(luis) == tables(lead) == ["handover_items", "handover_items", "shift_handovers"]
    take = {"words": "x", "handover_id": signed["row"], "taken_by": stranger, "taken_at": AT}

    def took(laptop: Laptop, case: str | None, **values: Any) -> dict[str, Any]:
        made, patch = bound.made("handover_takes", take | values)
        return laptop.change("handover_takes", patch, row=made, case=case)

    assert results(eva, took(eva, signed["row"])) == FORBIDDEN
    assert results(eva, took(eva, signed["row"], taken_by=taker)) == FORBIDDEN
    assert results(eva, item(eva, by_id=stranger, line="de otra")) == FORBIDDEN
    assert results(luis, took(luis, signed["row"], taken_by=taker)) == ACCEPTED
    # By voice the taker knows no id: whoever is named as the giver is told.
    assert results(luis, took(luis, None, handover_id=None, giver_id=giver, taken_by=taker)) == ACCEPTED
    assert results(luis, took(luis, None, handover_id=None, giver_id="nadie", taken_by=taker)) == ACCEPTED
    assert tables(ana).count("handover_takes") == 2
    assert tables(eva) == []


def test_a_take_with_the_words_opens_the_case_with_the_push_that_brings_it(served: Served) -> None:
    ana, luis = served.laptop(), served.laptop()
    giver, taker, hers = person(served, ana), person(served, luis), ana.case()
    at = instants.iso(instants.now())
    line = {"item_case_id": hers["row"], "why": "risk", "line": "emergencia"}
    row = {"from_id": giver, "to_id": taker, "digest": shift.digest(None, [line]), "signed_at": at}
    signed = of(ana, "shift_handovers", row)
    made, patch = bound.made("handover_items", line | {"handover_id": signed["row"], "by_id": giver})
    item = ana.change("handover_items", patch, row=made, case=signed["row"])
    words = " ".join(phrase.words()[place] for place in shift.places(row["digest"]))
    take = of(luis, "handover_takes", {"words": words, "giver_id": giver, "taken_by": taker, "taken_at": at})
    assert results(luis, take) == ACCEPTED, "before the hand-over is there"
    assert results(ana, hers, signed, item) == ACCEPTED * 3
    page = luis.call("GET", "/v1/pull?cursor=0.&proof=&limit=100&wait=0").message["entries"]
    (grant,) = [entry for entry in page if entry["k"] == "grant"]
    assert (grant["scope"], grant["until"]) == (hers["row"], instants.iso(instants.parse(at) + shift.OPEN))
    start = luis.call("POST", "/v1/start", {}).message
    assert start["until"] == [[hers["row"], grant["until"]]]
    refused = luis.call("POST", "/v1/offer", {"scope": hers["row"], "person": giver})
    assert (refused.status, refused.error) == (403, "only_for_now")


def test_who_is_no_reader_sees_nothing_though_they_are_named(served: Served) -> None:
    ana, admin = served.laptop(), served.laptop("admin")
    row = {"from_id": person(served, ana), "to_id": person(served, admin), "digest": shift.digest(None, []),
           "signed_at": AT}  # fmt: skip
    assert results(ana, of(ana, "shift_handovers", row)) == ACCEPTED
    assert admin.call("GET", "/v1/pull?cursor=0.&proof=&limit=100&wait=0").status == 403
