"""An issuer of JSON Web Tokens, as the vendor's demo of an authorization server is one; by the `openssl` command."""

import base64
import json
import subprocess
import tempfile
import time
from pathlib import Path


def openssl(*words, given=b""):
    """What `openssl` says, as bytes."""
    return subprocess.run(["openssl", *words], input=given, capture_output=True, timeout=60, check=True).stdout


def packed(data):
    """Base64 as tokens have it."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def plain(signature):
    """An ECDSA signature as tokens have it, from the DER form: two numbers of 32 bytes."""
    first = signature[4 : 4 + signature[3]]
    second = signature[6 + len(first) :]
    return b"".join(part.lstrip(b"\0").rjust(32, b"\0") for part in (first, second))


class Issuer:
    """A key, its public half as a JSON Web Key, and tokens that it signs."""

    def __init__(self, kind="RS256", kid=None):
        self.kind, self.kid = kind, kid
        if kind == "ES256":
            self.pem = openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout")
        else:
            self.pem = openssl("genrsa", "2048")

    @property
    def jwk(self):
        """The public key."""
        if self.kind == "ES256":
            point = openssl("ec", "-pubout", "-outform", "DER", given=self.pem)[-64:]
            key = {"kty": "EC", "crv": "P-256", "x": packed(point[:32]), "y": packed(point[32:])}
        else:
            modulus = openssl("rsa", "-noout", "-modulus", given=self.pem).decode().strip().removeprefix("Modulus=")
            key = {"e": "AQAB", "kty": "RSA", "n": packed(bytes.fromhex(modulus))}
        return key | ({"kid": self.kid} if self.kid else {})

    def token(self, lasts=600, kid=None, **claims):
        """A token; its claims are those of the vendor's demo."""
        now = int(time.time())
        kid = kid or self.kid
        header = {"alg": self.kind, "typ": "JWT"} | ({"kid": kid} if kid else {})
        claims = {"iat": now, "nbf": now, "exp": now + lasts, "jti": "1", "sub": "caller", "aud": "shop"} | claims
        claims = {name: value for name, value in claims.items() if value is not None}
        text = f"{packed(json.dumps(header).encode())}.{packed(json.dumps(claims).encode())}"
        with tempfile.TemporaryDirectory() as folder:
            key = Path(folder) / "key.pem"
            key.write_bytes(self.pem)
            signature = openssl("dgst", "-sha256", "-sign", str(key), given=text.encode())
        return f"{text}.{packed(plain(signature) if self.kind == 'ES256' else signature)}"
