"""The floor of the load: the same requests checked and answered by the same web server, with no database behind it.

As the real server it checks the signature of the request, unpacks it, checks shape, hash and signature of every
change, and answers with a signed receipt. `python -m bench.answering PORT KEYS`; KEYS is a JSON file, device → key.
"""

import sys
from pathlib import Path
from time import time
from typing import Any

import orjson
import uvicorn
from nacl.signing import SigningKey

from lnctp_tui.errors import Denied
from lnctp_tui.server.http import requests
from lnctp_tui.server.http.bodies import Bodies
from lnctp_tui.server.ingest import check
from lnctp_tui.storage import instants
from lnctp_tui.sync import wire

KEY = SigningKey.generate()
KEYS: dict[str, str] = {}
BODIES = Bodies()
HEADERS = [(b"content-type", wire.MEDIA.encode()), (b"lnctp-time", b"0")]


async def application(scope: Any, receive: Any, send: Any) -> None:
    """One request."""
    if scope["type"] != "http":
        return
    status, content = 200, b"{}"
    if scope["path"] != "/health":
        try:
            content = await answer(scope, receive)
        except Denied as denied:
            status = denied.status
    length = (b"content-length", str(len(content)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [*HEADERS, length]})
    await send({"type": "http.response.body", "body": content})


async def answer(scope: Any, receive: Any) -> bytes:
    said = requests.envelope(scope, int(time()))
    key = KEYS[said.device]
    requests.verify(said, key, said.digest)
    with BODIES.reading(said.device, True) as held:
        body = await requests.body_of(receive, held)
    message = requests.message_of(requests.unpacked(body))
    writer = check.Writer(key, said.device, frozenset({said.device}))
    results = [
        [each["id"], check.flaw(each, writer) or "accepted", 1, None, None] for each in message["changes"]
    ]
    receipt = {
        "device": said.device, "seq": message["receipt"], "ids": wire.ids_digest(each[0] for each in results),
        "n": 1, "chain": "0" * 64, "at": instants.iso(instants.now()),
    }  # fmt: skip
    sig = KEY.sign(wire.receipt_bytes(receipt)).signature.hex()
    proof = [1, "0" * 64]
    told = {
        "status": "ok",
        "results": results,
        "proof": proof,
        "receipt": {"body": receipt, "sig": sig},
        "audit": proof,
    }
    return wire.pack(told)


if __name__ == "__main__":
    KEYS = orjson.loads(Path(sys.argv[2]).read_bytes())
    uvicorn.run(
        application, port=int(sys.argv[1]), log_config=None, access_log=False, lifespan="off", backlog=4096
    )
