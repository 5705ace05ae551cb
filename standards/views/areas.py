"""An area with its statements at every level, and a statement by itself."""

from django.http import Http404
from django.shortcuts import render

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
    }
    return render(request, "standards/statement_detail.html", context)
