"""The report counted again in plain Python, row by row: every unit a dictionary of sets. Slow, and nothing shared."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from lnctp_tui.domain.assess import minority

ZONE = ZoneInfo("America/Mexico_City")
EXCLUDED = {"silent", "hang_up", "prank", "wrong_number", "abusive", "test"}
ALONE = {"information": "informativo", "other_crime": "otros_delitos"}
MENTIONS = ("modality", "hooking_means", "hooking_method", "platform", "violence")
Unit = dict[str, Any]


def local(instant: str) -> date:
    return datetime.fromisoformat(instant).astimezone(ZONE).date()


class Plain:
    """Units of a period; `rows`: table → rows; `codes`: catalog → codes."""

    def __init__(
        self, rows: dict[str, list[dict[str, Any]]], codes: dict[str, list[str]], start: date, end: date
    ):
        self.rows = {t: [r for r in rs if not r.get("erased_at")] for t, rs in rows.items()}
        self.codes, self.start, self.end = codes, start, end
        self.cases = {c["id"]: c for c in self.rows.get("cases", ())}
        gone = {c["id"] for c in rows.get("cases", ()) if c.get("erased_at")}
        self.units: dict[str, list[Unit]] = defaultdict(list)
        contacts: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for contact in self.rows.get("contacts", ()):
            if contact.get("case_id") in gone:
                continue
            if (
                contact.get("direction") != "out"
                and contact.get("kind") in EXCLUDED
                and self.inside(self.at(contact))
            ):
                self.units["contact"].append(
                    {"kind": {self.code("kind", contact["kind"])}, "case": contact["id"]}
                )
            contacts[self.root(contact["case_id"]) if contact.get("case_id") else contact["id"] + "?"].append(
                contact
            )
        for root in {self.root(c) for c in self.cases}:
            contacts.setdefault(root, [])
        self.reports: dict[str, Unit] = {}
        for root, its in contacts.items():
            self.report(root, its)
        for unit in self.reports.values():
            self.units["report"].append(unit)
            if unit["report_class"] == {"trata"}:
                self.hang(unit)
                self.units["case"].append(unit)
        self.own_files()

    def at(self, contact: dict[str, Any]) -> str:
        return contact.get("started_at") or contact["created_at"]

    def inside(self, instant: str) -> bool:
        return self.start <= local(instant) <= self.end

    def root(self, case_id: str) -> str:
        seen = [case_id]
        while (into := self.cases.get(seen[-1], {}).get("merged_into")) in self.cases:
            if into in seen:
                return min(seen[seen.index(into) :])
            seen.append(into)
        return seen[-1]

    def code(self, catalog: str, value: Any, nothing: tuple[str, ...] = ()) -> str:
        if value in self.codes.get(catalog, ()) and value not in nothing:
            return str(value)
        return (
            "no_consta" if value in (None, "", "unknown", "refused", "no", *nothing) else "fuera_de_catalogo"
        )

    def report(self, root: str, contacts: list[dict[str, Any]]) -> None:
        incoming = [c for c in contacts if c.get("direction") != "out"]
        chosen = min((c for c in incoming if c.get("kind") not in EXCLUDED), key=lambda c: (self.at(c), c["id"]),
                     default=None)  # fmt: skip
        case = self.cases.get(root)
        if chosen is None and (incoming or case is None):
            return
        at = self.at(chosen) if chosen else case.get("opened_at") or case["created_at"]
        if not self.inside(at):
            return
        contact, alone = chosen or {}, root.endswith("?")
        report_class = ALONE.get(contact.get("kind")) if alone else (case or {}).get("report_class")
        days = [c["started_at"] for c in contacts if c.get("started_at")]
        opened = (
            case.get("opened_at") or case["created_at"] if case else at
        )  # as domain.assess.law.day_of_facts
        self.reports[root] = {
            "case": root, "at": at, "report_class": {report_class or "sin_clase"}, "year": {str(local(at).year)},
            "month": {str(local(at))[:7]}, "channel": {self.code("channel", contact.get("channel"))},
            "reporter": {self.code("reporter_type", contact.get("reporter_type"))},
            "origin": {self.state(contact)}, "country": {self.country(contact)},
            "first": min(days, default=opened)[:10],
        }  # fmt: skip
        origin = self.state(contact)
        group = (
            origin if not origin.startswith("MX-") or origin in ("MX-CMX", "MX-MEX") else "otras_entidades"
        )
        self.reports[root]["origin_group"] = {group}

    def state(self, row: dict[str, Any]) -> str:
        code = self.code("state", row.get("state"))
        country = row.get("country")
        if (
            not code.startswith("MX-")
            and country
            and country not in ("MX", "ZZ")
            and not country.startswith("~")
        ):
            return "extranjero"
        return code

    def country(self, row: dict[str, Any]) -> str:
        if self.state(row).startswith("MX-") and not row.get("country"):
            return "MX"
        return self.code("country", row.get("country"), ("ZZ",))

    def of(self, table: str, root: str) -> list[dict[str, Any]]:
        return [r for r in self.rows.get(table, ()) if r.get("case_id") and self.root(r["case_id"]) == root]

    def said(self, rows: list[dict[str, Any]], name: str) -> set[str]:
        yes = {k.partition(".")[2] for r in rows for k, v in (r.get("answers") or {}).items()
               if v == "yes" and k.startswith(f"{name}.")}  # fmt: skip
        return {code if code in self.codes[name] else "fuera_de_catalogo" for code in yes} or {"no_consta"}

    def hang(self, unit: Unit) -> None:
        people = self.of("people", unit["case"])
        victims = [p for p in people if p["role"] in ("victim", "group")]
        for name in MENTIONS:
            unit[name] = self.said(victims, name)
        unit["no_report_reason"] = self.said([c for i, c in self.cases.items() if self.root(i) == unit["case"]],
                                             "no_report_reason")  # fmt: skip
        places = self.of("places", unit["case"])
        unit["venue"] = {self.code("venue", p["venue"]) for p in places if p.get("venue")} or {"no_consta"}
        foreign = {
            p["id"] for p in victims if self.code("country", p.get("nationality"), ("ZZ", "MX")).isupper()
        }
        for role in self.codes["place_role"]:
            of_role = {
                self.state(p)
                for p in places
                if p.get("role") == role and (p.get("state") or p.get("country"))
            }
            unit[f"state_{role}"] = of_role - {"no_consta"} or {"no_consta"}
        theirs = {self.state(p) for p in places if p.get("role") == "destino"
                  and (p["person_id"] in foreign if p.get("person_id") else foreign)}  # fmt: skip
        unit["state_of_foreign_victims"] = theirs - {"no_consta"} or {"no_consta"}
        money = self.of("money", unit["case"])
        for name in ("flag", "instrument"):
            unit[name] = {self.code(name, m[name]) for m in money if m.get(name)} or {"no_consta"}
        for person in people:
            if person["role"] != "other":
                self.units[person["role"]].append(self.person(person, unit))
        files = self.of("files", unit["case"])
        unit["has_file"] = {"yes" if files else "no"}
        self.units["file"] += [unit | self.file(f) for f in files]
        self.units["support"] += [unit | {
            "support_kind": {self.code("support_type", s.get("kind"))},
            "support_modality": {self.code("support_modality", s.get("modality"))},
        } for s in self.of("supports", unit["case"])]  # fmt: skip
        self.units["referral"] += [unit | {
            "reason": {self.code("referral_reason", r.get("reason"))}, "provider_kind": {"no_consta"},
            "status": {self.code("referral_status", r.get("status"))}, "outcome": {self.outcome(r)},
        } for r in self.of("referrals", unit["case"])]  # fmt: skip

    def outcome(self, referral: dict[str, Any]) -> str:
        if referral.get("need_met") == "yes":
            return "need_met"
        if referral.get("arrived") in ("yes", "no"):
            return "arrived" if referral["arrived"] == "yes" else "not_arrived"
        status = referral.get("status")
        return status if status in ("refused", "no_answer", "withdrawn", "cancelled") else "no_consta"

    def file(self, file: dict[str, Any]) -> Unit:
        return {"entity": {self.code("state", file.get("entity"))},
                "stage": {self.code("file_stage", file.get("stage"))},
                "file_year": {(file.get("opened_on") or "no_consta")[:4].replace("no_c", "no_consta")}}  # fmt: skip

    def own_files(self) -> None:
        for file in self.rows.get("files", ()):
            root = self.cases.get(self.root(file["case_id"])) if file.get("case_id") else None
            day = file.get("opened_on")
            if (
                root
                and root.get("report_class") == "trata"
                and day
                and self.start <= date.fromisoformat(day) <= self.end
            ):
                self.units["own_file"].append(self.file(file) | {"case": root["id"]})

    def person(self, person: dict[str, Any], unit: Unit) -> Unit:
        on = date.fromisoformat(unit["first"])
        state, age = minority.state(person, on), minority.age_of(person, on)
        minor = state in ("minor", "doubt")
        bands = ("0-11", "12-17", "18-24", "25-31", "32-46", "47-59", "60+")
        band = "no_consta" if age is None else bands[sum(age >= low for low in (12, 18, 25, 32, 47, 60))]
        return unit | {
            "nationality": {self.code("country", person.get("nationality"), ("ZZ",))},
            "sex": {self.code("sex", person.get("sex"), ("no_identificado",))}, "age_band": {band}, "age": age,
            "age_class": {"menor" if minor else "adulta" if age is not None else "no_consta"},
            "vulnerability": self.said([person], "vulnerability"), "trait": self.said([person], "trait"),
            "relation": {self.code("relation", person.get("relation_to_trafficker"))},
            "trafficker_role": {self.code("trafficker_role", person.get("trafficker_role"))},
            "network_level": {self.code("network_level", person.get("network_level"))},
        }  # fmt: skip

    def table(
        self, unit: str, rows: str, columns: str, *, own_date: bool
    ) -> tuple[Counter[Any], Counter[Any]]:
        """Counts of each cell, and the distinct cases behind it."""
        units = self.units["own_file" if own_date else "case" if unit == "mention" else unit]
        counts: Counter[Any] = Counter()
        behind: dict[Any, set[str]] = defaultdict(set)
        for each in units:
            for row in each[rows]:
                for column in each[columns] if columns else ("",):
                    counts[row, column] += 1
                    behind[row, column].add(each["case"])
        return counts, Counter({cell: len(cases) for cell, cases in behind.items()})
