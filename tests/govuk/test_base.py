"""What every page has round its content."""

import pytest
from django import forms
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages import success
from django.contrib.messages.storage.cookie import CookieStorage
from django.template import engines
from django.test import RequestFactory

from people.models import User
from tests.govuk.test_rendering import ESCAPED, HOSTILE, Elements

PAGE = (
    '{% extends "base.html" %}{% set nav = "assessments" %}{% block title %}Your assessments{% endblock %}'
    '{% block back %}{{ back_link("All <rounds>", "/back/") }}{% endblock %}'
    "{% block content %}<h1>Your assessments</h1>{% endblock %}"
)


class Question(forms.Form):
    answer = forms.CharField()


def page(user=None, *, source: str = PAGE, said: str = "", **context) -> str:
    request = RequestFactory().get("/")
    request.user = user or AnonymousUser()
    request._messages = CookieStorage(request)
    if said:
        success(request, said)
    return engines["jinja2"].from_string(source).render(context, request)


def sam() -> User:
    user = User(pk=1, email="sam@example.org", name=f"Sam {HOSTILE}")
    user.is_analyst = False  # as it is read with whoever is signed in
    return user


def title(html: str) -> str:
    return html.split("<title>")[1].split("</title>")[0]


def test_a_page_is_well_formed_and_its_ids_are_unique():
    elements = Elements(page(sam()).replace("<!DOCTYPE html>", ""))
    assert len(elements.ids) == len(set(elements.ids))
    assert elements.links[0] == "#main-content"
    assert "main-content" in elements.ids


def test_the_title_names_page_service_and_organisation(settings):
    assert title(page()).startswith("Your assessments – Contract management self-assessment – ")


def test_the_title_and_the_summary_say_that_something_is_wrong():
    html = page(sam(), form=Question({}))
    assert title(html).startswith("Error: Your assessments")
    assert html.index("There is a problem") < html.index("<h1>")
    assert title(page(sam(), page_has_errors=True)).startswith("Error: ")
    assert "There is a problem" not in page(sam(), form=Question())


def test_a_signed_in_person_sees_where_they_are_and_signs_out_by_a_post():
    html = page(sam())
    assert html.count('aria-current="true"') == 1
    assert f"Sam {ESCAPED}" in html
    form = html[html.index("<form") : html.index("</form>")]
    assert 'method="post"' in form
    assert "csrfmiddlewaretoken" in form
    assert "Sign in" not in html


def test_a_stranger_is_offered_to_sign_in_and_nothing_else():
    html = page()
    assert "Sign in" in html
    assert "Sign out" not in html
    assert "<form" not in html


def test_what_was_done_is_said_in_a_banner():
    html = page(sam(), said=f"Deleted {HOSTILE}")
    assert "govuk-notification-banner--success" in html
    assert f"Deleted {ESCAPED}" in html


def test_the_way_back_is_a_landmark_of_its_own():
    html = page()
    assert '<nav class="portal-back" aria-label="Back">' in html
    assert "All &lt;rounds&gt;" in html


@pytest.mark.parametrize("demo", [True, False])
def test_the_demo_says_that_it_is_one(demo, monkeypatch):
    monkeypatch.setitem(__import__("service.context_processors").context_processors.PORTAL, "demo", demo)
    assert ("Demo: made-up people, nothing here is real" in page()) is demo


def test_no_script_style_or_handler_stands_in_the_page():
    html = page(sam(), form=Question({}), said="Done")
    elements = Elements(html.replace("<!DOCTYPE html>", "")).found
    for item in elements:
        if isinstance(item, tuple):
            tag, attributes = item
            assert tag != "style"
            assert tag != "script" or "src" in attributes
            assert not [name for name in attributes if name == "style" or name.startswith("on")]
