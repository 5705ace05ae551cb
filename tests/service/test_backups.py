"""Backups and restoring: whole or not at all, refused where anything is wrong, and nothing comes to life again.

In one process, on databases beside the tests' own on either engine. Under writes, with servers: test_backups_under_writes.py.
"""

import errno
import io
import json
import os
import shutil
import sqlite3
import stat
import subprocess
from contextlib import closing, contextmanager
from datetime import timedelta
from types import SimpleNamespace

import pyrage
import pytest
from django.contrib.sessions.models import Session
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, connections, transaction
from django.test import override_settings
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from assessments.models import Assessment, Rating
from people.actions import make_one_time_link, sweep_notices
from people.actions.one_time_links import holder_of
from people.models import Notice, User
from privacy.actions import ask_erasure, place_hold
from privacy.models import Erasure
from service.backups import BackupFailed, files, making, postgresql
from service.backups.keeping import let_go, read_keep
from service.backups.making import make_backup, straight_to_the_database
from service.backups.manifest import NAME, Manifest, read_manifest, write_manifest
from service.backups.restoring import KEYS_LEFT_OUT, standing_in
from service.models import HeldPost
from standards_portal.engines import Backups, read_backups, read_databases
from tests.factories import agree, make_assessment, make_line, make_user, rate, rate_all
from tests.servers import connect

pytestmark = pytest.mark.django_db

NOTE = "Says Nia Penŵydd, and \\ \t | '\""
KEY = pyrage.x25519.Identity.generate()
PUBLIC = str(KEY.to_public())


def addressed(place, keys=(), folder=None):
    """Settings by which backups are of, and go into, the database at ``place``: a file, or the name of one."""
    return override_settings(PORTAL_BACKUPS=Backups(folder, keys, {"NAME": str(place)}))


@contextmanager
def opened(place):
    """The database at ``place`` as the default one."""
    with addressed(place):
        wrapper = straight_to_the_database()
    try:
        with standing_in(wrapper):
            yield
    finally:
        wrapper.close()


@pytest.fixture(scope="module")
def new_place(django_db_setup, django_db_blocker, tmp_path_factory, portals):
    """``new_place()`` is where an empty database may be made, or is."""

    def place():
        if connection.vendor == "sqlite":
            return tmp_path_factory.mktemp("databases") / "portal.sqlite3"
        return portals.new_environment()["DATABASE_URL"].rpartition("/")[2]

    with django_db_blocker.unblock():
        yield place


@pytest.fixture(scope="module")
def kept(new_place, tmp_path_factory):
    """A backup of a portal with an agreed round, a notice that waits and somebody who is signed in; and where that portal is."""
    folder = tmp_path_factory.mktemp("backups")
    empty, _ = make_backup(folder=folder / "standards")
    connections["default"].close()
    place = new_place()
    with addressed(place):
        call_command("restore", empty, without_erasures=True, stdout=io.StringIO())
    with opened(place):
        owner = make_user(name="Nia Penŵydd", email="nia@example.com")
        line_manager = make_user(name="Tomasz Quillfeather", email="tomasz@example.com")
        make_line(owner, line_manager)
        assessment = make_assessment(owner)
        rate_all(assessment)
        rate(assessment, {"A1.1": "Not mine"})
        agree(assessment, line_manager, points=NOTE)
        Notice.objects.filter(pk=Notice.objects.first().pk).update(delivery="sending", claimed_at=timezone.now())
        Session.objects.create(session_key="a" * 32, session_data="x", expire_date=timezone.now() + timedelta(hours=1))
        HeldPost.objects.create(user=owner, path="/", fields={})
        link = make_one_time_link(user=owner)
        assert holder_of(link) == owner
        waits = Notice.objects.filter(delivery__in=["waiting", "sending"]).count()
        assert waits > 1
    with addressed(place):
        call_command("backup", to=folder, stdout=(said := io.StringIO()))
    backup = next(folder.glob("2*Z"))
    return SimpleNamespace(place=place, folder=folder, backup=backup, said=said.getvalue(), link=link, waits=waits)


@pytest.fixture
def restore(new_place):
    """``restore(backup, ...)`` restores into a new database, and gives its place and what was said; its ``place`` may be named."""

    def restored(backup, *, place=None, **options):
        place, said = place or new_place(), io.StringIO()
        with addressed(place):
            call_command("restore", backup, stdout=said, **options)
        return place, said.getvalue()

    return restored


@pytest.fixture
def copied(kept, tmp_path):
    """``copied()`` is the backup in a folder of its own, to be spoilt; its list of erasures beside it."""
    shutil.copy(kept.folder / "erasures.json", tmp_path)
    return lambda: shutil.copytree(kept.backup, tmp_path / kept.backup.name)


@pytest.fixture(scope="module")
def restored(kept, new_place):
    place, said = new_place(), io.StringIO()
    with addressed(place):
        call_command("restore", kept.backup, stdout=said)
    return SimpleNamespace(place=place, said=said.getvalue())


def reseal(backup, **changes):
    """Write the manifest anew, as somebody with the key would."""
    manifest = read_manifest(backup)
    told = {each: getattr(manifest, each) for each in Manifest.__slots__} | changes
    told["files"] = {name: files.entry_of(backup / name) for name in manifest.files}
    (backup / NAME).write_bytes(write_manifest(Manifest(**told)))


def test_what_is_restored_is_compared_table_by_table(kept, restored):
    contents = read_manifest(kept.backup).contents
    assert contents.rows > 1000
    assert restored.said.splitlines()[0] == (
        f"The same as was backed up: {len(contents.tables)} tables, {contents.rows} rows."
    )
    with opened(restored.place):
        assert Rating.objects.filter(view="self", reason="Not mine").count() == 1
        assert Assessment.objects.get().conversation.points == NOTE


def test_every_file_and_folder_is_its_owners_alone(kept):
    modes = {stat.S_IMODE(path.stat().st_mode) for path in [kept.backup, *kept.backup.iterdir()]}
    assert modes == {0o700, 0o600}
    assert stat.S_IMODE((kept.folder / "erasures.json").stat().st_mode) == 0o600


def test_nothing_personal_is_said(kept, restored):
    written = kept.said + restored.said + (kept.backup / NAME).read_text() + (kept.folder / "erasures.json").read_text()
    assert "example.com" not in written
    assert "Nia" not in written


def test_guards_stand_and_the_next_key_was_never_used(kept, restored):
    with opened(restored.place):
        with pytest.raises(DatabaseError, match="frozen"), connection.cursor() as cursor:
            cursor.execute("UPDATE assessments_rating SET note = 'other'")
        highest = User.objects.latest("pk").pk
        assert make_user().pk > highest + KEYS_LEFT_OUT


def test_what_waited_is_not_known_and_never_sent_by_itself(kept, restored):
    with opened(kept.place):
        assert Notice.objects.filter(delivery__in=["waiting", "sending"]).count() == kept.waits
    assert f'{kept.waits} notices that waited are "Not known".' in restored.said.splitlines()
    with opened(restored.place):
        assert not Notice.objects.filter(delivery__in=["waiting", "sending"]).exists()
        assert Notice.objects.filter(delivery="not-known").count() == kept.waits
        assert not DBTaskResult.objects.filter(status__in=["READY", "RUNNING"]).exists()
        assert sweep_notices() == (0, 0)


def test_what_a_day_makes_anew_after_a_restore_may_be_held_too(restored):
    with opened(restored.place), transaction.atomic():
        Notice.objects.update(delivery="waiting", claimed_at=None)
        call_command("hold_notices", stdout=(said := io.StringIO()))
        assert said.getvalue() == f"{Notice.objects.filter(delivery='not-known').count()} notices held.\n"
        assert not Notice.objects.waiting().exists()
        transaction.set_rollback(True)


def test_nobody_is_signed_in_and_nothing_is_held(kept, restored):
    with opened(restored.place):
        assert not Session.objects.exists()
        assert not HeldPost.objects.exists()
        assert holder_of(kept.link) is None


def test_who_was_erased_since_is_erased_again(kept, restore, tmp_path):
    place, _ = restore(kept.backup)
    listed = tmp_path / "erasures.json"
    with opened(place), addressed(place, folder=tmp_path):
        person = User.objects.get(email="nia@example.com")
        ask_erasure(person=person, delay=timedelta(0))
        call_command("erase_people", stdout=(said := io.StringIO()))
    assert "1 erasures in the list, 1 of them new." in said.getvalue().splitlines()
    assert set(json.loads(listed.read_text())["erased"]) == {str(person.pk)}
    again, said = restore(kept.backup, erasures=listed)
    assert "1 erased again, 0 put off, 0 failed, of 1 in the list." in said.splitlines()
    with opened(again):
        assert User.objects.get(pk=person.pk).erased_at
        assert not User.objects.filter(email="nia@example.com").exists()
        assert Erasure.objects.get(person=person).done_at
        assert not Notice.objects.filter(delivery="waiting").exists()


def test_a_list_keeps_whom_the_database_has_forgotten(kept, tmp_path):
    listed = tmp_path / "erasures.json"
    listed.write_text(json.dumps({"format": 1, "erased": {"77": "2026-01-02T03:04:05+00:00"}}))
    with opened(kept.place):
        call_command("list_erasures", to=listed, stdout=io.StringIO())
    assert json.loads(listed.read_text())["erased"] == {"77": "2026-01-02T03:04:05+00:00"}


def test_whoever_a_hold_stands_for_is_left_and_it_is_said(kept, restore, tmp_path):
    place, _ = restore(kept.backup)
    listed = tmp_path / "erasures.json"
    with opened(place):
        person = User.objects.get(email="nia@example.com")
        place_hold(person=person, reason="A claim", placed_by=User.objects.get(email="tomasz@example.com"))
        listed.write_text(json.dumps({"format": 1, "erased": {str(person.pk): "2026-01-02T03:04:05+00:00"}}))
        with pytest.raises(CommandError, match=r"^1 could not be erased again\."):
            call_command("erase_again", listed, stdout=io.StringIO())
        assert User.objects.get(pk=person.pk).erased_at is None


@pytest.mark.parametrize(
    "text", ["", "[]", '{"format": 1}', '{"format": 1, "erased": {"x": "y"}}', '{"format": 2, "erased": {}}']
)
def test_a_list_that_is_damaged_stops_the_restore(kept, restore, new_place, text, tmp_path):
    listed, place = tmp_path / "erasures.json", new_place()
    listed.write_text(text)
    if text:
        # Found out before the database is touched; PostgreSQL's would take a second for each.
        with pytest.raises(CommandError, match="list of erasures"):
            call_command("erase_again", listed, stdout=io.StringIO())
        return
    with pytest.raises(CommandError, match="list of erasures is damaged"):
        restore(kept.backup, place=place, erasures=listed)
    assert is_empty(place)


def is_empty(place):
    """Whether nothing is left of a restore at ``place``."""
    if connection.vendor == "sqlite":
        return list(place.parent.iterdir()) == []
    with opened(place), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace")
        tables = cursor.fetchone()[0]
        cursor.execute("SELECT count(*) FROM pg_proc WHERE pronamespace = 'public'::regnamespace")
        return (tables, cursor.fetchone()[0]) == (0, 0)


def flip(backup):
    path = backup / read_manifest(backup).database_file
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def alter(backup):
    path = backup / NAME
    told = json.loads(path.read_text())
    table = next(name for name in told["contents"]["tables"] if name.endswith("people_user"))
    told["contents"]["tables"][table]["rows"] -= 1
    path.write_text(json.dumps(told))


def lose_a_file(backup):
    (backup / read_manifest(backup).database_file).unlink()


def lose_the_manifest(backup):
    (backup / NAME).unlink()


def garble_the_manifest(backup):
    (backup / NAME).write_text("{")


def come_from_later(backup):
    contents = read_manifest(backup).contents
    contents.migrations.append("people.0099_later")
    reseal(backup, contents=contents)


def come_from_another_engine(backup):
    reseal(backup, engine={"sqlite": "postgresql", "postgresql": "sqlite"}[connection.vendor])


def lose_the_list(backup):
    (backup.parent / "erasures.json").unlink()


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (flip, "is damaged: database"),
        (alter, "was altered"),
        (lose_a_file, "not whole: database"),
        (lose_the_manifest, "has no manifest.json that can be read"),
        (garble_the_manifest, "is damaged"),
        (come_from_later, r"1 migrations are not known here, such as people\.0099_later\. Install that release"),
        (come_from_another_engine, "goes back to its own engine"),
        (lose_the_list, "--without-erasures"),
    ],
)
def test_a_wrong_backup_is_refused(copied, restore, fault, words, tmp_path):
    backup = copied()
    fault(backup)
    # Nothing of a database is touched before.
    with pytest.raises(CommandError, match=words):
        restore(backup, place=tmp_path / "never" / "made")


def test_a_backup_of_an_earlier_release_is_brought_up_to_this_one(kept, restored, restore, tmp_path):
    # A migration that changes nothing in the database.
    late = "app = 'admin' AND name = '0003_logentry_add_action_flag_choices'"
    with opened(restored.place), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM django_migrations WHERE {late}")
        assert cursor.rowcount == 1
    earlier = make_backup_of(restored.place, tmp_path)
    place, said = restore(earlier, without_erasures=True)
    assert "The backup was of an earlier release: 1 migrations were applied." in said.splitlines()
    with opened(place), connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM django_migrations WHERE {late}")
        assert cursor.fetchone()[0] == 1


def test_a_dump_that_lacks_a_row_is_refused_and_nothing_stays(copied, restored, new_place, restore, tmp_path):
    # Its file is whole by its hash: only what is restored shows it.
    backup = copied()
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(backup / "database.sqlite3")) as database, database:
            assert database.execute("DELETE FROM service_heldpost").rowcount == 1
    else:
        # What was held is not in it any more.
        other = make_backup_of(restored.place, tmp_path / "other")
        shutil.copy(other / "database.dump", backup)
    reseal(backup)
    place = new_place()
    with pytest.raises(CommandError, match=r"not what was backed up: \d+ tables differ"):
        restore(backup, place=place)
    assert is_empty(place)


def make_backup_of(place, folder):
    with addressed(place):
        return make_backup(folder=folder)[0]


def test_a_database_that_is_not_empty_is_refused_and_left_alone(kept, restore):
    with opened(kept.place):
        before = Notice.objects.count()
    with pytest.raises(CommandError, match="is not empty"):
        restore(kept.backup, place=kept.place)
    with opened(kept.place):
        assert Notice.objects.count() == before


def test_what_sqlite_left_beside_the_place_is_not_taken_for_the_new_files(kept, restore, new_place):
    if connection.vendor != "sqlite":
        pytest.skip("SQLite's own")
    place = new_place()
    place.with_name("portal.sqlite3-wal").write_bytes(b"of another database")
    with pytest.raises(CommandError, match="what SQLite kept of an earlier one"):
        restore(kept.backup, place=place)


def test_whoever_is_connected_stops_a_restore(kept, restore, new_place):
    if connection.vendor != "postgresql":
        pytest.skip("PostgreSQL's own")
    place = new_place()
    other = connect(f"{os.environ['DATABASE_URL'].rpartition('/')[0]}/{place}")
    with closing(other), pytest.raises(CommandError, match="in use: 1 other connections"):
        restore(kept.backup, place=place)


def test_another_secret_key_is_said_before_second_factors_fail(kept, restore, settings):
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another key " * 6
    call_command("restore", kept.backup, check=True, stdout=io.StringIO())
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(CommandError, match="made under another SECRET_KEY"):
        call_command("restore", kept.backup, check=True, stdout=io.StringIO())
    call_command("restore", kept.backup, check=True, other_key=True, stdout=io.StringIO())


def test_an_encrypted_backup_tells_nothing_and_opens_with_its_key_alone(kept, restore, tmp_path):
    with addressed(kept.place, keys=(PUBLIC,), folder=tmp_path / "backups"):
        call_command("backup", stdout=(said := io.StringIO()))
    assert ", encrypted, in " in said.getvalue()
    (backup,) = (tmp_path / "backups").glob("2*Z")
    told = json.loads((backup / NAME).read_text())
    assert told.pop("contents") is None
    assert sorted(told) == ["encrypted", "engine", "files", "format", "seal", "sha256", "taken_at"]
    assert all(name == NAME or name.endswith(".age") for name in os.listdir(backup))
    assert not any(b"nia@example.com" in path.read_bytes() for path in backup.iterdir())
    right, wrong, none = tmp_path / "right", tmp_path / "wrong", tmp_path / "none"
    right.write_text(f"# created by age-keygen\n{KEY}\n")
    wrong.write_text(str(pyrage.x25519.Identity.generate()))
    none.write_text(PUBLIC)
    refusals = {
        None: "with its secret key",
        wrong: "does not open",
        none: "no secret key",
        tmp_path / "x": "cannot be read",
    }
    for identity, words in refusals.items():
        with pytest.raises(CommandError, match=words):
            restore(backup, identity=identity, check=True)
    call_command("restore", backup, identity=right, check=True, stdout=(said := io.StringIO()))
    assert said.getvalue().startswith("Whole: made ")
    assert not list(backup.glob(".*"))
    place, _ = restore(backup, identity=right)
    with opened(place):
        assert Assessment.objects.get().conversation.points == NOTE


def test_a_full_disk_is_said_and_leaves_nothing(kept, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    for keys in ((), (PUBLIC,)):
        with monkeypatch.context() as patch, addressed(kept.place):
            patch.setattr(files.HashedFile, "write", full_after(200, full))
            with pytest.raises(CommandError, match=r"^No backup was made\. The disk is full\. Make room"):
                call_command("backup", to=tmp_path, encrypt_to=list(keys), stdout=io.StringIO())
        assert os.listdir(tmp_path) == [".lock"]


def full_after(size, fail):
    write = files.HashedFile.write

    def limited(file, data):
        if file.size + len(data) > size:
            file.error = OSError(errno.ENOSPC, "No space left on device")
            raise file.error
        return write(file, data)

    return limited


def test_what_a_killed_backup_left_goes_with_the_next(kept, tmp_path):
    (tmp_path / ".unfinished-x").mkdir()
    make_backup_of(kept.place, tmp_path)
    assert not list(tmp_path.glob(".unfinished*"))


def test_two_backups_into_one_folder_do_not_meet(tmp_path):
    with (
        making._alone_in(tmp_path),
        pytest.raises(BackupFailed, match="Another backup is being written"),
        making._alone_in(tmp_path),
    ):
        pass


def test_old_backups_go_and_the_newest_never_does(kept, tmp_path):
    for name in ("20250101T000000Z", "20260101T000000Z", "20260901T000000Z", "20261001T000000Z"):
        shutil.copytree(kept.backup, tmp_path / name)
    lose_a_file(tmp_path / "20261001T000000Z")
    (tmp_path / "notes").mkdir()
    newest = tmp_path / "20260901T000000Z"
    assert let_go(folder=tmp_path, newest=newest, keep=read_keep("2")) == (1, 1)
    assert let_go(folder=tmp_path, newest=newest, keep=read_keep("1 day")) == (1, 1)
    assert sorted(os.listdir(tmp_path)) == ["20260901T000000Z", "20261001T000000Z", "notes"]
    for bad in ("0", "-1", "many", "3 weeks"):
        with pytest.raises(BackupFailed, match="--keep"):
            read_keep(bad)


def test_a_backup_says_where_it_goes_or_asks(kept):
    with pytest.raises(CommandError, match="PORTAL_BACKUP_FOLDER"):
        call_command("backup")
    with pytest.raises(CommandError, match="public key of age"):
        call_command("backup", to=kept.folder, encrypt_to=[str(KEY)])


def test_the_password_of_the_database_stands_on_no_command_line(kept, tmp_path, monkeypatch):
    if connection.vendor != "postgresql":
        pytest.skip("PostgreSQL's own")
    commands, start = [], subprocess.Popen

    def spy(command, **options):
        commands.append(" ".join(map(str, command)))
        return start(command, **options)

    monkeypatch.setattr(postgresql.subprocess, "Popen", spy)
    make_backup_of(kept.place, tmp_path)
    assert [command.split()[0].rpartition("/")[2] for command in commands] == ["pg_restore", "pg_dump"]
    assert connection.settings_dict["PASSWORD"]
    assert not any(connection.settings_dict["PASSWORD"] in command for command in commands)


def test_a_program_of_postgresql_that_is_missing_or_too_old_is_said(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(postgresql.Path, "glob", lambda *_: [])
    with pytest.raises(
        BackupFailed, match=r"pg_dump is not on this machine\. Install the Debian package postgresql-client-15"
    ):
        postgresql.program("pg_dump", 15)
    old = tmp_path / "pg_dump"
    old.write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 13.2'\n")
    old.chmod(0o755)
    with pytest.raises(BackupFailed, match="only of version 13, older than the server's 15"):
        postgresql.program("pg_dump", 15)
    assert postgresql.program("pg_dump", 13) == str(old)


def test_behind_a_pooler_the_address_of_the_database_itself_is_asked_for(settings, monkeypatch):
    monkeypatch.setitem(settings.DATABASES["default"], "DISABLE_SERVER_SIDE_CURSORS", True)
    with pytest.raises(BackupFailed, match="PORTAL_BACKUP_DATABASE_URL"):
        straight_to_the_database()


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("PORTAL_BACKUP_FOLDER", "backups", "whole path"),
        ("PORTAL_BACKUP_KEY", str(KEY), "no public key"),
        ("PORTAL_BACKUP_KEY", f"{PUBLIC} age1x", "no public key"),
        ("PORTAL_BACKUP_DATABASE_URL", "sqlite:////x", "behind a pooler"),
    ],
    # The keys are new each time, and every process has to call the tests the same.
    ids=["folder", "private key", "half a key", "database"],
)
def test_a_wrong_setting_stops_the_start_and_is_not_repeated(name, value, words, monkeypatch):
    monkeypatch.setenv(name, value)
    with pytest.raises(ImproperlyConfigured, match=words) as stopped:
        read_backups()
    assert str(KEY) not in str(stopped.value)


def test_settings_of_backups(monkeypatch, tmp_path):
    assert read_backups() == Backups(None, (), None)
    monkeypatch.setenv("PORTAL_BACKUP_FOLDER", "/srv/backups")
    monkeypatch.setenv("PORTAL_BACKUP_KEY", f"{PUBLIC}, {PUBLIC}")
    monkeypatch.setenv("PORTAL_BACKUP_DATABASE_URL", "postgres://portal:x@db/portal")
    found = read_backups()
    assert (str(found.folder), found.keys, found.database["HOST"]) == ("/srv/backups", (PUBLIC, PUBLIC), "db")
    assert read_databases(tmp_path)
