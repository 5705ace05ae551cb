"""The accessibility statement: the model of the regulations of 2018, in the words of the makers or of a department."""

from dataclasses import replace
from datetime import date

import pytest

from tests.privacy.test_privacy import page_of, text_of

pytestmark = pytest.mark.django_db

MODEL = (
    "in accordance with the Public Sector Bodies (Websites and Mobile Applications) (No. 2) Accessibility Regulations 2018",
    "Web Content Accessibility Guidelines version 2.2 , level AA",
    "What is not accessible",
    "disproportionate burden",
    "What has been tested",
    "Tell us what stands in your way",
    "The Equality and Human Rights Commission (EHRC) enforces the regulations.",
    "Equality Advisory and Support Service",
    "Equality Commission for Northern Ireland",
    "How this statement was made",
)


def said_on(client, settings, **changes):
    settings.PORTAL_ACCESSIBILITY = replace(settings.PORTAL_ACCESSIBILITY, **changes)
    return text_of(page_of(client, "accessibility"))


def test_it_has_the_parts_of_the_model_statement_in_their_order(client, settings):
    said = said_on(client, settings)
    places = [said.index(words) for words in MODEL]
    assert places == sorted(places)


def test_by_itself_it_claims_what_the_products_tests_saw_and_no_more(client, settings):
    said = said_on(client, settings)
    for words in (
        "The portal is partially compliant with the",
        "we do not claim that there is none",
        "In those tests, and in all: no disabled people took part",
        "no screen reader, screen magnifier or speech software was tried",
        "nobody from outside audited it",
        "Example Department has not yet prepared one of its own.",
    ):
        assert words in said


def test_a_department_states_its_own(client, settings):
    said = said_on(
        client,
        settings,
        status="not",
        problems=("Pie & mash.", "Tables are long."),
        prepared=date(2026, 10, 1),
        reviewed=date(2026, 11, 2),
        tested=date(2026, 9, 30),
        tested_by="Testers & Co",
        contact="access@example.gov.uk",
    )
    for words in (
        "The portal is not compliant with the",
        "Pie & mash. Tables are long.",
        "It was prepared on 1 October 2026 and last reviewed on 2 November 2026.",
        "The portal was last tested on 30 September 2026 by Testers & Co.",
        "Write to access@example.gov.uk .",
        "In those tests: no disabled people took part",
    ):
        assert words in said


def test_whoever_is_fully_compliant_says_so_without_a_but(client, settings):
    said = said_on(client, settings, status="fully")
    assert "The portal is fully compliant with the" in said
    assert "because of what is listed below" not in said
