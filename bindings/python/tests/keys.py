"""A key store as an app writes one: here a file, on a phone the platform's."""

from pathlib import Path

from linli import KeyStore, KeyStoreError


class FileKeys(KeyStore):
    def __init__(self, path):
        self.path = Path(path)
        self.locked = False

    def make_signing_key(self):
        """A file cannot sign: it keeps a secret."""
        return None

    def sign(self, message):
        raise KeyStoreError.Failed("keeps no signing key")

    def load(self):
        if self.locked:
            raise KeyStoreError.Failed("locked")
        return self.path.read_bytes() if self.path.exists() else None

    def save(self, secret):
        self.path.write_bytes(secret)
