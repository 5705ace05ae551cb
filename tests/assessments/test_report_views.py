"""The gap report over HTTP: the page in its states, the PDF that is made once and kept, and who gets neither."""

import html
import re
import uuid

import pytest
from django.db import IntegrityError
from django.urls import reverse

from assessments.actions import close_assessment, keep_report_file
from assessments.models import ReportFile
from assessments.reports import files as report_files
from assessments.views import reports as views
from documents.pdf import PdfUnavailable
from tests.assessments.rounds import (
    EXPERT,
    FOUNDATION,
    PRACTITIONER,
    answer,
    answer_all,
    make_half_way,
    make_round,
    make_typical,
    target,
)
from tests.factories import make_evidence

HOSTILE = "<b>&{{7*7}}</b><script>alert(1)</script>"


def address(name, round_):
    return reverse(name, kwargs={"assessment_id": round_.pk})


def page(client, round_):
    """The page's source, and its text with white space folded."""
    response = client.get(address("report-detail", round_))
    assert response.status_code == 200
    source = response.content.decode()
    main = re.search(r"<main.*?</main>", source, flags=re.S)[0]
    text = html.unescape(re.sub(r"<[^>]*>", " ", re.sub(r"<svg.*?</svg>", "", main, flags=re.S)))
    return main, " ".join(text.split())


def headings(source):
    return [" ".join(re.sub(r"<[^>]*>", "", each).split()) for each in re.findall(r"<h2.*?</h2>", source, flags=re.S)]


@pytest.fixture
def made(monkeypatch):
    """Each PDF made, as the sources that they were made from; the bytes are short and tell them apart."""
    sources = []

    def make_pdf(source):
        sources.append(source)
        return b"%PDF-" + str(len(sources)).encode()

    monkeypatch.setattr(report_files, "make_pdf", make_pdf)
    return sources


# The page


def test_report_detail_of_a_finished_draft(contract_manager, manager_client):
    round_ = make_typical(contract_manager)
    source, text = page(manager_client, round_)
    assert headings(source) == [
        "Level and target in each area",
        "Why each area is at its level",
        "Priority gaps, and the words to aim for",
        "Strengths",
        "Next steps",
        "Readiness for each level",
        "Left out as not relevant to your role",
        "Targets that differ from your role profile",
        "Work examples",
        "Take it with you",
    ]
    assert "Gap report Draft You are at your target in four areas. Ten statements stand between you" in text
    assert source.count("<svg") == 8 + 4
    assert source.count('<article class="report-gap">') == 10
    gap = f"{address('assessment-detail', round_)}rate/B6/#statement-B6.7"
    assert source.count(f'href="{gap}"') == 2
    assert source.count(f'href="{address("report-pdf", round_)}"') == 2
    assert "style=" not in source


@pytest.mark.parametrize(
    ("arrange", "sentences"),
    [
        pytest.param(
            lambda round_: round_,
            [
                "None of your 66 statements is answered yet.",
                "66 statements left to answer",
                "Start answering",
                "Add a work example",
            ],
            id="nothing-answered",
        ),
        pytest.param(
            lambda round_: answer(round_, {"A1.1": FOUNDATION}),
            [
                "65 statements left to answer",
                "Go on answering",
                "No area has a level yet.",
                "1 of 6 answered: no level yet. Answer the rest",
            ],
            id="one-answered",
        ),
        pytest.param(
            lambda round_: answer_all(round_),
            [
                "You are at or above your target in all eight areas.",
                "No statement is below its target.",
                "No statement is above your target.",
                "This would take each one further.",
                "Practitioner every statement",
            ],
            id="everything-at-target",
        ),
        pytest.param(
            lambda round_: answer_all(round_, EXPERT),
            ["Every area is at the highest level.", "None: above target"],
            id="everything-at-the-top",
        ),
        pytest.param(
            lambda round_: answer_all(round_, 0),
            ["You are not at your target in any of your areas yet.", "63 more gaps", "Two levels to Practitioner"],
            id="everything-not-yet",
        ),
    ],
)
def test_report_detail_has_a_next_step_in_every_state(contract_manager, manager_client, arrange, sentences):
    _, text = page(manager_client, arrange(make_round(contract_manager)))
    assert [sentence for sentence in sentences if sentence not in text] == []


def test_report_detail_half_way(contract_manager, manager_client):
    source, text = page(manager_client, make_half_way(contract_manager))
    assert "17 of the 59 statements that count are answered. Two of your seven areas have a level so far." in text
    assert "42 statements left to answer" in text
    assert source.count("Answer the rest") == 5
    assert "not answered" in text
    assert "B2 Procurement and Mobilisation Not in the role Not in the role." in text


def test_report_detail_with_nothing_in_the_role_leads_to_the_targets(contract_manager, manager_client):
    round_ = make_round(contract_manager)
    round_ = target(round_, dict.fromkeys(("B1", "B2", "B3", "B4", "B5", "B6")))
    codes = [*(f"A1.{n}" for n in range(1, 7)), *(f"A2.{n}" for n in range(1, 9))]
    source, text = page(manager_client, answer(round_, dict.fromkeys(codes, "-")))
    assert "No statement is in your role, so there is nothing to report." in text
    assert f'href="{address("target-edit", round_)}"' in source


def test_report_names_the_words_that_it_is_under(contract_manager, manager_client, published_version):
    _, text = page(manager_client, make_typical(contract_manager))
    short = f"{published_version.fingerprint[:4]} {published_version.fingerprint[4:8]}"
    assert (
        f"Contract Management Professional Standards, version 2.0. Fingerprint of its published words: {short}" in text
    )


def test_report_detail_of_a_finished_draft_ends_with_sharing(contract_manager, manager_client):
    link = '">Share with your line manager</a>'
    round_ = make_half_way(contract_manager)
    assert link not in page(manager_client, round_)[0]
    round_ = answer_all(round_)
    assert f'href="{address("assessment-share", round_)}{link}' in page(manager_client, round_)[0]


def test_report_detail_of_a_closed_round_changes_nothing(contract_manager, manager_client):
    round_ = make_half_way(contract_manager)
    close_assessment(assessment=round_, by=round_.owner)
    source, text = page(manager_client, round_)
    assert "Draft" not in text
    for words in (
        "left to answer",
        "Answer the rest",
        "Change your answer",
        "Add a work example",
        "Check your answers",
    ):
        assert words not in text
    assert "Read your answer" in text
    assert f'href="{address("report-pdf", round_)}"' in source


def test_report_detail_shows_what_people_wrote_as_text(contract_manager, manager_client):
    contract_manager.name = HOSTILE
    contract_manager.save()
    round_ = answer(make_round(contract_manager), {"A1.1": "-"}, reason=HOSTILE)
    round_ = target(round_, {"B1": FOUNDATION}, reason=HOSTILE)
    make_evidence(round_, title=HOSTILE, text=HOSTILE, link="javascript:alert(1)//" + HOSTILE)
    source, text = page(manager_client, round_)
    assert text.count(HOSTILE) == 6
    assert HOSTILE not in source
    assert 'href="javascript' not in source


def test_report_detail_says_how_large_a_kept_pdf_is(contract_manager, manager_client, made):
    round_ = make_round(contract_manager)
    assert "Download PDF (" not in page(manager_client, round_)[1]
    manager_client.get(address("report-pdf", round_))
    assert page(manager_client, round_)[1].count("Download PDF (1 KB)") == 2
    answer(round_, {"A1.1": FOUNDATION})
    assert "Download PDF (" not in page(manager_client, round_)[1]


# The PDF


def test_report_pdf_is_a_private_attachment(contract_manager, manager_client, made):
    round_ = make_round(contract_manager)
    response = manager_client.get(address("report-pdf", round_))
    assert response.status_code == 200
    assert response.content == b"%PDF-1"
    assert response["Content-Type"] == "application/pdf"
    assert response["Cache-Control"] == "no-store, private"
    day = made[0].changed_on.isoformat()
    assert response["Content-Disposition"] == f'attachment; filename="gap-report-{day}.pdf"'


def test_report_pdf_is_made_once_until_something_changes(contract_manager, manager_client, made):
    round_ = make_round(contract_manager)
    got = [manager_client.get(address("report-pdf", round_)).content for _ in range(2)]
    answer(round_, {"A1.1": FOUNDATION})
    got += [manager_client.get(address("report-pdf", round_)).content for _ in range(2)]
    contract_manager.name = "Nia Newname"
    contract_manager.save()
    got.append(manager_client.get(address("report-pdf", round_)).content)
    assert got == [b"%PDF-1", b"%PDF-1", b"%PDF-2", b"%PDF-2", b"%PDF-3"]
    assert ReportFile.objects.filter(assessment=round_).count() == 1


def test_report_pdf_is_made_again_for_a_new_layout(contract_manager, manager_client, made, monkeypatch):
    round_ = make_round(contract_manager)
    manager_client.get(address("report-pdf", round_))
    monkeypatch.setattr(report_files, "layout_version", lambda: "another")
    assert manager_client.get(address("report-pdf", round_)).content == b"%PDF-2"


def test_report_pdf_of_a_closed_round_is_kept_too(contract_manager, manager_client, made):
    round_ = answer_all(make_round(contract_manager))
    close_assessment(assessment=round_, by=round_.owner)
    got = [manager_client.get(address("report-pdf", round_)).content for _ in range(2)]
    assert got == [b"%PDF-1", b"%PDF-1"]


def test_report_pdf_is_deleted_with_its_round(contract_manager, made, manager_client):
    round_ = make_round(contract_manager)
    manager_client.get(address("report-pdf", round_))
    round_.delete()
    assert not ReportFile.objects.exists()


def test_the_later_of_two_reports_made_at_once_is_kept(contract_manager):
    round_ = make_round(contract_manager)
    for digest in ("first", "second"):
        keep_report_file(assessment=round_, reader="owner", digest=digest, content=digest.encode())
    assert report_files.kept_content(round_, "owner", "first") is None
    assert report_files.kept_content(round_, "owner", "second") == b"second"


def test_report_pdf_reaches_whoever_asked_though_the_round_is_gone(contract_manager, manager_client, made, monkeypatch):
    def gone(**kwargs):
        raise IntegrityError("violates foreign key constraint")

    monkeypatch.setattr(views, "keep_report_file", gone)
    assert manager_client.get(address("report-pdf", make_round(contract_manager))).content == b"%PDF-1"


def test_report_pdf_without_its_library_says_so(contract_manager, manager_client, monkeypatch):
    def missing(source):
        raise PdfUnavailable("no pango")

    monkeypatch.setattr(report_files, "make_pdf", missing)
    round_ = make_round(contract_manager)
    response = manager_client.get(address("report-pdf", round_))
    assert response.status_code == 503
    text = response.content.decode()
    assert "The PDF cannot be made here" in text
    assert "apt-get install libpango" in text
    assert f'href="{address("report-detail", round_)}"' in text


def test_every_file_that_lays_a_report_out_is_in_its_version():
    assert [file.name for file in report_files.LAYOUT_FILES if not file.is_file()] == []
    own = {file.name for file in report_files.HERE.glob("*.py")}
    assert own <= {file.name for file in report_files.LAYOUT_FILES}
    assert re.fullmatch(r"[0-9a-f]{64}", report_files.layout_version())


# Who, and at what cost


@pytest.mark.parametrize("name", ["report-detail", "report-pdf"])
def test_nobody_else_is_told_that_there_is_a_report(
    contract_manager, stranger, line_manager, superuser, sign_in, made, name
):
    round_ = make_typical(contract_manager)
    for other in (stranger, line_manager, superuser):
        assert sign_in(other).get(address(name, round_)).status_code == 404
    assert sign_in(stranger).get(reverse(name, kwargs={"assessment_id": uuid.uuid4()})).status_code == 404
    response = sign_in().get(address(name, round_))
    assert (response.status_code, response.url.partition("?")[0]) == (302, reverse("account_login"))
    assert made == []


@pytest.mark.parametrize(
    "arrange",
    [
        pytest.param(lambda round_: answer(round_, {"A1.1": PRACTITIONER}), id="one-answer"),
        pytest.param(lambda round_: answer_all(round_, FOUNDATION), id="66-answers"),
    ],
)
def test_as_many_queries_for_one_answer_as_for_all(
    contract_manager, manager_client, django_assert_num_queries, made, arrange
):
    round_ = arrange(make_round(contract_manager))
    manager_client.get(address("report-detail", round_))
    with django_assert_num_queries(7):
        manager_client.get(address("report-detail", round_))
    with django_assert_num_queries(8):
        manager_client.get(address("report-pdf", round_))
    with django_assert_num_queries(4):
        manager_client.get(address("report-pdf", round_))
    assert len(made) == 1
