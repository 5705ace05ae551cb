"""How long the worker takes to carry full rounds over to the made-up version 3.0: ``script/bench --carrying 1000 10000``.

Each count is a run of its own, over drafts in which all 66 statements are answered, every third with a note, and four work examples
support some of them. The database copies the drafts from one that was made as people make them.
"""

import time
from uuid import uuid4

from django.db import connection, transaction

from assessments.actions import close_assessment, run_batch, start_run
from assessments.models import Assessment, CarryOver, Evidence, Rating
from people.models import User
from standards.models import Version
from tests.standards.made_up import make_made_up_version

from .people import make_round

ROW = "{:>8}  {:>9}  {:>10}  {:>14}"
HEADINGS = ("rounds", "time, s", "each, ms", "CPU each, ms")
MODEL = "SELECT id FROM assessments_assessment WHERE state = 'closed'"
DRAFTS = "SELECT id FROM assessments_assessment WHERE state = 'draft' AND version_id = %s"
# What a round consists of: the table, and its columns but for its own key and the round's.
COPIED = (
    ("assessments_rating", "statement_id, view, rank, not_relevant, reason, note, revision, rated_at"),
    ("assessments_target", "area_id, rank, reason"),
    ("assessments_evidence", "title, text, link, dated, revision, added_at"),
)
SUPPORTS = f"""INSERT INTO assessments_evidence_statements (evidence_id, statement_id)
    SELECT e.id, s.statement_id FROM assessments_evidence e
    JOIN assessments_evidence m ON m.title = e.title AND m.assessment_id IN ({MODEL})
    JOIN assessments_evidence_statements s ON s.evidence_id = m.id
    WHERE e.assessment_id IN ({DRAFTS})"""


def measure(counts):
    """Print for each of ``counts`` how long a run over so many rounds took, and the CPU of the worker's own process."""
    older = Version.objects.latest_published()
    model, _ = make_round("carried")
    close_assessment(assessment=model, by=model.owner)
    newer = make_made_up_version(older, is_published=True)
    print(ROW.format(*HEADINGS))
    each = []
    for count in counts:
        make_drafts(older, count)
        run, _ = start_run(from_version=older, to_version=newer)
        began, cpu = time.perf_counter(), time.process_time()
        after = run_batch(run_id=run.pk)
        while after:
            after = run_batch(run_id=run.pk, after=after)
        took, cpu = time.perf_counter() - began, time.process_time() - cpu
        _check(run, count)
        each.append(took / count)
        print(ROW.format(count, f"{took:.1f}", f"{each[-1] * 1000:.1f}", f"{cpu * 1000 / count:.1f}"), flush=True)
    if len(each) > 1:
        print(f"\nA round of the last run took {each[-1] / each[0]:.2f} times as long as one of the first.")


@transaction.atomic
def make_drafts(version, count):
    """So many full drafts under ``version``, each of somebody of their own."""
    tag = uuid4().hex
    people = User.objects.bulk_create([User(email=f"{tag}-{n}@example.org") for n in range(count)], batch_size=1000)
    profile = version.role_profiles.get(slug="contract-manager")
    Assessment.objects.bulk_create(
        [
            Assessment(owner=each, framework_id=version.framework_id, version=version, role_profile=profile)
            for each in people
        ],
        batch_size=1000,
    )
    with connection.cursor() as cursor:
        for table, columns in COPIED:
            those = ", ".join(f"m.{column.strip()}" for column in columns.split(","))
            cursor.execute(
                f"INSERT INTO {table} (assessment_id, {columns}) SELECT d.id, {those} FROM {table} m, ({DRAFTS}) d "
                f"WHERE m.assessment_id IN ({MODEL})",
                [version.pk],
            )
        cursor.execute(SUPPORTS, [version.pk])


def _check(run, count):
    """That every round was carried over whole. Raises ``AssertionError``."""
    run.refresh_from_db()
    done = CarryOver.objects.filter(run=run)
    sums = {(each.carried + each.asked_again + each.proposed + each.archived) for each in done.iterator()}
    left = Rating.objects.filter(assessment__carry_overs__run=run).exclude(
        statement__area__section__version=run.to_version
    )
    if (run.total, run.done, run.failed, done.count(), sums) != (count, count, 0, count, {66}) or left.exists():
        raise AssertionError(f"{run.total} rounds: {run.done} done, {run.failed} failed; sums {sums}")
    if Evidence.objects.filter(assessment__carry_overs__run=run).count() != 4 * count:
        raise AssertionError("work examples are missing")
