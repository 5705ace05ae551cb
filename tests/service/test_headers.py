import pytest
from django.urls import reverse

pytestmark = pytest.mark.django_db


def directives(response):
    """The Content Security Policy of a response: the sources by the name of the directive."""
    parts = (part.split() for part in response["Content-Security-Policy"].split(";"))
    return {name: set(sources) for name, *sources in parts}


@pytest.mark.parametrize("path", ["/", "/accounts/login/", "/nonsense"])
def test_no_page_is_framed_or_runs_what_is_not_the_portals_own(client, path):
    response = client.get(path)
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == "same-origin"
    policy = directives(response)
    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == {"'none'"}
    for name in ("script-src", "style-src", "font-src", "connect-src", "form-action"):
        assert policy[name] == {"'self'"}


def test_personal_pages_are_kept_by_no_cache(manager_client):
    for name in ("assessment-list", "account-detail"):
        kept = manager_client.get(reverse(name))["Cache-Control"]
        assert set(kept.split(", ")) == {"no-store", "private"}
