"""HTML that cannot be broken out of: whatever is not made by `tag` is text, and is escaped where it goes in."""

from __future__ import annotations

import base64
import hashlib
import html
from collections.abc import Iterable, Mapping
from typing import Final

from lnctp_tui.domain.values.text import clean

VOID: Final = frozenset({"meta", "input"})
STYLE: Final = """
:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,sans-serif;margin:0 auto;max-width:70rem;padding:1rem;color:#1a1a1a;background:#fff}
h1{font-size:1.5rem}h2{font-size:1.15rem;margin:1.6rem 0 .4rem}
table{border-collapse:collapse;min-width:60%}
caption{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #767676;vertical-align:top}
.n{text-align:right;font-variant-numeric:tabular-nums}
th[scope=row]{white-space:nowrap}.scroll{overflow-x:auto;position:relative}form{margin-top:1.5rem}
a{color:#0b4f8a}button{font:inherit;padding:.5rem 1.2rem}
:focus-visible{outline:3px solid #0b4f8a;outline-offset:2px}
@media(prefers-color-scheme:dark){body{color:#f0f0f0;background:#121212}a{color:#8ec5ff}
:focus-visible{outline-color:#8ec5ff}}
""".strip()
"""The one style of all pages; the policy names it by its hash."""
_HASH: Final = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
POLICY: Final = (
    f"default-src 'none'; style-src 'sha256-{_HASH}'; img-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(), camera=(), microphone=()",
}
"""Of every page. `nosniff` and, unless the page says otherwise, `no-store` stand on every answer (http.endpoint)."""


class Safe(str):
    """HTML that `tag` made."""

    __slots__ = ()


Child = str | int | Iterable["Child"] | None


def tag(name: str, /, *children: Child, **attributes: str | bool | None) -> Safe:
    """An element. `class_` is class; an attribute that is None or False is left out, True stands alone."""
    opened = f"<{name}" + "".join(
        _attribute(key, value) for key, value in attributes.items() if value not in (None, False)
    )
    if name in VOID:
        return Safe(f"{opened}>")
    return Safe(f"{opened}>{''.join(map(_inner, children))}</{name}>")


def _attribute(key: str, value: str | bool | None) -> str:
    name = key.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{html.escape(clean(str(value))[0])}"'


def _inner(child: Child) -> str:
    if child is None:
        return ""
    if isinstance(child, Safe):
        return child
    if isinstance(child, (str, int)):
        return html.escape(clean(str(child))[0])
    return "".join(map(_inner, child))


def page(title: str, *body: Child) -> bytes:
    """A whole page in Spanish."""
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="robots", content="noindex"),
        tag("title", title),
        Safe(f"<style>{STYLE}</style>"),
    )
    return ("<!doctype html>" + tag("html", head, tag("body", tag("main", body)), lang="es")).encode()


def table(
    caption: str,
    titles: Iterable[str],
    rows: Iterable[Iterable[Child]],
    *,
    numbers: frozenset[int] = frozenset(),
) -> Safe:
    """A table that scrolls in a region of its own; the first column names the row. Its caption is heard, not seen."""
    head = tag(
        "tr",
        *(
            tag("th", title, scope="col", class_="n" if at in numbers else None)
            for at, title in enumerate(titles)
        ),
    )
    lines = [
        tag("tr", *(
            tag("th", cell, scope="row") if at == 0 else tag("td", cell, class_="n" if at in numbers else None)
            for at, cell in enumerate(row)
        ))
        for row in rows
    ]  # fmt: skip
    content = tag("table", tag("caption", caption), tag("thead", head), tag("tbody", lines))
    return tag("div", content, class_="scroll", role="region", aria_label=caption, tabindex="0")
