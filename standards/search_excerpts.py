"""Found words marked, and the stretch of a text around them."""

from collections.abc import Iterable, Sequence

from markupsafe import Markup, escape

from .search_words import Field, Term

LENGTH = 220
BEFORE = 70
HEADING = 50
ELLIPSIS = "…"
_OPEN, _CLOSE = Markup("<mark>"), Markup("</mark>")


def marked(field: Field, terms: Iterable[Term]) -> Markup:
    """The whole of a field's text with ``<mark>`` around what was found."""
    return _marked(field.text, 0, len(field.text), _merged(field.text, _spans(field, terms)))


def excerpt(fields: Sequence[Field], terms: Sequence[Term]) -> tuple[int, Markup]:
    """The number of the field that has most of ``terms``, and a marked stretch of it.

    Of several it is the first, or rather the first that is longer than a heading. A stretch of a longer text begins and ends
    between words, with an ellipsis. Raises ``ValueError`` without fields.
    """
    has = [sum(1 for term in terms if term.stands_in(field)) for field in fields]
    number = max(range(len(fields)), key=lambda n: (has[n], len(fields[n].text) > HEADING, -n))
    field = fields[number]
    spans = _spans(field, terms)
    start, end = _stretch(field.text, spans)
    inside = _marked(field.text, start, end, _merged(field.text, spans))
    before, after = ELLIPSIS if start else "", ELLIPSIS if end < len(field.text) else ""
    return number, before + inside + after


def _spans(field, terms) -> list[tuple[int, int]]:
    return sorted({span for term in terms for span in term.spans(field)})


def _stretch(text, spans) -> tuple[int, int]:
    """Where to begin and end: the first place from which most can be seen."""
    if len(text) <= LENGTH:
        return 0, len(text)
    best, most, last = 0, 0, 0
    for first, (start, _) in enumerate(spans):
        last = max(last, first)
        while last < len(spans) and spans[last][1] <= start + LENGTH - BEFORE:
            last += 1
        if last - first > most:
            best, most = start, last - first
    # Near the end of the text there is room for more before.
    start = min(best - BEFORE, len(text) - LENGTH)
    start = 0 if start <= 0 else _after_space(text, start, best)
    end = start + LENGTH
    return start, len(text) if end >= len(text) else max(_before_space(text, end), _end_of(spans, best))


def _after_space(text, start, limit):
    space = text.find(" ", start - 1, limit)
    return limit if space < 0 else space + 1


def _before_space(text, end):
    return max(text.rfind(" ", 0, end + 1), 0) or end


def _end_of(spans, start):
    return next((end for first, end in spans if first == start), 0)


def _merged(text, spans) -> list[tuple[int, int]]:
    """Spans that overlap, or have nothing but a space or a hyphen between them, as one."""
    merged = []
    for start, end in spans:
        if merged and (start <= merged[-1][1] or text[merged[-1][1] : start] in (" ", "-")):
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _marked(text, start, end, spans) -> Markup:
    html, position = [], start
    for first, last in spans:
        first, last = max(first, start), min(last, end)
        if first < last:
            html += [escape(text[position:first]), _OPEN, escape(text[first:last]), _CLOSE]
            position = last
    return Markup("").join([*html, escape(text[position:end])])
