from django.conf import settings
from django.urls import path

from .views import accounts, let_in, lines, notices, passkeys, sessions

urlpatterns = [
    path("account/", accounts.account_detail, name="account-detail"),
    path("account/notices/", notices.notice_choose, name="notice-choose"),
    path("account/stay-signed-in/", sessions.session_extend, name="session-extend"),
    path("account/stay-signed-in/warning/", sessions.session_warning, name="session-warning"),
    path("let-in/", let_in.let_in, name="let-in"),
    path("accounts/2fa/webauthn/keys/<int:authenticator_id>/remove/", passkeys.passkey_remove, name="passkey-remove"),
    path("notices/", notices.notice_list, name="notice-list"),
    path("notices/<int:notice_id>/", notices.notice_open, name="notice-open"),
    path("line-manager/", lines.line_detail, name="line-detail"),
    path("line-manager/<int:line_id>/", lines.line_answer, name="line-answer"),
    path("line-manager/<int:line_id>/withdraw/", lines.line_withdraw, name="line-withdraw"),
    path("line-manager/<int:line_id>/end/", lines.line_end, name="line-end"),
]

if settings.PORTAL_DEMO:
    urlpatterns += [path("demo-sign-in/", accounts.demo_sign_in, name="demo-sign-in")]
