"""Which providers the environment may name, where addresses must be, and what stops the start."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from people.single_sign_on import allowed_domains, is_allowed, providers_in

TENANT = "https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/v2.0"
WORK = {
    "OIDC_PROVIDERS": "work",
    "OIDC_WORK_NAME": "Work account",
    "OIDC_WORK_ISSUER": "https://id.example.gov.uk",
    "OIDC_WORK_CLIENT_ID": "portal",
    "OIDC_WORK_CLIENT_SECRET": "0123456789abcdef",
}


def test_no_provider_unless_one_is_named():
    assert providers_in({}) == ()
    assert providers_in(WORK | {"OIDC_PROVIDERS": " "}) == ()


def test_providers_come_in_their_order():
    second = {name.replace("WORK", "SECOND"): value for name, value in WORK.items() if "WORK" in name}
    found = providers_in(WORK | second | {"OIDC_PROVIDERS": "second, work"})
    assert [(each.key, each.name, each.issuer, each.client_id, each.client_secret) for each in found] == [
        (key, "Work account", "https://id.example.gov.uk", "portal", "0123456789abcdef") for key in ("second", "work")
    ]


def test_a_provider_shows_no_secret_of_its_own():
    assert repr(providers_in(WORK)) == "(<SignOnProvider work>,)"


@pytest.mark.parametrize("issuer", [TENANT, "https://id.example.gov.uk/realms/a", "https://id.example.gov.uk:8443/"])
def test_an_issuer_of_ones_own(issuer):
    assert providers_in(WORK | {"OIDC_WORK_ISSUER": issuer})[0].issuer == issuer


def test_google_wants_the_domain():
    google = WORK | {"OIDC_WORK_ISSUER": "https://accounts.google.com", "OIDC_WORK_REQUIRED_CLAIM": "hd=example.gov.uk"}
    assert providers_in(google)[0].required_claim == ("hd", "example.gov.uk")


@pytest.mark.parametrize(
    ("change", "setting", "mend"),
    [
        *(
            ({f"OIDC_WORK_{what}": ""}, f"OIDC_WORK_{what}", "Set it to")
            for what in ("NAME", "ISSUER", "CLIENT_ID", "CLIENT_SECRET")
        ),
        ({"OIDC_PROVIDERS": "Work"}, "OIDC_PROVIDERS", "such as: entra google"),
        ({"OIDC_PROVIDERS": "../work"}, "OIDC_PROVIDERS", "small letters"),
        ({"OIDC_PROVIDERS": "work work"}, "OIDC_PROVIDERS", "Name each once"),
        ({"OIDC_WORK_NAME": "x" * 61}, "OIDC_WORK_NAME", "Shorten it"),
        ({"OIDC_WORK_NAME": "a\nb"}, "OIDC_WORK_NAME", "cannot be printed"),
        ({"OIDC_WORK_CLIENT_SECRET": "short"}, "OIDC_WORK_CLIENT_SECRET", "make a new one"),
        ({"OIDC_WORK_CLIENT_SECRET": "x" * 40}, "OIDC_WORK_CLIENT_SECRET", "make a new one"),
        ({"OIDC_WORK_ISSUER": "http://id.example.gov.uk"}, "OIDC_WORK_ISSUER", "Use https://"),
        ({"OIDC_WORK_ISSUER": "id.example.gov.uk"}, "OIDC_WORK_ISSUER", "such as https://"),
        ({"OIDC_WORK_ISSUER": "https://["}, "OIDC_WORK_ISSUER", "such as https://"),
        ({"OIDC_WORK_ISSUER": "https://id.example.gov.uk?x=1"}, "OIDC_WORK_ISSUER", "without ? and #"),
        ({"OIDC_WORK_ISSUER": "https://a@id.example.gov.uk"}, "OIDC_WORK_ISSUER", "such as https://"),
        (
            {"OIDC_WORK_ISSUER": f"{TENANT}/.well-known/openid-configuration"},
            "OIDC_WORK_ISSUER",
            "before /.well-known/",
        ),
        *(
            (
                {"OIDC_WORK_ISSUER": f"https://login.microsoftonline.com/{tenant}/v2.0"},
                "OIDC_WORK_ISSUER",
                "tenant's ID",
            )
            for tenant in ("common", "organizations", "consumers", "example.gov.uk")
        ),
        ({"OIDC_WORK_ISSUER": "https://accounts.google.com"}, "OIDC_WORK_REQUIRED_CLAIM", "hd=<your Workspace domain>"),
        ({"OIDC_WORK_REQUIRED_CLAIM": "hd"}, "OIDC_WORK_REQUIRED_CLAIM", "claim=value"),
    ],
)
def test_what_is_missing_weak_or_unsafe_stops_the_start(change, setting, mend):
    with pytest.raises(ImproperlyConfigured) as stopped:
        providers_in(WORK | change)
    assert str(stopped.value).startswith(setting)
    assert mend in str(stopped.value)
    assert "0123456789abcdef" not in str(stopped.value)


def test_development_may_speak_without_encryption():
    assert providers_in(WORK | {"OIDC_WORK_ISSUER": "http://127.0.0.1:4000"}, http_allowed=True)[0].is_on_http


def test_domains():
    assert allowed_domains(["Example.gov.uk", "@other.example"]) == {"example.gov.uk", "other.example"}
    assert is_allowed("nia@EXAMPLE.gov.uk", frozenset({"example.gov.uk"}))
    assert is_allowed("nia@anywhere.example", frozenset())


@pytest.mark.parametrize(
    "email", ["nia@sub.example.gov.uk", "nia@notexample.gov.uk", "example.gov.uk", "nia@example.gov.uk@evil.example"]
)
def test_an_address_beside_the_domains(email):
    assert not is_allowed(email, frozenset({"example.gov.uk"}))


@pytest.mark.parametrize("text", ["*", "example", "*.gov.uk", "nia@example.gov.uk", "a b"])
def test_what_is_no_domain_stops_the_start(text):
    with pytest.raises(ImproperlyConfigured, match=r"^PORTAL_EMAIL_DOMAINS"):
        allowed_domains([text])
