"""Queries that are asked on every page: Django writes their SQL once for the process, and each request only gives the values.

To write the SQL of a query set takes Django several times what the database takes to answer it (docs/performance.md). What is
asked stays a query set, so that who may see a row is still said in one place; which apps use it decides that it stands here,
in the app that every other may import.

PostgreSQL is told each query once for a connection (PREPARE), and then only its number and the values: else it reads the SQL and
plans it again for every page, which takes longer than to find a few rows. Where a pooler hands connections on in between
(``DISABLE_SERVER_SIDE_CURSORS``, as Django calls it) the query is sent whole.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from uuid import UUID
from weakref import WeakSet

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import QuerySet
from django.db.models.query import ModelIterable, get_related_populators
from psycopg2.extensions import AsIs

# What stands in for a value while the SQL is written; the number tells the values apart.
_STAND_INS = {
    int: lambda number: -987_654_321 - number,
    str: lambda number: f"stands in for value {number}",
    UUID: lambda number: UUID(int=2**127 + number),
    datetime: lambda number: datetime(1901, 2, 3, 4, 5, number, tzinfo=UTC),
}
_POSTGRESQL_TYPES = {int: "bigint", str: "text", UUID: "uuid", datetime: "timestamptz"}
# Each asks for what is one person's, one round's or one organisation's, so that a plan does for all values. Left to itself,
# PostgreSQL plans anew for each where it thinks that it knows more of some.
_PLAN_ONCE = "SET plan_cache_mode = force_generic_plan"
_numbers = count(1)


class WrittenQuery:
    """A query that is asked again and again with other values.

    ``make`` takes a value of each of ``kinds`` (int, str, UUID, datetime) and returns the query set: of models, with what is
    read by ``select_related`` or ``annotate``, or ``values_list``. It must ask the same whatever the values are, and use each as
    it is.
    """

    def __init__(self, make: Callable[..., QuerySet], *kinds: type):
        self.make = make
        self.kinds = kinds
        self._written = {}

    def rows(self, *values, using: str = DEFAULT_DB_ALIAS) -> list:
        """What the query finds in the database ``using``: models, or a tuple for each row."""
        connection = connections[using]
        written = self._written.get(connection.vendor)
        if written is None:
            written = self._written[connection.vendor] = _write(self.make, self.kinds, connection)
        return written.rows(values, connection)

    def first(self, *values):
        """The first of the rows; None where there is none."""
        return next(iter(self.rows(*values)), None)


class _Written:
    """The SQL of a query for one kind of database, where its values go, and how its rows are read."""

    def __init__(self, sql, params, places, converters, read):
        self.sql, self.params, self.places = sql, params, places
        self.converters, self.read = converters, read

    def rows(self, values, connection):
        with connection.cursor() as cursor:
            cursor.execute(*self._asked(values, connection))
            rows = cursor.fetchall()
        if self.converters:
            rows = [self._converted(row, connection) for row in rows]
        return [self.read(row) for row in rows] if self.read else rows

    def _asked(self, values, connection):
        """The SQL to send for these values, and its parameters."""
        return self.sql, self._filled(_as_parameter(value, connection) for value in values)

    def _filled(self, values):
        params = list(self.params)
        for value, places in zip(values, self.places, strict=True):
            for place in places:
                params[place] = value
        return params

    def _converted(self, row, connection):
        row = list(row)
        for place, (converters, expression) in self.converters:
            for convert in converters:
                row[place] = convert(row[place], expression, connection)
        return tuple(row)


class _Prepared(_Written):
    """The same on PostgreSQL, which keeps the query for as long as a connection lasts."""

    def __init__(self, *written, types):
        super().__init__(*written)
        self.name, self.types = f"written_query_{next(_numbers)}", types
        self.execute = f"EXECUTE {self.name} ({', '.join(['%s'] * len(types))})"
        self.told = WeakSet()

    def _asked(self, values, connection):
        if connection.settings_dict.get("DISABLE_SERVER_SIDE_CURSORS"):
            return super()._asked(values, connection)
        if connection.connection not in self.told:
            self._tell(connection)
        return self.execute, values

    def _tell(self, connection):
        params = self._filled(AsIs(f"${number}") for number, _ in enumerate(self.types, start=1))
        prepare = f"{_PLAN_ONCE}; PREPARE {self.name} ({', '.join(self.types)}) AS {self.sql}"
        # Not by Django's own cursor: it is no query of the page that happens to be the first.
        with connection.wrap_database_errors, connection.connection.cursor() as cursor:
            cursor.execute(prepare, params)
        self.told.add(connection.connection)


def _write(make, kinds, connection):
    stand_ins = [_STAND_INS[kind](number) for number, kind in enumerate(kinds)]
    queryset = make(*stand_ins)
    compiler = queryset.query.get_compiler(connection=connection)
    sql, params = compiler.as_sql()
    sought = [_as_parameter(each, connection) for each in stand_ins]
    places = [tuple(place for place, param in enumerate(params) if param == each) for each in sought]
    if not all(places):
        raise ValueError("The query does not use each of its values as it is.")
    columns = [expression for expression, *_ in compiler.select]
    converters = tuple(compiler.get_converters(columns).items())
    written = sql, params, places, converters, _reader(queryset, compiler)
    if connection.vendor == "postgresql":
        return _Prepared(*written, types=[_POSTGRESQL_TYPES[kind] for kind in kinds])
    return _Written(*written)


def _as_parameter(value, connection):
    """A value as the database's driver takes it: what the field's own lookup makes of it."""
    if isinstance(value, UUID) and not connection.features.has_native_uuid_field:
        return value.hex
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return value


def _reader(queryset, compiler):
    """What makes a model of a row, with what ``select_related`` and ``annotate`` asked for; None where rows stay tuples."""
    if queryset._iterable_class is not ModelIterable:
        return None
    info, alias = compiler.klass_info, queryset.db
    places = info["select_fields"]
    names = [column.target.attname for column, *_ in compiler.select[places[0] : places[-1] + 1]]
    related = get_related_populators(info, compiler.select, alias)
    annotated = tuple(compiler.annotation_col_map.items())

    def read(row):
        found = info["model"].from_db(alias, names, row[places[0] : places[-1] + 1])
        for name, place in annotated:
            setattr(found, name, row[place])
        for each in related:
            each.populate(row, found)
        return found

    return read
