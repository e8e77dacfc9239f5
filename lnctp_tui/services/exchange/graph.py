"""The cases around one as a graph for analysts' programs: GraphML 1.0 and DOT. No names, no texts, no whole numbers.

Each is a page of the standard and needs no library: `docs/decisions/028-links-as-half-records.md` says why.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final, Literal, NamedTuple

from lnctp_tui.domain.links.masked import masked
from lnctp_tui.services.case import handing_out
from lnctp_tui.services.case.links import Network, Node

Format = Literal["graphml", "dot"]
FORMATS: Final = ("graphml", "dot")
NODE: Final = ("folio",)
EDGE: Final = ("state", "grade", "shared", "decided_on")
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that no XML document holds. Source: XML 1.0, production 2."""


class Edge(NamedTuple):
    """A link of the graph, from the case that is nearer."""

    source: str
    target: str
    said: Mapping[str, str]


def content(networks: Iterable[Network], form: Format) -> bytes:
    """The graph of these cases and those around them, each once; what is not shown is not in it."""
    nodes: dict[str, str] = {}
    edges: dict[tuple[str, str], Edge] = {}
    for network in networks:
        nodes[network.case_id] = network.folio or network.case_id
        for edge, folio in _edges(network.case_id, network.nodes):
            nodes.setdefault(edge.target, folio)
            edges.setdefault((min(edge[:2]), max(edge[:2])), edge)
    make = _graphml if form == "graphml" else _dot
    return ("\n".join(make(nodes, edges.values())) + "\n").encode()


def write(networks: Iterable[Network], form: Format, path: Path) -> None:
    """Writes it to a new file that only its owner reads. Raises BadInput `file_exists`, StorageFailed."""
    handing_out.hand_out(path, content(networks, form))


def _edges(case_id: str, nodes: Iterable[Node]) -> Iterator[tuple[Edge, str]]:
    for node in nodes:
        if node.folio is not None:
            shared = "; ".join(" ".join(filter(None, masked(key))) for key in node.shared)
            said = {
                "state": node.state or "undecided", "grade": node.grade, "shared": shared,
                "decided_on": (node.at or "")[:10],
            }  # fmt: skip
            yield Edge(case_id, node.case_id, said), node.folio or node.case_id
            yield from _edges(node.case_id, node.below)


def plain(value: str) -> str:
    """A value that no spreadsheet takes for a formula, on one line."""
    text = " ".join(value.split())
    return f"'{text}" if text[:1] in tuple("=+-@|") else text


def _graphml(nodes: Mapping[str, str], edges: Iterable[Edge]) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">'
    for kind, names in (("node", NODE), ("edge", EDGE)):
        yield from (
            f'  <key id="{name}" for="{kind}" attr.name="{name}" attr.type="string"/>' for name in names
        )
    yield '  <graph edgedefault="undirected">'
    for case_id, folio in nodes.items():
        yield f'    <node id="{_xml(case_id)}"><data key="folio">{_xml(plain(folio))}</data></node>'
    for edge in edges:
        data = "".join(f'<data key="{name}">{_xml(plain(edge.said[name]))}</data>' for name in EDGE)
        yield f'    <edge source="{_xml(edge.source)}" target="{_xml(edge.target)}">{data}</edge>'
    yield "  </graph>"
    yield "</graphml>"


def _xml(text: str) -> str:
    clean = _NOT_XML.sub("\ufffd", text)
    return clean.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def _dot(nodes: Mapping[str, str], edges: Iterable[Edge]) -> Iterator[str]:
    yield "graph cases {"
    for case_id, folio in nodes.items():
        yield f"  {_quoted(case_id)} [label={_quoted(plain(folio))}];"
    for edge in edges:
        said = " ".join(f"{name}={_quoted(plain(edge.said[name]))}" for name in EDGE)
        style = "solid" if edge.said["state"] == "confirmed" else "dashed"
        yield f"  {_quoted(edge.source)} -- {_quoted(edge.target)} [style={style} {said}];"
    yield "}"


def _quoted(text: str) -> str:
    """A quoted id of DOT, in which a backslash begins an escape of the labels."""
    return (
        '"' + _NOT_XML.sub("\ufffd", text).replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ") + '"'
    )
