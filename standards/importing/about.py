"""The sheet "About": what a version is called, whose it is and under which licence, a fact a row."""

from ..models import Framework, Version
from .cells import Code, YesNo
from .problems import Problem, Refused
from .resources import Column, Table
from .sheets import NumberText, Row, Upload

ABOUT = "About"
WHAT, VALUE = "What", "Value"
SLUG, FRAMEWORK, NUMBER = "Name in addresses", "Framework", "Version"


class _Facts(Table):
    """One row, whose columns stand beneath one another in the sheet."""

    sheet = ABOUT
    keys = ()

    def _problems(self, row, error):
        for problem in super()._problems(row, error):
            yield Problem(problem.text, ABOUT, self.book.about_rows.get(problem.column), problem.column)


class AboutFramework(_Facts):
    """The framework, which is made of a file only with its first version."""

    slug = Column(SLUG, "slug", Code(), needed=True)
    title = Column(FRAMEWORK, "title", needed=True)
    owner = Column("Owner", "owner", needed=True)
    purpose = Column("Whom it is for", "purpose")
    allows_undefined_levels = Column("Levels may be without words", "allows_undefined_levels", YesNo())

    class Meta:
        model = Framework


class AboutVersion(_Facts):
    """The version. Its number is given to it when it is made."""

    issued = Column("Issued", "issued")
    source_title = Column("Source", "source_title")
    source_url = Column("Source address", "source_url")
    licence = Column("Licence", "licence")

    class Meta:
        model = Version

    def read(self):
        self.found, self.rows = [self.book.version], {(): self.book.version}


_NAMES = tuple(
    column.column_name
    for names in (
        [*AboutFramework.fields.values()],
        [Column(NUMBER, "number")],
        [*AboutVersion.fields.values()],
    )
    for column in names
)


def facts_of(upload: Upload) -> tuple[dict[str, str], dict[str, int]]:
    """What the sheet says, and in which row, by the name of the fact. Raises ``Refused``."""
    sheet = upload.sheet(ABOUT)
    if sheet is None:
        return {}, {}
    if sheet.columns != (WHAT, VALUE):
        raise Refused(Problem(f"The columns must be {WHAT} and {VALUE}.", ABOUT, 1))
    facts, rows, problems = {}, {}, []
    known = {name.lower(): name for name in _NAMES}
    for row in sheet.rows:
        written = row.cells.get(WHAT, "").strip()
        name = known.get(written.lower())
        if name is None or name in facts:
            text = (
                f"“{written[:40]}” stands there twice." if name else f"“{written[:40]}” is none of {', '.join(_NAMES)}."
            )
            problems.append(Problem(text, ABOUT, row.number))
            continue
        value = row.cells.get(VALUE, "")
        if name == NUMBER and isinstance(value, NumberText):
            problems.append(Problem("is a number. Format the cell as text and type it again.", ABOUT, row.number, name))
        facts[name], rows[name] = value, row.number
    if problems:
        raise Refused(*problems)
    return facts, rows


def facts_sheet(version: Version, book) -> list[tuple[str, str]]:
    """What an exported sheet says of ``version``."""
    return [
        *AboutFramework(book).written(version.framework).items(),
        (NUMBER, version.number),
        *AboutVersion(book).written(version).items(),
    ]


def row_of(facts, columns) -> Row:
    """The facts for one table as a row."""
    names = [column.column_name for column in columns]
    return Row(0, {name: facts[name] for name in names if name in facts})


def begun_version(upload: Upload, book_of) -> Version:
    """The draft that a file tells of, with its framework, neither of them saved. Raises ``Refused``.

    A framework that is there already gets another version; what the file says of the framework itself counts only for a new one.
    """
    facts, rows = facts_of(upload)
    number = facts.get(NUMBER, "").strip()
    problems = []
    if not number:
        problems.append(Problem("is empty.", ABOUT, rows.get(NUMBER), NUMBER))
    elif len(number) > Version._meta.get_field("number").max_length:
        problems.append(Problem("is too long.", ABOUT, rows.get(NUMBER), NUMBER))
    version = Version(framework=Framework(), number=number)
    book = book_of(version)
    book.about_rows = rows
    made, _, wrong = AboutFramework(book).take(row_of(facts, AboutFramework.fields.values()))
    if problems or wrong:
        raise Refused(*problems, *wrong)
    version.framework = Framework.objects.filter(slug=made.slug).first() or made
    if version.framework.pk and version.framework.versions.filter(number=number).exists():
        raise Refused(
            Problem(
                f"There is a version {number} of {version.framework} already. Import into that draft, or give another number.",
                ABOUT,
                rows[NUMBER],
                NUMBER,
            )
        )
    return version
