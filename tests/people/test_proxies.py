"""Where somebody comes from, for the limits of each place: what the portal's own proxies say, and nothing that a browser says."""

import pytest
from allauth.account.adapter import get_adapter
from django.urls import reverse

pytestmark = pytest.mark.django_db

PROXY = "10.0.0.1"


@pytest.fixture
def seen_from(rf, settings):
    """The place that counts, with so many proxies and such a header."""

    def seen(proxies, passed=None, remote=PROXY):
        settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
        headers = {} if passed is None else {"X-Forwarded-For": passed}
        return get_adapter().get_client_ip(rf.get("/", headers=headers, REMOTE_ADDR=remote))

    return seen


@pytest.mark.parametrize(
    ("proxies", "passed", "place"),
    [
        (0, None, PROXY),
        (0, "192.0.2.7", PROXY),
        (1, "192.0.2.7", "192.0.2.7"),
        (1, "198.51.100.1, 192.0.2.7", "192.0.2.7"),
        (1, "198.51.100.1,  203.0.113.5 ,192.0.2.7", "192.0.2.7"),
        (2, "198.51.100.1, 192.0.2.7, 10.0.0.2", "192.0.2.7"),
        (2, "192.0.2.7", "192.0.2.7"),
        (1, None, PROXY),
        (1, "", PROXY),
        (1, "192.0.2.7:4711", "192.0.2.7"),
        (1, "2001:db8::7", "2001:db8::7"),
        (1, "no address", "unknown"),
    ],
)
def test_what_our_own_proxies_say_counts_and_is_read_from_the_right(seen_from, proxies, passed, place):
    assert seen_from(proxies, passed) == place


def test_a_socket_that_has_no_address_is_a_place_too(seen_from):
    assert seen_from(0, None, remote="") == "unknown"


@pytest.mark.parametrize(("proxies", "status"), [(0, 429), (1, 429), (2, 200)])
def test_a_forged_header_does_not_get_past_the_limit_of_a_place(client, settings, proxies, status):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    settings.ACCOUNT_RATE_LIMITS = {"signup": "3/m/ip"}
    for number in range(4):
        # What the browser sent, and what the one proxy added. With two of them believed, the first would count.
        passed = f"198.51.100.{number}, 192.0.2.7"
        response = client.post(reverse("account_signup"), {}, headers={"X-Forwarded-For": passed})
    assert response.status_code == status
