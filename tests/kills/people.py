"""Who writes while servers are killed, made in the portal's own process through its own actions, and signed in ahead."""

from datetime import timedelta
from time import monotonic

from assessments.answers import Answered

# Longer than any run: nobody types a password while servers are killed.
SIGNED_IN_FOR = timedelta(hours=4)
RANK = 2


def make(owners, pairs, talking):
    """So many people of each kind, each a dictionary with ``session`` and ``assessment``.

    owners: alone with a finished draft. pairs: the same with a line manager (``other`` is their session). talking: a pair whose
    round is shared and reviewed. And the ``areas`` of the standards by code, as a list for each statement of its key, the ranks
    offered, its code and the rank that drafts say; with the ranks ``proposed`` as targets.
    """
    from assessments.models import Assessment
    from standards.models import Version
    from standards.tree import version_tree

    tree = version_tree(Version.objects.published().get())
    return {
        "owners": [_owner() for _ in range(owners)],
        "pairs": [_pair() for _ in range(pairs)],
        "talking": [_talking() for _ in range(talking)],
        "areas": {
            area.code: [[each.pk, list(each.choices), each.code, _rated(each)] for each in area.statements]
            for area in tree.areas
        },
        "proposed": tree.proposed_ranks(Assessment.objects.latest("started_at").role_profile_id),
    }


def make_draft():
    from tests.factories import make_assessment, make_line, make_user, rate_all

    owner, line_manager = make_user(name="Łucja Tŵr"), make_user(name="Tomasz Quillfeather")
    make_line(owner, line_manager)
    assessment = make_assessment(owner)
    rate_all(assessment, RANK)
    return assessment, owner, line_manager


def _rated(statement):
    """The rank with which an owner's draft answers it."""
    cell = statement.cell(RANK)
    return cell.rank if cell else 0


def _owner():
    assessment, owner, _ = make_draft()
    return {"session": _session(owner), "assessment": str(assessment.pk)}


def _pair():
    assessment, owner, line_manager = make_draft()
    return {"session": _session(owner), "other": _session(line_manager), "assessment": str(assessment.pk)}


def _talking():
    from tests.factories import review, share

    assessment, owner, line_manager = make_draft()
    review(share(assessment, line_manager))
    return {"session": _session(owner), "other": _session(line_manager), "assessment": str(assessment.pk)}


def _session(user):
    from people.sessions import SessionStore
    from tests.browser.cast import session_of

    session = SessionStore(session_of(user))
    for method in session["account_authentication_methods"]:
        method["at"] += SIGNED_IN_FOR.total_seconds()
    session.save()
    return session.session_key


def reports(rounds):
    """How many PDFs are kept of the shared and agreed ones of ``rounds`` as each reader would be served them, and those missing."""
    from assessments.models import Assessment
    from assessments.permissions import can_read_report
    from assessments.reports import files
    from assessments.reports.making import read_source
    from assessments.reports.source import reader_of, round_to_report

    kept, missing = 0, []
    for found in Assessment.objects.filter(pk__in=rounds, state__in=Assessment.LINE_MANAGER_STATES):
        for person in (found.owner, found.line_manager):
            assessment = round_to_report(person, found.pk)
            if not can_read_report(person, assessment):
                continue
            reader = reader_of(assessment, person)
            wanted = files.digest(assessment, reader, files.layout_version())
            if files.kept_size(assessment, reader, wanted):
                kept += 1
            elif files.may_be_kept(read_source(assessment, reader)):
                missing.append(f"{found.pk} for its {reader}")
    return kept, missing


def try_dead_tasks_again():
    """What an administrator does with the tasks that took a worker with them too often; returns how many there were."""
    from django_tasks_db.models import DBTaskResult

    from service.worker.rows import try_again

    return sum(try_again(row) for row in DBTaskResult.objects.filter(status="FAILED"))


def write_at_full_speed(assessment, count):
    """Change a draft by ``count`` transactions, one straight after the other.

    Returns how many are ``done``, how often the database was ``locked``, and the seconds of the ``slowest``.
    """
    from django.db import OperationalError

    from assessments.actions import NotOpen, set_targets, share_assessment, withdraw_assessment
    from tests.factories import make_evidence, rate, reread

    acts = [
        lambda text: rate(assessment, {code: Answered(rank=1, note=text) for code in ("A1.1", "B4.1", "B6.7")}),
        lambda text: rate(assessment, {"A2.3": Answered(rank=2, note=text)}),
        lambda text: set_targets(assessment=assessment, targets={"B4": (1, text)}),
        lambda text: make_evidence(assessment, title=text),
        # With a notice and two tasks each.
        lambda text: share_assessment(assessment=reread(assessment), by=assessment.owner),
        lambda text: withdraw_assessment(assessment=reread(assessment), by=assessment.owner),
    ]
    locked, refused, slowest = 0, 0, 0
    for number in range(count):
        began = monotonic()
        try:
            acts[number % len(acts)](f"Text {number}")
        except OperationalError:
            locked += 1
        except NotOpen:
            refused += 1  # what had to be before was locked
        slowest = max(slowest, monotonic() - began)
    return {"done": count - locked - refused, "locked": locked, "slowest": slowest}
