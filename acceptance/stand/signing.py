"""Signers written as in the vendor's demos for callers with a key pair."""

import base64
import hashlib
import hmac
import time

ALGORITHMS = {
    "hmac-sha1": hashlib.sha1,
    "hmac-sha256": hashlib.sha256,
    "hmac-sha384": hashlib.sha384,
    "hmac-sha512": hashlib.sha512,
}


def http_date(offset=0):
    """The date of now plus `offset` seconds as it stands in a header."""
    return time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + offset))


def signature(secret, headers, algorithm="hmac-sha1"):
    """The signature over `name: value` lines."""
    text = "\n".join(f"{name.lower()}: {value}" for name, value in headers)
    digest = hmac.new(secret.encode(), text.encode(), ALGORITHMS[algorithm]).digest()
    return base64.b64encode(digest).decode()


def authorization(key, secret, headers, algorithm="hmac-sha1"):
    """The value of the Authorization header."""
    names = " ".join(name.lower() for name, _ in headers)
    value = signature(secret, headers, algorithm)
    return f'hmac id="{key}", algorithm="{algorithm}", headers="{names}", signature="{value}"'


def date_source(key, secret, source="xxxxxx", algorithm="hmac-sha1"):
    """The Python, Java and PHP demos: `date source`."""
    signed = [("Date", http_date()), ("Source", source)]
    return [*signed, ("Authorization", authorization(key, secret, signed, algorithm))]


def x_date_source(key, secret, source="apigw test", algorithm="hmac-sha1"):
    """The Go, JavaScript and C++ demos: `x-date source`."""
    signed = [("X-Date", http_date()), ("Source", source)]
    return [*signed, ("Authorization", authorization(key, secret, signed, algorithm))]
