"""A mail server that is away, hangs or refuses: whoever waits for an e-mail is told so and asks again; nobody else notices."""

import re
import socket
import time
from contextlib import closing, contextmanager

import pytest
from allauth.account.models import EmailAddress
from django.urls import reverse

from people.actions import notify
from people.models import Notice, User
from people.tasks import send_notice
from tests.factories import PASSWORD, make_user
from tests.smtp import listening

pytestmark = pytest.mark.django_db
SIGN_UP = {"name": "Sunniva Ørnfjell", "email": "sunniva@example.com", "password1": "three random words"}


@pytest.fixture
def post(settings, monkeypatch):
    """A mail server that takes everything until a test tells it otherwise, and whose senders have little patience."""
    settings.EMAIL_BACKEND = "people.post.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_TIMEOUT = 1
    monkeypatch.setattr("people.adapters.MAIL_PATIENCE", 0.3)
    with listening() as (sink, port):
        settings.EMAIL_PORT = port
        yield sink


@contextmanager
def away(sink, settings):
    port = settings.EMAIL_PORT
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        settings.EMAIL_PORT = taken.getsockname()[1]
    yield
    settings.EMAIL_PORT = port


@contextmanager
def hanging(sink, settings):
    sink.hold = "greeting"
    yield
    sink.release()


def refusing(command, reply):
    @contextmanager
    def refuse(sink, settings):
        sink.refuses = {command: reply}
        yield
        sink.refuses = {}

    return refuse


FAULTS = {
    "away": away,
    "hanging": hanging,
    "busy": refusing("MAIL", "451 try again later"),
    "refusing the recipient": refusing("RCPT", "550 no such user"),
    "refusing the text": refusing("TEXT", "552 too much"),
}


@pytest.fixture(params=FAULTS.values(), ids=FAULTS)
def fault(request, post, settings):
    return lambda: request.param(post, settings)


def told(response):
    html = response.content.decode()
    assert (response.status_code, response["Retry-After"]) == (503, "300")
    assert re.search(r"<h1[^>]*>(.*?)</h1>", html)[1] == "We could not send you an e-mail"
    return html


def test_whoever_signs_up_asks_again_by_signing_in(client, post, fault):
    with fault():
        began = time.monotonic()
        html = told(client.post(reverse("account_signup"), SIGN_UP))
        assert time.monotonic() - began < 10
    assert f'href="{reverse("account_login")}"' in html
    user = User.objects.get(email="sunniva@example.com")
    assert not EmailAddress.objects.get(user=user).verified
    again = client.post(reverse("account_login"), {"login": user.email, "password": SIGN_UP["password1"]})
    assert again.url == reverse("account_email_verification_sent")
    assert [to for to, _ in post.accepted] == [user.email]


def test_an_account_that_is_there_already_is_given_away_by_no_other_words(client, post, settings):
    with away(post, settings):
        new = told(client.post(reverse("account_signup"), SIGN_UP))
        known = told(client.post(reverse("account_signup"), SIGN_UP))
    assert known == new


def test_whoever_forgot_their_password_asks_again(client, post, fault):
    make_user(email="nia@example.com")
    with fault():
        html = told(client.post(reverse("account_reset_password"), {"email": "nia@example.com"}))
        assert told(client.post(reverse("account_reset_password"), {"email": "nobody@example.com"})) == html
    assert client.post(reverse("account_reset_password"), {"email": "nia@example.com"}).status_code == 302
    assert [to for to, _ in post.accepted] == ["nia@example.com"]


def test_a_new_address_waits_and_its_link_can_be_sent_again(sign_in, post, settings):
    user = make_user(email="nia@example.com")
    client = sign_in(user)
    with away(post, settings):
        html = told(client.post(reverse("account_email"), {"email": "nia.new@example.com", "action_add": ""}))
    assert f'href="{reverse("account_email")}"' in html
    client.post(reverse("account_email"), {"email": "nia.new@example.com", "action_send": ""})
    assert [to for to, _ in post.accepted] == ["nia.new@example.com"]


def test_what_was_done_is_done_without_the_e_mail_that_tells_of_it(sign_in, post, settings):
    user = make_user(email="nia@example.com")
    typed = {"oldpassword": PASSWORD, "password1": "another three words"}
    with away(post, settings):
        assert sign_in(user).post(reverse("account_change_password"), typed).url == reverse("account-detail")
    user.refresh_from_db()
    assert user.check_password("another three words")


def test_an_e_mail_that_was_cut_off_may_have_come(client, post):
    make_user(email="nia@example.com")
    post.hang_up = "reply"
    response = client.post(reverse("account_reset_password"), {"email": "nia@example.com"})
    assert response.url == reverse("account_reset_password_done")


def test_notices_wait_while_nobody_sends_them_and_pages_go_on(manager_client, contract_manager, post, settings):
    with away(post, settings):
        notice = notify(recipient=contract_manager, kind="shared", path="/assessments/")
        assert send_notice.call(notice.pk) == Notice.Delivery.WAITING
        assert manager_client.get(reverse("notice-list")).status_code == 200
        assert post.accepted == []
    assert send_notice.call(notice.pk) == Notice.Delivery.SENT
    assert [to for to, _ in post.accepted] == [contract_manager.email]
