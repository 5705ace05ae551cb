"""Hostile texts come out as text: on pages, in the admin, in PDFs, workbooks, CSV, calendars, e-mails and one's data as a file.

Somebody has one of them in every field that people fill. With script/test --heavy each field has each of them in turn. What a
browser does with the pages is watched in ``tests/browser/test_hostile.py``.
"""

import json
from datetime import UTC, date, datetime
from io import BytesIO

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.db import transaction
from django.template import engines
from django.test import Client
from django.urls import reverse
from jinja2 import ChoiceLoader, DictLoader
from openpyxl import Workbook
from pypdf import PdfReader

from assessments.calendars import CalendarDay, calendar_of
from documents.pdf import render_pdf
from documents.workbook import Column, Sheet, make_workbook
from people import organisation_import, placing_import
from people.csv_files import write_rows
from people.models import Notice
from people.notice_words import SAID
from people.tasks import send_notice
from standards.exports.tables import csv_bytes
from tests.conftest import HEAVY
from tests.hostile import (
    NUMBERED,
    STORABLE,
    UNSTORABLE,
    HostileCast,
    calendar_faults,
    csv_faults,
    faults_of,
    letter_faults,
    page_faults,
    workbook_faults,
)
from tests.routes import PUBLISHED, routes
from tests.service.test_headers import address

pytestmark = pytest.mark.django_db

OFFSETS = range(len(STORABLE) + 1) if HEAVY else (0,)
EVERY = STORABLE + UNSTORABLE
# Pages of the admin where texts of people stand.
ADMIN = ("people_user", "people_organisation", "people_reportingline", "people_notice", "privacy_legalhold")


@pytest.fixture(scope="module", params=OFFSETS)
def cast(request, kept_for_the_module):
    point = transaction.savepoint()
    with pytest.MonkeyPatch.context() as monkeypatch:
        made = HostileCast(monkeypatch, request.param)
    yield made
    # The next one has people with the same addresses.
    transaction.savepoint_rollback(point)


@pytest.fixture
def known(cast):
    """What fills the addresses of the pages of the person's rounds."""
    goal = cast.person.goals.first()
    return PUBLISHED | {
        "other_id": cast.closed.pk,
        "evidence_id": cast.agreed.evidence.first().pk,
        "goal_id": goal.pk,
        "line_id": cast.person.reporting_lines.first().pk,
        "notice_id": Notice.objects.filter(recipient=cast.person).first().pk,
        "heldpost_id": cast.person.held_posts.first().pk,
    }


def browser_of(person):
    browser = Client(raise_request_exception=False)
    browser.force_login(person)
    return browser


def seen_in(response):
    content = b"".join(response) if response.streaming else response.content
    return set(NUMBERED.findall(content.decode("utf-8", "replace")))


# The others see less of the same; they are asked with HEAVY.
@pytest.mark.parametrize("who", ["person", "line_manager", *(["member", "signed-off"] if HEAVY else [])])
def test_every_page_and_file_of_a_round_shows_them_as_text(cast, known, who, monkeypatch):
    monkeypatch.setattr("documents.pdf.render_pdf", lambda html, **options: b"%PDF-" + html.encode())
    rounds = {"person": (cast.agreed,), "line_manager": (cast.shared,), "member": (cast.of_member,)}
    if HEAVY:
        rounds |= {"person": (cast.agreed, cast.shared), "line_manager": (cast.shared, cast.agreed)}
    faults, seen = {}, set()
    if who == "signed-off":
        who, rounds = "person", {"person": (cast.closed,)}
    person = getattr(cast, who)
    browser = browser_of(person)
    for number, assessment in enumerate(rounds[who]):
        for route in routes():
            is_of_round = "assessment_id" in route.parameters
            if (
                route.is_framework
                or not route.name
                or route.is_of_a_version
                or (not is_of_round and (number or (who == "line_manager" and not HEAVY)))
            ):
                continue
            response = browser.get(address(route, known | {"assessment_id": assessment.pk}))
            found = faults_of(response)
            seen |= seen_in(response)
            assert response.status_code < 500, route.name
            if found:
                faults[route.name] = found
    assert faults == {}
    assert len(seen) >= {"person": 12, "line_manager": 4, "member": 3}[who] or assessment == cast.closed


def test_the_admin_shows_them_as_text(cast):
    browser = browser_of(cast.administrator)
    faults, seen = {}, set()
    there = {each.name for each in routes()}
    assert f"admin:{ADMIN[0]}_changelist" in there
    for name in ADMIN:
        if f"admin:{name}_changelist" not in there:
            continue
        addresses = [reverse(f"admin:{name}_changelist")]
        if name == "people_user":
            addresses += [reverse("admin:people_user_change", args=[cast.person.pk])]
            addresses += [reverse("admin:people_user_history", args=[cast.person.pk])]
        if name == "people_organisation":
            addresses += [reverse(f"admin:{name}_{page}", args=[cast.organisation.pk]) for page in ("change", "delete")]
        for each in addresses:
            response = browser.get(each)
            seen |= seen_in(response)
            if response.status_code != 200 or faults_of(response):
                faults[each] = response.status_code, faults_of(response)
    assert faults == {}
    assert len(seen) >= 4


def test_files_that_administrators_bring_in_are_shown_as_text(cast):
    browser = browser_of(cast.administrator)
    for name, columns, row in (
        ("people_organisation_import", organisation_import.COLUMNS, lambda text: ("a", text, text, text)),
        ("people_user_place", placing_import.COLUMNS, lambda text: (text, text)),
    ):
        content = b"".join(write_rows(columns, map(row, STORABLE))).decode()
        response = browser.post(reverse(f"admin:{name}"), {"content": content})
        assert (response.status_code in (200, 422), faults_of(response)) == (True, [])
        assert len(seen_in(response)) == len(STORABLE)


def test_the_report_as_pdf_has_them_as_typed_and_fetches_nothing(cast):
    response = browser_of(cast.person).get(reverse("report-pdf", args=[cast.agreed.pk]))
    assert response["Content-Type"] == "application/pdf"
    reader = PdfReader(BytesIO(b"".join(response) if response.streaming else response.content))
    text = "".join("".join(sheet.extract_text().split()) for sheet in reader.pages)
    shown = {cast.texts[name] for name in ("note", "goal", "example-title") if name in cast.texts}
    assert all(NUMBERED.search(each)[0] in text for each in shown)
    links = {
        str(note.get_object()["/A"].get("/URI", ""))
        for sheet in reader.pages
        for note in sheet.get("/Annots", ())
        if "/A" in note.get_object()
    }
    assert not any(link.startswith(("javascript", "data", "file")) for link in links)
    assert "/JavaScript" not in str(reader.trailer["/Root"])
    assert not reader.attachments


def test_the_report_as_workbook_has_them_as_typed(cast):
    response = browser_of(cast.person).get(reverse("report-excel", args=[cast.agreed.pk]))
    assert (response.status_code, faults_of(response)) == (200, [])
    assert list(workbook_faults(response.content)) == []


def test_letters_get_no_header_and_no_second_line_of_the_subject(cast, settings):
    sender = cast.person
    for kind in SAID:
        notice = Notice.objects.create(recipient=cast.line_manager, kind=kind, actor=sender, path="/team/")
        send_notice.call(notice.pk)
    assert Notice.objects.filter(recipient=cast.line_manager, actor=sender, delivery="sent").count() >= len(SAID)
    assert [fault for message in mail.outbox for fault in letter_faults(message)] == []


@pytest.mark.parametrize("name", ["a\r\nBcc: everybody@beacon.example", "a\nX-Added: 1", "a\rb"])
def test_a_name_with_line_breaks_gets_none_into_a_letter(cast, name, settings):
    cast.member.name = name
    cast.member.save(update_fields=["name"])
    settings.PORTAL_SERVICE_NAME = "Portal"
    for kind in ("shared", "line-asked"):
        send_notice.call(Notice.objects.create(recipient=cast.line_manager, kind=kind, actor=cast.member, path="/").pk)
    assert mail.outbox
    assert [fault for message in mail.outbox for fault in letter_faults(message)] == []


def test_my_data_as_json_and_workbook_has_them_as_text(cast):
    browser = browser_of(cast.person)
    whole = browser.get(reverse("my-data-json"))
    book = browser.get(reverse("my-data-workbook"))
    if whole.status_code != 200:  # a page asks for a proof first
        pytest.skip("asks for a proof")
    assert whole["Content-Type"] == "application/json"
    assert "attachment" in whole["Content-Disposition"]
    json.loads(b"".join(whole) if whole.streaming else whole.content)
    assert faults_of(book) == []


# What makes files, given each text by itself


def test_no_text_becomes_a_formula_or_a_link_of_a_workbook():
    texts = [each.replace("\0", "").encode("utf-8", "replace").decode() for each in EVERY]
    sheet = Sheet("Texts", (Column("Text"),), [(each,) for each in texts])
    content = make_workbook([sheet], title=STORABLE[7], author=STORABLE[0], made_at=datetime(2026, 1, 1, tzinfo=UTC))
    assert list(workbook_faults(content)) == []


def test_no_text_becomes_a_formula_of_a_csv_file():
    content = csv_bytes([(each,) for each in STORABLE], encoding="utf-8-sig", is_safe=True)
    assert list(csv_faults(content)) == []


def test_no_text_becomes_a_property_of_a_calendar():
    days = [
        CalendarDay(
            uid=each,
            day=date(2026, 1, 1),
            title=each,
            text=each,
            link="https://standards.example.gov.uk/goals/1/",
            revision=1,
            changed=datetime(2026, 1, 1, tzinfo=UTC),
        )
        for each in EVERY
    ]
    assert list(calendar_faults(calendar_of(days, name=STORABLE[15], remind_days=1).encode())) == []


def test_no_text_makes_a_pdf_fetch_or_act(caplog):
    body = "".join(f"<p>{each.replace('&', '&amp;').replace('<', '&lt;')}</p>" for each in STORABLE)
    pdf = render_pdf(f'<html lang="en"><head><title>a</title></head><body><h1>a</h1>{body}</body></html>', title="a")
    text = "".join("".join(sheet.extract_text().split()) for sheet in PdfReader(BytesIO(pdf)).pages)
    assert set(NUMBERED.findall("".join(STORABLE))) <= set(NUMBERED.findall(text))
    assert caplog.text == ""


# The checks on planted faults


@pytest.mark.parametrize("text", [each for each in STORABLE if each.startswith("<") or "</" in each])
def test_a_page_that_takes_a_text_for_markup_is_found(text):
    if "ENTITY" not in text and "CDATA" not in text:
        assert page_faults(f'<textarea>a</textarea><p title="">{text}</p>'.encode())


@pytest.mark.parametrize(
    "html",
    [
        '<a href="javascript:alert(1)">a</a>',
        '<a href=" JavaScript:alert(1)">a</a>',
        '<a href="data:text/html,a">a</a>',
        '<a href="file:///etc/passwd">a</a>',
        '<img src="https://beacon.example/a">',
        '<img src="//beacon.example/a">',
        '<form action="https://beacon.example/"></form>',
        '<p onclick="a">a</p>',
        "<p>49h05</p>",
    ],
)
def test_a_page_that_leads_or_reaches_elsewhere_is_found(html):
    assert len(page_faults(html.encode())) == 1


def test_a_template_that_trusts_a_text_is_found(cast, monkeypatch):
    """The navigation draws the name of whoever is signed in as markup."""
    environment = engines["jinja2"].env
    source = environment.loader.get_source(environment, "_navigation.html")[0]
    trusting = source.replace("{{ user.name or", "{{ user.name|safe or")
    assert trusting != source
    cast.person.name = STORABLE[0]
    cast.person.save(update_fields=["name"])
    browser = browser_of(cast.person)
    assert faults_of(browser.get("/help/")) == []
    monkeypatch.setattr(
        environment, "loader", ChoiceLoader([DictLoader({"_navigation.html": trusting}), environment.loader])
    )
    monkeypatch.setattr(environment, "cache", {})
    assert faults_of(browser.get("/help/"))


def test_formulas_properties_and_headers_are_found():
    book, content = Workbook(), BytesIO()
    book.active["A1"] = "=1+1"
    book.active["A2"] = "a"
    book.active["A2"].hyperlink = "https://beacon.example/"
    book.save(content)
    assert len(list(workbook_faults(content.getvalue()))) == 2
    assert len(list(csv_faults(csv_bytes([(each,) for each in STORABLE])))) == 7
    assert list(calendar_faults(b"BEGIN:VEVENT\r\nX-ADDED:1\r\nURL:javascript:1\r\n")) == [
        "X-ADDED:1",
        "URL:javascript:1",
    ]
    bad = EmailMessage("a", "b", "c@example.com", ["d@example.com"], bcc=["e@example.com"], headers={"X-Added": "1"})
    assert sorted(letter_faults(bad)) == ["header X-Added", "recipients ['d@example.com', 'e@example.com']"]
