"""What was agreed as a record, the code that stands for it, and the page that checks one."""

from copy import deepcopy
from datetime import date
from uuid import UUID

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from assessments import records
from assessments.actions import finish_goal
from assessments.models import Goal
from assessments.records import ALPHABET, check_code, find_record, read_code, record_of
from assessments.views import reports as views
from tests.assessments.rounds import FOUNDATION, PRACTITIONER, make_agreed
from tests.factories import make_user
from tests.pages import Page

pytestmark = pytest.mark.django_db

CODE = "K7QF-2M9X-0TBC-H4RD"
HOSTILE = "<script>alert(1)</script>"

# The code


def test_a_code_stays_what_it_was():
    assert check_code({"a": [1, None, "ŵ"], "b": {"c": True}}) == "C3BP-2NNJ-PV37-8E9D"


def test_the_order_of_keys_makes_no_difference():
    assert check_code({"a": 1, "b": {"c": 2, "d": 3}}) == check_code({"b": {"d": 3, "c": 2}, "a": 1})


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)
rounds = st.dictionaries(st.text(max_size=5), values, max_size=4)


@given(rounds, rounds)
def test_equal_records_alone_have_equal_codes(one, other):
    # Python holds 1 and True for equal; a record keeps them apart by their fields.
    assert (check_code(one) == check_code(other)) == (repr(one) == repr(other)) or one == other


@given(rounds, st.sampled_from(["", " ", "-", "–", " - "]), st.booleans())
def test_a_code_may_be_typed_as_people_type(record, between, is_lower):
    code = check_code(record)
    typed = between.join(code.replace("-", ""))
    assert read_code(typed.lower() if is_lower else typed) == code
    assert read_code(code.replace("0", "O").replace("1", "l")) == code


@pytest.mark.parametrize(
    "typed", ["", "K7QF", CODE + "A", CODE[:-1] + "U", CODE[:-1] + "É", CODE[:-1], HOSTILE, "\0" * 16]
)
def test_what_cannot_be_a_code(typed):
    assert read_code(typed) == ""


def test_the_alphabet_has_no_characters_that_look_alike():
    assert len(ALPHABET) == len(set(ALPHABET)) == 32
    assert set("ILOU") & set(ALPHABET) == set()


# The record


@pytest.fixture(scope="module")
def agreed(kept_for_the_module):
    line_manager = make_user(name="Tomasz Quillfeather", email="tomasz@example.com", job_title="Head of Facilities")
    return make_agreed(make_user(name="Nia Penŵydd", email="nia@example.com"), line_manager)


def test_the_code_kept_is_that_of_the_record(agreed, django_assert_num_queries):
    with django_assert_num_queries(4):
        record = record_of(agreed)
    assert check_code(record) == agreed.check_code
    assert {name: record[name] for name in ("assessment", "owner", "line_manager", "standards")} == {
        "assessment": str(agreed.pk),
        "owner": str(agreed.owner_id),
        "line_manager": str(agreed.line_manager_id),
        "standards": agreed.version.fingerprint,
    }
    assert [row[:4] for row in record["ratings"] if row[0] in ("A1.3", "B2.7")] == [
        ["A1.3", 3, False, ""],
        ["B2.7", None, True, "Done by the commercial team."],
    ]
    assert len(record["ratings"]) == 66
    assert ["B5", 3, "The new post speaks for the department."] in record["targets"]
    assert (record["conversation"]["held_on"], record["conversation"]["look_again_on"]) == ("2026-10-14", "2027-04-12")
    assert [goal[4:] for goal in record["goals"]] == [
        ["2026-12-18", [["B4.6", PRACTITIONER]]],
        ["2027-01-31", []],
        ["2027-02-27", [["B6.7", FOUNDATION]]],
        ["2027-06-30", [["A2.3", PRACTITIONER], ["A2.5", PRACTITIONER]]],
    ]


def paths_of(value, path=()):
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from paths_of(inner, (*path, key))
    else:
        yield path


def test_whatever_changes_in_a_record_changes_its_code(agreed):
    record = record_of(agreed)
    paths = list(paths_of(record))
    assert len(paths) > 300
    for *path, last in paths[::7] + paths[-40:]:
        changed = deepcopy(record)
        place = changed
        for key in path:
            place = place[key]
        place[last] = "another"
        assert check_code(changed) != agreed.check_code


def test_names_and_what_becomes_of_goals_leave_the_code_as_it_is(agreed):
    for person in (agreed.owner, agreed.line_manager):
        person.name, person.job_title = "Another Name", "Another post"
        person.save()
    for goal in Goal.objects.filter(assessment=agreed):
        finish_goal(goal=goal, by=agreed.owner, outcome="Done.")
    Goal.objects.filter(assessment=agreed).delete()
    assert check_code(record_of(agreed)) == agreed.check_code


# Finding it


def test_a_round_is_found_by_its_code(agreed):
    found = find_record(agreed.check_code)
    assert (found.owner, found.line_manager, found.number, found.is_unchanged, found.assessment_id) == (
        "Nia Penŵydd",
        "Tomasz Quillfeather",
        "2.0",
        True,
        agreed.pk,
    )
    assert isinstance(found.agreed_on, date)
    assert isinstance(found.assessment_id, UUID)
    assert find_record(CODE) is None


def test_a_record_that_changed_is_noticed(agreed, monkeypatch):
    changed = record_of(agreed) | {"ratings": []}
    monkeypatch.setattr(records, "record_of", lambda assessment: changed)
    assert not find_record(agreed.check_code).is_unchanged


# The page


@pytest.fixture
def stranger(agreed):
    return make_user(name="Zofia Dąbrówka", email="zofia@example.com")


def verify(client, code):
    return client.post(reverse("report-verify"), {"code": code})


def words(response):
    return Page(response).check().text


@pytest.mark.parametrize("as_typed", [str, str.lower, lambda code: code.replace("-", " ")])
def test_report_verify_says_who_agreed_it_and_when(agreed, stranger, sign_in, as_typed):
    response = verify(sign_in(stranger), as_typed(agreed.check_code))
    text = words(response)
    assert response.status_code == 200
    assert (
        f"Nia Penŵydd and Tomasz Quillfeather, line manager, agreed a report with the code {agreed.check_code} on"
        in text
    )
    assert "under Contract Management Professional Standards, version 2.0." in text
    assert "still stands in the portal as it stood then" in text
    for level in ("Foundation", "Practitioner", "Expert", "Open the report"):
        assert level not in text


def test_report_verify_by_address(agreed, stranger, sign_in):
    response = sign_in(stranger).get(reverse("report-verify"), {"code": agreed.check_code})
    assert "Agreed here" in words(response)


def test_report_verify_leads_those_who_may_read_the_report_to_it(agreed, sign_in):
    for person in (agreed.owner, agreed.line_manager):
        text = verify(sign_in(person), agreed.check_code).content.decode()
        assert f'href="{reverse("report-detail", args=[agreed.pk])}"' in text


def test_report_verify_says_when_the_record_is_another(agreed, stranger, sign_in, monkeypatch):
    changed = record_of(agreed) | {"ratings": []}
    monkeypatch.setattr(records, "record_of", lambda assessment: changed)
    assert "What stands in the portal is not what they agreed then." in words(
        verify(sign_in(stranger), agreed.check_code)
    )


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("", "Enter the check code"),
        (CODE, "No report with this code was agreed here. Compare it with the foot of the report"),
        ("K7QF", "A check code has sixteen letters and digits, such as K7QF-2M9X-0TBC-H4RD"),
        (HOSTILE, "A check code has sixteen letters and digits, such as K7QF-2M9X-0TBC-H4RD"),
    ],
)
def test_report_verify_says_beside_the_field_what_is_wrong(stranger, sign_in, code, problem):
    response = verify(sign_in(stranger), code)
    page = Page(response).check()
    assert response.status_code == 422
    assert page.errors == {"id_code": problem}
    assert page.form("code").fields["code"] == [code]
    assert HOSTILE not in response.content.decode()


def test_report_verify_begins_with_an_empty_field(stranger, sign_in):
    response = sign_in(stranger).get(reverse("report-verify"))
    page = Page(response).check()
    assert (response.status_code, page.errors, page.form("code").fields["code"]) == (200, {}, [""])


def test_report_verify_takes_only_so_many_codes_that_are_not_known(agreed, stranger, sign_in, monkeypatch):
    monkeypatch.setattr(views, "MOST_MISSES", 2)
    client = sign_in(stranger)
    answers = [verify(client, code).status_code for code in (agreed.check_code, CODE, "K7QF", agreed.check_code, CODE)]
    assert answers == [200, 422, 422, 200, 422]
    response = verify(client, agreed.check_code)
    assert response.status_code == 429
    assert list(Page(response).check().errors.values()) == [
        "Too many codes were not known here. Wait an hour, then try again"
    ]
    assert verify(sign_in(agreed.owner), agreed.check_code).status_code == 200


def test_report_verify_is_for_people_who_are_signed_in(agreed, sign_in):
    response = sign_in().get(reverse("report-verify"), {"code": agreed.check_code})
    assert (response.status_code, response.url.partition("?")[0]) == (302, reverse("account_login"))


def test_report_verify_costs_the_same_for_any_report(agreed, stranger, sign_in, django_assert_num_queries):
    client = sign_in(stranger)
    verify(client, agreed.check_code)
    with django_assert_num_queries(8):
        verify(client, agreed.check_code)
