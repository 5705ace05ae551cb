"""What a screen reader is told: the names of groups, radios and links, and the landmarks to move between."""

import re
from itertools import pairwise

import pytest
from playwright.sync_api import expect

from tests.browser.steps import AREAS

ROUND = "/assessments/{assessment}/"
# Contract Manager: Practitioner everywhere.
TARGET = "Practitioner"
NAMES = """
() => [...document.querySelectorAll(".rating-row")].map((row) => ({
  group: row.querySelector("legend").textContent.replace(/\\s+/g, " ").trim(),
  radios: row.querySelectorAll("input[type=radio]").length,
}))
"""


def radio_names(page, group) -> list[str]:
    """The names of a group's radios, from the browser's accessibility tree."""
    tree = page.get_by_role("group", name=group, exact=True).aria_snapshot()
    found = re.findall(r"^\s*- (?:'|\")?radio \"((?:[^\"\\]|\\.)*)\"", tree, re.MULTILINE)
    return [name.replace('\\"', '"').replace("''", "'") for name in found]


@pytest.mark.parametrize("area", AREAS)
def test_each_answer_is_called_by_its_level_the_target_and_the_published_words(windows, cast, portal, area):
    person = cast.take("begun")
    page = windows.borrow(person, f"/assessments/{person.assessment}/rate/{area}/")
    words = published_words(portal, area)
    groups = page.evaluate(NAMES)
    assert [group["group"].split()[0] for group in groups] == list(words)
    for group in groups:
        names = radio_names(page, group["group"])
        assert len(names) == group["radios"]
        assert (names[0], names[-1]) == ("Not yet at Foundation", "Not relevant to my role")
        assert names[1:-1] == expected_names(words[group["group"].split()[0]])


def expected_names(words):
    """The names of the levels' radios: published words that two levels share are one answer."""
    cells = []
    for level, text in words.items():
        if cells and cells[-1][1] == text:
            cells[-1][0].append(level)
        else:
            cells.append(([level], text))
    names = []
    for levels, text in cells:
        target = "" if TARGET not in levels else ", includes your target" if len(levels) > 1 else ", your target"
        names.append(f"{' and '.join(levels)}{target}. {text}")
    return names


def published_words(portal, area):
    """The published words by statement and level, in the order of the page."""
    rows = portal.rows(
        "SELECT s.code, l.name, d.text FROM standards_leveldescriptor d"
        " JOIN standards_level l ON l.id = d.level_id JOIN standards_statement s ON s.id = d.statement_id"
        f" JOIN standards_area a ON a.id = s.area_id WHERE a.code = '{area}' ORDER BY s.position, l.rank".replace(
            "s.position", 's."order"'
        )
    )
    words = {}
    for code, level, text in rows:
        words.setdefault(code, {})[level] = " ".join(text.split())
    return words


def test_a_statement_is_a_group_and_its_details_are_named_after_it(windows, cast):
    person = cast.take("finished")
    page = windows.borrow(person, f"/assessments/{person.assessment}/rate/B4/")
    group = page.get_by_role("group", name="B4.3 Value for money options", exact=True)
    expect(group).to_have_count(1)
    assert page.locator("summary").count() == len(set(page.locator("summary").all_text_contents()))
    for name in page.locator("summary").all_text_contents():
        assert re.search(r"B4\.\d", name), name
    joined = page.get_by_role("radio", name=re.compile("^Practitioner and Expert, includes your target\\. ")).first
    expect(joined).to_have_accessible_description(re.compile("words are the same for Practitioner and Expert"))
    expect(page.get_by_role("status")).to_have_count(1)
    expect(page.get_by_role("button", name="Save and continue")).to_have_count(1)


@pytest.mark.parametrize(
    ("who", "path"),
    [
        *(("finished", f"{ROUND}{path}") for path in ("", "check/", "rate/B4/", "report/", "targets/")),
        ("managed", f"{ROUND}share/"),
        *(("reviewing", f"{ROUND}{path}") for path in ("", "review/A1/")),
        *(("talking", f"{ROUND}{path}") for path in ("conversation/", "conversation/agenda/", "plan/")),
        *(("talking", path) for path in ("/goals/{goal}/edit/", "/line-manager/")),
        ("ready", f"{ROUND}conversation/confirm/"),
    ],
)
def test_landmarks_and_the_way_back(windows, cast, who, path):
    person = cast.look_at(who)
    page = windows.borrow(person, path.format(**vars(person)))
    for role, name in (
        ("banner", None),
        ("main", None),
        ("contentinfo", None),
        ("navigation", "Menu"),
        ("navigation", "Back"),
    ):
        expect(page.get_by_role(role, name=name, exact=True) if name else page.get_by_role(role)).to_have_count(1)


def test_what_a_line_manager_rates_is_called_by_its_level_the_target_and_what_the_owner_says(windows, cast, portal):
    person = cast.look_at("reviewing")
    page = windows.borrow(person, f"/assessments/{person.assessment}/review/A1/")
    words = published_words(portal, "A1")
    for group in page.evaluate(NAMES):
        names = radio_names(page, group["group"])
        assert len(names) == group["radios"]
        assert (names[0], names[-1]) == ("Not yet at Foundation", "Not relevant to their role")
        said = [name for name in names if "Their answer" in name]
        # Somebody finished: each statement has one answer of theirs.
        assert len(said) == 1, names
        without = [re.sub(r" ?Their answer ?\. ?", " ", name).replace("  ", " ").strip() for name in names[1:-1]]
        expected = [
            name.replace(", your target", ", target") for name in expected_names(words[group["group"].split()[0]])
        ]
        assert without == [name.replace("includes your target", "includes the target") for name in expected]


def test_what_is_agreed_is_named_after_its_statement(windows, cast):
    person = cast.look_at("talking")
    page = windows.borrow(person, f"/assessments/{person.assessment}/conversation/differences/")
    legends = [" ".join(text.split()) for text in page.locator(".conversation-row legend").all_text_contents()]
    assert len(legends) == len(set(legends)) >= 6
    for legend in legends:
        assert re.fullmatch(r"[AB]\d\.\d+ .+: agreed level", legend), legend
        # What is hidden from sight only is apart from what stands before it.
        names = radio_names(page, legend.replace(":", " :"))
        assert (names[0], names[-1]) == ("Not yet", "Not relevant")
    summaries = [" ".join(text.split()) for text in page.locator(".conversation-more summary").all_text_contents()]
    assert len(summaries) == len(set(summaries)) == len(legends)
    page.goto(f"/assessments/{person.assessment}/conversation/agenda/")
    named = [" ".join(text.split()) for text in page.locator("main a[href*='/goals/']").all_text_contents()]
    assert len(set(named)) == len(named) > 1


def test_links_of_the_lists_say_what_they_are_about(windows, cast):
    person = cast.take("finished")
    page = windows.borrow(person, f"/assessments/{person.assessment}/check/")
    expect(page.get_by_role("link", name="Change B4.3 Value for money options", exact=True)).to_have_count(1)
    names = [" ".join(text.split()) for text in page.locator("main a").all_text_contents()]
    assert len([name for name in names if name.startswith("Change ")]) == len(
        {n for n in names if n.startswith("Change ")}
    )

    page.goto(f"/assessments/{person.assessment}/")
    expect(page.get_by_role("link", name=re.compile("^B4 "))).to_have_accessible_description("Completed")
    page.goto(f"/assessments/{person.assessment}/evidence/")
    expect(page.get_by_role("link", name="Delete Supplier forum, north region", exact=True)).to_have_count(1)


def test_saving_is_said_politely_and_not_at_every_key(windows, cast):
    person = cast.take("begun")
    page = windows.open(person, f"/assessments/{person.assessment}/rate/A1/")
    page.evaluate(
        """() => {
          window.said = [];
          new MutationObserver(() => window.said.push(Date.now())).observe(
            document.getElementById("rating-saved"), {childList: true, characterData: true, subtree: true});
        }"""
    )
    for index in range(4):
        with page.expect_response("**/save/"):
            page.locator(".rating-row").nth(index).get_by_role("radio", name=re.compile("^Foundation")).check()
    page.wait_for_timeout(5500)
    said = page.evaluate("window.said")
    assert len(said) >= 1
    assert all(later - earlier >= 4900 for earlier, later in pairwise(said)), said
    expect(page.locator("#rating-saved")).to_contain_text("Saved")
