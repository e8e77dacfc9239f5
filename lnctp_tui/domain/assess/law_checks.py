"""What a row of law must say: a means its articles, a form what it asks, a number a number and a known day."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lnctp_tui.domain.assess.law import NEEDS, article_numbers, kind_of
from lnctp_tui.domain.protocol.protocol import Catalog, Row

DAY = re.compile(r"|\d{4}-\d{2}-\d{2}")
KINDS = frozenset(kind for kind in NEEDS.values() if kind)


def row(name: str, row: Row) -> Iterator[tuple[str, str]]:
    """Finding code and value of each mistake in one row of a catalog."""
    if name == "means":
        article = row.extra.get("article", "")
        if not article_numbers(article) and "Palermo" not in article:
            yield "missing_article", article
        if kind_of(row) not in KINDS:
            yield "unknown_need", row.extra.get("kind", "")
    elif name == "modality":
        if not article_numbers(row.extra.get("articles", "")):
            yield "missing_article", row.extra.get("articles", "")
        if row.extra.get("means", "none") not in NEEDS:
            yield "unknown_need", row.extra["means"]
    elif name == "hotline":
        if not re.search(r"\d{2}", row.extra.get("number", "")):
            yield "missing_number", row.extra.get("number", "")
        if not DAY.fullmatch(row.extra.get("verified_on", "")):
            yield "bad_date", row.extra["verified_on"]


def unmet(row: Row, means: Catalog) -> bool:
    """Whether a form asks for a means, practice or tie that no living row of its articles gives."""
    needs = NEEDS.get(row.extra.get("means", "none"), "")
    numbers = article_numbers(row.extra.get("articles", ""))
    return bool(needs) and not any(
        kind_of(each) == needs and numbers & article_numbers(each.extra.get("article", ""))
        for each in means.rows
        if not each.valid_to
    )
