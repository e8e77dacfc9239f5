"""The standards of exchange as their files in data/exchange say them."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from lnctp_tui import data
from lnctp_tui.domain.exchange import ctdc, standard


@cache
def htcds() -> standard.Standard:
    """HTCDS 2.0."""
    return standard.read(_content("htcds.toml"))


@cache
def codebook() -> ctdc.Codebook:
    """The columns of CTDC."""
    return ctdc.read(_content("ctdc.toml"))


def _content(name: str) -> dict[str, Any]:
    return tomllib.loads((files(data) / "exchange" / name).read_text(encoding="utf-8"))
