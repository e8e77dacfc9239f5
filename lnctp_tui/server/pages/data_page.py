"""The page of open data: which editions there are, and their files."""

from __future__ import annotations

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


def media(file: str) -> str:
    """The media type of a file, by its name."""
    return MEDIA.get(file.rpartition(".")[2].lower(), PLAIN) if "." in file else PLAIN


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
    rows: list[list[Child]] = [
        [tag("a", file.file, href=f"/datos/{name}/{file.file}"), file.size] for file in files
    ]
    caption = f"Archivos de la edición {name}"
    return tag(
        "section",
        tag("h2", f"Edición {name}"),
        table(caption, ["Archivo", "Bytes"], rows, numbers=frozenset({1})),
    )
