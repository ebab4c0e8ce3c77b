"""An SMTP sink in a process of its own: writes each mail as one JSON line, and its port as the first line.

python tests/sink_process.py LOG
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import signal
import sys
from email import message_from_bytes

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class Log:
    """Takes every mail and writes down what came."""

    def __init__(self, path: str, delay: float) -> None:
        self._delay = delay
        self._file = open(path, "a", encoding="ascii")  # noqa: PTH123, SIM115 - open for the life of the process

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        raw = envelope.original_content or b""
        line = {
            "message_id": message_from_bytes(raw)["Message-ID"],
            "rcpt": envelope.rcpt_tos,
            "sha1": hashlib.sha1(raw).hexdigest(),
            "raw": base64.b64encode(raw).decode(),
        }
        self._file.write(json.dumps(line) + "\n")
        self._file.flush()
        # it has the mail, and thinks before it says so: whoever dies meanwhile cannot know
        await asyncio.sleep(self._delay)
        return "250 2.0.0 taken"


def main() -> None:
    """Serve until SIGTERM."""
    controller = Controller(
        Log(sys.argv[1], float((sys.argv[2:] or ["0"])[0]) / 1000),
        hostname="127.0.0.1",
        port=0,
        decode_data=False,
    )
    # port 0 is looked up after the start: the controller wants to connect to itself first
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(loop.create_server(controller.factory, host="127.0.0.1", port=0))
    print(server.sockets[0].getsockname()[1], flush=True)
    loop.add_signal_handler(signal.SIGTERM, loop.stop)
    loop.run_forever()


main()
