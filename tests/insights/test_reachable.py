"""Everything that an analyst can fetch, followed link by link: no number in it is anything but a multiple of the base.

So whatever they reach is known to the adversary of ``test_disclosure.py``, who is given all figures of a release at once. The base
is 7 here, which hardly any number is by chance a multiple of; the exact counts are of a population whose figures were really
rounded.
"""

import csv
import re
from collections import Counter
from datetime import timedelta
from html import unescape
from io import BytesIO, StringIO

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook
from pypdf import PdfReader

from insights.actions.campaigns import start_campaign
from insights.counts import Counts, VersionCounts
from insights.figures import NO_PROFILE
from insights.models import Figure
from insights.rounding import rounded
from insights.rounding.adding_up import add_up
from people.models import AnalystGrant
from standards.models import Version
from standards.tree import version_tree
from tests.conftest import HEAVY
from tests.factories import make_organisation, make_user
from tests.insights.figures import BEFORE, MADE_AT, make_release
from tests.insights.made_up_population import RANKS, VERSION, Shape, make_population

pytestmark = pytest.mark.django_db

BASE = 7
SHAPE = Shape(teams=3, span=3, people=60, roles=3, areas=8, statements=3, earlier=0, own=1)
LINK = re.compile(r'href="([^"#]*)"')
OURS = ("/organisations/", "/campaigns/")
FILES = ("figures.csv", "figures.xlsx", "figures.pdf")
MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
NO_COUNT = (
    rf"\b\d{{1,2}} (?:{MONTHS}) \d{{4}}\b",
    r"\bversion \d+\.\d+|\bstandards,? \d\.\d|\b\d{4}-\d{2}-\d{2}\b|\b\d{1,2}:\d{2}\b",
)
PAGE = re.compile(r"\bPage \d+ of \d+\b")
NUMBER = re.compile(r"(?<![\w.,-])\d[\d,]*(?:\.\d+)?(?![\w.]*\w)")


@pytest.fixture(scope="module")
def version(kept_for_the_module):
    return Version.objects.published().get()


@pytest.fixture(scope="module")
def analyst(version):
    return make_user(name="Ada Thistlewood")


@pytest.fixture(scope="module")
def organisations(version, analyst):
    """By the number that the made-up tree has for it."""
    top = SHAPE.teams + 1
    made = {top: make_organisation(name="Department of Marchmains")}
    for number, name in enumerate(("Prisons", "Estates", "Courts"), 1):
        made[number] = make_organisation(name=name, kind="team", parent=made[top])
    AnalystGrant.objects.create(analyst=analyst, organisation=made[top], may_invite=True)
    return made


@pytest.fixture(scope="module")
def campaign(organisations, analyst, version):
    """Of the whole department."""
    return start_campaign(
        by=analyst,
        organisation=organisations[SHAPE.teams + 1],
        framework=version.framework,
        due_on=timezone.localdate() + timedelta(days=60),
        remind_days=[14],
    )


@pytest.fixture(scope="module")
def exact(organisations, campaign, version):
    """Exact counts of two days by organisation's pk."""
    return [in_our_keys(make_population(SHAPE, seed)[1], organisations, campaign, version) for seed in (1, 2)]


def in_our_keys(exact, organisations, campaign, version):
    tree = version_tree(version)
    profiles = [NO_PROFILE, *(each.pk for each in tree.role_profiles)]
    areas = [each.pk for each in tree.areas]
    statements = {
        (area, area * 100 + number): tree.areas[area].statements[number].pk
        for area in range(SHAPE.areas)
        for number in range(SHAPE.statements)
    }
    found = {}
    for number, counts in exact.items():
        of = counts.versions.get(VERSION, VersionCounts())
        found[organisations[number].pk] = Counts(
            Counter({(stage, each and campaign.pk, reached): n for (stage, each, reached), n in counts.stages.items()}),
            {
                version.pk: VersionCounts(
                    Counter({(profiles[role], rank): n for (role, rank), n in of.ready.items()}),
                    Counter({(areas[area], profiles[role], *cell): n for (area, role, *cell), n in of.levels.items()}),
                    Counter({(areas[key[0]], statements[key]): n for key, n in of.missed.items()}),
                )
            },
        )
    return found


@pytest.fixture(scope="module")
def releases(organisations, exact, version):
    made = []
    parents = {each.pk: each.parent_id for each in organisations.values()}
    by_pk = {each.pk: each for each in organisations.values()}
    ranks = {version.pk: len(version_tree(version).levels)}
    for counts, made_at in zip(exact, (MADE_AT, BEFORE), strict=True):
        figures = rounded(parents, counts, base=BASE, ranks=ranks)
        release = {by_pk[pk]: each for pk, each in figures.items()}
        top = organisations[SHAPE.teams + 1]
        made.append(make_release(top, version.framework, release, made_at=made_at, base=BASE))
    return made


@pytest.fixture
def browser(sign_in, analyst, releases):
    return sign_in(analyst)


def everything(browser, begin):
    """Each of these addresses, and each that links lead to from there, with its text; files only if they are among these."""
    waiting, found = list(begin), {}
    while waiting:
        address = waiting.pop()
        if address in found:
            continue
        response = browser.get(address)
        assert response.status_code == 200, address
        found[address] = text_of(response)
        if "html" in response["Content-Type"]:
            links = [link_of(address, each) for each in LINK.findall(response.content.decode())]
            waiting += [each for each in links if each.startswith(OURS) and not each.partition("?")[0].endswith(FILES)]
    return found


def link_of(address, link):
    link = unescape(link)
    return address.partition("?")[0] + link if link.startswith("?") else link


def text_of(response):
    """Every word and number that an analyst can read in it, or in the file that it is."""
    content = b"".join(response.streaming_content) if response.streaming else response.content
    kind = response["Content-Type"]
    if "html" in kind:
        body = content.decode().partition("<main")[2].partition("</main>")[0]
        return unescape(
            re.sub(r"<[^>]*>", " ", re.sub(r"<(?:style|svg\b)[^>]*>.*?</style>", " ", body, flags=re.DOTALL))
        )
    if "csv" in kind:
        return " ; ".join(cell for row in csv.reader(StringIO(content.decode("utf-8-sig"))) for cell in row)
    if "pdf" in kind:
        return " ".join(PAGE.sub(" ", page.extract_text()) for page in PdfReader(BytesIO(content)).pages)
    sheets = load_workbook(BytesIO(content), read_only=True)
    return " ; ".join(
        str(cell) for sheet in sheets for row in sheet.iter_rows(values_only=True) for cell in row if cell is not None
    )


def numbers_in(text):
    text = " ".join(text.split())
    for pattern in NO_COUNT:
        text = re.sub(pattern, " ", text, flags=re.IGNORECASE)
    return [each.replace(",", "") for each in NUMBER.findall(text)]


def filtered(version):
    """The query strings by which a page or file of an organisation is narrowed: one thing at a time, and what nobody offers."""
    tree = version_tree(version)
    roles = [f"role={each}" for each in (NO_PROFILE, *(profile.pk for profile in tree.role_profiles))]
    return [*roles, *(f"need={each.rank}" for each in tree.levels), f"{roles[1]}&need=1", f"version={version.pk}"]


def numbers_that_are_no_counts(found, base):
    """By address: numbers of a text that are no multiples of the base."""
    wrong = {
        address: [each for each in numbers_in(text) if "." in each or int(each) % base]
        for address, text in found.items()
    }
    return {address: numbers for address, numbers in wrong.items() if numbers}


def test_every_number_that_an_analyst_can_fetch_is_a_multiple_of_the_base(browser, organisations, version):
    # The PDF is made of the same page (test_organisation_files.py) and takes its time.
    queries = filtered(version)
    narrowed = ["", *(f"?{query}" for query in (queries if HEAVY else (queries[1], queries[-3])))]
    some = list(organisations.values()) if HEAVY else [organisations[SHAPE.teams + 1], organisations[1]]
    begin = [
        reverse(f"organisation-{kind}", args=[each.pk]) + query
        for kind in ("detail", "csv", "excel", *(["pdf"] if HEAVY else ()))
        for each in some
        for query in narrowed
    ]
    found = everything(browser, [reverse("organisation-list"), *begin])
    assert {re.sub(r"\d+", "#", address.partition("?")[0]) for address in found} == {
        "/organisations/",
        *(f"/organisations/#/{rest}" for rest in ("", "campaigns/", "campaigns/start/", *FILES[: 3 if HEAVY else 2])),
        *("/campaigns/#/", "/campaigns/#/end/"),
    }
    assert numbers_that_are_no_counts(found, BASE) == {}
    # There was something to read.
    assert min(len(numbers_in(found[each])) for each in begin if "?" not in each) > 20


def test_an_exact_count_on_a_page_or_in_a_file_is_found(browser, organisations, releases, exact, version):
    """Planted: figures added up from the exact counts and not rounded."""
    real = add_up({each.pk: each.parent_id for each in organisations.values()}, exact[0], ranks={version.pk: RANKS})
    top = organisations[SHAPE.teams + 1]
    assert any(number % BASE for number in real[top.pk].stages.values())
    Figure.objects.filter(release=releases[0], organisation=top).update(numbers=real[top.pk].as_numbers())
    begin = [
        reverse(f"organisation-{kind}", args=[top.pk])
        for kind in ("detail", "csv", "excel", *(["pdf"] if HEAVY else ()))
    ]
    found = {each: text_of(browser.get(each)) for each in begin}
    assert list(numbers_that_are_no_counts(found, BASE)) == begin


def test_what_is_published_is_what_the_adversary_is_given(releases):
    """The rows of ``Figure`` are the figures of rounded populations, and nothing beside them."""
    numbers = Figure.objects.filter(release__in=releases).values_list("numbers", flat=True)
    assert [each for each in numbers if any(number % BASE for number in _numbers(each))] == []
    assert len(numbers) == 2 * (SHAPE.teams + 1)


def _numbers(value):
    if isinstance(value, int):
        yield value
    elif not isinstance(value, str):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _numbers(each)
