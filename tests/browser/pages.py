"""Every page of the portal in every state, by its route's name. ``test_pages.py`` opens each; a route without an entry fails."""

from tests.browser import (
    pages_of_campaigns,
    pages_of_my_data,
    pages_of_organisations,
    pages_of_readings,
    pages_of_second_factors,
    pages_of_single_sign_on,
    pages_of_teams,
    pages_of_two,
)
from tests.browser.states import LONG_NOTE, ROUND, State, fill, in_another_window, press

DOCUMENT = "/standards/contract-management/2.0/"
SEARCH = DOCUMENT + "search/?q="
# Texts of the document that are pages of their own.
TEXTS = (
    *("how-to-use", "development", "foreword", "what-they-are", "who-they-are-for", "how-developed", "structure"),
    *("links-between-levels", "sections", "sro"),
)
PEOPLE = (
    "service-development-manager",
    "commercial-systems-analyst",
    "assistant-employment-account-director",
    "director-of-investment",
)


def unset_radios(page):
    page.evaluate("document.querySelectorAll('main [type=radio]').forEach((radio) => { radio.checked = false; })")
    press("Continue")(page)


def wrong_targets(page):
    """One area without a level, one that departs from the role without a reason, one whose reason is too long."""
    page.evaluate("document.querySelectorAll('[name=target-A1]').forEach((radio) => { radio.checked = false; })")
    page.check("[name='target-B4'][value='3']")
    page.check("[name='target-B5'][value='not-in-role']")
    page.fill("[name='reason-B5']", LONG_NOTE)
    press("Save and continue")(page)


def wrong_answers(page):
    """A level that is not offered, "not relevant" without a reason, and a note over the limit."""
    rows = page.locator(".rating-row")
    page.evaluate("document.querySelector('.rating-row input[value=\"1\"]').value = '7'")
    rows.nth(0).locator("input[value='7']").check()
    rows.nth(1).get_by_label("Not relevant to my role").check()
    rows.nth(2).locator("summary").first.click()
    rows.nth(2).locator("textarea").fill(LONG_NOTE)
    press("Save and continue")(page)
    page.wait_for_selector(".govuk-error-summary")


def noted(page):
    """A note, the words of a statement and a reason are open."""
    row = page.locator(".rating-row").nth(1)
    row.locator("summary").first.click()
    row.locator("summary").last.click()
    row.get_by_label("Not relevant to my role").check()


def changed_elsewhere(page):
    """The first answer was changed in another window after this page was drawn."""
    other = page.context.new_page()
    other.goto(page.url)
    other.locator(".rating-row").first.get_by_label("Not yet at Foundation").check()
    other.locator(".rating-row").first.locator("summary").first.click()
    other.locator(".rating-row").first.locator("textarea").fill("Typed in the other window")
    press("Save and continue")(other)
    other.wait_for_url(lambda url: url != page.url)
    other.close()
    # Without the event that saves it at once.
    page.locator(".rating-row input[value='2']").first.evaluate("(radio) => { radio.checked = true; }")
    press("Save and continue")(page)
    page.wait_for_selector(".govuk-error-summary")


def targets_changed_elsewhere(page):
    def change(other):
        other.check("[name='target-A1'][value='1']")
        other.fill("[name='reason-A1']", "Typed in the other window")
        press("Save and continue")(other)

    in_another_window(page, change)
    page.check("[name='target-A1'][value='3']")
    page.fill("[name='reason-A1']", "Typed in this window")
    press("Save and continue")(page)


def role_changed_elsewhere(page):
    def change(other):
        other.get_by_role("radio").first.check()
        press("Continue")(other)

    in_another_window(page, change)
    page.get_by_role("radio").last.check()
    press("Continue")(page)


def example_changed_elsewhere(page):
    in_another_window(page, fill("Save work example", title="Named in the other window"))
    fill("Save work example", title="Named in this window")(page)


def example_deleted_elsewhere(page):
    in_another_window(page, press("Delete work example"), f"{page.url}delete/")
    fill("Save work example", title="Named in this window")(page)


def wrong_example(page):
    """No title, a link that is none, a date in the future and a statement that does not exist."""
    first = page.locator("main .round-group [type=checkbox]").first
    first.evaluate("(checkbox) => { checkbox.value = '0'; }")
    if not first.is_visible():
        page.locator(".round-group summary").first.click()
    first.check()
    page.fill("main [name=title]", "")
    page.fill("main [name=link]", "not a link")
    for part, value in (("day", "1"), ("month", "2"), ("year", "2199")):
        page.fill(f"main [name=dated_{part}]", value)
    press("Save work example")(page)


def signed_out_while_typing(page):
    """The sign-in ends, the form is sent, and the same person signs in again."""
    session = next(each for each in page.context.cookies() if each["name"] == "session")
    page.context.clear_cookies(name="session")
    page.locator(".rating-row").first.locator("summary").first.click()
    page.locator(".rating-row").first.locator("textarea").fill("Typed after the sign-in had ended")
    press("Save and continue")(page)
    page.wait_for_url("**/accounts/login/**")
    page.context.add_cookies([{key: session[key] for key in ("name", "value", "domain", "path")}])


def held(page):
    signed_out_while_typing(page)
    page.goto("/assessments/")
    page.get_by_role("link", name="What you sent at").click()


def listed_as_held(page):
    signed_out_while_typing(page)
    page.goto("/assessments/")


def open_menu(page):
    page.set_viewport_size({"width": 390, "height": 844})
    page.get_by_role("button", name="Menu").click()


def stale_token(page):
    page.context.clear_cookies(name="csrf")
    press("Sign in")(page)


def broken_form(page):
    page.evaluate("document.querySelector('.rating-row input[type=hidden]').name = 'level-99999999'")
    press("Save and continue")(page)


def new_address(page):
    page.fill("main [name=email]", "lucja.new@example.com")
    press("Send a confirmation link")(page)
    page.get_by_role("heading", name="Waiting for you to open the link").or_(
        page.get_by_role("heading", name="Enter your password again")
    ).first.wait_for()


def deleted_example(page):
    press("Delete work example")(page)
    page.get_by_role("alert").wait_for()


def closed_round(page):
    press("Close assessment")(page)
    page.get_by_role("alert").wait_for()


def words_open(page):
    for summary in page.locator(".standards-words summary").all():
        summary.click()


PUBLIC = [
    State("home", "/"),
    State("help", "/help/"),
    State("help", "/help/", "half"),
    State("who-can-see-what", "/who-can-see-what/"),
    State("scoring-explained", "/how-scoring-works/"),
    State("privacy", "/privacy/"),
    State("accessibility", "/accessibility/"),
    State("cookies", "/cookies/"),
    State("page_not_found", "/no-such-page/", name="404", status=404),
    State("form_expired", "/accounts/login/", name="403, a stale form", prepare=stale_token, status=403),
    State("permission_denied", ROUND + "close/", "closed", name="403", status=403),
    State("bad_request", ROUND + "rate/A1/", "begun", name="400", prepare=broken_form, status=400),
]

ACCOUNTS = [
    State("account_login", "/accounts/login/"),
    State(
        "account_login", "/accounts/login/?next=/held/0b9c8c1c-0000-4000-8000-000000000000/", name="after signing out"
    ),
    State("account_login", "/accounts/login/", name="empty", prepare=press("Sign in"), is_refused=True),
    State(
        "account_login",
        "/accounts/login/",
        name="wrong password",
        prepare=fill("Sign in", login="nobody@example.com", password="wrong horse battery"),
        is_refused=True,
    ),
    State("account_signup", "/accounts/signup/"),
    State("account_signup", "/accounts/signup/", name="empty", prepare=press("Create account"), is_refused=True),
    State(
        "account_signup",
        "/accounts/signup/",
        name="weak",
        prepare=fill("Create account", name="Nia", email="nia@", password1="short"),
        is_refused=True,
    ),
    State("account_logout", "/accounts/logout/", "new"),
    State("account_inactive", "/accounts/inactive/"),
    State("account_reauthenticate", "/accounts/reauthenticate/", "new"),
    State("account_reauthenticate", "/accounts/reauthenticate/", "new", "empty", press("Continue"), True),
    State("account_email", "/accounts/email/", "new"),
    State("account_email", "/accounts/email/", "new", "empty", press("Send a confirmation link"), True),
    State("account_email", "/accounts/email/", "new", "waiting", new_address),
    State("account_email_verification_sent", "/accounts/confirm-email/"),
    State("account_change_password", "/accounts/password/change/", "new"),
    State("account_change_password", "/accounts/password/change/", "new", "empty", press("Change password"), True),
    State("account_set_password", "/accounts/password/set/", "passwordless"),
    State("account_set_password", "/accounts/password/set/", "passwordless", "empty", press("Set password"), True),
    State("account_reset_password", "/accounts/password/reset/"),
    State("account_reset_password", "/accounts/password/reset/", None, "empty", press("Send the link"), True),
    State("account_reset_password_done", "/accounts/password/reset/done/"),
    State("account_reset_password_from_key", "/accounts/password/reset/key/1-set-password/", name="a dead link"),
    State("account_reset_password_from_key_done", "/accounts/password/reset/key/done/"),
    State("account_confirm_email", "/accounts/confirm-email/dead/", name="a dead link"),
    State("account-detail", "/account/", "new"),
    State("account-detail", "/account/", "new", "empty", fill("Save changes", name="", job_title="x" * 151), True),
    State("account-detail", "/account/", "new", "menu open", open_menu),
    State("account-detail", "/account/", "new", "saved", fill("Save changes", job_title="Contract Manager")),
]

ROUNDS = [
    State("assessment-list", "/assessments/", "new", "no round"),
    State("assessment-list", "/assessments/", "begun", "no answer"),
    State("assessment-list", "/assessments/", "half", "half-way"),
    State("assessment-list", "/assessments/", "finished", "finished"),
    State("assessment-list", "/assessments/", "closed", "earlier rounds"),
    State("assessment-list", "/assessments/", None, "signed out"),
    State("assessment-list", ROUND + "rate/A1/", "begun", "something held", listed_as_held),
    State("assessment-start", "/assessments/start/", "new"),
    State("assessment-create", "/assessments/new/", "new"),
    State("assessment-create", "/assessments/new/", "new", "nothing chosen", press("Continue"), True),
    State("assessment-detail", ROUND, "begun", "no answer"),
    State("assessment-detail", ROUND, "half", "half-way"),
    State("assessment-detail", ROUND, "finished", "finished"),
    State("assessment-detail", ROUND, "closed", "closed"),
    State("assessment-role", ROUND + "role/", "begun"),
    State("assessment-role", ROUND + "role/", "begun", "nothing chosen", unset_radios, True),
    State("target-edit", ROUND + "targets/", "begun"),
    State("target-edit", ROUND + "targets/", "finished", "with reasons"),
    State("target-edit", ROUND + "targets/", "begun", "three mistakes", wrong_targets, True),
    State("target-edit", ROUND + "targets/", "begun", "changed elsewhere", targets_changed_elsewhere, True),
    State("assessment-role", ROUND + "role/", "begun", "changed elsewhere", role_changed_elsewhere, True),
    State("rating-edit", ROUND + "rate/A1/", "begun", "empty"),
    State("rating-edit", ROUND + "rate/B3/", "begun", "two parts"),
    State("rating-edit", ROUND + "rate/B1/", "half", "half-way"),
    State("rating-edit", ROUND + "rate/B2/", "half", "not in role"),
    State("rating-edit", ROUND + "rate/B4/", "finished", "finished"),
    State("rating-edit", ROUND + "rate/B4/", "closed", "closed"),
    State("rating-edit", ROUND + "rate/A2/", "begun", "notes open", noted),
    State("rating-edit", ROUND + "rate/A1/", "begun", "three mistakes", wrong_answers, True),
    State("rating-edit", ROUND + "rate/A1/", "begun", "changed elsewhere", changed_elsewhere, True),
    State("readers-note-edit", ROUND + "rate/B4/tell/?statement=B4.3", "begun"),
    State("readers-note-edit", ROUND + "rate/B4/tell/", "begun", "to be chosen"),
    State("readers-note-edit", ROUND + "rate/B4/tell/", "begun", "nothing chosen", press("Tell the editors"), True),
    State("assessment-check", ROUND + "check/", "begun", "empty"),
    State("assessment-check", ROUND + "check/", "half", "half-way"),
    State("assessment-check", ROUND + "check/", "finished", "finished"),
    State("assessment-check", ROUND + "check/", "closed", "closed"),
    State("evidence-list", ROUND + "evidence/", "begun", "empty"),
    State("evidence-list", ROUND + "evidence/", "finished", "with examples"),
    State("evidence-list", ROUND + "evidence/", "closed", "closed"),
    State("evidence-create", ROUND + "evidence/new/?statement=B4.3", "begun"),
    State("evidence-create", ROUND + "evidence/new/", "begun", "four mistakes", wrong_example, True),
    State("evidence-edit", ROUND + "evidence/{evidence}/", "finished"),
    State("evidence-edit", ROUND + "evidence/{evidence}/", "finished", "four mistakes", wrong_example, True),
    State(
        "evidence-edit",
        ROUND + "evidence/{evidence}/",
        "finished",
        "changed elsewhere",
        example_changed_elsewhere,
        True,
    ),
    State(
        "evidence-edit",
        ROUND + "evidence/{evidence}/",
        "finished",
        "deleted elsewhere",
        example_deleted_elsewhere,
        True,
    ),
    State("evidence-delete", ROUND + "evidence/{evidence}/delete/", "finished"),
    State("evidence-delete", ROUND + "evidence/{evidence}/delete/", "finished", "deleted", deleted_example),
    State("report-detail", ROUND + "report/", "begun", "empty"),
    State("report-detail", ROUND + "report/", "half", "half-way"),
    State("report-detail", ROUND + "report/", "finished", "finished"),
    State("report-detail", ROUND + "report/", "closed", "closed"),
    State("assessment-close", ROUND + "close/", "half"),
    State("assessment-close", ROUND + "close/", "half", "closed", closed_round),
    State("assessment-delete", ROUND + "delete/", "half"),
    State("heldpost-detail", ROUND + "rate/A1/", "begun", "offered", held),
]

READING = [
    State("standards-list", "/standards/", name="leads to the only version"),
    State("version-detail", DOCUMENT),
    State("version-detail", DOCUMENT, "half"),
    State("version-detail", "/standards/contract-management/latest/", name="latest"),
    *(State("area-detail", f"{DOCUMENT}{code}/", name=code) for code in ("A2", "B3", "B4", "B6")),
    State("area-detail", DOCUMENT + "B4/?marks=off", name="without marks"),
    State("area-detail", DOCUMENT + "B4/", name="words open", prepare=words_open),
    State("area-detail", DOCUMENT + "B4/", "half"),
    State("statement-detail", DOCUMENT + "B4.3/"),
    State("statement-detail", DOCUMENT + "B4.2/", name="two levels with the same words"),
    *(State("level-detail", f"{DOCUMENT}level/{rank}/", name=str(rank)) for rank in (1, 2, 3)),
    *(State("level-compare", f"{DOCUMENT}level/{pair}/", name=pair) for pair in ("1/to/2", "2/to/3", "1/to/3")),
    State("lifecycle-detail", DOCUMENT + "lifecycle/"),
    State("role-list", DOCUMENT + "roles/"),
    State("role-detail", DOCUMENT + "roles/contract-analyst/"),
    State("role-detail", DOCUMENT + "roles/head-of-recruitment-pan-government/", name="of the other pathway"),
    *(State("page-detail", f"{DOCUMENT}about/{slug}/", name=slug) for slug in TEXTS),
    State("people-list", DOCUMENT + "people/"),
    *(State("people-detail", f"{DOCUMENT}people/{slug}/", name=slug) for slug in PEOPLE),
    State("casestudy-detail", DOCUMENT + "case-studies/healthy-start-vitamins/"),
    State("casestudy-detail", DOCUMENT + "case-studies/work-and-health-programme/", name="the other"),
    State("insight-list", DOCUMENT + "insights/"),
    State("learning-list", DOCUMENT + "learning/"),
    State("source-list", DOCUMENT + "sources/"),
    State("version-changes", DOCUMENT + "changes/", name="of the first version"),
    State("glossary-list", DOCUMENT + "glossary/"),
    State("standards-search", DOCUMENT + "search/"),
    State("standards-search", SEARCH + "negotiating", name="found"),
    State("standards-search", SEARCH + "contract", name="of every kind"),
    State("standards-search", SEARCH + "contract&kind=statements", name="of one kind"),
    State("standards-search", SEARCH + "B4.3", name="a code"),
    State("standards-search", SEARCH + "%22value+for+money%22", name="a phrase"),
    State("standards-search", SEARCH + "stakeholdr", name="a slip"),
    State("standards-search", SEARCH + "quillwort", name="nothing found"),
    State("standards-search", SEARCH + "x" * 300, name="too long", is_refused=True),
    State("export-detail", DOCUMENT + "download/"),
    State("page_not_found", DOCUMENT + "Z9/", name="no such area", status=404),
    State("assessment-area", ROUND + "standards/A1/", "begun", "no answer"),
    State("assessment-area", ROUND + "standards/B1/", "half", "half-way"),
    State("assessment-area", ROUND + "standards/B2/", "half", "not in role"),
    State("assessment-area", ROUND + "standards/B4/", "finished", "finished"),
    State("assessment-area", ROUND + "standards/B6/", "closed", "closed"),
]

STATES = (
    PUBLIC
    + ACCOUNTS
    + ROUNDS
    + READING
    + pages_of_two.STATES
    + pages_of_second_factors.STATES
    + pages_of_readings.STATES
    + pages_of_my_data.STATES
    + pages_of_single_sign_on.STATES
    + pages_of_teams.STATES
    + pages_of_campaigns.STATES
    + pages_of_organisations.STATES
)

# Routes that draw no page of the portal's own.
NO_PAGE = {
    **pages_of_two.NO_PAGE,
    **pages_of_second_factors.NO_PAGE,
    **pages_of_my_data.NO_PAGE,
    **pages_of_single_sign_on.NO_PAGE,
    "rating-save": "answers a script in JSON",
    "session-extend": "answers a script in JSON",
    "session-warning": "a part of a page, which a script brings (tests/browser/test_session_warning.py)",
    **dict.fromkeys(("report-pdf", "report-excel"), "a download"),
    **dict.fromkeys(("team-pdf", "team-excel"), "a download"),
    **dict.fromkeys(("organisation-excel", "organisation-csv", "organisation-pdf"), "a download"),
    "version-export": "a download",
    "demo-sign-in": "takes a POST and leads on",
    "account_confirm_login_code": "signing in by code is switched off: leads to the sign-in page",
    "admin:logout": "takes a POST and leads to the sign-in page",
    "admin:login": "is the portal's own sign-in page",
    "admin:autocomplete": "answers a script in JSON",
    "admin:jsi18n": "a script",
    "admin:view_on_site": "leads on",
    "admin:None": "leads on to the page with the same key, or to the page for unknown addresses",
}
