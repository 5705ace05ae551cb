"""What search finds in version 2.0, in which order, and what it does with anything at all that somebody may type."""

import html
import re
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markupsafe import Markup

from standards.actions import publish_unreviewed, touch_version
from standards.library import forget_libraries, version_library
from standards.models import CaseStudy, GlossaryTerm, Level, ReferencePage, Statement
from standards.search import MOST_SHOWN, Index, forget_indexes, search, version_index
from standards.search_entries import KINDS, Entry, Passage
from standards.search_excerpts import LENGTH, excerpt, marked
from standards.search_query import MOST_CHARACTERS, MOST_WORDS, clean, parse
from standards.search_words import Field, as_term, compounds_in, fold, stem
from standards.tree import forget_trees, version_tree
from tests.standards.versions import make_whole_version

in_database = pytest.mark.django_db


@pytest.fixture
def index(published_version):
    return version_index(published_version)


def bare(marked_text):
    """The words of markup, without its marks."""
    assert isinstance(marked_text, Markup)
    assert set(re.findall(r"<[^>]*>", marked_text)) <= {"<mark>", "</mark>"}
    return html.unescape(re.sub(r"</?mark>", "", marked_text))


def marks(marked_text):
    return [html.unescape(each) for each in re.findall(r"<mark>(.*?)</mark>", marked_text, re.DOTALL)]


def names(results, kind=None):
    """Code, or else name, of everything shown; of one kind where one is given."""
    return [
        str(Markup(hit.code).striptags()) or bare(hit.name)
        for group in results.groups
        for hit in group.hits
        if kind in (None, group.kind)
    ]


# What it finds


@in_database
@pytest.mark.parametrize(
    ("text", "first", "also"),
    [
        # Other forms of a word.
        ("negotiating", "B5.2", "B5.7"),
        ("Negotiation", "B5.2", "B5.7"),
        ("NEGOTIATES", "B5.2", "B5.7"),
        ("escalate", "A2.6", "A2.1"),
        ("escalation", "A2.1", "A2.6"),
        ("indemnities", "Indemnity", "Indemnity"),
        ("KPI", "B1.4", "Key performance indicators (KPIs)"),
        ("kpis", "B1.4", "Key performance indicators (KPIs)"),
        ("CCNs", "Change control note", "Change control note"),
        # Codes first, in any case and with what stands around them.
        ("B4.3", "B4.3", "B4.3"),
        ("b4.3", "B4.3", "B4.3"),
        ("(B4.3).", "B4.3", "B4.3"),
        ("b4", "B4", "B4.1"),
        ("B3a", "B3", "B3"),
        ("B4/B5", "Guide section K: Client Relationship Management", "Guide section K: Client Relationship Management"),
        ("B4 risk", "B4.2", "B4.4"),
        ("section a", "Section A: Acumen, Relationships and Leadership", "Guide section A: Pre-Procurement Stage"),
        # Titles before texts, words in a row before words apart.
        ("risk management", "B6", "B3"),
        ("contract management plan", "B2.1", "Contract management plan"),
        ("practitioner", "Practitioner", "Practitioner level"),
        ("fraud", "A2.6", "A2.6"),
        # Phrases.
        ('"value for money"', "A1.4", "B4.5"),
        ("“Value for Money”", "A1.4", "B4.5"),
        # Apostrophes, hyphens, accents.
        ("supplier's motivation", "A1.5", "A1.5"),
        ("suppliers’ motivation", "A1.5", "A1.5"),
        ("in-house", "B3.6", "TUPE"),
        ("in‑house", "B3.6", "TUPE"),
        ("inhouse", "B3.6", "TUPE"),
        ("trade-offs", "A1.1", "A1.1"),
        ("trade offs", "A1.1", "A1.1"),
        ("tradeoff", "A1.1", "A1.1"),
        ("stake-holder meetings", "B5.3", "B5.3"),
        ("frâud", "A2.6", "A2.6"),
        # The source's own slips, and a printed note.
        ("opportunies", "A2.8", "A2.8"),
        ("operations appraisal", "Options appraisal", "Options appraisal"),
        # Every kind of thing.
        ("vitamins", "Healthy Start Vitamins contract", "Healthy Start Vitamins contract"),
        ("contract analyst", "Contract Analyst, for a frontline service", "Work and Health Programme (WHP)"),
        ("Legal Aid Agency", "Service Development Manager, Legal Aid Agency", "Service Development Manager, Legal Aid Agency"),
        ("client relationships", "Guide section K: Client Relationship Management", "Director of Investment"),
        ("Civil Service Code", "Civil Service Code", "How do I use this document?"),
        ("how do I manage changes", "A1.1", "Contract tools"),
        ("what is a senior owner", "Annex B: Senior Responsible Owner (SRO)", "Links between levels"),
        ("contract literacy", "A1", "A2"),
        # A suggestion is not a result: the other words are looked for.
        ("tupe incumbent", "TUPE", "TUPE"),
    ],
)  # fmt: skip
def test_search_finds(index, text, first, also):
    results = search(index, text)
    assert names(results)[0] == first
    assert any(name.startswith(also) for name in names(results))
    assert results.has_all
    assert not results.query.problem


@in_database
@pytest.mark.parametrize(
    "text", ["zzzz", "Nia Penŵydd", "b9.9", "B4.33 B44", "%", "_", "'--''='", "<mark>", "(?:x+x+)+y", "$^", "﷽"]
)
def test_search_finds_nothing(index, text):
    results = search(index, text)
    assert (results.groups, results.count, results.query.problem) == ((), 0, "")


@in_database
def test_everything_that_has_a_name_is_found_by_it(index, published_version):
    missed = []
    for each in index.entries:
        query = f"{each.entry.code} {each.entry.name}"
        found = names(search(index, query[:MOST_CHARACTERS], kind=each.entry.kind), each.entry.kind)
        if (each.entry.code or each.entry.name) not in found:
            missed.append(query)
    assert missed == []


@in_database
def test_index_holds_every_kind(index, published_version):
    counted = {kind: sum(each.entry.kind == kind for each in index.entries) for kind in KINDS}
    library = version_library(published_version)
    assert counted == {
        "areas": 10,
        "statements": 66,
        "levels": 3,
        "glossary": 47,
        "roles": 6,
        "texts": len(library.pages) + 3,
        "people": 4,
        "case-studies": 2,
        "insights": 33,
        "sources": len(library.sources),
        "learning": len(library.resources),
    }
    assert min(counted.values()) > 0


@in_database
def test_statement_says_at_which_level(index):
    (group, *_) = search(index, "negotiating").groups
    assert [(hit.code, hit.label, marks(hit.excerpt)) for hit in group.hits] == [
        ("B5.2", "Practitioner", ["negotiation"]),
        ("B5.7", "Expert", ["negotiation"]),
    ]
    assert (group.kind, group.count, group.one, group.many) == ("statements", 2, "statement", "statements")


@in_database
def test_code_that_was_asked_for_is_marked_and_no_other(index):
    results = search(index, "b4")
    (area,) = results.groups[0].hits
    assert (area.code, area.page, area.arguments) == (Markup("<mark>B4</mark>"), "area-detail", {"area_code": "B4"})
    assert names(results, "statements") == [f"B4.{number}" for number in range(1, MOST_SHOWN + 1)]
    assert {hit.code for hit in results.groups[1].hits if isinstance(hit.code, Markup)} == set()


@in_database
def test_stage_of_a_case_study_is_led_to(index):
    (hit,) = search(index, "bidders documentation").groups[0].hits
    assert (hit.page, hit.label, hit.anchor) == ("casestudy-detail", "Procurement stage", "stage-2")


@in_database
def test_kind_shows_all_of_it_and_nothing_else(index):
    some, every = search(index, "contract"), search(index, "contract", kind="statements")
    assert [(group.kind, group.count) for group in some.groups] == [(group.kind, group.count) for group in every.groups]
    (group,) = every.shown
    assert len(group.hits) == group.count > MOST_SHOWN
    assert names(every, "statements")[:MOST_SHOWN] == names(some, "statements")
    assert all(len(group.hits) == min(group.count, MOST_SHOWN) for group in some.groups)


@in_database
@pytest.mark.parametrize("kind", ["nothing", "", "people", "\0"])
def test_kind_without_results_shows_some_of_each(index, kind):
    assert search(index, "negotiating", kind=kind) == search(index, "negotiating")


@in_database
def test_where_nothing_has_all_words_some_are_enough(index):
    results = search(index, "negotiating vitamins")
    assert (results.has_all, results.has_some) == (False, True)
    assert {"B5.2", "Healthy Start Vitamins contract"} <= set(names(results))


@in_database
def test_phrase_that_stands_nowhere_is_taken_apart(index):
    assert search(index, '"money for value"').has_all is False
    assert search(index, '"money for value"').has_some is False
    assert "A1.4" in names(search(index, '"money for value"'))


@in_database
def test_phrase_is_these_very_words(index):
    assert "B3.2" in names(search(index, '"audits"'))
    assert "National Audit Office (NAO)" not in names(search(index, '"audits"'))


@in_database
@pytest.mark.parametrize(
    ("text", "suggestion"),
    [
        ("negotition", "negotiation"),
        ("negotiationn", "negotiation"),
        ("stakehodler", "stakeholder"),
        ("negotition skills", "negotiation skills"),
        ("B4 stakehodler", "b4 stakeholder"),
        ('"value for monney"', '"value for money"'),
        ("negotiating", ""),
        ("zzzzzzz", ""),
        ("cafe", ""),
    ],
)
def test_slip_of_the_finger_is_guessed(index, text, suggestion):
    results = search(index, text)
    assert results.suggestion == suggestion
    assert not suggestion or search(index, suggestion).count


# Order


def entry(name, text="", code="", kind="statements", **more):
    return Entry(kind, "page", name, (Passage(text),) if text else (), code=code, **more)


ORDERED = Index(
    [
        entry("1 text apart", "The plan of a contract"),
        entry("2 text by stem", "Contracted planning"),
        entry("3 text in a row", "A contract plan"),
        entry("4 name apart: plan the contract"),
        entry("5 name by stem in a row: contracted planning"),
        entry("6 name in a row: contract plan"),
        entry("7 part", parts=("C1a",), code="C1"),
        entry("8 within", within=("C1",), code="C1.1"),
        entry("9 elsewhere", "See C1"),
        entry("10 half", "A contract"),
        entry("11 other name", also=("contract plan",)),
    ]
)


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("contract plan", "6 11 5 4 3 2 1"),
        ("c1", "7 8 9"),
        ("C1a", "7"),
        ("C1.1", "8"),
        ("contract plan zzzz", "4 6 11 5 1 3 2 10"),
        ("contract zzzz", "4 6 11 5 1 3 10 2"),
    ],
)
def test_order_of_results(text, order):
    results = search(ORDERED, text, kind="statements")
    assert " ".join(bare(hit.name).split()[0] for group in results.groups for hit in group.hits) == order


def test_kinds_stand_in_the_order_of_their_best_result():
    index = Index(
        [
            entry("Area", "about plans", kind="areas"),
            entry("Statement", "about plans"),
            entry("Plan", "means", kind="glossary"),
        ]
    )
    assert [group.kind for group in search(index, "plan").groups] == ["glossary", "areas", "statements"]
    assert [group.kind for group in search(index, "about").groups] == ["areas", "statements"]


# Words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Supplier’s  suppliers'", ["supplier's", "suppliers"]),
        ("café CAFE\u0301 Ŵ ß ﬁ", ["cafe", "cafe", "w", "ss", "fi"]),
        ("in-house, pre‑agreed - and/or", ["in", "house", "pre", "agreed", "and", "or"]),
        ("£2.5m 15%", ["2", "5m", "15"]),
        ("_a_ __ –", ["a"]),
        ("'tis ''", ["tis"]),
    ],
)
def test_words_of_a_text(text, words):
    assert [token.word for compound in compounds_in(text) for token in compound] == words


@pytest.mark.parametrize(
    ("word", "expected"),
    [("negotiating", "negoti"), ("supplier's", "supplier"), ("kpis", "kpi"), ("slas", "sla"), ("class", "class")],
)
def test_stem(word, expected):
    assert stem(word) == expected


def test_fold_is_the_same_twice():
    assert fold("TŶ’R Straße") == fold(fold("TŶ’R Straße")) == "ty'r strasse"


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("risk of fraud", [("risk",), ("fraud",)]),
        ("the of", [("the",), ("of",)]),
        ("what is fraud", [("fraud",)]),
        ("risk risk RISK", [("risk",)]),
        ('"risk of fraud" audit', [("risk", "of", "fraud"), ("audit",)]),
        ('"open quotation', [("open",), ("quotation",)]),
        ('a"b c"d', [("b", "c"), ("d",)]),
        ('""', []),
        ("in-house", [("in", "house")]),
        ("risk;fraud", [("risk",), ("fraud",)]),
        ("B4.3", [("b4", "3")]),
        ("B4.4", [("b4", "4")]),
        ("e.g. 2.5m", [("e",), ("g",), ("2", "5m")]),
        ("nego\u00adti\u200bation", [("negotiation",)]),
        (" \0\ud800\n\t", []),
    ],
)
def test_terms_of_a_query(text, terms):
    assert [term.words for term in parse(text, {"b4.3"}).terms] == terms


def test_text_of_a_query_can_be_shown():
    assert clean(" a\0b\ud800\r\n c\u202e ") == "a b c"


def test_query_that_is_too_long_says_so():
    assert parse("a" * MOST_CHARACTERS, ()).problem == ""
    assert parse("a" * (MOST_CHARACTERS + 1), ()).problem == "Use fewer words: a search can be 200 characters long"
    assert parse("a " * MOST_WORDS, ()).problem == ""
    assert parse("a " * (MOST_WORDS + 1), ()).problem == "Use fewer words: a search can have 20"
    assert search(ORDERED, "contract " * 2000).groups == ()


# Marks and excerpts


def excerpt_of(text, *words):
    terms = [as_term(compound) for word in words for compound in compounds_in(word)]
    return excerpt([Field(text)], terms)[1]


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("Manages risks.", ["risk"], "Manages <mark>risks</mark>."),
        ("risk management", ["risk", "manage"], "<mark>risk management</mark>"),
        ("risk, management", ["risk", "manage"], "<mark>risk</mark>, <mark>management</mark>"),
        ("in-house", ["inhouse"], "<mark>in-house</mark>"),
        ("in house", ["in-house"], "<mark>in house</mark>"),
        ("a <b>risk</b> & more", ["risk", "b"], "a &lt;<mark>b</mark>&gt;<mark>risk</mark>&lt;/<mark>b</mark>&gt; &amp; more"),
        ("suppliers’ café", ["supplier", "cafe"], "<mark>suppliers</mark>’ <mark>café</mark>"),
    ],
)  # fmt: skip
def test_marks(text, words, expected):
    terms = [as_term(compound) for word in words for compound in compounds_in(word)]
    assert marked(Field(text), terms) == excerpt_of(text, *words) == expected


def test_excerpt_of_a_long_text_is_cut_between_words():
    text = "beforehand " * 100 + "risk and then fraud " + "afterwards " * 100
    found = excerpt_of(text, "risk", "fraud")
    assert marks(found) == ["risk", "fraud"]
    assert found.startswith("…beforehand ")
    assert found.endswith(" afterwards…")
    assert len(bare(found)) <= LENGTH + 2


def test_excerpt_is_of_the_text_that_has_most():
    fields = [Field("risk"), Field("fraud and risk"), Field("risk, fraud")]
    terms = [as_term(compound) for compound in compounds_in("risk fraud")]
    assert excerpt(fields, terms) == (1, Markup("<mark>fraud</mark> and <mark>risk</mark>"))


def test_excerpt_is_rather_of_a_text_than_of_a_heading():
    fields = [Field("My risk"), Field("What is written about a risk and is longer than a heading"), Field("risk " * 20)]
    assert excerpt(fields, [as_term(compound) for compound in compounds_in("risk")])[0] == 1


def test_excerpt_without_matches_is_the_beginning():
    assert excerpt_of("word " * 100, "zzzz") == Markup("word " * 43 + "word…")


# Anything at all

HOSTILE = [
    "",
    "\0",
    "\ud800",
    '"',
    "'; DROP TABLE standards_statement; --",
    "%' OR 1=1 --",
    "(a+)+$",
    "[" * 200,
    "\\",
    "<script>alert(1)</script>",
    "</mark><b>",
    "{{ 7*7 }}",
    "a" * 10_000,
    "-" * 10_000,
    '"' * 10_000,
    "a-" * 5_000,
    "a'" * 100,
    "a\u0301" * 100,
    "\u0301" * 200,
    "ﷺ" * 200,
    "½²①",
    "\u202e\u200b\ufeff",
]
words = st.sampled_from(
    ["contract", "plan", "C1", "c1.1", "in-house", "the", '"', "“", "-", "'", "<mark>", "&amp;", "\0"]
)
anything = st.text() | st.lists(words | st.text(max_size=5), max_size=12).map(" ".join) | st.sampled_from(HOSTILE)


@given(anything)
def test_nothing_that_is_typed_raises(text):
    results = search(ORDERED, text)
    assert results.query.problem or len(results.query.text) <= MOST_CHARACTERS
    results.query.text.encode()
    results.suggestion.encode()
    for group in results.groups:
        assert group.count >= len(group.hits) > 0
        for hit in group.hits:
            bare(hit.name)


@given(anything, anything)
@example("<mark>", "mark")
@example("a &amp; b", "amp")
@example("x" * 300 + " y", "y")
@example("…", "…")
def test_marked_texts_without_their_marks_are_the_texts(text, query):
    field, terms = Field(text), parse(query, ()).terms
    assert bare(marked(field, terms)) == text
    number, found = excerpt([field], terms)
    stretch = bare(found)
    assert number == 0
    assert stretch in text or stretch.removeprefix("…").removesuffix("…") in text
    for each in marks(marked(field, terms)):
        assert compounds_in(each)


@given(anything)
def test_what_is_written_is_found(text):
    index = Index([entry("Name", text)])
    tokens = [token for compound in compounds_in(text) for token in compound]
    for token in tokens[:5]:
        if len(token.word) <= MOST_CHARACTERS:
            assert search(index, text[token.start : token.end]).count == 1


@in_database
@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_takes_no_time(index, text):
    started = time.process_time()
    search(index, text)
    assert time.process_time() - started < 0.5


# Remembering


@pytest.fixture
def nothing_remembered():
    for forget in (forget_indexes, forget_trees, forget_libraries):
        forget()
    yield
    forget_indexes()


@in_database
def test_index_is_remembered_until_the_version_is_touched(nothing_remembered, django_assert_num_queries):
    version = publish_unreviewed(version=make_whole_version())
    first = version_index(version)
    with django_assert_num_queries(0):
        assert version_index(version) is first
    touch_version(version_id=version.pk)
    version.refresh_from_db()
    assert version_index(version) is not first


@in_database
def test_index_of_a_draft_is_made_anew(nothing_remembered):
    version = make_whole_version()
    assert search(version_index(version), "zebra").count == 0
    Statement.objects.filter(area__section__version=version).update(topic="Zebra")
    assert search(version_index(version), "zebra").count == 2


@in_database
def test_index_costs_one_query_more_than_tree_and_library(
    nothing_remembered, published_version, django_assert_num_queries
):
    version_tree(published_version)
    version_library(published_version)
    with django_assert_num_queries(1):
        version_index(published_version)


@in_database
def test_versions_are_searched_apart(published_version):
    other = publish_unreviewed(version=make_whole_version())
    assert names(search(version_index(other), "bakery")) == ["Baker, Bakery"]
    assert search(version_index(published_version), "bakery").count == 0
    assert search(version_index(other), "negotiating").count == 0


@in_database
def test_empty_version_is_searched(nothing_remembered):
    version = make_whole_version()
    for model in (CaseStudy, GlossaryTerm, ReferencePage):
        model.objects.filter(version=version).delete()
    Level.objects.filter(version=version).update(definition="", summary="")
    results = search(version_index(version), "first")
    assert [group.kind for group in results.groups] == ["levels"]
    assert results.groups[0].hits[0].excerpt == ""
