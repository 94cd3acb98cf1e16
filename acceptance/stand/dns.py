"""A caller's DNS that points the vendor's names at the gateway: what an operator does when moving here."""

import socket

SUFFIXES = (".apigateway.myqcloud.com", ".apigw.tencentcs.com", ".tencentapigw.com", ".apigateway.localhost")


def point_here(monkeypatch):
    """Names of the families that a gateway answers to resolve to this machine; all others as ever."""
    resolve = socket.getaddrinfo

    def resolved(host, *arguments, **named):
        name = host.decode() if isinstance(host, bytes) else host
        here = isinstance(name, str) and name.lower().endswith(SUFFIXES)
        return resolve("127.0.0.1" if here else host, *arguments, **named)

    monkeypatch.setattr(socket, "getaddrinfo", resolved)
