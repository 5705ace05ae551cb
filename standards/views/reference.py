"""What stands beside the areas: texts, people, case studies, guidance, sources, the lifecycle and the glossary."""

from itertools import groupby

from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.text import slugify

from ..diagrams import area_diagram, stage_diagram
from ..models import GlossaryTerm
from .reading import INTRODUCTIONS, version_page


@version_page
def page_detail(request, reading, slug):
    """A text of the document as a page, with the next one to read."""
    pages = reading.library.pages
    page = _by_slug(reading.library.page, slug)
    if slug in INTRODUCTIONS:
        return redirect(reading.page_url(slug))
    number = pages.index(page)
    pictures = {"who-they-are-for": _stage_picture, "sections": _area_picture}
    context = {
        "reading": reading,
        "page": page,
        "picture": pictures[slug](reading) if slug in pictures else "",
        "previous": pages[number - 1] if number else None,
        "following": pages[number + 1] if number + 1 < len(pages) else None,
    }
    return render(request, "standards/page_detail.html", context)


@version_page
def people_list(request, reading):
    """Everybody who tells of their work, by level."""
    return render(request, "standards/people_list.html", {"reading": reading})


@version_page
def people_detail(request, reading, slug):
    """One person's work, and how the standards apply to it."""
    context = {"reading": reading, "person": _by_slug(reading.library.person, slug)}
    return render(request, "standards/people_detail.html", context)


@version_page
def casestudy_detail(request, reading, slug):
    """A contract, stage by stage."""
    context = {"reading": reading, "case_study": _by_slug(reading.library.case_study, slug)}
    return render(request, "standards/casestudy_detail.html", context)


@version_page
def insight_list(request, reading):
    """The National Audit Office's insights and the guide's sections, and which areas go with them."""
    return render(request, "standards/insight_list.html", {"reading": reading})


@version_page
def learning_list(request, reading):
    """Where to learn more, beginning with the courses and guides that the document names."""
    return render(request, "standards/learning_list.html", {"reading": reading})


@version_page
def source_list(request, reading):
    """What the standards were developed from."""
    return render(request, "standards/source_list.html", {"reading": reading})


@version_page
def lifecycle_detail(request, reading):
    """The document's two pictures of the lifecycle, each with the same in words."""
    context = {
        "reading": reading,
        "by_kind": {
            kind: [area for area in reading.tree.areas if area.kind == kind]
            for kind in ("enabling", "lifecycle", "behaviour")
        },
        "stages": _stages(reading),
        "area_diagram": _area_picture(reading),
        "stage_diagram": _stage_picture(reading),
    }
    return render(request, "standards/lifecycle_detail.html", context)


@version_page
def glossary_list(request, reading):
    """Every defined term, from A to Z."""
    notes = dict(
        GlossaryTerm.objects.filter(version=reading.version).exclude(note="").order_by().values_list("term", "note")
    )
    terms = sorted(reading.tree.terms, key=lambda term: term.term.casefold())
    letters = [
        (letter, [(slugify(term.term), term, notes.get(term.term, "")) for term in group])
        for letter, group in groupby(terms, key=lambda term: term.term[0].upper())
    ]
    return render(request, "standards/glossary_list.html", {"reading": reading, "letters": letters})


def _by_slug(find, slug):
    try:
        return find(slug)
    except KeyError:
        raise Http404 from None


def _stages(reading):
    """Each commercial stage with the lifecycle activity that is nearest to it.

    The document draws as many of one as of the other, in the same order, and does not say which goes with which: the pages call
    it our reading. Where the numbers differ there is None.
    """
    stages = reading.library.stages
    activities = [area for area in reading.tree.areas if area.kind == "lifecycle"]
    return list(zip(stages, activities if len(activities) == len(stages) else [None] * len(stages), strict=True))


def _stage_picture(reading):
    return stage_diagram(
        [
            (stage.title, reading.url("area-detail", area_code=area.code) if area else None)
            for stage, area in _stages(reading)
        ]
    )


def _area_picture(reading):
    areas = reading.tree.areas
    return area_diagram(areas, {area.code: reading.url("area-detail", area_code=area.code) for area in areas})
