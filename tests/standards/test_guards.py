"""The triggers: what is frozen stays as it is, whichever way a change comes, and each guard stands in the database."""

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

import assessments.guards
import standards.guards
from assessments.models import (
    AgreedGoal,
    AgreedTarget,
    Assessment,
    CarryOver,
    Conversation,
    EarlierAnswer,
    EarlierTarget,
    Event,
    Evidence,
    Rating,
    Summary,
    Target,
)
from standards.actions import publish_unreviewed, touch_version
from standards.fingerprint import fingerprint, version_entries
from standards.models import (
    Area,
    AreaVariant,
    Attribute,
    CaseStudy,
    CaseStudyStage,
    GlossaryTerm,
    GuideSection,
    Insight,
    LearningResource,
    Level,
    LevelDescriptor,
    LifecycleStage,
    Part,
    PeopleProfile,
    ReferencePage,
    RoleProfile,
    RoleTarget,
    Section,
    Source,
    Statement,
    StatementLink,
    Version,
)
from tests.factories import make_user
from tests.standards.versions import WORDS, make_version, make_whole_version

GUARDS = (*standards.guards.GUARDS, *assessments.guards.GUARDS)
MODELS = {
    model._meta.db_table: model
    for model in (
        *(Version, Level, Section, Area, AreaVariant, Part, Attribute, Attribute.areas.through, Statement),
        *(LevelDescriptor, GlossaryTerm, RoleProfile, RoleTarget, ReferencePage, LifecycleStage, Source),
        *(PeopleProfile, CaseStudy, CaseStudyStage, Insight, GuideSection, StatementLink),
        *(Assessment, Target, Rating, Evidence, Evidence.statements.through),
        *(Summary, AgreedTarget, Conversation, Event, AgreedGoal),
        *(CarryOver, EarlierAnswer, EarlierAnswer.evidence.through, EarlierTarget),
    )
}
STANDARDS = [guard.table for guard in standards.guards.GUARDS]
ROUNDS = [guard.table for guard in assessments.guards.GUARDS]
# A guarded column of each table with another value than the rows of a small version have.
CHANGES = {
    "standards_version": ("issued", "Tomorrow"),
    "standards_level": ("definition", "Other"),
    "standards_section": ("title", "Other"),
    "standards_area": ("title", "Other"),
    "standards_areavariant": ("title", "Other"),
    "standards_part": ("title", "Other"),
    "standards_attribute": ("name", "Other"),
    "standards_attribute_areas": ("area_id", 0),
    "standards_statement": ("code", "Other"),
    "standards_leveldescriptor": ("text", "Other"),
    "standards_glossaryterm": ("definition", "Other"),
    "standards_roleprofile": ("description", "Other"),
    "standards_roletarget": ("level_id", 0),
    "standards_referencepage": ("body", "Other"),
    "standards_lifecyclestage": ("involvement", "Other"),
    "standards_source": ("url", "https://example.com/other"),
    "standards_peopleprofile": ("level_id", None),
    "standards_casestudy": ("introduction", "Other"),
    "standards_casestudystage": ("text", "Other"),
    "standards_insight": ("text", "Other"),
    "standards_guidesection": ("title", "Other"),
    "standards_statementlink": ("kind", "changed"),
    "assessments_assessment": ("role_profile_id", None),
    "assessments_target": ("rank", 3),
    "assessments_rating": ("note", "Other"),
    "assessments_summary": ("level", 3),
    "assessments_agreedtarget": ("rank", 3),
    "assessments_conversation": ("points", "Other"),
    "assessments_event": ("kind", "agreed"),
    "assessments_agreedgoal": ("what", "Other"),
    "assessments_carryover": ("archived", 7),
    "assessments_earlieranswer": ("note", "Other"),
    "assessments_earlieranswer_evidence": ("evidence_id", 0),
    "assessments_earliertarget": ("rank", 3),
    "assessments_evidence": ("title", "Other"),
    "assessments_evidence_statements": ("statement_id", 0),
}
EDITABLE = [
    ("standards_area", "short_title"),
    ("standards_statement", "topic"),
    ("standards_statement", "part_id"),
    ("standards_glossaryterm", "other_forms"),
]

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft():
    return make_whole_version()


@pytest.fixture(scope="module")
def published_once(kept_for_the_module):
    version = publish_unreviewed(version=make_whole_version())
    # PostgreSQL drops no trigger of a table with checks that are put off.
    connection.check_constraints()
    return version


@pytest.fixture(scope="module")
def closed_once(published_once):
    """A closed round with a row in each of its tables, made row by row; no action makes one with ratings so quickly."""
    published = published_once
    assessment = Assessment.objects.create(
        owner=make_user(),
        framework=published.framework,
        version=published,
        role_profile=published.role_profiles.get(),
    )
    statement = Statement.objects.filter(area__section__version=published).first()
    Target.objects.create(assessment=assessment, area=statement.area, rank=2)
    Rating.objects.create(assessment=assessment, statement=statement, rank=1, note="A note")
    Summary.objects.create(assessment=assessment, area=statement.area, level=1, target=2)
    AgreedTarget.objects.create(assessment=assessment, area=statement.area, rank=2)
    Conversation.objects.create(assessment=assessment, points="What was said.")
    Event.objects.create(assessment=assessment, kind=Event.Kind.STARTED, actor=assessment.owner)
    AgreedGoal.objects.create(
        assessment=assessment, order=1, what="A goal", kind="formal", due_on=timezone.localdate(), aims=[]
    )
    evidence = Evidence.objects.create(assessment=assessment, title="An example", text="What was done.")
    evidence.statements.add(statement)
    earlier = EarlierAnswer.objects.create(
        assessment=assessment, statement=statement, outcome="archived", view="self", rank=1, rated_at=timezone.now()
    )
    earlier.evidence.add(evidence)
    EarlierTarget.objects.create(assessment=assessment, area=statement.area, rank=1)
    CarryOver.objects.create(
        assessment=assessment,
        from_version=make_version(WORDS),
        to_version=published,
        carried=0,
        asked_again=0,
        proposed=0,
        archived=1,
    )
    Assessment.objects.filter(pk=assessment.pk).update(state="closed", closed_at=timezone.now())
    connection.check_constraints()
    return assessment


@pytest.fixture
def published(published_once):
    return Version.objects.get(pk=published_once.pk)


@pytest.fixture
def closed(closed_once):
    return Assessment.objects.get(pk=closed_once.pk)


@pytest.fixture
def frozen_row(published, closed):
    """``frozen_row(table)`` gives a row of the table that belongs to a published version or a closed round."""

    def first(table):
        model = MODELS[table]
        mine = {
            Version: {"pk": published.pk},
            Area: {"section__version": published},
            AreaVariant: {"area__section__version": published},
            Part: {"area__section__version": published},
            Attribute.areas.through: {"attribute__version": published},
            Statement: {"area__section__version": published},
            LevelDescriptor: {"statement__area__section__version": published},
            RoleTarget: {"profile__version": published},
            CaseStudyStage: {"case_study__version": published},
            Assessment: {"pk": closed.pk},
            Evidence.statements.through: {"evidence__assessment": closed},
            EarlierAnswer.evidence.through: {"earlieranswer__assessment": closed},
        }
        other = {"assessment": closed} if table in ROUNDS else {"version": published}
        return model.objects.filter(**mine.get(model, other)).first()

    return first


@pytest.fixture
def refused():
    """``with refused(table):`` expects that the database refuses what is done to a row of that table."""

    class Refused:
        def __init__(self, table):
            self.raises = pytest.raises(IntegrityError, match=f"{table} is frozen")
            self.savepoint = transaction.atomic()

        def __enter__(self):
            self.raises.__enter__()
            self.savepoint.__enter__()

        def __exit__(self, *error):
            self.savepoint.__exit__(*error)
            return self.raises.__exit__(*error)

    return Refused


def run(sql, *values):
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def triggers_missing(guards):
    """The names of triggers that ``guards`` ask for and the database does not have, or has switched off."""
    of_engine = {
        "sqlite": "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": (
            "SELECT t.tgname, c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
            "WHERE NOT t.tgisinternal AND t.tgenabled = 'O'"
        ),
    }
    with connection.cursor() as cursor:
        cursor.execute(of_engine[connection.vendor])
        there = set(cursor.fetchall())
    events = [(guard, event) for guard in guards for event in guard.refusals("IS NOT")]
    return [guard.trigger(event) for guard, event in events if (guard.trigger(event), guard.table) not in there]


# That they stand


def test_every_guard_stands_in_the_database():
    assert triggers_missing((*GUARDS, *standards.guards.STEPS)) == []


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.table)
def test_a_missing_trigger_is_noticed(guard):
    name = guard.trigger("UPDATE")
    run(f"DROP TRIGGER {name}" + (f" ON {guard.table}" if connection.vendor == "postgresql" else ""))
    assert triggers_missing(GUARDS) == [name]


def test_every_guarded_column_exists_and_the_rest_is_on_purpose():
    """A column that a migration adds is either guarded or named here."""
    free = {
        "standards_version": {"state", "closes_on", "retires_on", "retired_at", "edited_at"},
        "standards_area": {"short_title"},
        "standards_statement": {"topic", "part_id"},
        "standards_glossaryterm": {"other_forms"},
        "standards_statementlink": {"decided_by_id", "decided_at"},
        # It comes with the one exit, and a constraint ties it to the state that this leads to.
        "assessments_assessment": {"erased_at"},
        "assessments_agreedgoal": {"goal_id"},
        "assessments_carryover": {"run_id"},
    }
    for guard in GUARDS:
        columns = {field.column for field in MODELS[guard.table]._meta.concrete_fields} - {"id"}
        guarded = {column.strip('"') for column in (*guard.columns, *guard.forgets)}
        assert columns - guarded == free.get(guard.table, set()), guard.table
        assert guarded <= columns, guard.table


def test_every_table_of_a_version_and_of_a_round_is_guarded():
    """A table that a migration adds is either guarded or named here."""
    free = {
        "standards_framework",
        "standards_insight_areas",
        "standards_guidesection_areas",
        "standards_learningresource",
        # What editors say to one another, and what readers say to them.
        "standards_statementcomment",
        "standards_signoff",
        "standards_readersnote",
        # What an editor was shown of a file, for an hour.
        "standards_heldimport",
        "assessments_reportfile",
        "assessments_carryoverrun",
        # A plan goes on after the round in which it was agreed, which has a copy of it.
        "assessments_goal",
        "assessments_goalstatement",
        "assessments_goalnote",
        # An agreed or closed round is still read, and each reading is noted beside it.
        "assessments_reading",
    }
    tables = {
        model._meta.db_table
        for app in ("standards", "assessments")
        for model in apps.get_app_config(app).get_models(include_auto_created=True)
        # A history only ever grows.
        if not model._meta.model_name.startswith("historical")
    }
    assert sorted(MODELS) == sorted(guard.table for guard in GUARDS) == sorted(CHANGES)
    assert tables - set(MODELS) == free


# What they refuse


@pytest.mark.parametrize("table", CHANGES)
def test_frozen_row_is_not_saved(frozen_row, refused, table):
    row = frozen_row(table)
    setattr(row, *CHANGES[table])
    with refused(table):
        row.save()


@pytest.mark.parametrize("table", CHANGES)
def test_frozen_row_is_not_updated(frozen_row, refused, table):
    column, value = CHANGES[table]
    with refused(table):
        MODELS[table].objects.filter(pk=frozen_row(table).pk).update(**{column: value})


@pytest.mark.parametrize("table", CHANGES)
def test_frozen_row_is_not_bulk_updated(frozen_row, refused, table):
    row = frozen_row(table)
    column, value = CHANGES[table]
    setattr(row, column, value)
    with refused(table):
        MODELS[table].objects.bulk_update([row], [column])


@pytest.mark.parametrize("table", CHANGES)
def test_frozen_row_is_not_changed_by_sql(frozen_row, refused, table):
    column, value = CHANGES[table]
    key = frozen_row(table).pk
    # SQLite keeps a UUID without its hyphens.
    key = key.hex if hasattr(key, "hex") and connection.vendor == "sqlite" else str(key)
    with refused(table):
        run(f"UPDATE {table} SET {column} = %s WHERE id = %s", value, key)
    with refused(table):
        run(f"DELETE FROM {table} WHERE id = %s", key)


@pytest.mark.parametrize("table", CHANGES)
def test_frozen_row_is_not_deleted(frozen_row, refused, table):
    row = frozen_row(table)
    with refused(table):
        MODELS[table].objects.filter(pk=row.pk)._raw_delete(using=connection.alias)


@pytest.mark.parametrize("model", [Version, Area, Statement, LevelDescriptor, GlossaryTerm, Rating, Evidence])
def test_frozen_row_is_not_deleted_with_what_hangs_on_it(frozen_row, model):
    row = frozen_row(model._meta.db_table)
    with pytest.raises(IntegrityError), transaction.atomic():
        row.delete()
    assert model.objects.filter(pk=row.pk).exists()


@pytest.mark.parametrize(
    "table", [table for table in CHANGES if table not in ("standards_version", "assessments_assessment")]
)
def test_no_row_is_added_to_what_is_frozen(frozen_row, refused, table):
    columns = [field.column for field in MODELS[table]._meta.concrete_fields if field.column != "id"]
    names = ", ".join(f'"{column}"' for column in columns)
    with refused(table):
        run(f"INSERT INTO {table} ({names}) SELECT {names} FROM {table} WHERE id = %s", frozen_row(table).pk)


def test_no_row_is_moved_into_or_out_of_what_is_frozen(draft, refused, published_version):
    mine = Statement.objects.filter(area__section__version=draft).first()
    theirs = Statement.objects.get(code="B4.3", area__section__version=published_version)
    with refused("standards_statement"):
        Statement.objects.filter(pk=mine.pk).update(area=theirs.area)
    with refused("standards_statement"):
        Statement.objects.filter(pk=theirs.pk).update(area=mine.area)


@pytest.mark.parametrize("state", ["draft", "in_review"])
def test_published_version_does_not_go_back(published, state):
    with pytest.raises(IntegrityError), transaction.atomic():
        Version.objects.filter(pk=published.pk).update(state=state)
    with pytest.raises(IntegrityError, match=r"is frozen|cannot come into"), transaction.atomic():
        Version.objects.filter(pk=published.pk).update(state=state, published_at=None, fingerprint="")


def test_retired_version_is_as_frozen_as_a_published_one(published, refused):
    Version.objects.filter(pk=published.pk).update(state="retired", retired_at=timezone.now())
    with refused("standards_leveldescriptor"):
        LevelDescriptor.objects.filter(level__version=published).update(text="Other")


def test_nothing_changes_through_any_of_it(published, refused):
    before = version_entries(published)
    for model in (LevelDescriptor, Statement, Level):
        with refused(model._meta.db_table):
            column, value = CHANGES[model._meta.db_table]
            model.objects.update(**{column: value})
    assert version_entries(published) == before


# What they leave alone


@pytest.mark.parametrize(("table", "column"), EDITABLE)
def test_what_is_ours_stays_editable(frozen_row, table, column):
    value = Part.objects.get(area=frozen_row("standards_area")).pk if column == "part_id" else "Ours"
    row = frozen_row(table)
    setattr(row, column, value)
    row.save()
    row.refresh_from_db()
    assert getattr(row, column) == value


@pytest.mark.parametrize("model", [Insight, GuideSection])
def test_mappings_to_areas_stay_editable(published, model):
    row = model.objects.get(version=published)
    area = Area.objects.get(section__version=published)
    row.areas.clear()
    assert not row.areas.exists()
    row.areas.set([area])
    assert row.areas.get() == area
    assert fingerprint(version_entries(published)) == published.fingerprint


def test_learning_resources_stay_editable(published):
    row = LearningResource.objects.get(version=published)
    row.title, row.area, row.level = "Another course", None, None
    row.save()
    row.pk = None
    row.save()
    LearningResource.objects.filter(version=published).delete()
    assert fingerprint(version_entries(published)) == published.fingerprint


def test_saving_a_frozen_row_unchanged_is_no_change(frozen_row):
    for table in CHANGES:
        frozen_row(table).save()


def test_touching_and_retiring_a_published_version_is_allowed(published):
    touch_version(version_id=published.pk)
    Version.objects.filter(pk=published.pk).update(state="retired", retired_at=timezone.now())
    published.refresh_from_db()
    assert published.is_frozen


@pytest.mark.parametrize("state", ["draft", "in_review"])
def test_what_is_not_published_is_free(draft, state):
    Version.objects.filter(pk=draft.pk).update(state=state)
    LevelDescriptor.objects.filter(level__version=draft).update(text="Other")
    RoleTarget.objects.filter(profile__version=draft).delete()
    GlossaryTerm.objects.create(version=draft, term="New", definition="New", order=2)
    draft.delete()
    assert not Statement.objects.filter(area__section__version=draft.pk).exists()


def test_open_round_is_free(published, closed):
    closed.pk = None
    opened = Assessment.objects.create(
        owner=closed.owner, framework=closed.framework, version=published, role_profile=closed.role_profile
    )
    rating = Rating.objects.create(
        assessment=opened, statement=Statement.objects.get(area__section__version=published, order=1)
    )
    rating.note = "Changed"
    rating.save()
    opened.delete()
    assert not Rating.objects.filter(pk=rating.pk).exists()
