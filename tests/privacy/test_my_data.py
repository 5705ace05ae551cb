"""What is kept about somebody, for themselves: everything, nothing of others that they may not read, and no formula."""

import json
import re
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from assessments import actions
from people import reauthentication
from people.models import ReportingLine
from privacy import my_data
from privacy.my_data import as_json, as_workbook, counts, read_sections
from privacy.register import RECORDS
from service.models import HeldPost
from tests.factories import make_user
from tests.pages import Page
from tests.privacy.plants import IN_OTHERS_RECORDS, NOT_DOWNLOADED, Cast, long_ago, plant, plants_in, plants_in_database

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def cast(kept_for_the_module):
    return Cast()


def in_json(person):
    """The plants in the JSON file."""
    return plants_in(as_json(person, read_sections(person), made_at=long_ago(0)).decode())


def in_workbook(person):
    """The plants in the cells of the workbook."""
    book = load_workbook(BytesIO(as_workbook(read_sections(person), made_at=long_ago(0))), read_only=True)
    return plants_in(" ".join(str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row))


def test_both_files_have_everything_that_is_planted(cast):
    wanted = plants_in_database().keys() - NOT_DOWNLOADED
    assert in_json(cast.person) == wanted
    assert in_workbook(cast.person) == wanted
    assert wanted > IN_OTHERS_RECORDS


def test_a_record_that_is_left_out_is_found(cast, monkeypatch):
    monkeypatch.setattr(my_data, "RECORDS", [each for each in RECORDS if each.model != "assessments.GoalNote"])
    missing = plants_in_database().keys() - NOT_DOWNLOADED - in_json(cast.person)
    assert missing == {plant("goal-note"), plant("note-of-line-manager"), plant("note-to-other")}


def test_what_the_line_manager_rates_is_theirs_once_the_review_is_finished(cast):
    assert plant("hidden-note") not in in_json(cast.person)
    by = cast.line_manager
    actions.agree_with_rest(assessment=cast.shared, by=by)
    actions.finish_review(assessment=cast.shared, by=by)
    assert plant("hidden-note") in in_json(cast.person)


def test_a_former_line_manager_takes_nothing_along(cast):
    assert plant("given-note") in in_json(cast.person)
    ReportingLine.objects.filter(person=cast.member).update(ended_at=long_ago(0), ended_by=cast.member)
    assert not {plant("given-note"), plant("note-to-other")} & in_json(cast.person)


def test_nobody_else_finds_anything_of_theirs(cast):
    assert in_json(make_user()) == set()
    # What an administrator did to their account, and why they opened their round.
    done = {plant(each) for each in ("opened", "name", "logged-name", "logged-change")}
    assert in_json(cast.administrator) == done


def test_the_files_have_words_for_codes(cast):
    sections = {each.key: each.rows for each in read_sections(cast.person)}
    noted = next(each for each in sections["answers_and_ratings"] if each["note"] == plant("note"))
    assert noted["statement"].startswith("B4.1 ")
    assert (noted["level"], noted["view"], noted["rated_by"]) == ("Practitioner", "Self", None)
    assert sections["work_examples"][0]["statements"][0].startswith("B4.1 ")
    (needed,) = sections["what_your_team_needs__as_you_said"]
    assert (needed["area_code"], needed["level"], needed["people"]) == (plant("nc"), "Practitioner", 3)
    (account,) = sections["your_account"]
    assert account["name"] == plant("name")
    assert "password" not in account
    assert "secret" not in str(sections["second_factors"])


def test_the_workbook_reads_like_the_pages(cast):
    book = load_workbook(BytesIO(as_workbook(read_sections(cast.person), made_at=long_ago(0))))
    sheets = {re.sub(r"^\d+ ", "", sheet.title): list(sheet.iter_rows(values_only=True)) for sheet in book}
    headings = [each for rows in sheets.values() for each in rows[0]]
    assert [each for each in headings if "_" in each or each.endswith((" at", " on", "Id"))] == []
    cells = [str(each) for name, rows in sheets.items() for row in rows[1:] for each in row if each is not None]
    assert [each for each in cells if re.fullmatch(r"\d{4}-\d\d-\d\d(T.*)?", each)] == []
    account = dict(zip(sheets["Your account"][0], sheets["Your account"][1], strict=True))
    assert account["May enter the administration pages"] == "No"
    assert re.fullmatch(r"\d{1,2} [A-Z][a-z]+ \d{4} at \d\d:\d\d", account["Joined"])
    # A column with nothing in it is left out, and what only the portal needs stands last.
    assert "Erased" not in account
    assert list(account)[-1] == "The portal’s own number"


def test_the_same_number_of_queries_with_many_answers(cast):
    def queries(read):
        with CaptureQueriesContext(connection) as captured:
            read(cast.person)
        return len(captured)

    before = [queries(each) for each in (read_sections, counts)]
    for number in range(3):
        HeldPost.objects.create(user=cast.person, path="/account/", fields={"name": ["Another"]})
        actions.add_goal_note(goal=cast.person.goals.open().first(), by=cast.person, text=f"Note {number}")
    assert [queries(each) for each in (read_sections, counts)] == before


def test_no_cell_is_a_formula_and_no_text_is_cut(cast):
    typed = ["=1+1", "@SUM(A1)", "+1", "-1", "\t=1", "=" + "x" * 70_000]
    HeldPost.objects.create(user=cast.person, path="/account/", fields={"name": typed})
    book = load_workbook(BytesIO(as_workbook(read_sections(cast.person), made_at=long_ago(0))))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert sum(str(cell.value).count("x") for cell in cells) >= 70_000


# Pages


@pytest.fixture
def proved(monkeypatch):
    monkeypatch.setattr(reauthentication, "proved_recently", lambda request: True)


def test_my_data_detail_counts_and_leads_to_the_files(cast, sign_in, proved):
    browser = sign_in(cast.person)
    response = browser.get("/my-data/")
    page = Page(response)
    assert response.status_code == 200
    assert "Answers and ratings" in page.text
    assert "24 months" in page.text
    for path, kind in (("/my-data/json/", "application/json"), ("/my-data/workbook/", "spreadsheetml.sheet")):
        assert f'href="{path}"' in page.html
        response = browser.get(path)
        assert response.status_code == 200
        assert kind in response["Content-Type"]
        assert "no-store" in response["Cache-Control"]
        assert response["Content-Disposition"].startswith('attachment; filename="your-data-20')
        if kind == "application/json":
            assert plant("note") in json.dumps(response.json())


@pytest.mark.parametrize("path", ["/my-data/json/", "/my-data/workbook/"])
def test_my_data_files_ask_for_a_recent_proof(cast, sign_in, monkeypatch, path):
    monkeypatch.setattr(reauthentication, "proved_recently", lambda request: False)
    response = sign_in(cast.person).get(path)
    assert response.status_code == 302
    assert "reauthenticate" in response.url
    assert path.strip("/").split("/")[-1] in response.url


def test_my_data_of_somebody_new_is_short(sign_in):
    response = sign_in(make_user()).get("/my-data/")
    assert "Your account" in Page(response).text
    assert "Answers and ratings" not in Page(response).text


def test_the_account_page_leads_to_it(sign_in):
    assert 'href="/my-data/"' in Page(sign_in(make_user()).get("/account/")).html
