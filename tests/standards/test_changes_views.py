"""What readers are shown of what changed since the version before."""

import re

import pytest
from django.urls import reverse

from standards import differences
from standards.exports import EXPORTS, forget_exports
from standards.links import forget_paths
from standards.models import Version
from standards.tree import forget_trees
from standards.views import reading
from tests.factories import make_user
from tests.standards.export_readers import csv_rows
from tests.standards.made_up import make_made_up_version

FRAMEWORK = "contract-management"


@pytest.fixture(scope="module")
def versions(kept_for_the_module):
    """Version 2.0, and the made-up 3.0 that is published after it."""
    published = Version.objects.published().get()
    return published, make_made_up_version(published, is_published=True)


@pytest.fixture(autouse=True)
def nothing_remembered():
    for forget in (reading.forget_pages, differences.forget_differences, forget_paths, forget_trees, forget_exports):
        forget()


def address(number="3.0", name="version-changes", **kwargs):
    return reverse(name, kwargs={"framework": FRAMEWORK, "version": number, **kwargs})


def text(response):
    """What a page says, without its elements and with single spaces."""
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def section(response, anchor):
    """The HTML of one change on the page."""
    html = response.content.decode()
    return html[html.index(f'id="{anchor}"') :].split("</section>")[0]


def words_of(html):
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_everybody_reads_how_many_statements_changed_and_how(client, versions):
    page = client.get(address())
    assert page.status_code == 200
    said = text(page)
    assert "Version 3.0 follows version 2.0 . 67 statements now, 66 before." in said
    assert (
        "Same words 49 Answers come along Edited, same meaning 4 Answers come along "
        "Changed meaning 4 People are asked again, with their answer beside it "
        "Split 2 split into 5 Each part is asked, with the answer to the whole proposed "
        "Merged 5 merged into 2 Asked as one, with an answer proposed from those before "
        "New 3 Asked for the first time Removed 2 No longer asked; answers are kept to be read"
    ) in said


def test_old_and_new_words_stand_beside_each_other_with_marks(client, versions):
    html = section(client.get(address()), "B4.6")
    assert words_of(html).startswith('id="B4.6" aria-labelledby="B4.6-name"> Edited, same meaning B4.6 Acting')
    assert html.count("The same in both versions") == 2
    assert re.search(r"<del><span[^>]*>\[taken out: </span>behaviour<span[^>]*>\]</span></del>", html)
    assert "<ins>" not in html


def test_parts_are_shown_together_under_what_they_were(client, versions):
    page = client.get(address())
    html = section(page, "B1.10")
    said = words_of(html)
    assert "Split in three" in said
    assert "In version 2.0: B2.3 Financial controls and systems" in said
    assert [code for code in ("B1.10", "B1.11", "B1.12") if f">{code}</span>" in html] == ["B1.10", "B1.11", "B1.12"]
    # Whoever is sent to a part finds it here, once.
    for part in ("B1.11", "B1.12"):
        assert page.content.decode().count(f'id="{part}"') == 1


def test_merged_new_removed_and_moved_statements_say_so(client, versions):
    page = client.get(address())
    assert "Merged from three" in words_of(section(page, "B3.7"))
    assert "Sharing dispute lessons" in words_of(section(page, "B3.7"))
    assert words_of(section(page, "A1.7")).split("> ")[1].startswith("New A1.7 Carbon of contracts")
    assert "Removed. No longer asked; answers to it are kept to be read A2.7 Motivating self and others" in words_of(
        section(page, "was-A2.7")
    )
    said = text(page)
    assert "B3.9 Poor performance (B3.11 in 2.0)" in said
    assert "Called B4 Change Control in version 2.0." in said
    assert "B7 Data and Automation A new area." in said
    assert "No longer an area. What became of its statements: B2.3 Financial controls and systems" in said


def test_every_statement_of_both_versions_is_told_of_once(client, versions):
    found = differences.version_differences(*versions).found
    for version, told in zip(versions, ([each.olds for each in found], [each.news for each in found]), strict=True):
        codes = version.sections.order_by().values_list("areas__statements__code", flat=True)
        assert sorted(each.code for group in told for each in group) == sorted(codes)
    linked = re.findall(rf'href="/standards/{FRAMEWORK}/3.0/([A-Z][0-9.]+)/"', client.get(address()).content.decode())
    assert {each.code for group in told for each in group} == set(linked)


def test_the_first_version_says_that_nothing_came_before_it(client, versions):
    page = client.get(address("2.0"))
    assert page.status_code == 200
    assert "Version 2.0 is the first version here. Nothing came before it." in text(page)


def test_it_is_public_kept_by_caches_and_drawn_once(client, versions, django_assert_num_queries):
    client.get(address())
    with django_assert_num_queries(1):
        page = client.get(address())
    assert page.headers["Cache-Control"] == "public, max-age=300"
    again = client.get(address(), headers={"if-none-match": page.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    reading.forget_pages()
    with django_assert_num_queries(1):
        assert client.get(address()).content == page.content


def test_a_draft_is_for_editors(client, sign_in, published_version, editor):
    make_made_up_version(published_version)
    assert client.get(address()).status_code == 404
    assert sign_in(make_user()).get(address()).status_code == 404
    page = sign_in(editor).get(address())
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store, private"


def test_a_version_and_its_statements_lead_there(client, versions):
    contents = client.get(address(name="version-detail")).content.decode()
    assert f'<a class="govuk-link" href="{address()}">What changed in 3.0</a>' in contents
    said = {
        "B4.4": "Its meaning changed.",
        "B4.6": "Edited, with the same meaning.",
        "B1.11": "Split off from B2.3 Financial controls and systems.",
        "B3.7": "Merged from three statements.",
        "A1.7": "New in version 3.0.",
        "B3.9": "The same words as B3.11 Poor performance in version 2.0.",
    }
    for code, sentence in said.items():
        page = client.get(address(name="statement-detail", statement_code=code))
        assert sentence in re.sub(" ([.,])", r"\1", text(page))
        leads = re.findall(rf'href="{address()}#([^"]+)"', page.content.decode())
        assert leads == ({"B1.11": ["B1.10"]}.get(code, [code]) if code in ("B4.4", "B4.6", "B1.11", "B3.7") else [])
    assert "Since version" not in text(client.get(address("2.0", "statement-detail", statement_code="B4.4")))


@pytest.mark.parametrize(
    ("code", "became"),
    [("B2.3", ["B1.10", "B1.11", "B1.12"]), ("B3.11", ["B3.9"]), ("B4.7", ["B4.2"]), ("A2.7", [])],
)
def test_an_older_statement_leads_to_what_it_became(client, versions, code, became):
    page = client.get(address("2.0", "statement-detail", statement_code=code))
    beside = page.content.decode().split('id="onward"')[1].split("</aside>")[0]
    assert re.findall(r"/latest/([A-Z][0-9.]+)/", beside) == became
    assert ("It is no longer asked." in beside) == (not became)
    assert "In whichever version is the latest" not in page.content.decode()


def test_change_notes_say_what_kind_of_change_it_is(versions):
    rows = csv_rows(EXPORTS["change-notes-csv"].content(Version.objects.select_related("framework").get(number="3.0")))
    of = {}
    for row in rows:
        of.setdefault(row["Statement"] or f"was {row['Statement before']}", []).append(row)
    assert {row["Kind of change"] for row in of["B1.11"]} == {"Split"}
    assert {row["Statement before"] for row in of["B3.7"]} == {"B3.7, B3.9, B5.7"}
    assert of["B4.2"][1]["Words before"].count("\n") == 1
    assert {(row["Kind of change"], row["Change"], row["Statement before"]) for row in of["B3.9"]} == {
        ("Same words", "same", "B3.11")
    }
    assert {(row["Kind of change"], row["Change"]) for row in of["was A2.7"]} == {("Removed", "removed")}
    assert {(row["Kind of change"], row["Change"]) for row in of["A1.7"]} == {("New", "new")}
    # What was merged is told once, with what it became.
    assert "was B3.9" not in of
    assert len(rows) == 67 * 3 + 2 * 3
