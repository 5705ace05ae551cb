"""Files of a backup: written once and for their owner alone, hashed on the way, encrypted with age on request.

A megabyte of a file is in memory at most, however large it is: ``pyrage`` encrypts and decrypts in pieces of 64 KB.
"""

import hashlib
import os
import shutil
from collections.abc import Iterable
from pathlib import Path

import pyrage

from . import BackupFailed, RestoreRefused

PIECE = 1024 * 1024


class HashedFile:
    """A new file that only its owner may read. ``close`` brings it to the disk; ``entry`` is what a manifest says of it."""

    def __init__(self, path: Path):
        self.path = path
        self.digest, self.size = hashlib.sha256(), 0
        # What failed to be written, which pyrage turns into an error of its own.
        self.error = None
        self._file = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")

    def write(self, data: bytes) -> int:
        try:
            self._file.write(data)
        except OSError as error:
            self.error = error
            raise
        self.digest.update(data)
        self.size += len(data)
        return len(data)

    def flush(self):
        self._file.flush()

    def close(self):
        with self._file:
            self._file.flush()
            os.fsync(self._file.fileno())

    def abandon(self):
        """Let go of the file where writing it has failed."""
        try:
            self._file.close()
        except OSError:  # the disk is full, and what was to be written is lost anyway
            return

    @property
    def entry(self) -> dict:
        return {"bytes": self.size, "sha256": self.digest.hexdigest()}


def write_file(reader, path: Path, keys: Iterable[str]) -> dict:
    """Write what ``reader`` gives, encrypted to ``keys`` where there are any; returns the manifest's entry. Raises ``OSError``."""
    target = HashedFile(path)
    try:
        if keys:
            pyrage.encrypt_io(reader, target, recipients(keys))
        else:
            shutil.copyfileobj(reader, target, PIECE)
        target.close()
    except pyrage.EncryptError as error:
        target.abandon()
        raise (target.error or BackupFailed(f"The backup could not be encrypted: {error}.")) from None
    except BaseException:
        target.abandon()
        raise
    return target.entry


def entry_of(path: Path) -> dict:
    """What a manifest would say of the file. Raises ``OSError``."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
        return {"bytes": file.tell(), "sha256": digest.hexdigest()}


def recipients(keys: Iterable[str]) -> list:
    """The public keys, read. Raises ``BackupFailed``."""
    found = []
    for key in keys:
        try:
            found.append(pyrage.x25519.Recipient.from_str(key))
        except pyrage.RecipientError:
            # The key itself is not repeated: it may be a secret one.
            raise BackupFailed("A key to encrypt to is no public key of age, which begins with age1.") from None
    return found


def identities(path: Path | None) -> list:
    """The secret keys in a file, as age-keygen writes it. Raises ``RestoreRefused``."""
    if path is None:
        raise RestoreRefused("This backup is encrypted. Name the file with its secret key: --identity FILE.")
    try:
        lines = [line.strip() for line in path.read_text("utf-8").splitlines()]
        found = [pyrage.x25519.Identity.from_str(line) for line in lines if line and not line.startswith("#")]
    except OSError as error:
        raise RestoreRefused(f"The file with the secret key cannot be read ({error.strerror}).") from None
    except (ValueError, pyrage.IdentityError):
        found = []
    if not found:
        raise RestoreRefused("The file named by --identity holds no secret key of age (AGE-SECRET-KEY-1...).")
    return found


def decrypt(path: Path, writer, keys: list):
    """Write what is in an encrypted file to ``writer``. Raises ``RestoreRefused``; errors of ``writer`` come as ``OSError``."""
    try:
        with path.open("rb") as file:
            pyrage.decrypt_io(file, writer, keys)
    except pyrage.DecryptError:
        raise RestoreRefused(
            "This key does not open the backup. Name the file with the secret key that belongs to the public key it was "
            "encrypted to: --identity FILE."
        ) from None


def sync_folder(folder: Path):
    """Bring the names in ``folder`` to the disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
