"""Test data, made as the portal makes it: through its own actions wherever there is one."""

from itertools import count

from allauth.account.models import EmailAddress

from assessments import actions
from assessments.answers import Answered, Change
from assessments.models import Evidence, Rating
from people.models import Organisation, User
from standards.models import Version
from standards.tree import version_tree

PASSWORD = "correct horse battery"
UNTOUCHED = Answered().mark()
_numbers = count(1)


def make_organisation(*, name=""):
    """An organisation."""
    return Organisation.objects.create(name=name or f"Department {next(_numbers)}")


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
    by_code = {s.code: s.pk for s in version_tree(assessment.version).statements}
    standing = {row.statement_id: row for row in Rating.objects.filter(assessment=assessment, view=Rating.View.SELF)}
    changes = []
    for code, value in ratings.items():
        row = standing.get(by_code[code])
        shown = Answered(row.rank, row.not_relevant, row.reason, row.note) if row else Answered()
        changes.append(Change(by_code[code], answered(value), row.revision if row else 0, shown.mark()))
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
