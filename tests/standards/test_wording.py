"""Published words: levels that share them, marks for what is new and for glossary terms, and that a mark changes no word."""

import json
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from standards.wording import (
    Term,
    descriptor_html,
    find_terms,
    is_mostly_new,
    joined_ranks,
    new_words,
    terms_in,
)

FIXTURES = Path(__file__).parents[2] / "fixtures" / "contract-management-2.0"
HOSTILE = "<b>&{{7*7}}</b> <script>alert('x')</script> \"&amp;"


def read_texts():
    """The words of version 2.0 by statement code and rank, as the fixture has them."""
    texts = {}
    for entry in json.loads((FIXTURES / "03-statements.json").read_text("utf-8")):
        if entry["model"] == "standards.leveldescriptor":
            code, rank = entry["fields"]["statement"][-1], entry["fields"]["level"][-1]
            texts.setdefault(code, {})[rank] = entry["fields"]["text"]
    return texts


def read_terms():
    fields = [entry["fields"] for entry in json.loads((FIXTURES / "04-glossary.json").read_text("utf-8"))]
    return tuple(Term(f["term"], f["definition"], tuple(f["other_forms"].splitlines())) for f in fields)


TEXTS = read_texts()
TERMS = read_terms()
STEPS = [(code, rank) for code in TEXTS for rank in (2, 3)]
STAKEHOLDER = Term("Stakeholder", "Who is affected.", ("stakeholders",))
CASE = Term("Business case", "A document.", ("business cases",))


def mark(below, text):
    """The text with new words between asterisks."""
    return "".join(f"*{segment.text}*" if segment.is_new else segment.text for segment in new_words(below, text))


def find(text, *terms):
    return [text[found.start : found.end] for found in find_terms(text, terms)]


class Reader(HTMLParser):
    """Collects the text of a piece of HTML, and its elements; fails when they do not nest."""

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.text, self.open, self.elements = "", [], []
        self.feed(str(html))
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attrs):
        assert (tag, attrs) in [("b", []), ("span", [("class", "portal-term")])]
        assert tag not in self.open
        self.open.append(tag)
        self.elements.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


# Joined levels


@pytest.mark.parametrize(
    ("texts", "joined"),
    [
        pytest.param({1: "Knows", 2: "Does", 3: "Leads"}, (), id="all-differ"),
        pytest.param({1: "Knows", 2: "Does", 3: "Does"}, (3,), id="same-words-as-beneath"),
        pytest.param({1: "Knows", 2: "Does  this\nwell ", 3: "Does this well"}, (3,), id="white-space-is-folded"),
        pytest.param({1: "Knows", 2: "knows", 3: "Knows."}, (), id="case-and-stops-are-words"),
        pytest.param({1: "Knows", 2: None, 3: "Leads"}, (2,), id="no-words"),
        pytest.param({1: "Knows", 2: " \n", 3: "Leads"}, (2,), id="only-white-space"),
        pytest.param({1: "Knows", 2: "Knows", 3: "Knows"}, (2, 3), id="all-the-same"),
        pytest.param({1: "Knows", 2: "", 3: "Knows"}, (2, 3), id="a-wordless-level-separates-nothing"),
        pytest.param({1: "Knows", 2: "Does", 3: "Knows"}, (), id="same-words-two-levels-down"),
        pytest.param({1: None, 2: "Does", 3: "Leads"}, (1,), id="lowest-without-words-is-met-with-not-yet"),
        pytest.param({1: None, 2: "", 3: None}, (1, 2, 3), id="no-words-at-all"),
        pytest.param({3: "Does", 1: "Knows", 2: "Does"}, (3,), id="in-any-order"),
        pytest.param({1: "Knows"}, (), id="one-level"),
        pytest.param({}, (), id="no-levels"),
    ],
)
def test_joined_ranks_from_words(texts, joined):
    assert joined_ranks(texts) == joined


# New words


@pytest.mark.parametrize(
    ("code", "rank", "marked"),
    [
        (
            "B4.1",
            2,
            "*Implements* change process to obtain maximum value from the contract. *Engages* with stakeholders to apply and "
            "communicate change-related adjustments.",
        ),
        (
            "B4.1",
            3,
            "*Leads* change process, *including the communication approach,* to obtain maximum value from the contract "
            "*and/or reduce risk.*",
        ),
        (
            "B4.2",
            2,
            "*Ensures implemented changes to the contract are reflected in* contractual documentation, risk register, "
            "business case and financial model.",
        ),
        (
            "B4.2",
            3,
            "Ensures implemented changes to the contract are reflected in contractual documentation, risk register, business "
            "case and financial model.",
        ),
        (
            "B4.3",
            2,
            "*Identifies* best value for money options *in collaboration with colleagues* as part of the options appraisal "
            "process.",
        ),
        ("B4.3", 3, "*Takes a strategic view across contracts to identify* best value for money options."),
        (
            "B4.4",
            2,
            "*Analyses* impacts to make decisions on change; *engages* with stakeholders on potential benefits and challenges "
            "where a change is not in the organisation's best interest.",
        ),
        (
            "B4.4",
            3,
            "*Influences* senior decision making based on the evaluation of impact of change in the context of organisational "
            "strategy. *Challenges* stakeholders and provides insight on whether proposed changes are in the organisation's "
            "best interest.",
        ),
        (
            "B4.5",
            2,
            "*Seeks* opportunities to create further value under contract, which may include additional cost savings.",
        ),
        (
            "B4.5",
            3,
            "*Uses expertise to identify and share* opportunities to create further value under the contract, which may "
            "include *further* cost savings.",
        ),
        (
            "B4.6",
            2,
            "*Applies knowledge* of impact of acting outside the lines of the contract, enacting a change by action or process "
            "and the waiver of rights by non-action.",
        ),
        (
            "B4.6",
            3,
            "*Advises on the* impact of acting outside the lines of the contract, enacting a change by action or process "
            "*behaviour* and the waiver of rights by non-action.",
        ),
        (
            "B4.7",
            2,
            "*Ensures* implemented changes to the contract *are reflected* in contractual documentation, business case and "
            "financial model.",
        ),
    ],
)
def test_new_words_of_change_control(code, rank, marked):
    assert mark(TEXTS[code][rank - 1], TEXTS[code][rank]) == marked


@pytest.mark.parametrize(
    ("below", "text", "marked"),
    [
        pytest.param("Knows the plan.", "knows THE “plan”", "knows THE “plan”", id="case-and-punctuation"),
        pytest.param("Knows the plan", "Knows a plan", "Knows a plan", id="lone-small-word"),
        pytest.param("Knows plan b", "Knows plan b and of the", "Knows plan b and of the", id="several-small-words"),
        pytest.param(
            "Uses one two and three", "Uses six and ten one two three", "Uses *six and ten* one two three", id="and"
        ),
        pytest.param("The team’s own plan", "The team's own plan", "The team's own plan", id="curly-apostrophe"),
        pytest.param("Writes plans", "Reads papers; checks sums", "*Reads* papers; *checks* sums", id="mostly-new"),
        pytest.param("Gives", "Gives full advice and help", "Gives *full* advice and help", id="opening-word-is-kept"),
        pytest.param(
            "Writes",
            "Reads e.g. data and sums. Checks all",
            "*Reads* e.g. data and sums. *Checks* all",
            id="abbreviation",
        ),
        pytest.param("Writes", "Reads “it.” Checks (all.) Ends", "*Reads* “it.” *Checks* (all.) *Ends*", id="quotes"),
        pytest.param("Knows", "Knows", "Knows", id="the-same"),
        pytest.param("Knows", "  Knows\n more  ", "  Knows\n *more*  ", id="white-space-stays"),
        pytest.param("Knows", "", "", id="no-words"),
        pytest.param("Knows", " – ", " – ", id="only-a-dash"),
    ],
)
def test_new_words(below, text, marked):
    assert mark(below, text) == marked


def test_a_third_kept_is_not_mostly_new():
    assert not is_mostly_new("one", "one six ten")
    assert is_mostly_new("one", "one six ten eleven")


def test_version_two_has_43_of_132_steps_mostly_new():
    mostly_new = [step for step in STEPS if is_mostly_new(TEXTS[step[0]][step[1] - 1], TEXTS[step[0]][step[1]])]
    assert (len(mostly_new), len(STEPS)) == (43, 132)


def test_every_step_of_version_two_has_a_new_word_unless_the_levels_are_joined():
    without = {(code, rank) for code, rank in STEPS if "*" not in mark(TEXTS[code][rank - 1], TEXTS[code][rank])}
    assert without == {("B4.2", 3), ("B4.7", 3)}
    assert {(code, rank) for code, texts in TEXTS.items() for rank in joined_ranks(texts)} == without


# Glossary terms


@pytest.mark.parametrize(
    ("text", "terms", "found"),
    [
        pytest.param("Asks Stakeholders.", [STAKEHOLDER], ["Stakeholders"], id="other-form-any-case"),
        pytest.param("A stakeholder's view", [STAKEHOLDER], ["stakeholder"], id="possessive"),
        pytest.param("stakeholdership", [STAKEHOLDER], [], id="whole-words"),
        pytest.param("a non-stakeholder", [STAKEHOLDER], [], id="a-prefix-changes-the-meaning"),
        pytest.param("a business\n case", [CASE], ["business\n case"], id="over-a-line"),
        pytest.param("a case, a case", [Term("Case", ""), CASE], ["case"], id="first-only"),
        pytest.param("business case", [Term("Business", ""), Term("case", ""), CASE], ["business case"], id="longest"),
        pytest.param("nao, NAO", [Term("Office", "", ("NAO",))], ["NAO"], id="acronym"),
        pytest.param("kpis, KPIs", [Term("Indicators", "", ("KPIs",))], ["KPIs"], id="acronym-in-the-plural"),
        pytest.param("Relations (SRM).", [Term("Relations (SRM)", "")], ["Relations (SRM)"], id="brackets"),
        pytest.param("a.c abc", [Term("a.c", "")], ["a.c"], id="no-pattern"),
        pytest.param("anything", [], [], id="no-terms"),
        pytest.param("anything", [Term("", "", ("", " "))], [], id="empty-forms"),
    ],
)
def test_find_terms(text, terms, found):
    assert find(text, *terms) == found


def test_terms_in_come_once_and_in_the_order_of_the_glossary():
    assert terms_in(["Asks stakeholders", "a stakeholder's business case"], [CASE, STAKEHOLDER, Term("x", "")]) == (
        CASE,
        STAKEHOLDER,
    )


def test_terms_of_change_control():
    found = {code: [term.term for term in terms_in(TEXTS[code].values(), TERMS)] for code in TEXTS if code[:2] == "B4"}
    assert found == {
        "B4.1": ["Stakeholder"],
        "B4.2": ["Business case"],
        "B4.3": ["Colleague", "Options appraisal"],
        "B4.4": ["Stakeholder"],
        "B4.5": [],
        "B4.6": [],
        "B4.7": ["Business case"],
    }


# HTML


def test_descriptor_html_marks_new_words_and_terms():
    assert descriptor_html(TEXTS["B4.3"][1], TEXTS["B4.3"][2], TERMS) == (
        "<b>Identifies</b> best value for money options <b>in collaboration with "
        '<span class="portal-term">colleagues</span></b> as part of the '
        '<span class="portal-term">options appraisal</span> process.'
    )


def test_descriptor_html_marks_nothing_new_at_the_first_level():
    assert descriptor_html("", "Asks stakeholders", [STAKEHOLDER]) == (
        'Asks <span class="portal-term">stakeholders</span>'
    )
    assert descriptor_html(" \n", "Asks", []) == "Asks"


def test_a_term_that_is_partly_new_is_cut_where_the_new_words_end():
    assert descriptor_html("Writes the case for it", "Writes the business case for it", [CASE]) == (
        'Writes the <b><span class="portal-term">business</span></b><span class="portal-term"> case</span> for it'
    )


def test_hostile_words_come_out_literally():
    html = descriptor_html("Writes", HOSTILE, [Term("script", HOSTILE)])
    assert "<script" not in html
    assert "&lt;b&gt;&amp;{{7*7}}" in html
    assert Reader(html).text == HOSTILE


def test_html_of_version_two_is_its_words_and_nests():
    for texts in TEXTS.values():
        for rank, text in texts.items():
            assert Reader(descriptor_html(texts.get(rank - 1, ""), text, TERMS)).text == text


words = st.lists(
    st.sampled_from(
        ["Leads", "leads", "the", "and", "business", "case", "business case", "Stakeholders", "plan;", "plan.", "(A)"]
    )
    | st.sampled_from(
        ["–", "<b>", "</b>", "&amp;", "&", '"', "'", "{{7*7}}", "\n", "e.g.", "ſ", "İ", "K", "\u200b", "ŵ"]
    )
    | st.text(max_size=5)
).map(" ".join)


@given(below=words, text=words)
@example(below="x", text=HOSTILE)
def test_segments_put_together_are_the_text(below, text):
    segments = new_words(below, text)
    assert "".join(segment.text for segment in segments) == text
    assert all(segment.text for segment in segments)
    assert all(one.is_new != other.is_new for one, other in pairwise(segments))
    assert all(segment.text == segment.text.strip() for segment in segments if segment.is_new)


@given(text=words)
def test_the_same_words_are_never_new(text):
    assert not any(segment.is_new for segment in new_words(text, text))


@given(below=words, text=words)
def test_html_is_the_text_and_nests(below, text):
    # A parser folds line ends and drops what no page may hold; published words have neither.
    text = "".join(character for character in text if character not in "\r\0")
    html = descriptor_html(
        below, text, [CASE, STAKEHOLDER, Term("plan", ""), Term("<b>", ""), Term("s", ""), Term("i", "")]
    )
    assert Reader(html).text == text


@given(text=words)
def test_terms_are_found_in_order_and_apart(text):
    found = find_terms(text, [CASE, STAKEHOLDER, Term("case", ""), Term("plan", "")])
    assert all(one.end <= other.start for one, other in pairwise(found))
    assert len({each.term for each in found}) == len(found)
