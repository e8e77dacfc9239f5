"""The page of open data: which editions there are, and their files."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from itertools import groupby
from typing import Final

from lnctp_tui.server.pages.html import Child, Safe, page, table, tag
from lnctp_tui.server.pages.published import Named

TITLE: Final = "Datos abiertos de la Línea"
MEDIA: Final = {
    "csv": "text/csv; charset=utf-8", "json": "application/json", "html": "text/html; charset=utf-8",
    "pdf": "application/pdf", "txt": "text/plain; charset=utf-8", "md": "text/markdown; charset=utf-8",
}  # fmt: skip
PLAIN: Final = "application/octet-stream"


READ: Final = (
    ("edicion-es.html", "Leer esta edición", "es"), ("edicion-es.pdf", "La misma en PDF", "es"),
    ("edicion-en.html", "Read this edition in English", "en"), ("edicion-en.pdf", "The same as a PDF", "en"),
)  # fmt: skip
"""Files for who reads, what they are called, in which language."""
STYLES: Final = re.compile(rb"<style>(.*?)</style>", re.DOTALL)


def media(file: str) -> str:
    """The media type of a file, by its name."""
    return MEDIA.get(file.rpartition(".")[2].lower(), PLAIN) if "." in file else PLAIN


def policy(content: bytes) -> str:
    """What the page of an edition may do: show its own style, and nothing else."""
    digests = [
        base64.b64encode(hashlib.sha256(style).digest()).decode() for style in STYLES.findall(content)[:1]
    ]
    styles = " ".join(f"'sha256-{digest}'" for digest in digests) or "'none'"
    return (
        f"default-src 'none'; style-src {styles}; form-action 'none'; frame-ancestors 'none'; base-uri 'none'"
    )


def listing(files: Sequence[Named]) -> bytes:
    """All editions, the newest first."""
    about = tag(
        "p",
        "Cifras publicadas, con su diccionario, método, licencia y sumas de verificación. Las celdas pequeñas están"
        " protegidas. No hay registros de personas ni de casos.",
    )
    editions = [_edition(name, list(of)) for name, of in groupby(files, key=lambda file: file.edition)]
    return page(TITLE, tag("h1", TITLE), about, editions or tag("p", "Aún no hay ediciones publicadas."))


def _edition(name: str, files: Sequence[Named]) -> Safe:
    there = {file.file for file in files}
    read = [
        tag("li", tag("a", label, href=f"/datos/{name}/{file}", lang=spoken, hreflang=spoken))
        for file, label, spoken in READ
        if file in there
    ]
    links = (tag("a", file.file, href=f"/datos/{name}/{file.file}") for file in files)
    rows: list[list[Child]] = [[link, file.size] for link, file in zip(links, files, strict=True)]
    caption = f"Archivos de la edición {name}"
    return tag(
        "section",
        tag("h2", f"Edición {name}"),
        tag("ul", read) if read else None,
        table(caption, ["Archivo", "Bytes"], rows, numbers=frozenset({1})),
    )
