"""Old and new words beside each other: what is marked as taken out and as added."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from standards.marking import Stretch, marked, marked_html

texts = st.text(alphabet="abof \n.,", max_size=30)


def shown(stretches):
    """A text with what is marked in square brackets."""
    return "".join(f"[{each.text}]" if each.is_marked else each.text for each in stretches)


@pytest.mark.parametrize(
    ("old", "new", "before", "after"),
    [
        ("Plans the work well", "Plans the work well", "Plans the work well", "Plans the work well"),
        ("Plans the work well", "Plans all work well", "Plans [the] work well", "Plans [all] work well"),
        ("Plans work, in time", "Plans work in time", "Plans [work,] in time", "Plans [work] in time"),
        ("Reads and writes", "Leads and teaches", "[Reads and writes]", "[Leads and teaches]"),
        ("Plans  the\nwork", "Plans the work", "Plans  the\nwork", "Plans the work"),
        ("", "Plans the work", "", "[Plans the work]"),
    ],
)
def test_one_text_and_one_other(old, new, before, after):
    (olds,), (news,) = marked([old], [new])
    assert (shown(olds), shown(news)) == (before, after)


def test_parts_are_compared_with_their_whole_and_not_by_what_stands_at_their_joints():
    whole = "Reads plans, writes reports and counts the money."
    olds, news = marked([whole], ["Reads plans.", "Writes reports.", "Counts all the money."])
    assert [shown(each) for each in olds] == ["Reads plans, writes reports [and] counts the money."]
    assert [shown(each) for each in news] == ["Reads plans.", "Writes reports.", "Counts [all] the money."]


@given(st.lists(texts, max_size=3), st.lists(texts, max_size=3))
def test_the_stretches_of_a_text_are_the_text(olds, news):
    for texts_before, found in zip((olds, news), marked(olds, news), strict=True):
        assert ["".join(each.text for each in stretches) for stretches in found] == texts_before
        for stretches in found:
            assert all(each.text.strip() == each.text for each in stretches if each.is_marked)


@given(texts, texts)
def test_what_is_not_marked_is_the_same_on_both_sides(old, new):
    (before,), (after,) = marked([old], [new])

    def kept(stretches):
        return " ".join(each.text for each in stretches if not each.is_marked).split()

    assert kept(before) == kept(after)


def test_marks_are_heard_and_words_are_escaped():
    (before,), (after,) = marked_html(["Keeps the <b> here"], ["Keeps the <i> here"])
    hidden = '<span class="govuk-visually-hidden visually-hidden">'
    assert before == f"Keeps the <del>{hidden}[taken out: </span>&lt;b&gt;{hidden}]</span></del> here"
    assert after == f"Keeps the <ins>{hidden}[added: </span>&lt;i&gt;{hidden}]</span></ins> here"
    assert marked(["a"], []) == (((Stretch(True, "a"),),), ())
