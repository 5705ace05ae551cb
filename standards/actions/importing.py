"""Taking a file that an editor uploaded into a draft, or beginning a version with it."""

from django.db import IntegrityError, transaction

from ..importing import Book, Refused, Upload, begun_version
from ..models import Framework, HeldImport, Version, one_change
from .editing import touch_version
from .linking import propose_links
from .recording import keep_before
from .refusals import NotEditable

CHANGED_MEANWHILE = "The draft was changed after you were shown this. Look at what the file would do now."


def hold_import(*, upload, version, file_name, is_whole, by):
    """Keep what an editor was shown of a file until they decide; what they were shown before is forgotten."""
    HeldImport.objects.too_old().delete()
    HeldImport.objects.filter(by=by).delete()
    return HeldImport.objects.create(
        by=by,
        version=version,
        file_name=file_name[:100],
        content=upload.packed(),
        is_whole=is_whole,
    )


def drop_import(*, held):
    """Forget a file that an editor was shown and does not want."""
    held.delete()


@transaction.atomic
def carry_out_import(*, held, state, by):
    """Take the file of ``held`` into its draft, or begin a version with it; returns (version, plan).

    All of it or nothing. ``state`` is that of the draft when the editor was shown what the file would do (``Book.state``). Raises
    ``NotEditable`` where the version is no draft or is not as it was then, and ``Refused`` where the file does not fit.
    """
    upload = Upload.unpacked(bytes(held.content))
    with one_change(by):
        is_new = held.version_id is None
        version = _begun(upload) if is_new else _locked_draft(held.version_id)
        book = Book(version, is_new=is_new)
        if not is_new and book.state != state:
            raise NotEditable(CHANGED_MEANWHILE)
        plan = book.plan(upload, is_whole=held.is_whole)
        if plan.problems:
            raise Refused(*plan.problems)
        if not is_new:
            keep_before(book.touched())
        try:
            with transaction.atomic():
                book.carry_out()
        except IntegrityError:
            raise NotEditable(CHANGED_MEANWHILE) from None
        touch_version(version_id=version.pk)
    propose_links(version=version)
    held.delete()
    return version, plan


def _locked_draft(pk):
    version = Version.objects.select_for_update().select_related("framework").get(pk=pk)
    if version.state != Version.State.DRAFT:
        raise NotEditable(
            f"Version {version.number} is {version.get_state_display().lower()}, so nothing can be imported."
        )
    return version


def _begun(upload):
    """The new draft. Its framework, where that is there already, has no other under way, and the draft follows its last version."""
    version = begun_version(upload, Book)
    if version.framework.pk is not None:
        framework = Framework.objects.select_for_update().get(pk=version.framework.pk)
        under_way = framework.versions.exclude(state__in=Version.FROZEN_STATES).first()
        if under_way:
            raise NotEditable(
                f"Version {under_way.number} of {framework} is being made already. Import into that draft."
            )
        version.follows = framework.versions.order_by("-published_at", "-pk").first()
    try:
        with transaction.atomic():
            if version.framework.pk is None:
                version.framework.save()
            version.save()
    except IntegrityError:
        raise NotEditable(CHANGED_MEANWHILE) from None
    return version
