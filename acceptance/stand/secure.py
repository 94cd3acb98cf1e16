"""TLS connections whose handshake a test looks at."""

import socket
import ssl

from .wire import TIMEOUT, Wire, request


class Secure(Wire):
    """A connection over TLS with a context, a name and a session of the test's choice."""

    def __init__(self, address, context, name, session=None):
        plain = socket.create_connection(address, timeout=TIMEOUT)
        self.socket = context.wrap_socket(plain, server_hostname=name, session=session)
        self.buffer = b""

    @property
    def serial(self):
        """The serial number of the certificate that was shown and verified."""
        return self.socket.getpeercert()["serialNumber"]

    @property
    def names(self):
        """The DNS names of the certificate that was shown and verified."""
        return [value for kind, value in self.socket.getpeercert()["subjectAltName"] if kind == "DNS"]

    def ask(self, method, target, host, headers=()):
        """One call on this connection."""
        self.send(request(method, target, host, headers))
        return self.receive(method)


def unverified(**bounds):
    """A context that takes any certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    for name, value in bounds.items():
        setattr(context, name, value)
    return context
