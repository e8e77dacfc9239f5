"""One self-contained page: no script, no outside address, a policy that allows its own style and nothing else."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from lnctp_tui.reports.tables import FOLDER


def html(content: dict[str, Any]) -> bytes:
    """The page of what `drawn.made` puts together."""
    import jinja2
    from markupsafe import Markup

    style = (FOLDER / "page.css").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["drawn"] = Markup
    template = environment.from_string((FOLDER / "page.html").read_text("utf-8"))
    return template.render(content | {"style": Markup(style), "policy": policy}).encode()
