"""The network as a file: read back by an XML parser, without names; no viewer or spreadsheet runs what it holds."""

from __future__ import annotations

import re
import stat
from pathlib import Path
from xml.etree import ElementTree

import pytest

from lnctp_tui.errors import BadInput
from lnctp_tui.services.case.links import Network, Node
from lnctp_tui.services.exchange import graph

HOSTILE = [
    '=HYPERLINK("http://x")',
    "@SUM(A1)",
    "+1",
    '"]; evil [label="',
    "<b>&lt;x\\N\n//",
    "\ud800\x00\ufffe",
    "-2+3|cmd",
]
NAMESPACE = "{http://graphml.graphdrawing.org/xmlns}"


def hostile() -> Network:
    nodes = tuple(
        Node(f"case{number}", folio, "possible", "fuerte", ("phone:+522225550142", f"alias:{folio}", f"host:{folio}"),
             remark="Ana Ficticia", by_id="ana")
        for number, folio in enumerate(HOSTILE)
    )  # fmt: skip
    unseen = Node(
        "oculto", None, "confirmed", "fuerte", (), below=(Node("debajo", None, "possible", "debil", ()),)
    )
    return Network("raiz", "ABC-001-K", (*nodes, unseen), (), 0, None)


@pytest.mark.filterwarnings("ignore")
def test_graphml_is_read_back_with_every_hostile_text_as_text() -> None:
    content = graph.content([hostile()], "graphml")
    root = ElementTree.fromstring(content)
    folios = [data.text or "" for data in root.iter(f"{NAMESPACE}data") if data.get("key") == "folio"]
    assert len(folios) == 1 + len(HOSTILE)
    texts = [data.text or "" for data in root.iter(f"{NAMESPACE}data")]
    assert not [text for text in texts if text[:1] in tuple("=+-@|")]
    assert len([*root.iter(f"{NAMESPACE}edge")]) == len(HOSTILE)


@pytest.mark.parametrize("form", graph.FORMATS)
def test_no_name_no_whole_number_and_no_unseen_case_is_in_it(form: graph.Format) -> None:
    content = graph.content([hostile()], form).decode()
    for secret in ("Ana Ficticia", "2225550142", "oculto", "debajo", "alias:"):
        assert secret not in content
    assert "phone …0142" in content


def test_dot_has_one_statement_a_line_whatever_a_folio_holds() -> None:
    lines = graph.content([hostile()], "dot").decode().splitlines()
    quoted = r'"(?:[^"\\]|\\.)*"'
    statement = re.compile(rf"  {quoted}(?: -- {quoted})? \[(?:[a-z_]+=(?:{quoted}|[a-z]+) ?)+\];")
    assert (lines[0], lines[-1]) == ("graph cases {", "}")
    assert [line for line in lines[1:-1] if not statement.fullmatch(line)] == []


def test_the_file_is_new_and_its_owner_s(tmp_path: Path) -> None:
    path = tmp_path / "red.graphml"
    graph.write([hostile()], "graphml", path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(BadInput, match="file_exists"):
        graph.write([hostile()], "graphml", path)
