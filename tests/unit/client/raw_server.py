# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A server that answers by script and keeps what it received as bytes, with no HTTP library in between."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import json
import socket
import ssl
import struct
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

#: Answers that are not bytes: break the connection off, or never say a word.
RESET: Final = "reset"
SILENCE: Final = "silence"
#: With this byte a client begins TLS, here with a server that has none.
TLS_HANDSHAKE: Final = b"\x16"


def answer(status: int, body: Any = None, *, cut: int = 0, **headers: str) -> bytes:
    """The bytes of an answer.

    :param body: bytes as they are, ``None`` for none, everything else as JSON.
    :param cut: so many bytes of the body are announced but not sent.
    :param headers: with ``_`` for ``-``.
    """
    content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    lines = [f"HTTP/1.1 {status} Something", f"Content-Length: {len(content)}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + content[: len(content) - cut]


@dataclass(frozen=True)
class Received:
    """One request as it came over the wire."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def signed_url(self) -> str:
        """The absolute URL that the gateway puts together from what it received."""
        return self.target if self.target.startswith("http") else f"http://{self.headers['host']}{self.target}"

    def verifies(self, secret_key: str) -> bool:
        """Whether the signature fits what was received, by independent code (platform-behaviour.md §1)."""
        head = self.headers
        text = f"{self.method}{self.signed_url}{head['scp-timestamp']}{head['scp-accesskey']}"
        text += f"{head.get('scp-accountid', '')}Openapi"
        made = hmac.digest(secret_key.encode(), text.encode("latin-1"), hashlib.sha256)
        return base64.b64encode(made).decode() == head["scp-signature"]


class RawServer:
    """Gives one answer after the other, the last one indefinitely. One connection carries one request."""

    def __init__(
        self, answers: Sequence[bytes | str], *, host: str = "127.0.0.1", context: ssl.SSLContext | None = None
    ) -> None:
        self.received: list[Received] = []
        self._answers = list(answers)
        self._context = context
        self._open: list[socket.socket] = []
        self._socket = socket.create_server((host, 0), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
        self.port = self._socket.getsockname()[1]
        self.url = f"http{'s' if context else ''}://{f'[{host}]' if ':' in host else host}:{self.port}"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Close everything."""
        # A closed socket does not wake accept() everywhere, a connection does.
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(5)
        for connection in self._open:
            connection.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _peer = self._socket.accept()
            except OSError:
                return
            with contextlib.suppress(OSError):
                connection.settimeout(5)
                self._handle(self._context.wrap_socket(connection, server_side=True) if self._context else connection)

    def _handle(self, connection: socket.socket) -> None:
        with connection.makefile("rb") as stream:
            begin = stream.peek(1)[:1]
            if begin in (b"", TLS_HANDSHAKE):
                connection.sendall(answer(400))
                connection.close()
                return
            method, target, _version = stream.readline().decode("latin-1").split()
            lines = iter(stream.readline, b"\r\n")
            pairs = (line.decode("latin-1").rstrip("\r\n").partition(": ") for line in lines)
            headers = {name.lower(): value for name, _colon, value in pairs}
            body = stream.read(int(headers.get("content-length", "0")))
        self.received.append(Received(method, target, headers, body))
        said = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if said == SILENCE:
            self._open.append(connection)
            return
        if said == RESET:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        elif isinstance(said, bytes):
            connection.sendall(said)
        connection.close()


@contextlib.contextmanager
def serving(*answers: bytes | str, **options: Any) -> Iterator[RawServer]:
    """A server for a ``with`` block."""
    server = RawServer(answers, **options)
    try:
        yield server
    finally:
        server.stop()
