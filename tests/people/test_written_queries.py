"""Queries whose SQL is written once: they find what the query set finds, whatever the values."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.db.models import Q
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assessments.models import Assessment
from people.models import User
from people.written_queries import WrittenQuery
from tests.factories import make_assessment, make_organisation, make_user


def test_written_query_finds_models_with_what_is_read_with_them(db):
    query = WrittenQuery(lambda pk: User.objects.filter(pk=pk).select_related("organisation"), int)
    people = [make_user(organisation=make_organisation()), make_user()]
    for person in people:
        with CaptureQueriesContext(connection) as asked:
            found = query.first(person.pk)
            assert (found, found.organisation) == (person, person.organisation)
        assert len(asked) == 1
        kept = {field.attname: getattr(person, field.attname) for field in User._meta.concrete_fields}
        assert {name: getattr(found, name) for name in kept} == kept
        assert found._state.adding is False
    assert query.first(0) is None


def test_written_query_finds_what_was_annotated(db):
    query = WrittenQuery(lambda pk: User.objects.filter(pk=pk).annotate(placed=Q(organisation__isnull=False)), int)
    people = [make_user(organisation=make_organisation()), make_user()]
    assert [query.first(each.pk).placed for each in people] == [True, False]


def test_written_query_finds_rows_as_the_query_set_has_them(db):
    def rounds(owner, pk):
        return Assessment.objects.filter(owner=owner, pk=pk).values_list("rates_first", "pk", "started_at", "owner")

    query, person = WrittenQuery(rounds, int, UUID), make_user()
    draft = make_assessment(person)
    assert query.rows(person.pk, draft.pk) == list(rounds(person.pk, draft.pk))
    assert query.rows(person.pk, uuid4()) == query.rows(0, draft.pk) == []


def test_written_query_compares_texts_and_moments(db):
    query = WrittenQuery(lambda key, now: Session.objects.filter(session_key=key, expire_date__gt=now), str, datetime)
    ends = datetime(2026, 11, 22, 12, tzinfo=UTC)
    kept = Session.objects.create(session_key="x' OR 1=1", session_data="", expire_date=ends)
    assert query.rows("x' OR 1=1", ends - timedelta(microseconds=1)) == [kept]
    assert query.rows("x' OR 1=1", ends) == query.rows("x", ends - timedelta(days=1)) == []


def test_written_query_is_put_together_once(db):
    made = []
    query = WrittenQuery(lambda pk: made.append(pk) or User.objects.filter(pk=pk), int)
    people = [make_user(), make_user()]
    assert [query.first(each.pk) for each in people] == people
    assert len(made) == 1


on_postgresql = pytest.mark.skipif(
    connection.settings_dict.get("DISABLE_SERVER_SIDE_CURSORS", True),
    reason="PostgreSQL keeps queries; SQLite does not, and behind a pooler nothing stays with a connection",
)


@pytest.fixture
def kept_queries(db):
    """How many queries the connection keeps by now."""

    def count():
        with connection.cursor() as cursor:
            cursor.execute("SELECT COUNT(*) FROM pg_prepared_statements")
            return cursor.fetchone()[0]

    return count


@on_postgresql
def test_postgresql_is_told_a_query_once_for_a_connection(kept_queries):
    query, person = (
        WrittenQuery(lambda name: User.objects.filter(name=name, is_active=True), str),
        make_user(name="O'100% $1"),
    )
    before = kept_queries()
    with CaptureQueriesContext(connection) as asked:
        assert [query.first(person.name) for _ in range(12)] == [person] * 12
    assert kept_queries() == before + 1
    assert [each["sql"].split()[0] for each in asked] == ["EXECUTE"] * 12


@on_postgresql
def test_query_told_in_a_transaction_outlives_that_it_is_taken_back(kept_queries):
    query, person = WrittenQuery(lambda pk: User.objects.filter(pk=pk), int), make_user()
    point = transaction.savepoint()
    assert query.first(person.pk) == person
    transaction.savepoint_rollback(point)
    assert query.first(person.pk) == person


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_another_connection_is_told_anew():
    query, person = WrittenQuery(lambda pk: User.objects.filter(pk=pk), int), make_user()
    assert query.first(person.pk) == person
    connection.close()
    assert query.first(person.pk) == person


@on_postgresql
def test_behind_a_pooler_a_query_is_sent_whole(kept_queries, monkeypatch):
    monkeypatch.setitem(connection.settings_dict, "DISABLE_SERVER_SIDE_CURSORS", True)
    query, person = WrittenQuery(lambda pk: User.objects.filter(pk=pk), int), make_user()
    before = kept_queries()
    assert query.first(person.pk) == person
    assert kept_queries() == before


def test_written_query_refuses_what_it_cannot_fill_in(db):
    with pytest.raises(ValueError, match="does not use each of its values as it is"):
        WrittenQuery(lambda pk: User.objects.filter(pk__gt=pk + 1), int).rows(1)


def test_session_that_has_ended_signs_nobody_in(db, sign_in):
    person = make_user()
    browser = sign_in(person)
    assert browser.get("/account/").status_code == 200
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert browser.get("/account/").status_code == 302


def test_account_that_is_closed_or_gone_is_signed_out(db, sign_in):
    person = make_user()
    browser = sign_in(person)
    assert browser.get("/account/").status_code == 200
    User.objects.filter(pk=person.pk).update(is_active=False)
    assert browser.get("/account/").status_code == 302
    User.objects.filter(pk=person.pk).delete()
    assert browser.get("/account/").status_code == 302
