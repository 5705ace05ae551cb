"""What all tables of an editors' file have in common, as resources of django-import-export.

A table is declared as its columns: what each is called in a file, which field of the row it is, and how a cell stands for the value
(``standards.importing.cells``). The library then tells new rows from changed and unchanged ones, checks them and saves them. Here
is added that a row is found by its natural key within one version, read once for all, and that nothing is written before the
whole file was looked at.
"""

import re

from django.core.exceptions import ValidationError
from import_export import resources
from import_export.fields import Field

from .cells import HIGHEST_ORDER, Text, WholeNumber
from .problems import Problem

_PLAIN = {
    "This field cannot be (?:blank|null)": "is empty.",
    r"Ensure this value has at most (\d+) characters? \(it has (\d+)": "has {1} characters; at most {0} are allowed.",
    "Enter a valid URL": "is no web address.",
    "Enter a valid .slug": "may have only letters, digits, hyphens and underscores.",
}


class Column(Field):
    """A column of a sheet; ``needed``: a new row must have something in it."""

    def __init__(self, title, attribute, widget=None, *, width=16, needed=False):
        super().__init__(attribute, title, widget or Text())
        self.width, self.needed = width, needed

    def put(self, instance, value):
        """Let a row have ``value`` in this column."""
        setattr(instance, self.attribute, value)


class Order(Column):
    """The column that puts rows in order; where it is empty, a new row stands where it stands in the sheet."""

    def __init__(self):
        super().__init__("Order", "order", WholeNumber(), width=8)

    def put(self, instance, value):
        if value is not None:
            instance.order = value


class Beneath(Column):
    """A column for one of several things beneath a row, such as its words at a level: ``row.<attribute>[key]``."""

    def __init__(self, title, attribute, key, widget, *, width):
        super().__init__(title, f"{attribute}__{key}", widget, width=width)
        self.dictionary, self.key = attribute, key

    def get_value(self, instance):
        return getattr(instance, self.dictionary).get(self.key)

    def put(self, instance, value):
        values = getattr(instance, self.dictionary)
        if value in (None, ""):
            values.pop(self.key, None)
        else:
            values[self.key] = value


class Table(resources.Resource):
    """The rows of one model in one version. ``keys`` are the columns that tell its rows apart.

    sheet   what the sheet is called
    path    how a row leads to its version
    """

    sheet = ""
    path = "version"
    keys = ("Code",)

    class Meta:
        clean_model_instances = True
        skip_unchanged = True
        skip_diff = True
        use_transactions = False

    def __init__(self, book):
        super().__init__()
        self.book = book
        self.found = []  # the rows of the draft
        self.rows = {}  # by key, those of the draft and, as they are read, those of the file
        self.clashes = []  # keys that two rows of the draft have

    @property
    def model(self):
        return self._meta.model

    @property
    def columns(self) -> list[Column]:
        return list(self.fields.values())

    def read(self):
        """Read what the draft has, with what hangs on each row, in a fixed number of queries."""
        if not self.book.version.pk:
            return
        self.found = list(self.queryset())
        self.attach(self.found)
        for row in self.found:
            key = self.key_of(row)
            if key in self.rows:
                self.clashes.append(key)
            self.rows[key] = row

    def queryset(self):
        """The rows of the version in published order."""
        path = {self.path: self.book.version}
        follow = [field.name for field in self.model._meta.fields if field.many_to_one and field.name != "version"]
        rows = self.model.objects.filter(**path).order_by(
            *(each for each in self.model._meta.ordering if each != "version")
        )
        return rows.select_related(*follow) if follow else rows

    def open_columns(self):
        """Add the columns that depend on rows of other sheets, when those were read."""

    def attach(self, rows):
        """Give each row of the draft what its columns hold of other tables."""

    # What a row is called, and how it is written out

    def key_of(self, instance) -> tuple[str, ...]:
        by_title = {column.column_name: column for column in self.columns}
        return tuple(by_title[title].export(instance, book=self.book) for title in self.keys)

    def written(self, instance) -> dict[str, str]:
        """A row as the texts of its cells, by the columns' names."""
        return {column.column_name: column.export(instance, book=self.book) for column in self.columns}

    # What a row of a file becomes, called by django-import-export

    def key_in(self, row) -> tuple[str, ...]:
        """The key of a row of a file. Raises ``ValidationError`` where a part of it cannot be read."""
        errors, key = {}, []
        for column in self.columns:
            if column.column_name not in self.keys:
                continue
            try:
                value = column.widget.clean(row.get(column.column_name, ""), row=row, book=self.book)
                key.append((column.column_name, column.widget.render(value, book=self.book)))
            except ValueError as error:
                errors[column.attribute] = ValidationError(str(error))
        if errors:
            raise ValidationError(errors)
        found = dict(key)
        return tuple(found[title] for title in self.keys)

    def get_instance(self, instance_loader, row):
        return self.rows.get(self.key_in(row))

    def init_instance(self, row=None):
        fields = {field.name for field in self.model._meta.fields}
        instance = self.model(**({"version": self.book.version} if "version" in fields else {}))
        if "order" in fields:
            instance.order = min(self.book.row_number, HIGHEST_ORDER)
        self.attach_nothing(instance)
        return instance

    def attach_nothing(self, instance):
        """Give a new row what ``attach`` gives those of the draft."""

    def after_init_instance(self, instance, new, row, **kwargs):
        instance.written_before = None if new else self.written(instance)
        for column in () if new else self.book.upload.advice.get(self.sheet, ()):
            row.pop(column, None)

    def import_field(self, field, instance, row, is_m2m=False, **kwargs):
        if field.column_name in row:
            field.put(instance, field.clean(row, **kwargs))

    def skip_row(self, instance, original, row, import_validation_errors=None):
        if import_validation_errors or instance.written_before is None:
            return False
        return {name: _folded(text) for name, text in self.written(instance).items()} == {
            name: _folded(text) for name, text in instance.written_before.items()
        }

    def validate_instance(self, instance, import_validation_errors=None, validate_unique=True):
        errors = dict(import_validation_errors or {})
        relations = {field.name for field in self.model._meta.fields if field.many_to_one}
        try:
            instance.clean_fields(exclude=relations | errors.keys())
        except ValidationError as error:
            errors = error.update_error_dict(errors)
        for column in self.columns:
            is_empty = column.needed and getattr(instance, column.attribute, None) in (None, "")
            if is_empty and column.attribute not in errors:
                errors[column.attribute] = ValidationError("is empty.")
        self.check(instance, errors)
        if errors:
            raise ValidationError(errors)

    def check(self, instance, errors):
        """Note in ``errors``, by attribute, what is wrong with a row beyond its single cells."""

    def save_instance(self, instance, is_create, row, **kwargs):
        """Nothing is written while a file is read: the book stores its rows when all of them are in order."""

    # What the book asks

    def take(self, row):
        """Read one row of a file into the draft as it stands in memory; returns (instance, kind, problems), the kind one of
        django-import-export's, and no instance where there are problems."""
        result = self.import_row(
            row.cells, None, row_number=row.number, retain_instance_in_row_result=True, book=self.book
        )
        if result.errors:
            raise result.errors[0].error
        if result.validation_error:
            return None, "", list(self._problems(row, result.validation_error))
        return result.instance, result.import_type, []

    def _problems(self, row, error):
        titles = {column.attribute: column.column_name for column in self.columns}
        for name, messages in error.message_dict.items():
            for text in messages:
                yield Problem(_plain(text), self.sheet, row.number, titles.get(name, ""))

    def store(self, instance):
        """Save a row with what hangs on it."""
        instance.save()
        self.store_beneath(instance)

    def store_beneath(self, instance):
        """Save what hangs on a row."""

    def points_at(self, instance):
        """The rows of other sheets that a row needs, as (sheet, key, column)."""
        for column in self.columns:
            widget = column.widget
            value = column.get_value(instance)
            target = getattr(widget, "sheet", "")
            if not target or value in (None, ""):
                continue
            codes = value if isinstance(value, tuple) else [self.book.key(target, value)]
            yield from ((target, (code,), column.column_name) for code in codes)


def _folded(text):
    return text.replace("\r\n", "\n")


def _plain(text):
    """A message of Django's as the end of a sentence that a place begins."""
    for pattern, plain in _PLAIN.items():
        if match := re.match(pattern, text):
            return plain.format(*match.groups())
    return text
