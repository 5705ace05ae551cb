"""An area with its statements at every level, and a statement by itself."""

from django.http import Http404
from django.shortcuts import render

from ..differences import version_differences
from ..links import version_paths
from ..tree import version_tree
from .reading import version_page


@version_page
def area_detail(request, reading, area_code):
    """The document's table of one area, with what helps to understand it. ``?marks=off`` leaves the published words bare."""
    tree = reading.tree
    number, area = next(((n, each) for n, each in enumerate(tree.areas) if each.code == area_code), (None, None))
    if area is None:
        raise Http404
    used = {term.term for statement in area.statements for term in statement.terms}
    context = {
        "reading": reading,
        "area": area,
        "section": next(section for section in tree.sections if section.code == area.section_code),
        "terms": [term for term in tree.terms if term.term in used],
        # What is for every area and every level stands on the page of learning resources only.
        "resources": [each for each in reading.library.resources_of(area_code) if each.area_code or each.rank],
        "has_marks": request.GET.get("marks") != "off",
        "previous": tree.areas[number - 1] if number else None,
        "following": tree.areas[number + 1] if number + 1 < len(tree.areas) else None,
    }
    return render(request, "standards/area_detail.html", context)


@version_page
def statement_detail(request, reading, statement_code):
    """One statement at its permanent address."""
    statements = reading.tree.statements
    number = next((n for n, each in enumerate(statements) if each.code == statement_code), None)
    if number is None:
        raise Http404
    context = {
        "reading": reading,
        "statement": statements[number],
        "area": reading.tree.area(statements[number].area_code),
        "address": request.build_absolute_uri(reading.url("statement-detail", statement_code=statement_code)),
        "latest_address": request.build_absolute_uri(
            reading.latest_url("statement-detail", statement_code=statement_code)
        ),
        "previous": statements[number - 1] if number else None,
        "following": statements[number + 1] if number + 1 < len(statements) else None,
        "change": change_of(reading, statements[number].pk),
        "onward": became_in_latest(reading, statements[number].pk),
    }
    return render(request, "standards/statement_detail.html", context)


def change_of(reading, statement):
    """What became of a statement, by key, since the version before; None in a first version."""
    if reading.follows is None:
        return None
    differences = version_differences(reading.follows, reading.version)
    return next(each for each in differences.found if statement in (new.pk for new in each.news))


def became_in_latest(reading, statement):
    """The statements of the latest version that a statement became; None where this is the latest."""
    if reading.latest is None or reading.latest.pk == reading.version.pk or not reading.version.is_frozen:
        return None
    tree = version_tree(reading.latest)
    return [tree.statement_by_pk(new) for new in version_paths(reading.version, reading.latest).onward[statement]]
