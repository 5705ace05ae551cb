"""How every page of a version begins: find the version, see who may read it, and let caches keep what everybody may read.

Somebody who is not signed in gets a page that holds nothing personal. It is public for five minutes, says by its ETag whether it
changed since, and is drawn once: the process remembers it. Somebody signed in has their name in the header, so that
their page is drawn for them and kept nowhere (``service.middleware.private_pages``).
"""

import hashlib
from collections import OrderedDict
from dataclasses import dataclass
from functools import cached_property, wraps
from threading import Lock

from django.contrib.auth.decorators import login_not_required
from django.contrib.messages import get_messages
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import condition, require_safe

from ..library import LibraryPage, VersionLibrary, version_library
from ..models import Version
from ..release import release
from ..tree import VersionTree, version_tree

LATEST = "latest"
# Texts that introduce something which has a page of its own stand on that page.
INTRODUCTIONS = {
    "insights": "insight-list",
    "sources": "source-list",
    "definitions": "glossary-list",
    "people": "people-list",
    "career-pathways": "role-list",
}
SECONDS_KEPT = 300
REMEMBERED_PAGES = 200
# There is no end to what else may be asked, so that pages with other queries are remembered apart from these, and fewer.
REMEMBERED_QUERIES = {"", "marks=off"}
REMEMBERED_SEARCHES = 50


@dataclass(frozen=True)
class Reading:
    """A version that somebody reads.

    latest      the latest published version of its framework; None before there is one
    is_latest   whether it was asked for as "latest", and not by its number
    follows     the version that it was begun as a copy of; None where it is the first
    """

    version: Version
    latest: Version | None
    is_latest: bool
    follows: Version | None = None

    @cached_property
    def tree(self) -> VersionTree:
        return version_tree(self.version)

    @cached_property
    def library(self) -> VersionLibrary:
        return version_library(self.version)

    @property
    def framework(self):
        return self.version.framework

    @property
    def before(self) -> "Reading | None":
        """The version that it follows, to lead to its pages."""
        return Reading(self.follows, self.latest, is_latest=False) if self.follows else None

    @cached_property
    def etag(self) -> str:
        """What a page of it depends on, beside its address: published words, labels, neighbours, templates."""
        # A statement's page names what it was in the version before, and what it became in the latest.
        others = [each and (each.pk, each.number, each.edited_at) for each in (self.latest, self.follows)]
        version = (self.version.pk, self.version.state, self.version.fingerprint, self.version.edited_at)
        return f'"{hashlib.sha256(repr((version, *others, release())).encode()).hexdigest()[:32]}"'

    def url(self, name: str, **kwargs) -> str:
        """The path of a page of this version, by its number, so that the address stays true."""
        return reverse(name, kwargs={"framework": self.framework.slug, "version": self.version.number, **kwargs})

    def latest_url(self, name: str, **kwargs) -> str:
        """The path of the same page of whichever version is the latest."""
        return reverse(name, kwargs={"framework": self.framework.slug, "version": LATEST, **kwargs})

    def page_url(self, slug: str) -> str:
        """The path of a text of the document."""
        return self.url(INTRODUCTIONS[slug]) if slug in INTRODUCTIONS else self.url("page-detail", slug=slug)

    def introduction(self, name: str) -> LibraryPage | None:
        """The text that introduces the page with that URL name; None where the version has none."""
        return next((page for page in self.library.pages if INTRODUCTIONS.get(page.slug) == name), None)


def open_version(user, framework: str, number: str) -> Reading:
    """Open a version by its framework's slug and its number, or "latest"; one query.

    Raises ``Http404`` where there is none, and for a draft to everybody but editors and reviewers.
    """
    versions = list(
        Version.objects.filter(framework__slug=framework).select_related("framework").order_by("-published_at", "-pk")
    )
    latest = next((each for each in versions if each.state == Version.State.PUBLISHED), None)
    version = latest if number == LATEST else next((each for each in versions if each.number == number), None)
    if version is None or not (version.is_frozen or may_read_drafts(user)):
        raise Http404
    follows = next((each for each in versions if each.pk == version.follows_id), None)
    return Reading(version, latest, is_latest=number == LATEST, follows=follows)


def may_read_drafts(user) -> bool:
    """Whether somebody is an editor of the standards, or may be asked to review them."""
    return user.is_staff and user.has_perm("standards.view_version")


def version_page(view):
    """A page of a version, open to everybody: ``view(request, reading, ...)`` for an address with framework and version."""

    @login_not_required
    @require_safe
    @wraps(view)
    def page(request, framework, version, **kwargs):
        reading = open_version(request.user, framework, version)
        return public_answer(request, reading.etag, lambda: view(request, reading, **kwargs))

    return page


def public_answer(request, etag, draw):
    """What ``draw`` answers: kept by caches under ``etag`` for somebody not signed in, by nobody for anybody else.

    An unchanged page is answered with 304 before anything is drawn.
    """
    if request.user.is_authenticated or len(get_messages(request)):
        response = draw()
        patch_cache_control(response, no_store=True, private=True)
        return response
    response = condition(etag_func=lambda request: etag)(lambda request: _drawn_once(request, etag, draw))(request)
    if response.status_code >= 500:
        # What cannot be made now may be possible soon.
        del response["ETag"]
        patch_cache_control(response, no_store=True)
        return response
    patch_cache_control(response, public=True, max_age=SECONDS_KEPT)
    return response


# Remembering

_remembered: OrderedDict[tuple[str, str], tuple[bytes, str]] = OrderedDict()
_remembered_searches: OrderedDict[tuple[str, str], tuple[bytes, str]] = OrderedDict()
_lock = Lock()


def forget_pages():
    """Draw every page again when it is next asked for."""
    with _lock:
        _remembered.clear()
        _remembered_searches.clear()


def _drawn_once(request, etag, draw):
    if request.META.get("QUERY_STRING", "") in REMEMBERED_QUERIES:
        remembered, most = _remembered, REMEMBERED_PAGES
    else:
        remembered, most = _remembered_searches, REMEMBERED_SEARCHES
    key = (etag, request.build_absolute_uri())
    with _lock:
        kept = remembered.get(key)
        if kept:
            remembered.move_to_end(key)
    if kept:
        content, content_type = kept
        return HttpResponse(content, content_type=content_type)
    response = draw()
    if _is_page(response):
        with _lock:
            remembered[key] = (response.content, response["Content-Type"])
            while len(remembered) > most:
                remembered.popitem(last=False)
    return response


def _is_page(response):
    return response.status_code == 200 and not response.streaming and response["Content-Type"].startswith("text/html")
