"""HTML in, PDF/UA-1 bytes out: the only module that imports WeasyPrint.

The first use in a process (`warm`) reads `print.css` and the two fonts beside it. After that a rendering reads nothing from
outside the process: every address that a page names, whatever its scheme, is refused. Why it is made so, and what it
costs: docs/decisions/weasyprint.md.
"""

import gc
import logging
import os
import re
import threading
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from time import perf_counter

LOGGER = logging.getLogger(__name__)
FOLDER = Path(__file__).parent
FONT_FAMILY = "Inter Portal"
FONT_FILES = ("Inter-400.ttf", "Inter-600.ttf")
FONT_SCHEME = "portal-font:"
APT_COMMAND = "apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
FLAG_PRINT = 4  # ISO 32000-1, table 165: bit position 3
# Told of each rendering: how many seconds it took, and whether there is a PDF. Nothing of what is in it.
AFTER_EACH: list[Callable[[float, bool], None]] = []


class PdfUnavailable(RuntimeError):
    """The shared libraries that WeasyPrint needs are not on this machine; the message names the command that installs them."""


def render_pdf(
    html: str, *, title: str = "", stylesheets: Sequence[str] = (), made_at: datetime | None = None
) -> bytes:
    """Return the page as PDF/UA-1: tagged, our two fonts embedded, the same bytes for the same arguments.

    `html` is a whole document with `lang` on its root. `title` replaces its `<title>`. `stylesheets` are CSS texts (never
    paths or addresses), applied over `print.css` and parsed once per process. `made_at`, an aware time, becomes the file's
    creation date; without it the file carries no date. Characters that our fonts do not have are written as
    `spell_out` says.

    Renderings in one process run one at a time. Raises ValueError when the title or the language is missing, and
    PdfUnavailable when pango is not installed.
    """
    with _RENDERING, _told():
        page = (html, title, stylesheets, made_at)
        pdf, sound = _spare_time.submit(_drawn, *page).result() if _spare_time else _drawn(*page)
    if not sound:
        LOGGER.error("A PDF was made with a font that is not ours or has no glyphs")
    return pdf


def draw_in_spare_time() -> None:
    """From now on draw this process's PDFs while nothing else on the machine wants the processor.

    For a process that makes them for nobody who waits. The kernel is told so of one thread, which does nothing else: what the
    process does beside drawing, a transaction that others wait for among it, keeps its turn. Where a kernel has no such thing
    (SCHED_IDLE is Linux's) or allows it not, PDFs are drawn as ever.
    """
    global _spare_time
    if hasattr(os, "SCHED_IDLE"):
        _spare_time = ThreadPoolExecutor(1, "spare-time", _step_back)


def _step_back() -> None:
    with suppress(OSError):
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))


def warm() -> None:
    """Make everything that is made once per process, so that the first report does not wait for it (about a second).

    Called in each worker as it starts (gunicorn.conf.py). Raises PdfUnavailable when pango is not installed.
    """
    render_pdf('<html lang="en"><title>Warm</title><p>Both <b>weights</b></p></html>')


def spell_out(text: str, characters: frozenset[int]) -> str:
    """Return `text`, composed (NFC), with everything outside `characters` (code points) replaced by something inside it.

    A symbol becomes its Unicode name in square brackets ("[thumbs up sign]"), so that nothing a person wrote is lost
    without a trace; marks that have no shape of their own are left out; anything else becomes "□".
    """
    return re.sub(r"[^\x00-\x7f]", lambda match: _spelled(match[0], characters), unicodedata.normalize("NFC", text))


def _spelled(character: str, characters: frozenset[int]) -> str:
    if ord(character) in characters:
        return character
    category = unicodedata.category(character)
    if category in ("So", "Sk", "Sm", "Sc"):
        return f"[{unicodedata.name(character, 'symbol').lower()}]"
    if category in ("Cf", "Mn", "Cc", "Zl", "Zp"):
        return " " if category in ("Zl", "Zp") else ""
    return " " if category == "Zs" else "□"


class _Engine:
    """WeasyPrint with our fonts and styles loaded, for one process."""

    def __init__(self) -> None:
        weasyprint, configuration, fetcher = _load()
        fonts = {FONT_SCHEME + name: (FOLDER / "fonts" / name).read_bytes() for name in FONT_FILES}
        self.process = os.getpid()
        self.characters = _characters(fonts.values())
        with _no_system_fonts():
            self._fonts = configuration()
        self._refuse = fetcher({})
        self._weasyprint = weasyprint
        base = weasyprint.CSS(
            string=(FOLDER / "print.css").read_text(encoding="utf-8"),
            font_config=self._fonts,
            url_fetcher=fetcher(fonts),
        )

        class Page(weasyprint.HTML):
            """A page whose browser defaults are print.css alone: WeasyPrint's own 300 rules cost a tenth of the time."""

            def _ua_stylesheets(self, forms=False):
                return [base]

        self._page = Page
        self._css = lru_cache(maxsize=32)(self._parse)

    def _parse(self, css: str):
        return self._weasyprint.CSS(string=css, font_config=self._fonts, url_fetcher=self._refuse)

    def render(self, html, title, stylesheets, made_at) -> tuple[bytes, bool]:
        """Return the PDF's bytes, and whether every font in it is ours and has its glyphs."""
        options = {"pdf_variant": "pdf/ua-1", "stylesheets": [self._css(css) for css in stylesheets]}
        with _collector_off():
            page = self._page(string=spell_out(html, self.characters), url_fetcher=self._refuse)
            document = page.render(font_config=self._fonts, **options)
            metadata = document.metadata
            metadata.title = (title or metadata.title or "").strip()
            metadata.attachments = []
            if made_at:
                metadata.created = made_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            if not metadata.title or not metadata.lang:
                raise ValueError("A PDF needs a title and a language: <html lang> and <title>.")
            pdf = document.write_pdf(finisher=finish, **options)
        return pdf, all(font.family == FONT_FAMILY and font.glyph_count for font in document.fonts.values())


def finish(document, pdf) -> None:
    """Add to the tagged PDF what WeasyPrint 70 leaves out.

    /Scope on each TH, column in a THead and row elsewhere (ISO 32000-1, table 349); running heads and feet as pagination
    artifacts rather than as structure that hangs nowhere (14.8.2.2); the Print flag on links (ISO 14289-1, 7.18); a body
    around paragraphs and lists within an item of a list (ISO 32000-1, table 336).
    """

    def at(reference):
        return pdf.objects[int(reference.split()[0])]

    root = at(pdf.catalog["StructTreeRoot"])
    top = at(root["K"][0])
    linked = set(top["K"])
    running = []
    for thing in list(pdf.objects):
        kind = thing.get("Type") if isinstance(thing, dict) else None
        if kind == "/StructElem":
            if thing["S"] == "/TH":
                thing["A"]["Scope"] = "/Column" if at(at(thing["P"])["P"])["S"] == "/THead" else "/Row"
            elif thing["S"] == "/LI":
                bodies = [
                    kid if isinstance(kid, int) else _in_body(pdf, thing, at(kid)).reference for kid in thing["K"]
                ]
                thing["K"][:] = bodies
            elif thing["P"] == top.reference and thing.reference not in linked:
                running.append(thing)
        elif kind == "/Annot" and thing["Subtype"] == "/Link":
            thing["F"] = FLAG_PRINT
    numbers = at(root["ParentTree"])["Nums"]
    parents = dict(zip(numbers[::2], numbers[1::2], strict=True))
    while running:
        element = running.pop()
        page = at(element["Pg"])
        for kid in element["K"]:
            if isinstance(kid, int):
                parents[page["StructParents"]][kid] = "null"
                _make_artifact(at(page["Contents"]).stream, kid)
            else:
                running.append(at(kid))
        element.clear()


def _in_body(pdf, item, element):
    """Return what may stand in an item of a list: the element, or a new body around it."""
    if element["S"] in ("/Lbl", "/LBody"):
        return element
    body = type(item)({**item, "S": "/LBody", "K": type(item["K"])([element.reference])})
    body["P"] = item.reference
    pdf.add_object(body)
    element["P"] = body.reference
    return body


def _make_artifact(stream: list, mcid: int) -> None:
    for i, operand in enumerate(stream):
        if isinstance(operand, dict) and operand.get("MCID") == mcid:
            stream[i - 1] = "/Artifact"
            del operand["MCID"]
            operand["Type"] = "/Pagination"
            return


def _load():
    """Import WeasyPrint and return it with our two subclasses. Raises PdfUnavailable."""
    try:
        import weasyprint
        from weasyprint.text.fonts import FontConfiguration
        from weasyprint.urls import URLFetcher, URLFetcherResponse
    except OSError as error:
        raise PdfUnavailable(
            f"PDFs need pango, which is not on this machine. Install it with: {APT_COMMAND}"
        ) from error

    class OwnConfiguration(FontConfiguration):
        """A font configuration whose temporary folder is removed by the process that made it, not by a forked child."""

        def __init__(self):
            self._process = os.getpid()
            super().__init__()

        def __del__(self):
            if self._process == os.getpid():
                super().__del__()

    class RefusingFetcher(URLFetcher):
        """Answers for the bytes that it was given and for nothing else; opens no file and no connection."""

        def __init__(self, answers):
            super().__init__(allowed_protocols=())
            self._answers = answers

        def fetch(self, url, headers=None):
            if url not in self._answers:
                raise ValueError("refused: a PDF reads nothing from outside the process")
            return URLFetcherResponse(url, self._answers[url], {"Content-Type": "font/ttf"})

    logging.getLogger("weasyprint.progress").setLevel(logging.WARNING)
    logger = logging.getLogger("weasyprint")
    if not any(isinstance(known, _WithoutText) for known in logger.filters):
        logger.addFilter(_WithoutText())
    return weasyprint, OwnConfiguration, RefusingFetcher


class _WithoutText(logging.Filter):
    """Keeps what people wrote out of the log: WeasyPrint's messages quote addresses and styles of the page."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = f"WeasyPrint, {Path(record.pathname).name} line {record.lineno} (details left out)"
        record.args, record.exc_info = (), None
        return True


def _characters(fonts) -> frozenset[int]:
    from fontTools.ttLib import TTFont

    return frozenset.intersection(*(frozenset(TTFont(BytesIO(font), lazy=True).getBestCmap()) for font in fonts))


@contextmanager
def _told() -> Iterator[None]:
    began, made = perf_counter(), False
    try:
        yield
        made = True
    finally:
        for tell in AFTER_EACH:
            tell(perf_counter() - began, made)


@contextmanager
def _collector_off() -> Iterator[None]:
    """Stop the cyclic garbage collector, which takes a tenth of a rendering. Only under _RENDERING."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@contextmanager
def _no_system_fonts() -> Iterator[None]:
    """Let fontconfig read our empty configuration instead of the machine's. Only under _RENDERING."""
    before = os.environ.get("FONTCONFIG_FILE")
    os.environ["FONTCONFIG_FILE"] = str(FOLDER / "fonts" / "fonts.conf")
    try:
        yield
    finally:
        if before is None:
            del os.environ["FONTCONFIG_FILE"]
        else:
            os.environ["FONTCONFIG_FILE"] = before


# Pango's font maps may be used by one thread at a time.
_RENDERING = threading.Lock()
_current: _Engine | None = None
_spare_time: ThreadPoolExecutor | None = None


def _drawn(*page) -> tuple[bytes, bool]:
    pdf, sound = _engine().render(*page)
    if not sound:
        # WeasyPrint keeps its copies of the fonts in a temporary folder; when a cleaner empties it, text prints blank.
        pdf, sound = _engine(renew=True).render(*page)
    return pdf, sound


def _engine(*, renew: bool = False) -> _Engine:
    global _current
    if renew or _current is None or _current.process != os.getpid():
        _current = _Engine()
    return _current
