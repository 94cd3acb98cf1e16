"""Signers for callers that are applications: as documented, and as the vendor's demos in several languages write them."""

import base64
import hashlib
import hmac
import json
import urllib.parse

from .signing import ALGORITHMS, http_date

FORM = "application/x-www-form-urlencoded"


def mac(secret, text, algorithm="hmac-sha1"):
    """The signature of a text."""
    return base64.b64encode(hmac.new(secret.encode(), text.encode(), ALGORITHMS[algorithm]).digest()).decode()


def hex_md5(body):
    """Content-MD5 as every demo makes it: of the hexadecimal digits."""
    return base64.b64encode(hashlib.md5(body).hexdigest().encode()).decode()


def authorization(key, secret, names, text, algorithm="hmac-sha1"):
    """The header that carries the signature of a text."""
    value = mac(secret, text, algorithm)
    return f'hmac id="{key}", algorithm="{algorithm}", headers="{names}", signature="{value}"'


def parameters(pairs):
    """The documented form: sorted by name, then by value; an empty value leaves the name alone."""
    return "&".join(name if value == "" else f"{name}={value}" for name, value in sorted(pairs))


def documented(pair, method, path, query=(), headers=(), form=(), body=b"", date=None, algorithm="hmac-sha1"):
    """Headers and body of a call signed as the documentation says; `headers` are signed, `Accept` and `Content-Type` at
    their own places. The path stands without its environment."""
    sent = dict(headers)
    own = {name: sent.get(name, "") for name in ("Accept", "Content-Type", "Content-MD5")}
    selected = {name.lower(): value for name, value in sent.items() if name not in own}
    selected["x-date"] = date or http_date()
    if form:
        own["Content-Type"] = FORM
        body = urllib.parse.urlencode(form).encode()
    pairs = parameters([*query, *form])
    lines = [f"{name}: {value}" for name, value in sorted(selected.items())]
    lines += [method, own["Accept"], own["Content-Type"], own["Content-MD5"], path + (f"?{pairs}" if pairs else "")]
    names = " ".join(sorted(selected))
    sent |= {"X-Date": selected["x-date"], "Authorization": authorization(*pair, names, "\n".join(lines), algorithm)}
    sent |= {name: value for name, value in own.items() if value}
    return sent, body, "\n".join(lines)


def python_demo(pair, url, method="GET", body=None):
    """The Python demo: the query as it stands in the URL, sorted as whole texts; the environment cut off as a prefix; the sum
    of a JSON body signed and not sent; a Content-Type for every method."""
    parts = urllib.parse.urlparse(url)
    path = parts.path
    if path.startswith(("/release", "/test", "/prepub")):
        path = "/" + (path[1:].split("/", 1) + [""])[1]
    path = path or "/"
    if parts.query:
        path += "?" + "&".join(sorted(parts.query.split("&")))
    accept, date, md5, data = "application/json", http_date(), "", None
    kind = FORM
    if body is not None:
        kind = "application/json"
        data = json.dumps(body).encode()
        md5 = hex_md5(data)
    text = f"x-date: {date}\n{method}\n{accept}\n{kind}\n{md5}\n{path}"
    signed = authorization(*pair, "x-date", text)
    return {"Accept": accept, "Content-Type": kind, "x-date": date, "Authorization": signed}, data


def java_demo(pair, path, query, form):
    """The Java demo of a form: the sorted query, then the sorted form."""
    date = http_date()
    blocks = [parameters(pairs) for pairs in (query, form) if pairs]
    text = f"source: apigw test\nx-date: {date}\nPOST\n*/*\n{FORM}\n\n{path}?{'&'.join(blocks)}"
    signed = authorization(*pair, "source x-date", text)
    headers = {"Accept": "*/*", "Content-Type": FORM, "Source": "apigw test", "x-date": date, "Authorization": signed}
    return headers, urllib.parse.urlencode(form).encode()
