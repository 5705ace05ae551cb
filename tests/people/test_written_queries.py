"""What has its SQL written once does what Django's own does, whatever the values."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.contrib.sessions.models import Session
from django.db import DataError, IntegrityError, connection, transaction
from django.db.models import Q
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assessments.models import Assessment, Rating
from people.models import User
from people.written_queries import WrittenQuery, WrittenUpdate, WrittenUpsert
from standards.tree import version_tree
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


# Changes


def renaming():
    return WrittenUpdate(lambda name, pk: (User.objects.filter(pk=pk, is_active=True), {"name": name}), str, int)


def test_written_update_changes_the_rows_that_the_query_set_has_and_says_how_many(db):
    update, person, other = renaming(), make_user(), make_user(name="Nia")
    for name in ("O'100% $1 %s", "Ffion"):
        with CaptureQueriesContext(connection) as asked:
            assert update.run(name, person.pk) == 1
        assert len(asked) == 1
        assert dict(User.objects.values_list("pk", "name")) == {person.pk: name, other.pk: "Nia"}
    assert update.run("Nobody", 0) == 0
    User.objects.filter(pk=person.pk).update(is_active=False)
    assert update.run("Nobody", person.pk) == 0
    person.refresh_from_db()
    assert person.name == "Ffion"


def test_written_update_takes_moments_and_keys_that_are_no_numbers(db):
    rounds = WrittenUpdate(
        lambda pk, at: (Assessment.objects.filter(pk=pk), {"changed_at": at, "started_at": at}), UUID, datetime
    )
    draft, at = make_assessment(make_user()), datetime(2026, 11, 23, 12, 30, 15, 123456, tzinfo=UTC)
    assert (rounds.run(draft.pk, at), rounds.run(uuid4(), timezone.now())) == (1, 0)
    draft.refresh_from_db()
    assert (draft.changed_at, draft.started_at) == (at, at)


def test_written_update_refuses_what_it_cannot_fill_in(db):
    update = WrittenUpdate(lambda name, pk: (User.objects.filter(pk=pk), {"name": name.upper()}), str, int)
    with pytest.raises(ValueError, match="does not use each of its values as it is"):
        update.run("Nia", 1)


SAID = ("rank", "not_relevant", "reason", "note", "revision", "rated_at")


@pytest.fixture
def answers():
    return WrittenUpsert(Rating, unique_fields=["assessment", "statement", "view"], update_fields=list(SAID))


def given(assessment, code, **said):
    pk = next(each.pk for each in version_tree(assessment.version).statements if each.code == code)
    return Rating(assessment=assessment, statement_id=pk, **said)


def standing(assessment):
    """What is kept of each statement, by its code."""
    code_of = {each.pk: each.code for each in version_tree(assessment.version).statements}
    return {code_of.get(each.pop("statement")): each for each in assessment.ratings.values("statement", *SAID)}


@pytest.mark.parametrize("others", [(), ("A1.2", "A1.3")], ids=["one row", "several"])
def test_written_upsert_adds_a_row_and_changes_the_one_that_stands(db, answers, others):
    assessment, at = make_assessment(make_user()), datetime(2026, 11, 23, 12, 30, 15, 123456, tzinfo=UTC)
    first = {"rank": 2, "not_relevant": False, "reason": "", "note": "O'100% $1 %s", "revision": 1, "rated_at": at}
    then = {"rank": None, "not_relevant": True, "reason": "Ŵ\n'", "note": "", "revision": 2}
    then |= {"rated_at": at + timedelta(microseconds=1)}
    for said in (first, then):
        rows = [given(assessment, code, **said) for code in ("A1.1", *others)]
        with CaptureQueriesContext(connection) as asked:
            answers.run(rows)
        assert len(asked) == 1
        assert standing(assessment) == dict.fromkeys(("A1.1", *others), said)


def test_written_upsert_leaves_alone_what_is_not_to_be_changed(db):
    notes = WrittenUpsert(Rating, unique_fields=["assessment", "statement", "view"], update_fields=["note"])
    assessment = make_assessment(make_user())
    notes.run([given(assessment, "A1.1", rank=2, note="first")])
    notes.run([given(assessment, "A1.1", rank=3, note="then")])
    assert assessment.ratings.values_list("rank", "note").get() == (2, "then")


def test_written_upsert_of_nothing_asks_nothing(db, answers, django_assert_num_queries):
    with django_assert_num_queries(0):
        answers.run([])


def test_change_that_the_database_refuses_takes_its_transaction_with_it(db, answers):
    assessment, person = make_assessment(make_user()), make_user(name="Nia")
    with transaction.atomic(), transaction.atomic():
        renaming().run("Ffion", person.pk)
        with pytest.raises(IntegrityError):
            answers.run([given(assessment, "A1.1", rank=2, not_relevant=True)])
        assert connection.needs_rollback
    person.refresh_from_db()
    assert (person.name, assessment.ratings.count()) == ("Nia", 0)


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
def test_postgresql_is_told_a_change_once_and_shows_what_it_changes(kept_queries, answers):
    update, person, before = renaming(), make_user(), kept_queries()
    assessment = make_assessment(make_user())
    with CaptureQueriesContext(connection) as asked:
        for name in ("Nia", "Ffion"):
            update.run(name, person.pk)
            answers.run([given(assessment, "A1.1", note=name)])
    sent = [each["sql"].rpartition(" (")[0].rpartition(" ")[0] for each in asked if "EXECUTE" in each["sql"]]
    assert sent == ['EXECUTE "UPDATE people_user', 'EXECUTE "INSERT INTO assessments_rating'] * 2
    assert kept_queries() == before + 2


@on_postgresql
def test_change_keeps_the_limits_of_its_columns(db, answers):
    assessment = make_assessment(make_user())
    with pytest.raises(DataError), transaction.atomic():
        answers.run([given(assessment, "A1.1", reason="x" * (Rating.REASON_LIMIT + 1), not_relevant=True)])
    assert standing(assessment) == {}


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
def test_behind_a_pooler_all_is_sent_whole(kept_queries, answers, monkeypatch):
    monkeypatch.setitem(connection.settings_dict, "DISABLE_SERVER_SIDE_CURSORS", True)
    query, person = WrittenQuery(lambda pk: User.objects.filter(pk=pk), int), make_user()
    assessment, before = make_assessment(make_user()), kept_queries()
    assert query.first(person.pk) == person
    assert renaming().run("Ffion", person.pk) == 1
    answers.run([given(assessment, "A1.1", note="Ffion")])
    assert (query.first(person.pk).name, standing(assessment)["A1.1"]["note"]) == ("Ffion", "Ffion")
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
