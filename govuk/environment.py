"""The Jinja2 environment of the portal's pages, for Django's own Jinja2 backend (docs/decisions/jinja2.md)."""

from collections.abc import Callable
from datetime import date, datetime
from functools import lru_cache

import jinja2
import markupsafe
from django.templatetags import static as static_files
from django.urls import get_script_prefix, get_urlconf, reverse
from django.utils import timezone
from django.utils.formats import date_format

from govuk.rendering import crispy, error_summary, govuk_field

MACROS = "govuk_frontend_jinja"
NUMBER_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


class MacroLoader(jinja2.BaseLoader):
    """Loads the design system's macros into a lenient twin of our strict environment.

    The macros read parameters that nobody passed. A compiled template keeps the environment that compiled it, so
    ``{% if params.classes %}`` in a macro is false where the page that called it would stop at an undefined name.
    """

    def __init__(self) -> None:
        self.packaged = jinja2.PrefixLoader({MACROS: jinja2.PackageLoader(MACROS)})
        self.lenient: jinja2.Environment | None = None

    def load(self, environment: jinja2.Environment, name: str, globals: dict | None = None) -> jinja2.Template:
        if not name.startswith(f"{MACROS}/"):
            raise jinja2.TemplateNotFound(name)
        if self.lenient is None:
            # The package is installed once and never edited, so its files are not watched for changes.
            self.lenient = environment.overlay(loader=self.packaged, undefined=jinja2.Undefined, auto_reload=False)
        return self.lenient.get_template(name, globals=globals)

    def list_templates(self) -> list[str]:
        return self.packaged.list_templates()


def escape(value) -> str:
    """A value as HTML text: what is marked as HTML already stays as it is.

    What MarkupSafe's own ``escape`` gives, but as plain text: to mark each value again, only for it to be joined with the rest,
    took more than all else in the drawing of a page (docs/performance.md).
    """
    kind = type(value)
    if kind is markupsafe.Markup:
        return value
    return _escape_text(value) if kind is str else markupsafe.escape(value)


_escape_text = getattr(markupsafe, "_escape_inner", markupsafe.escape)


class Template(jinja2.Template):
    """A template that writes its values with ``escape``."""

    @classmethod
    def from_code(cls, environment, code, globals, uptodate=None):
        made = super().from_code(environment, code, globals, uptodate)
        made.root_render_func.__globals__["escape"] = escape
        return made


def environment(*, loader: jinja2.BaseLoader, **options) -> jinja2.Environment:
    """The environment that Django's Jinja2 backend asks for: our templates and the macros; undefined names are errors.

    ``options`` are those of Django's backend (``autoescape``, ``auto_reload``).
    """
    options |= {"undefined": jinja2.StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}
    made = jinja2.Environment(loader=jinja2.ChoiceLoader([MacroLoader(), loader]), **options)  # noqa: S701 autoescape is in options
    made.template_class = Template
    made.globals |= {
        "url": url,
        "static": static,
        "crispy": crispy,
        "error_summary": error_summary,
        "govuk_field": govuk_field,
    }
    filters: dict[str, Callable] = {"date": day, "time": time_of_day, "words": words, "plural": plural}
    made.filters |= filters
    return made


def url(name: str, *args, **kwargs) -> str:
    """The path of a named URL. Raises ``NoReverseMatch`` for a name that does not exist."""
    if args or kwargs:
        return reverse(name, args=args, kwargs=kwargs)
    return _fixed_url(name, get_urlconf(), get_script_prefix())


@lru_cache(maxsize=256)
def _fixed_url(name, urlconf, prefix):
    # Every page's frame has about ten of these, and they never change while the process lives.
    return reverse(name, urlconf)


@lru_cache(maxsize=256)
def static(path: str) -> str:
    """The address of a static file, named by its content in production. Raises ValueError for a file that was not collected."""
    return static_files.static(path)


def day(value: date | datetime) -> str:
    """A day as people write it, in the portal's time zone: "22 November 2026"."""
    value = _local(value)
    return _day_in_words(value.year, value.month, value.day)


@lru_cache(maxsize=1024)
def _day_in_words(year, month, day_of_month):
    # A list of people says the same few days again and again.
    return date_format(date(year, month, day_of_month), "j F Y")


def time_of_day(value: datetime) -> str:
    """A time of day on the 24-hour clock, in the portal's time zone: "14:02"."""
    return date_format(_local(value), "H:i")


def words(number: int) -> str:
    """Whole numbers up to ten in words ("four"), larger ones in digits with a comma at thousands ("66", "1,200")."""
    return NUMBER_WORDS[number] if 0 <= number < len(NUMBER_WORDS) else f"{number:,}"


def plural(number: int, one: str, many: str = "") -> str:
    """The noun that goes with a number, without the number. ``many`` is ``one`` with an s unless given."""
    return one if number == 1 else many or f"{one}s"


def _local(value: date | datetime) -> date | datetime:
    is_aware = isinstance(value, datetime) and timezone.is_aware(value)
    return timezone.localtime(value) if is_aware else value
