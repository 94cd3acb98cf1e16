"""WebSockets of both sides: an echoing backend, and callers' connections through the gateway."""

import socket
import ssl
import threading

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.sync.server import serve


class Echo:
    """A WebSocket backend that says back what it hears, in fragments where it was said in fragments."""

    def __init__(self, tls=None, **options):
        self.heads = []
        self.ended = []
        self.tls = tls
        self.server = serve(self._talk, "127.0.0.1", 0, ssl=tls, max_size=None, **options)
        self.port = self.server.socket.getsockname()[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self):
        """What stands in an API's ServiceConfig.Url."""
        return f"{'wss' if self.tls else 'ws'}://127.0.0.1:{self.port}"

    def _talk(self, connection):
        self.heads.append(connection.request)
        try:
            for message in connection:
                half = len(message) // 2
                connection.send([message[:half], message[half:]] if len(message) % 2 else message)
        except ConnectionClosed:
            pass
        self.ended.append((connection.close_code, connection.close_reason))

    def close(self):
        """Stops listening and closes every connection."""
        self.server.shutdown()


def call(address, host, path, tls=False, **options):
    """A caller's WebSocket through the gateway's listener at `address`."""
    trusting = None
    if tls:
        trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        trusting.check_hostname = False
        trusting.verify_mode = ssl.CERT_NONE
    made = socket.create_connection(address, timeout=60)
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    scheme = "wss" if tls else "ws"
    return connect(f"{scheme}://{host}{path}", sock=made, ssl=trusting, proxy=None, **{"max_size": None, **options})


def api(site, backend, **fields):
    """Makes a WebSocket API at `/chat` in front of `backend`."""
    config = {"Url": backend.url, "Path": "/room", "Method": "GET"}
    given = {"path": "/chat", "method": "GET", "Protocol": "WEBSOCKET", "ServiceType": "WEBSOCKET"}
    return site.api(**{**given, "ServiceConfig": config, **fields})
