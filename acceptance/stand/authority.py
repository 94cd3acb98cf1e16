"""A certificate authority of the test's own, by the `openssl` command."""

import ssl
import subprocess

EC = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]


def openssl(*words):
    """Runs `openssl`."""
    done = subprocess.run(["openssl", *map(str, words)], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, f"openssl {words}: {done.stderr}"
    return done.stdout


class Authority:
    """Issues certificates; `root` is what those trust who trust it."""

    def __init__(self, folder, name="root"):
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.root = folder / f"{name}.pem"
        self.key = folder / f"{name}.key"
        self.issued = 0
        subject = ["-subj", f"/CN=acceptance {name}", "-days", 30]
        openssl("req", "-x509", *EC, "-keyout", self.key, "-out", self.root, *subject)

    def issue(self, *names, common=None, days=20, usage="serverAuth"):
        """A chain and a key for these names, as two texts."""
        self.issued += 1
        at = self.folder / f"{self.root.stem}-{self.issued}"
        request, key, leaf, more = (at.with_suffix(f".{end}") for end in ("csr", "key", "pem", "ext"))
        more.write_text(f"subjectAltName={','.join(f'DNS:{name}' for name in names)}\nextendedKeyUsage={usage}\n")
        openssl("req", "-new", *EC, "-keyout", key, "-out", request, "-subj", f"/CN={common or names[0]}")
        signer = ["-CA", self.root, "-CAkey", self.key, "-CAcreateserial"]
        openssl("x509", "-req", "-in", request, *signer, "-out", leaf, "-days", days, "-extfile", more)
        return leaf.read_text(), key.read_text()

    def trusting(self, **bounds):
        """A client's context that trusts this authority alone."""
        context = ssl.create_default_context(cafile=str(self.root))
        for name, value in bounds.items():
            setattr(context, name, value)
        return context


def write(folder, name, pair):
    """Puts a chain and its key where the gateway looks for them; the key last, as a careless copy does."""
    folder.mkdir(parents=True, exist_ok=True)
    for end, text in zip(("pem", "key"), pair):
        draft = folder / f"{name}.{end}.draft"
        draft.write_text(text)
        draft.rename(folder / f"{name}.{end}")
