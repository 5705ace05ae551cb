"""The pure parts of the load: what a browser sends for a form, and what the report says of what was seen."""

from dataclasses import replace

import pytest
from django.urls import reverse

from benchmarks.load import figures, forms
from benchmarks.load.cpu import Usage
from benchmarks.load.figures import Costs, Kind, Stretch
from tests.factories import make_assessment, make_user

PAGE = """
<link rel="stylesheet" href="/static/a.css"><script type="module" src="/static/a.js"></script>
<form method="get" action="/x/"><input name="q" value="1"></form>
<form method="post" action="/x/" novalidate>
<input type="hidden" name="token" value="a&amp;b"><input type="text" name="reason" value="">
<input type="radio" id="n" name="level" value="0"><input type="radio" name="level" value="1" checked>
<input type="radio" name="other" value="1"><input type="checkbox" name="tick"><input type="checkbox" name="ticked" checked>
<textarea class="t" name="note" rows="3">
it&#x27;s</textarea><button type="submit" name="agree" value="rest">Agree</button><input type="submit" name="go">
</form>
<form method="post" action="/y/"><input name="elsewhere" value="1"></form>
"""


def test_a_form_sends_what_a_browser_sends():
    form = forms.form_in(PAGE, "/x/")
    assert form.fields == {"token": "a&b", "reason": "", "level": "1", "ticked": "on", "note": "it's"}
    assert form.choices == {"level": ["0", "1"], "other": ["1"]}


def test_a_form_that_is_not_there_is_said():
    with pytest.raises(ValueError, match="no form to /z/"):
        forms.form_in(PAGE, "/z/")


def test_the_style_sheets_and_scripts_of_a_page():
    assert forms.assets_in(PAGE) == ["/static/a.css", "/static/a.js"]


@pytest.mark.django_db
def test_the_form_of_a_real_rating_page_is_read(client):
    assessment = make_assessment(make_user())
    client.force_login(assessment.owner)
    path = reverse("rating-edit", args=[assessment.pk, "B4"])
    form = forms.form_in(client.get(path).text, path)
    numbers = [name.removeprefix("level-") for name in form.choices]
    assert len(numbers) == 7
    wanted = {f"{field}-{pk}" for pk in numbers for field in ("drawn", "reason", "note")}
    assert {name for name in form.fields if "-" in name} == wanted
    answered = form.fields | {f"level-{pk}": "1" for pk in numbers}
    assert client.post(path, answered).status_code == 302


@pytest.mark.parametrize(("share", "value"), [(50, 5), (95, 10), (99, 10), (10, 1), (11, 2)])
def test_a_percentile_is_a_value_that_was_seen(share, value):
    assert figures.percentile(list(range(1, 11)), share) == value


def test_the_only_value_is_every_percentile():
    assert [figures.percentile([7], share) for share in (50, 95, 99)] == [7, 7, 7]


REQUESTS = [
    ("save one answer", 1.0, 1.001, 1.010, 200),
    ("save one answer", 2.0, 2.0, 2.030, 200),
    ("save one answer", 9.0, 9.0, 9.500, 200),
    ("report", 1.5, 1.5, 1.6, 503),
    ("team", 1.5, 1.5, 1.7, 0),
    ("team", 1.6, 1.6, 1.7, 403),
]


def test_times_are_counted_from_when_a_request_was_due_and_those_outside_the_stretch_are_left_out():
    kinds = figures.kinds_of(REQUESTS, 1.0, 3.0)
    assert {name: (each.count, round(each.p50), round(each.p99)) for name, each in kinds.items()} == {
        "save one answer": (2, 10, 30),
        "report": (1, 100, 100),
        "team": (1, 100, 100),
    }


def test_an_answer_that_never_came_has_failed():
    assert figures.answers_of(REQUESTS) == (2, 1)


def test_shares_are_of_all_cores_and_what_is_nobodys_is_that_of_others(monkeypatch):
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    before = Usage(10.0, 100.0, {"server": 5.0, "gone": 9.0})
    after = Usage(20.0, 116.0, {"server": 10.0, "gone": 0.0, "new": 2.0})
    shares = {"server": 0.25, "gone": 0.0, "new": 0.1, "others": 0.45, "all": 0.8}
    assert after.since(before) == pytest.approx(shares)


def test_how_late_people_came():
    assert (figures.late_of([]), figures.late_of([3.0, 1.0, 2.0])) == (0.0, 3.0)


SHARES = {"server": 0.5, "PostgreSQL": 0.2, "worker": 0.01, "load": 0.08, "others": 0.01, "all": 0.8}
COMING = Stretch(
    "as they come", 3, 4, 1.5, 40, {figures.SAVE: Kind(400, 5.0, 12.0, 30.0)}, SHARES, {}, 0.2, made=(31, 4)
)
WITHOUT = replace(COMING, name="not drawn", kinds={figures.SAVE: Kind(400, 4.0, 10.0, 20.0)})
BESIDE = replace(COMING, name="without a break", kinds={figures.SAVE: Kind(400, 6.0, 13.0, 60.0)})
OTHER = replace(COMING, processes=1, kinds={figures.SAVE: Kind(400, 50.0, 120.0, 300.0)})
ALL = [OTHER, COMING, WITHOUT, BESIDE]


def test_goals_that_are_met():
    assert figures.goals(ALL, 1.5)[2:] == [
        "| no answer of 5xx, none missing, none refused | 0 and 0 | yes |",
        "| both cores at about 80 %: p95 of saving an answer below 10 F, 15.0 ms "
        "| 12.0 ms, 8.0 F, at 80% with 3 × 4 | yes |",
        "| PDFs drawn without a break slow saving by at most 1.5 | 1.50 at p50, 1.30 at p95 | yes |",
    ]


def test_goals_that_are_missed():
    slow = replace(BESIDE, kinds={figures.SAVE: Kind(400, 6.5, 13.0, 60.0)}, failed=1)
    assert [line.rpartition("| ")[2] for line in figures.goals([COMING, WITHOUT, slow], 1.0)[2:]] == ["**no** |"] * 3


def test_goals_are_those_of_the_number_of_processes_that_set_the_rate():
    assert figures.main_of(ALL) is COMING
    assert figures.main_of([OTHER]) is OTHER


def test_a_stretch_in_which_nobody_saved_has_no_ratio():
    nobody = replace(WITHOUT, kinds={})
    assert len(figures.goals([COMING, nobody, BESIDE], 1.5)) == 4
    assert len(figures.goals([replace(COMING, kinds={}), nobody, BESIDE], 1.5)) == 3
    assert figures.slowed([COMING, nobody, BESIDE]) is None
    assert figures.slowed([COMING]) is None


def test_the_report_says_what_was_dear_and_what_went_wrong():
    signing_in = replace(COMING, kinds=COMING.kinds | {"sign in": Kind(40, 200, 300, 400)}, wrong={"share: 500": 2})
    noisy = replace(BESIDE, shares=SHARES | {"others": 0.2}, missing={"agree": 3}, asked=180.0)
    lines = figures.report([signing_in, noisy], Costs(1.5, 210.0, 20.4, 0.2, 300.0), "Run on a Monday.")
    assert lines[0] == "Run on a Monday."
    assert lines[lines.index("| sign in | 1.0 | 200.0 ms | 300.0 ms | 400.0 ms |") + 2 :] == [
        "A password takes 210 ms of CPU, as much as 140 F: 1.00 sign-ins a second took 0.21 of a core, which single sign-on saves.",
        "The worker alone sent 20 e-mails a second. The load itself was behind by 0.2 ms (95th percentile).",
        "The disk has 8 KB for good in 0.20 ms. A line of the log is 300 bytes long.",
        "3 × 4, as they come: {'share: 500': 2}.",
        "At most, with 3 × 4: 180 requests a second.",
        "Not a quiet machine: up to 20% of both cores went to other processes.",
        "Pieces for which nobody was there: {'agree': 3}.",
    ]


def test_the_tables_say_what_was_seen():
    rest = "| 80% | 50%, 20%, 1%, 8%, 1% | 0, 0 | 0 s of 0 |"
    assert figures.growth_table([COMING, WITHOUT], 1.5)[2:] == [
        f"| 3 × 4 | as they come, 31 | 1.50 | 10 | 5.0, 12.0, 30.0 ms | 8.0 {rest}",
        f"| 3 × 4 | not drawn | 1.50 | 10 | 4.0, 10.0, 20.0 ms | 6.7 {rest}",
    ]
    assert figures.kinds_table(COMING)[2:] == ["| save one answer | 10.0 | 5.0 ms | 12.0 ms | 30.0 ms |"]
