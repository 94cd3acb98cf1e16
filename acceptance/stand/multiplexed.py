"""A backend that speaks HTTP/2 over TLS and does, request after request, what it is told."""

import socket
import ssl
import threading

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.events import DataReceived, RequestReceived, StreamEnded
from h2.exceptions import ProtocolError


class Multiplexed:
    """`deeds` are what becomes of the requests in the order in which they come: `refuse` (REFUSED_STREAM), `leave` (GOAWAY
    that this one has not been begun with), `internal` (RST_STREAM for the backend's own reasons); afterwards all are
    answered with 200 and their body."""

    def __init__(self, certificate, deeds=()):
        self.deeds = list(deeds)
        self.seen, self.connections, self.lock = [], 0, threading.Lock()
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.tls.load_cert_chain(certificate)
        self.tls.set_alpn_protocols(["h2"])
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"https://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        """Nobody is let in any more."""
        self.listener.close()

    def _accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        try:
            with self.tls.wrap_socket(connection, server_side=True) as wire:
                self.connections += 1
                self._speak(wire, H2Connection(H2Configuration(client_side=False)))
        except (OSError, ProtocolError):
            pass

    def _speak(self, wire, speech):
        speech.initiate_connection()
        wire.sendall(speech.data_to_send())
        bodies = {}
        while data := wire.recv(65536):
            for event in speech.receive_data(data):
                if isinstance(event, RequestReceived):
                    bodies[event.stream_id] = b""
                elif isinstance(event, DataReceived):
                    bodies[event.stream_id] += event.data
                    speech.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
                elif isinstance(event, StreamEnded) and self._end(speech, event.stream_id, bodies.pop(event.stream_id)):
                    wire.sendall(speech.data_to_send())
                    # Who closes with something unread resets the connection, and takes the goodbye back with it.
                    while wire.recv(65536):
                        pass
                    return
            wire.sendall(speech.data_to_send())

    def _end(self, speech, stream, body):
        """Does what is due; true where the connection ends with it."""
        with self.lock:
            deed = self.deeds.pop(0) if self.deeds else "answer"
            self.seen.append((deed, body))
        if deed == "leave":
            speech.close_connection(last_stream_id=0)
            return True
        if deed in ("refuse", "internal"):
            speech.reset_stream(stream, ErrorCodes.REFUSED_STREAM if deed == "refuse" else ErrorCodes.INTERNAL_ERROR)
        else:
            speech.send_headers(stream, [(":status", "200"), ("content-length", str(len(body)))])
            speech.send_data(stream, body, end_stream=True)
        return False
