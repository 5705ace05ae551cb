"""The privacy notice: true to the settings, and to the periods by which the portal deletes."""

import re
from dataclasses import replace
from datetime import date
from html import unescape

import pytest
from django.urls import reverse

from privacy.retention import KINDS
from standards_portal.statements import PUBLIC_TASK

pytestmark = pytest.mark.django_db


def page_of(client, name="privacy"):
    main = client.get(reverse(name)).content.decode().partition("<main")[2].partition("</main>")[0]
    return unescape(main)


def text_of(html):
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


def test_the_periods_are_those_by_which_the_portal_deletes(client, settings):
    settings.KEEP = settings.KEEP | {"DRAFTS": (1, "year")}
    rows = re.findall(r'<th scope="row">(.*?)</th><td>(.*?)</td><td>(.*?)</td>', page_of(client))
    assert rows[:-1] == [(kind.title, kind.period, kind.since) for kind in KINDS]
    assert rows[0] == ("Draft assessments", "1 year", "their last change")
    assert rows[-1][:2] == ("A form that you sent after your sign-in had ended", "1 hour")


def test_what_a_department_says_stands_in_the_notice(client, settings):
    settings.PORTAL_PRIVACY = replace(
        settings.PORTAL_PRIVACY,
        controller="The Secretary of State for Examples",
        contact="data@example.gov.uk",
        officer="Ann Officer, dpo@example.gov.uk & others",
        basis="Article 6(1)(e)",
        hosting="A company in the United Kingdom",
        reviewed=date(2026, 11, 2),
    )
    settings.ERASURE_DELAY_DAYS = 1
    html = page_of(client)
    said = text_of(html)
    assert 'href="mailto:data@example.gov.uk"' in html
    for words in (
        "Controller The Secretary of State for Examples, which decides what the portal is used for",
        "Data protection officer Ann Officer, dpo@example.gov.uk & others",
        "Servers and e-mail A company in the United Kingdom",
        "The law that allows it is Article 6(1)(e).",
        "The Secretary of State for Examples last went through this notice on 2 November 2026.",
        "It is done after 1 day,",
    ):
        assert words in said


def test_what_nobody_has_said_is_named_as_a_gap(client):
    said = text_of(page_of(client))
    for words in (
        "Not named here yet. Ask at the address above",
        "Example Department has not said here yet who runs them, and in which country",
        "No address is given here yet.",
        f"The law that allows it is {PUBLIC_TASK}.",
        "Information Commissioner’s Office",
    ):
        assert words in said
    assert "last went through" not in said
