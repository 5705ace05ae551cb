"""Test data, made as the portal makes it: through its own actions wherever there is one."""

from datetime import date
from itertools import count

from allauth.account.models import EmailAddress

from assessments import actions
from assessments.answers import Answered, Change
from assessments.models import Assessment, Conversation, Evidence
from assessments.standing import read_views
from people.actions import lines, organisations
from people.models import ReportingLine, User
from standards.models import Version
from standards.tree import version_tree

PASSWORD = "correct horse battery"
UNTOUCHED = Answered().mark()
_numbers = count(1)


def make_organisation(*, name="", **fields):
    """An organisation; ``fields`` are those of ``add_organisation``."""
    return organisations.add_organisation(name=name or f"Department {next(_numbers)}", **fields)


def make_user(*, email="", name="", password=PASSWORD, is_verified=True, **fields):
    """Somebody who can sign in with ``PASSWORD``, their address confirmed unless ``is_verified`` says otherwise."""
    number = next(_numbers)
    email = email or f"person{number}@example.com"
    user = User.objects.create_user(email, password, name=name or f"Person {number}", **fields)
    EmailAddress.objects.create(user=user, email=user.email, verified=is_verified, primary=True)
    return user


def make_assessment(owner, *, version=None, role_profile="contract-manager", targets=None, ratings=None):
    """A draft round of ``owner``, in the published version unless another is given.

    ``role_profile`` is a slug, or "" for none of these; ``targets`` and ``ratings`` are those of ``set_targets`` and ``rate``.
    """
    version = version or Version.objects.published().get()
    profile = version.role_profiles.get(slug=role_profile) if role_profile else None
    assessment = actions.start_assessment(owner=owner, version=version, role_profile_id=profile.pk if profile else None)
    if targets:
        actions.set_targets(assessment=assessment, targets=targets)
    if ratings:
        rate(assessment, ratings)
    return assessment


def rate(assessment, ratings):
    """Answer statements: ``ratings`` maps codes to a rank, to a reason why not relevant, or to an ``Answered``."""
    changes = changes_to(assessment, ratings)
    return actions.save_ratings(assessment=assessment, changes=changes)


def answered(value):
    """An ``Answered`` from the short forms that ``rate`` takes."""
    if isinstance(value, Answered):
        return value
    return Answered(not_relevant=True, reason=value) if isinstance(value, str) else Answered(rank=value)


def rate_all(assessment, rank=2):
    """Answer every statement of the round's version with one level."""
    statements = version_tree(assessment.version).statements
    return rate(assessment, {each.code: cell.rank if (cell := each.cell(rank)) else 0 for each in statements})


def make_evidence(assessment, *, title="Catering contract", statements=("B4.1",), **fields):
    """A work example that supports the statements with these codes."""
    by_code = {each.code: each.pk for each in version_tree(assessment.version).statements}
    return actions.save_evidence(
        assessment=assessment,
        evidence=Evidence(title=title, **fields),
        statement_ids=[by_code[code] for code in statements],
    )


def close(assessment):
    """End a round as its owner may."""
    actions.close_assessment(assessment=reread(assessment), by=assessment.owner)


def make_line(person, line_manager):
    """A live line: named, and accepted."""
    line = lines.name_line_manager(person=person, email=line_manager.email, asked_by=person)
    line = line or ReportingLine.objects.pending().get(person=person)
    lines.accept_line(line=line, line_manager=line_manager)
    return line


def share(assessment, line_manager, *, rates_first=False):
    """Share a finished draft, along a line that is made if there is none; returns the round as it is then."""
    if ReportingLine.objects.line_manager_of(assessment.owner) != line_manager:
        make_line(assessment.owner, line_manager)
    actions.share_assessment(assessment=assessment, by=assessment.owner, rates_first=rates_first)
    return reread(assessment)


def reread(assessment):
    """The round as views read it."""
    return Assessment.objects.with_version().get(pk=assessment.pk)


def review(assessment, ratings=None, *, finish=True):
    """Rate as line manager: ``ratings`` as ``rate`` takes them, the rest as the owner did; finished unless said otherwise."""
    by = assessment.line_manager
    if ratings:
        actions.save_review(assessment=assessment, by=by, changes=changes_to(assessment, ratings, view="line_manager"))
    if not assessment.hides_levels:
        actions.agree_with_rest(assessment=assessment, by=by)
    if finish:
        actions.finish_review(assessment=assessment, by=by)
    return reread(assessment)


def converse(assessment, agreed=None, *, by=None, **recorded):
    """Record the conversation: ``agreed`` as ``rate`` takes ratings; a day, points and a day to look again as given."""
    by = by or assessment.line_manager
    if agreed:
        actions.save_agreed(assessment=assessment, by=by, changes=changes_to(assessment, agreed, view="agreed"))
    said = {"held_on": date(2026, 9, 1), "points": "", "look_again_on": None} | recorded
    actions.record_conversation(assessment=assessment, by=by, **said)
    return reread(assessment)


def confirm(assessment, *people, disagreement=""):
    """Confirm what stands, as each of ``people`` in turn."""
    for person in people:
        revision = Conversation.objects.get(assessment=assessment).revision
        said = disagreement if person == assessment.owner else ""
        actions.confirm_conversation(assessment=assessment, by=person, revision=revision, disagreement=said)
    return reread(assessment)


def agree(assessment, line_manager, *, ratings=None, agreed=None, **recorded):
    """Bring a finished draft all the way: shared, reviewed, talked about, confirmed by both."""
    assessment = review(share(assessment, line_manager), ratings)
    assessment = converse(assessment, agreed, **recorded)
    return confirm(assessment, assessment.line_manager, assessment.owner)


def changes_to(assessment, ratings, *, view="self", as_if_untouched=False):
    """What a page sends that was drawn just now, of one view; ``as_if_untouched``: it showed no answer where there was one."""
    standing = {"self": "own"}.get(view, view)
    shown_in = getattr(read_views(assessment), standing)
    by_code = {each.code: each.pk for each in version_tree(assessment.version).statements}
    changes = []
    for code, value in ratings.items():
        stands = shown_in.get(by_code[code])
        shown = stands.answer if stands and not as_if_untouched else Answered()
        changes.append(Change(by_code[code], answered(value), stands.revision if stands else 0, shown.mark()))
    return changes
