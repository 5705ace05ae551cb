"""Backups of the database, and restoring them: whole or not at all (docs/decisions/backups.md).

making.py     one backup, from whichever engine; keeping.py lets old ones go
restoring.py  refuses what is wrong, fills an empty database, compares it with what was backed up; quieting.py then sees to it
              that nothing comes to life again
sqlite.py, postgresql.py  the same few functions for each engine
manifest.py   what a backup says of itself; files.py writes, hashes, encrypts and decrypts
"""


class BackupFailed(Exception):
    """There is no backup: nothing is left of it. The message says why and what helps, and holds nothing personal."""


class RestoreRefused(Exception):
    """Nothing was restored: the database is as empty as it was. The message says why and what helps, and holds nothing personal."""
