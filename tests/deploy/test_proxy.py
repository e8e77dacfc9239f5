"""deploy/nginx.conf in a real nginx, with the server behind it and our laptops before it."""

from __future__ import annotations

import re
import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import trustme
from served import CANARY, Laptop, Served, serving

from lnctp_tui.server.settings import Settings
from lnctp_tui.sync import tls

CONF = Path(__file__).parents[2] / "deploy" / "nginx.conf"
NAME = "localhost"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def configured(folder: Path, port: int, behind: int) -> str:
    """The file as it is shipped, with this test's places, ports and name for those of the handbook."""
    text = CONF.read_text(encoding="utf-8")
    places = {
        "user www-data;": "daemon off;",
        "/run/nginx.pid": f"{folder}/nginx.pid",
        "/var/log/nginx/": f"{folder}/",
        "/etc/lnctp/tls/": f"{folder}/",
        "lnctp.example.org": NAME,
        "server 127.0.0.1:8443": f"server 127.0.0.1:{behind}",
        "worker_processes auto": "worker_processes 1",
        "worker_rlimit_nofile 65536": "worker_rlimit_nofile 1024",
        "worker_connections 16384": "worker_connections 512",
    }
    for shipped, ours in places.items():
        assert shipped in text
        text = text.replace(shipped, ours)
    text = re.sub(r"\n *listen \[::\]:443[^;]*;", "", text).replace("listen 443", f"listen 127.0.0.1:{port}")
    kept = "".join(
        f"    {of}_temp_path {folder}/{of};\n" for of in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    return text.replace("http {\n", f"http {{\n{kept}", 1)


@pytest.fixture
def behind(pg: str, tmp_path: Path) -> Iterator[tuple[Served, Laptop, Path]]:
    """A server behind the proxy, an active laptop that speaks to the proxy, and the proxy's folder."""
    program = shutil.which("nginx") or shutil.which("/usr/sbin/nginx")
    if program is None:
        pytest.skip("needs nginx")
    folder, authority, port = tmp_path / "nginx", trustme.CA(), free_port()
    folder.mkdir(mode=0o755)
    pair = authority.issue_cert(NAME)
    pair.private_key_pem.write_to_path(folder / "server.key")
    for number, blob in enumerate(pair.cert_chain_pems):
        blob.write_to_path(folder / "server.pem", append=bool(number))
    with serving(pg, Settings(home=tmp_path / "server", proxies=frozenset({"127.0.0.1"}))) as served:
        laptop = served.laptop()
        (folder / "nginx.conf").write_text(configured(folder, port, int(served.url.rpartition(":")[2])))
        command = [
            program,
            "-p",
            str(folder),
            "-e",
            str(folder / "start.log"),
            "-c",
            str(folder / "nginx.conf"),
        ]
        checked = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
        assert checked.returncode == 0, checked.stderr
        assert "warn" not in checked.stderr
        proxy = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            laptop.url = f"https://{NAME}:{port}"
            trusted = tls.context(authority.cert_pem.bytes().decode())
            laptop.client = httpx.Client(trust_env=False, timeout=40, verify=trusted)
            until_up(port, proxy)
            yield served, laptop, folder
        finally:
            laptop.client.close()
            proxy.terminate()
            proxy.wait(10)


def until_up(port: int, proxy: subprocess.Popen[bytes]) -> None:
    while proxy.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            continue
        return
    raise AssertionError("nginx did not start")


def test_calls_go_and_come_through_the_proxy_and_nothing_of_them_stays_there(
    behind: tuple[Served, Laptop, Path],
) -> None:
    _served, laptop, folder = behind
    pushed = laptop.push(
        *(laptop.case(summary=f"{CANARY} {number} " + "relato " * 200) for number in range(60))
    )
    assert pushed.status == 200, pushed.content
    page = laptop.call("GET", "/v1/pull?wait=0")
    assert page.status == 200
    assert len(page.message["entries"]) >= 60
    assert laptop.client.get(f"{laptop.url}/health").status_code == 200
    for path in ("/ready", "/metrics", "/", "/v2/me"):
        assert laptop.client.get(laptop.url + path).status_code == 404
    laptop.client.get(f"{laptop.url}/v1/search?q={CANARY}")
    written = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    assert CANARY.encode() not in written
    assert laptop.device.encode() not in written
    assert not [path for path in folder.rglob("*") if path.is_file() and path.parent != folder]


def test_the_pages_go_through_with_all_their_headers_and_their_paths_stay_out_of_logs(
    behind: tuple[Served, Laptop, Path],
) -> None:
    served, laptop, folder = behind
    supervisor = served.laptop("supervisor")
    supervisor.url, supervisor.client = laptop.url, laptop.client
    link = supervisor.call("POST", "/v1/board").message["path"]
    assert laptop.client.get(laptop.url + link).status_code == 200
    entered = laptop.client.post(f"{laptop.url}/entrar", data={"ficha": link.rpartition("/")[2]})
    assert entered.status_code == 303
    board = laptop.client.get(f"{laptop.url}/tablero")  # the cookie is kept: this is TLS, as it demands
    assert board.status_code == 200
    assert {"content-security-policy", "referrer-policy", "strict-transport-security"} <= set(board.headers)
    assert board.headers["cache-control"] == "no-store"
    assert laptop.client.get(f"{laptop.url}/datos").status_code == 200
    assert laptop.client.get(f"{laptop.url}/datos/x/y").status_code == 404
    assert laptop.client.post(f"{laptop.url}/entrar", content=b"x" * 2000).status_code == 413
    for path in ("/datos/x/..%2f..%2fy/z", "/datos/", "/entrar/../ready", "/tablero/x", "/datos/a/b/c"):
        assert laptop.client.get(laptop.url + path).status_code in (404, 400), path
    written = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    assert link.rpartition("/")[2].encode() not in written
    assert b"tablero" not in (folder / "lnctp.log").read_bytes()


def test_who_signs_nothing_is_refused_before_the_body_has_come(behind: tuple[Served, Laptop, Path]) -> None:
    _served, laptop, _folder = behind
    other = Laptop(laptop.url, client=laptop.client)
    assert other.call("GET", "/v1/me").error == "unknown_device"
    forged = Laptop(laptop.url, device=laptop.device, client=laptop.client)
    assert forged.push(forged.case()).error == "bad_signature"
    assert laptop.client.post(f"{laptop.url}/v1/push", content=b"x" * (6 << 20)).status_code == 413


def test_an_address_that_a_client_claims_is_not_believed(behind: tuple[Served, Laptop, Path]) -> None:
    """Else each try of a stranger would come from a new address."""
    _served, laptop, _folder = behind
    stranger, codes = Laptop(laptop.url, client=laptop.client), set()
    for number in range(400):
        headers = stranger.signed("GET", "/v1/me", b"") | {
            "X-Forwarded-For": f"10.9.{number // 250}.{number % 250}"
        }
        codes.add(stranger.send("GET", "/v1/me", b"", headers).status)
        if 429 in codes:
            break
    assert 429 in codes
    assert laptop.call("GET", "/v1/me").status == 200


def test_another_name_gets_no_certificate(behind: tuple[Served, Laptop, Path]) -> None:
    _served, laptop, _folder = behind
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    port = int(laptop.url.rpartition(":")[2])
    with (
        socket.create_connection(("127.0.0.1", port), 5) as connection,
        pytest.raises(ssl.SSLError, match="UNRECOGNIZED_NAME"),
    ):
        context.wrap_socket(connection, server_hostname="otra.example.org")
