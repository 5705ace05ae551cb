"""The PDFs: what PDF/UA's machine-checkable rules see, what they do not, and that nothing is read while one is made."""

import gc
import hashlib
import logging
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from threading import get_ident

import page as page_validation
import pytest

from documents import pdf
from tests.conftest import HEAVY
from tests.documents import sample
from tests.documents.structure import (
    TaggedPdf,
    broken_rules,
    letters,
    not_a_marker,
    unmarked_furniture,
    unprinted_links,
    unscoped_headers,
)

NOTE = "".join(f"Point {n:03}: exit and transition, £{n},000. " for n in range(60))[:2000]
ONLY_OURS = {"Inter-Portal", "Inter-Portal-Semi-Bold"}


def page_of(body: str, head: str = "<title>A page</title>") -> str:
    return f'<!doctype html><html lang="en-GB"><head>{head}</head><body>{body}</body></html>'


@pytest.fixture(scope="module")
def source():
    return sample.sample_html(2, note=NOTE)


@pytest.fixture(scope="module")
def report(source):
    return TaggedPdf(pdf.render_pdf(source, stylesheets=[sample.CSS]))


@pytest.fixture(scope="module")
def unfinished(source):
    """The same report as WeasyPrint alone leaves it: the planted fault of the checks below."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pdf, "finish", lambda document, made: None)
        return TaggedPdf(pdf.render_pdf(source, stylesheets=[sample.CSS]))


# The 104 rules


def test_all_rules_pass(report):
    outcome = page_validation.validate_pdf_bytes(report.data)
    assert (outcome.rules.passed, outcome.rules.total) == (104, 104), broken_rules(report.data)


def test_the_rules_object_to_a_skipped_heading_and_a_nameless_chart():
    assert broken_rules(pdf.render_pdf(page_of("<h1>One</h1><h3>Three</h3>")))
    chart = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9z"/></svg>'
    assert broken_rules(pdf.render_pdf(page_of(chart)))


# What the 104 rules do not see


def test_every_header_cell_has_its_scope(report, unfinished):
    assert report.tags().count("/TH") > 20
    assert unscoped_headers(report) == []
    assert len(unscoped_headers(unfinished)) == unfinished.tags().count("/TH")


def test_running_head_and_feet_are_pagination_artifacts(report, unfinished):
    running = ["NiaPenŵydd,gapreport,DRAFT,15October2026", "DRAFT", f"of{len(report.reader.pages)}"]
    assert unmarked_furniture(report, running) == []
    assert any(fault.startswith("hangs nowhere") for fault in unmarked_furniture(unfinished, running))


def test_links_are_printed(report, unfinished):
    assert len(report.annotations()) == 2
    assert unprinted_links(report) == []
    assert len(unprinted_links(unfinished)) == 2


def test_each_table_is_one_table_element(report, source):
    assert report.tags().count("/Table") == source.count("<table") == 4


def test_a_table_that_may_break_inside_is_tagged_as_two(source):
    css = sample.CSS + "table, .area { break-inside: auto }"
    broken = TaggedPdf(pdf.render_pdf(sample.sample_html(8).replace("new-page", ""), stylesheets=[css]))
    assert broken.tags().count("/Table") > 10


def test_reading_order_is_source_order_and_every_letter_is_there(report, source):
    assert report.text(not_a_marker) == letters(source)


def test_reading_order_notices_heads_that_are_moved_below_their_table():
    html = sample.sample_html(1)
    moved = pdf.render_pdf(html, stylesheets=[sample.CSS, "thead { display: table-footer-group }"])
    assert broken_rules(moved) == []
    assert TaggedPdf(moved).text(not_a_marker) != letters(html)


def test_bookmarks_are_the_headings(report, source):
    headings = [letters(match) for match in re.findall(r"<h[1-6].*?</h[1-6]>", source, flags=re.S)]
    assert report.outline() == headings
    assert [text for tag in ("/H1", "/H2", "/H3") for text in report.text_below(tag)] == [
        letters(match) for n in "123" for match in re.findall(rf"<h{n}.*?</h{n}>", source, flags=re.S)
    ]


def test_chart_has_its_title_as_alternative_text(report):
    (figure,) = [element for element, _ in report.elements() if element["/S"] == "/Figure"]
    assert figure["/Alt"].startswith("Chart: level held and target in 2 areas.")


def test_title_language_and_date(report):
    assert report.reader.metadata.title == "Nia Penŵydd: gap report"
    assert report.root["/Lang"] == "en-GB"
    assert report.root["/ViewerPreferences"]["/DisplayDocTitle"].value is True
    assert "/CreationDate" not in report.reader.metadata
    made_at = datetime(2026, 10, 15, 9, 30, tzinfo=UTC)
    dated = TaggedPdf(pdf.render_pdf(sample.ONE_LINE, title="Łódź", made_at=made_at))
    assert dated.reader.metadata.title == "Łódź"
    assert dated.reader.metadata.creation_date == made_at
    assert broken_rules(dated.data) == []


@pytest.mark.parametrize("page", ["<html lang='en'><p>No title</p></html>", "<title>No language</title><p>Text</p>"])
def test_a_page_without_title_or_language_is_refused(page):
    with pytest.raises(ValueError, match="title and a language"):
        pdf.render_pdf(page)


# Letters


def test_only_our_two_fonts_are_embedded(report):
    assert report.font_names() == ONLY_OURS


def test_welsh_and_polish_letters_have_glyphs_in_both_weights(report):
    wanted = set(re.sub(r"\s", "", sample.WELSH_AND_POLISH))
    assert report.undrawn(wanted) == {name: set() for name in ONLY_OURS}
    assert report.undrawn({"Ж"}) == {name: {"Ж"} for name in ONLY_OURS}, "not on the page, so not in the subset"


def test_a_note_of_2000_characters_comes_out_whole(report):
    assert len(NOTE) == 2000
    assert letters(NOTE) in report.text()


def test_markup_in_a_note_comes_out_literally(report):
    assert "<b>&{{7*7}}" in report.text()


def test_letters_that_our_fonts_lack_are_spelled_out():
    odd = "Done 👍🏽! 漢字, e\u0301 and \u2066bidi\u2069, \u00adsoft, ϕ Ж →"
    tagged = TaggedPdf(pdf.render_pdf(page_of(f"<p>{odd} <b>{odd}</b></p>")))
    wanted = "Done[thumbsupsign][emojimodifierfitzpatricktype-4]!□□,éandbidi,soft,ϕЖ→"
    assert tagged.text() == wanted * 2
    assert tagged.font_names() == ONLY_OURS
    assert broken_rules(tagged.data) == []


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("plain & <b>", "plain & <b>"),
        ("w\u0302", "ŵ"),
        ("\ud800", "□"),
        ("\u2028", " "),
        ("\u3000", " "),
        ("x\ufe0f", "x"),
    ],
)
def test_spell_out(text, spelled):
    assert pdf.spell_out(text, frozenset([0x175])) == spelled


def test_a_table_longer_than_a_page_breaks_between_rows():
    html = sample.sample_html(1, note=NOTE)
    rows = 12 if HEAVY else 6
    row = re.search(r"<tr><th scope=\"row\">A1\.1.*?</tr>\n<tr.*?</tr>", html, flags=re.S)[0]
    html = html.replace(row, row * rows)
    tagged = TaggedPdf(pdf.render_pdf(html, stylesheets=[sample.CSS]))
    assert len(tagged.reader.pages) > rows // 3
    assert tagged.text().count(letters(NOTE)) == rows
    assert broken_rules(tagged.data) == []
    assert unscoped_headers(tagged) == []


# Draft


def test_draft_stands_on_every_page_of_a_draft_and_on_no_other(report):
    marks = {number for number, kind, text in report.artifacts if (kind, text) == ("/Pagination", "DRAFT")}
    assert marks == set(range(len(report.reader.pages)))
    agreed = TaggedPdf(pdf.render_pdf(sample.sample_html(1, draft=False), stylesheets=[sample.CSS]))
    assert not [text for _, _, text in agreed.artifacts if "DRAFT" in text]
    assert "DRAFT" not in agreed.text()


# Nothing is read

_seen: list[tuple] | None = None


def _listen(event, arguments):
    if _seen is not None and event in ("open", "socket.connect", "socket.getaddrinfo", "urllib.Request", "os.listdir"):
        _seen.append((event, str(arguments[0] if event == "open" else arguments)))


@pytest.fixture
def reads():
    """Everything that Python code opens, looks up or connects to while the test runs."""
    global _seen
    if not getattr(sys, "_pdf_test_listens", False):
        sys.addaudithook(_listen)
        sys._pdf_test_listens = True
    pdf.warm()
    _seen = []
    yield _seen
    _seen = None


@pytest.fixture
def hostile(tmp_path):
    planted = tmp_path / "planted.txt"
    planted.write_text("planted words")
    picture = tmp_path / "planted.svg"
    picture.write_text('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text>planted words</text></svg>')
    style = tmp_path / "planted.css"
    style.write_text("p::after { content: 'planted words' }")
    inline = (
        "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'%3E%3Ctext%3Eplanted words%3C/text%3E%3C/svg%3E"
    )
    addresses = [f"http://127.0.0.1:9/{n}" for n in range(2)] + ["ftp://127.0.0.1/x", inline, picture.as_uri()]
    body = "".join(
        f'<img alt="a" src="{a}"><embed src="{a}"><object data="{a}"></object>'
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><title>t</title><image href="{a}"/><use href="{a}#x"/>'
        f'<style>@import url("{a}");</style></svg>'
        f'<p class="p{n}">Text</p><style>.p{n} {{ background: url("{a}"); list-style-image: url("{a}") }}</style>'
        for n, a in enumerate(addresses)
    )
    body += f'<a rel="attachment" href="{planted.as_uri()}">file</a><img src="planted.svg" alt="">'
    head = (
        f'<title>Hostile</title><base href="{tmp_path.as_uri()}/"><link rel="stylesheet" href="{style.as_uri()}">'
        f'<link rel="attachment" href="{planted.as_uri()}"><style>@import url("{style.as_uri()}");'
        f'@font-face {{ font-family: Other; src: url("{planted.as_uri()}"), local("DejaVu Sans") }}'
        f"@page {{ background: url('{picture.as_uri()}') }} p {{ font-family: Other }}</style>"
    )
    return page_of(body, head)


def test_nothing_is_fetched(hostile, reads, caplog):
    tagged = TaggedPdf(pdf.render_pdf(hostile, stylesheets=['@import url("http://127.0.0.1:9/x.css");']))
    assert reads == []
    assert "planted" not in tagged.text()
    assert "/EmbeddedFiles" not in tagged.root.get("/Names", {})
    assert not re.search(rb"planted words", b"".join(o.get_data() for o in _streams(tagged)))
    assert tagged.font_names() <= ONLY_OURS
    assert "WeasyPrint" in caplog.text
    assert not re.search(r"planted|127\.0\.0\.1", caplog.text), "the log holds nothing of the page"


def test_the_listener_hears_a_fetcher_that_fetches(hostile, reads, monkeypatch):
    from weasyprint.urls import URLFetcher

    monkeypatch.setattr(pdf._engine(), "_refuse", URLFetcher(timeout=1))
    pdf.render_pdf(hostile)
    opened = {Path(path).name for event, path in reads if event == "open"}
    assert {"planted.css", "planted.svg"} <= opened
    assert any(event == "socket.connect" for event, _ in reads)


def _streams(tagged):
    objects = (tagged.reader.get_object(n) for n in range(1, tagged.reader.trailer["/Size"]))
    return [thing for thing in objects if hasattr(thing, "get_data")]


# The engine


def test_the_same_page_gives_the_same_bytes_in_any_process(report, source, tmp_path):
    page = tmp_path / "page.html"
    page.write_text(source, encoding="utf-8")
    program = (
        "import sys, hashlib; from documents import pdf; assert 'weasyprint' not in sys.modules;"
        f"from pathlib import Path; css = Path({str(sample.FOLDER / 'sample.css')!r}).read_text(encoding='utf-8');"
        f"html = Path({str(page)!r}).read_text(encoding='utf-8');"
        "print(hashlib.sha256(pdf.render_pdf(html, stylesheets=[css])).hexdigest())"
    )
    root = Path(pdf.__file__).parent.parent
    environment = {**os.environ, "PYTHONHASHSEED": "7"}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=root, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == hashlib.sha256(report.data).hexdigest()


def test_threads_wait_for_each_other_and_the_collector_comes_back():
    pages = [page_of(f"<h1 data-foot='{n}'>Thread {n}</h1>") for n in range(8)]
    alone = [pdf.render_pdf(page) for page in pages]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(pdf.render_pdf, pages)) == alone
    assert gc.isenabled()
    with pytest.raises(ValueError, match="title"):
        pdf.render_pdf("<p>no title</p>")
    assert gc.isenabled()


def test_a_worker_draws_the_same_pdf_in_a_thread_that_gives_way_to_everything(monkeypatch):
    page = page_of("<h1>Nobody waits for this</h1>")
    drawn, policies = pdf._drawn, []
    usual = pdf.render_pdf(page)
    monkeypatch.setattr(
        pdf, "_drawn", lambda *of: policies.append((get_ident(), os.sched_getscheduler(0))) or drawn(*of)
    )
    monkeypatch.setattr(pdf, "_spare_time", None)
    pdf.draw_in_spare_time()
    assert [pdf.render_pdf(page), pdf.render_pdf(page)] == [usual, usual]
    assert os.sched_getscheduler(0) == os.SCHED_OTHER
    assert len(set(policies)) == 1
    assert policies[0][1] == os.SCHED_IDLE
    assert policies[0][0] != get_ident()
    with pytest.raises(ValueError, match="title"):
        pdf.render_pdf("<p>no title</p>")


def test_a_kernel_that_refuses_changes_nothing_but_the_time_of_drawing(monkeypatch):
    def refuse(*_):
        raise PermissionError

    monkeypatch.setattr(os, "sched_setscheduler", refuse)
    monkeypatch.setattr(pdf, "_spare_time", None)
    usual = pdf.render_pdf(page_of("<h1>All the same</h1>"))
    pdf.draw_in_spare_time()
    assert pdf.render_pdf(page_of("<h1>All the same</h1>")) == usual


def test_a_forked_child_renders_and_leaves_its_parents_fonts_alone():
    here = pdf.render_pdf(sample.ONE_LINE)
    folder = pdf._engine()._fonts._folder
    files = sorted(folder.iterdir())
    child = os.fork()
    if not child:
        os._exit(0 if pdf.render_pdf(sample.ONE_LINE) == here and pdf._engine()._fonts._folder != folder else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert sorted(folder.iterdir()) == files


def test_fonts_come_back_when_the_temporary_folder_is_emptied(monkeypatch):
    monkeypatch.setattr(pdf, "_current", None)
    pdf.render_pdf(page_of("<p>Only one weight yet</p>"))
    engine = pdf._engine()
    shutil.rmtree(engine._fonts._folder)
    page = page_of("<p>Small <b>print</b></p>")
    assert engine.render(page, "", [], None)[1] is False
    assert TaggedPdf(pdf.render_pdf(page)).undrawn(set("prit"))["Inter-Portal-Semi-Bold"] == set()
    assert pdf._engine() is not engine


def test_without_pango_the_message_names_the_command(monkeypatch):
    class NoPango:
        def find_spec(self, name, *rest):
            if name == "weasyprint":
                raise OSError("cannot load library 'pango-1.0-0'")

    monkeypatch.setattr(pdf, "_current", None)
    monkeypatch.delitem(sys.modules, "weasyprint")
    monkeypatch.setattr(sys, "meta_path", [NoPango(), *sys.meta_path])
    with pytest.raises(pdf.PdfUnavailable, match="apt-get install libpango"):
        pdf.render_pdf(sample.ONE_LINE)


def test_only_documents_imports_weasyprint():
    root = Path(pdf.__file__).parent.parent
    importers = [
        path.relative_to(root).as_posix()
        for path in root.glob("*/**/*.py")
        if not path.parts[len(root.parts)].startswith((".", "tests"))
        and re.search(r"^\s*(import|from) weasyprint", path.read_text(encoding="utf-8"), flags=re.M)
    ]
    assert importers == ["documents/pdf.py"]


def test_weasyprint_keeps_the_hook_that_our_stylesheet_hangs_on():
    import weasyprint

    assert callable(weasyprint.HTML._ua_stylesheets)
    assert logging.getLogger("weasyprint").filters


def test_font_files_are_those_that_the_readme_names():
    folder = Path(pdf.__file__).parent / "fonts"
    named = dict(
        re.findall(r"`(Inter-\d+\.ttf)`.*`([0-9a-f]{64})`", (folder / "README.md").read_text(encoding="utf-8"))
    )
    assert named == {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in pdf.FONT_FILES}
