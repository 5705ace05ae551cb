"""A report of the gap report's shape, with invented people, to try `documents.pdf` on.

The structure is the one that was measured (docs/decisions/weasyprint.md).
"""

from pathlib import Path

from jinja2 import Environment

FOLDER = Path(__file__).parent
CSS = (FOLDER / "sample.css").read_text(encoding="utf-8")
TEMPLATE = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string(
    (FOLDER / "sample.html").read_text(encoding="utf-8")
)
AREAS = {
    "A1": ("Business Acumen", 6),
    "A2": ("Relationships and Leadership Capability", 8),
    "B1": ("Design and Ongoing Development", 9),
    "B2": ("Procurement and Mobilisation", 7),
    "B3": ("Managing Contract Delivery; Exit and Transition", 12),
    "B4": ("Change Control", 7),
    "B5": ("Stakeholder and Supplier Engagement", 8),
    "B6": ("Risk Management", 9),
}
TOPICS = ("Risk management approach", "Evidence and data", "Working with stakeholders", "Value for money")
WORDS = (
    "Maintains and shares a current knowledge of best practice to drive performance.",
    "Implements change at a local level, considering impact of implementation on own business area and working with "
    "stakeholders to identify and overcome challenges.",
    "Measures and adapts to dependencies so the contract continues to meet its objectives. Identifies measures to manage "
    "consequences to suppliers when the Authority is unable to meet dependencies.",
)
NOTES = (
    "",
    "Cleaning and grounds contracts: I write the risk paper and agree it with the board.",
    "",
    "",
    "I was less sure about cost when bids are compared. The cleaning benchmark settled it.",
    "",
    "Plan kept up for both contracts.",
)
WELSH_AND_POLISH = "Ŵŵ Ŷŷ Ââ; Ąą Ćć Ęę Łł Ńń Óó Śś Źź Żż."
# The unit of the speed goal: one line, both weights (heading and running foot), page number, tags.
ONE_LINE = '<!doctype html><html lang="en-GB"><title>One line</title><h1 data-foot="One line">One line</h1></html>'
INJECTED = "<b>&{{7*7}}"


def sample_areas(count: int = 8, note: str = "") -> list[dict]:
    """Return the first `count` areas; `note` stands at the first statement of the first of them."""
    areas = []
    for order, (code, (title, size)) in enumerate(list(AREAS.items())[:count]):
        statements = [
            {
                "code": f"{code}.{n + 1}",
                "topic": TOPICS[n % 4],
                "below": (n + 2 * order) % 7 == 3,
                "evidence": n if n % 3 == 1 else 0,
                "words": WORDS[n % 3],
                "note": NOTES[(n + order) % 7],
            }
            for n in range(size)
        ]
        areas.append(
            {
                "code": code,
                "title": title,
                "order": order,
                "level": "Foundation" if order % 2 else "Practitioner",
                "target": "Practitioner",
                "gap": order % 2,
                "count": size - order % 2,
                "statements": statements,
                "new_page": order and order % 2 == 0,
            }
        )
    if note:
        areas[0]["statements"][0]["note"] = note
    return areas


def sample_html(count: int = 8, *, note: str = "", closing: str = INJECTED, draft: bool = True) -> str:
    """Return the whole page, user text escaped as a template escapes it."""
    return TEMPLATE.render(
        name="Nia Penŵydd",
        areas=sample_areas(count, note),
        languages=WELSH_AND_POLISH,
        closing=closing,
        draft=draft,
    )
