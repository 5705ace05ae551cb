"""What is asked on every page, and the two changes of every save: Django writes their SQL once for the process, and each request
only gives the values.

To write the SQL of a query set takes Django several times what the database takes to answer it (docs/performance.md). What is
asked stays a query set, so that who may see a row is still said in one place; which apps use it decides that it stands here,
in the app that every other may import.

PostgreSQL is told each statement once for a connection (PREPARE), and then only its name and the values: else it reads the SQL
and plans it again for every page, which takes longer than to find a few rows. Where a pooler hands connections on in between
(``DISABLE_SERVER_SIDE_CURSORS``, as Django calls it) the statement is sent whole.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from uuid import UUID
from weakref import WeakSet

from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.models import AutoField, Model, QuerySet
from django.db.models.constants import OnConflict
from django.db.models.query import ModelIterable, get_related_populators
from django.db.models.sql import InsertQuery, UpdateQuery
from psycopg2.extensions import AsIs

# What stands in for a value while the SQL is written; the number tells the values apart.
_STAND_INS = {
    int: lambda number: -987_654_321 - number,
    str: lambda number: f"stands in for value {number}",
    UUID: lambda number: UUID(int=2**127 + number),
    datetime: lambda number: datetime(1901, 2, 3, 4, 5, number, tzinfo=UTC),
}
_POSTGRESQL_TYPES = {int: "bigint", str: "text", UUID: "uuid", datetime: "timestamptz"}
# Each is about what is one person's, one round's or one organisation's, so that a plan does for all values. Left to itself,
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
        if connection.vendor not in self._written:
            self._written[connection.vendor] = self._write(connection)
        statement, read = self._written[connection.vendor]
        with connection.cursor() as cursor:
            statement.execute(cursor, values)
            rows = cursor.fetchall()
        return read(rows, connection)

    def first(self, *values):
        """The first of the rows; None where there is none."""
        return next(iter(self.rows(*values)), None)

    def _write(self, connection):
        stand_ins = _stand_ins(self.kinds)
        queryset = self.make(*stand_ins)
        compiler = queryset.query.get_compiler(connection=connection)
        statement = _statement_with(stand_ins, self.kinds, *compiler.as_sql(), "SELECT", connection)
        return statement, _reader(queryset, compiler)


class WrittenUpdate:
    """A change that is made again and again with other values, in rows of one table.

    ``make`` takes a value of each of ``kinds`` and returns the query set, and what its fields become by their names. It must
    change the same whatever the values are, and use each as it is.
    """

    def __init__(self, make: Callable[..., tuple[QuerySet, dict]], *kinds: type):
        self.make = make
        self.kinds = kinds
        self._written = {}

    def run(self, *values) -> int:
        """Make the change; in how many rows it was made."""
        connection = connections[DEFAULT_DB_ALIAS]
        if connection.vendor not in self._written:
            self._written[connection.vendor] = self._write(connection)
        return _changed(self._written[connection.vendor], values, connection)

    def _write(self, connection):
        stand_ins = _stand_ins(self.kinds)
        queryset, changes = self.make(*stand_ins)
        query = queryset.query.chain(UpdateQuery)
        query.add_update_values(changes)
        query.clear_select_clause()
        sql, params = query.get_compiler(connection=connection).as_sql()
        does = f"UPDATE {queryset.model._meta.db_table}"
        return _statement_with(stand_ins, self.kinds, sql, params, does, connection)


class WrittenUpsert:
    """Rows that are added, or change the one that stands for the same ``unique_fields`` in their ``update_fields``.

    One row, as nearly every save has it, is sent by SQL that is written once; that of several is written for their number.
    """

    def __init__(self, model: type[Model], *, unique_fields: list[str], update_fields: list[str]):
        self.model = model
        self.unique_fields, self.update_fields = unique_fields, update_fields
        self.fields = [each for each in model._meta.concrete_fields if not isinstance(each, AutoField)]
        self._written = {}

    def run(self, rows: list[Model]):
        """Write the rows. They are not told which keys they got."""
        if len(rows) != 1:
            self.model.objects.bulk_create(
                rows, update_conflicts=True, unique_fields=self.unique_fields, update_fields=self.update_fields
            )
            return
        connection = connections[DEFAULT_DB_ALIAS]
        if connection.vendor not in self._written:
            self._written[connection.vendor] = self._write(rows[0], connection)
        values = [each.get_db_prep_save(each.pre_save(rows[0], add=True), connection) for each in self.fields]
        _changed(self._written[connection.vendor], values, connection)

    def _write(self, row, connection):
        meta = self.model._meta
        query = InsertQuery(
            self.model,
            on_conflict=OnConflict.UPDATE,
            unique_fields=[meta.get_field(name) for name in self.unique_fields],
            update_fields=[meta.get_field(name) for name in self.update_fields],
        )
        query.insert_values(self.fields, [row])
        ((sql, params),) = query.get_compiler(connection=connection).as_sql()
        places = [(place,) for place, _ in enumerate(self.fields)]
        types = [each.db_type(connection) for each in self.fields]
        return _statement(sql, params, places, types, f"INSERT INTO {meta.db_table}", connection)


class _Statement:
    """SQL for one kind of database, and where in it each of its values goes."""

    def __init__(self, sql, params, places):
        self.sql, self.params, self.places = sql, params, places

    def execute(self, cursor, values):
        cursor.execute(self.sql, self._filled(_as_parameter(value, cursor.db) for value in values))

    def _filled(self, values):
        params = list(self.params)
        for value, places in zip(values, self.places, strict=True):
            for place in places:
                params[place] = value
        return params


class _Prepared(_Statement):
    """The same on PostgreSQL, which keeps the statement for as long as a connection lasts.

    Its name begins as its SQL does, for those who watch what is sent: what reads, and what writes into which table.
    """

    def __init__(self, sql, params, places, *, types, does):
        super().__init__(sql, params, places)
        self.name, self.types = f'"{does} {next(_numbers)}"', types
        self.sent = f"EXECUTE {self.name} ({', '.join(['%s'] * len(types))})"
        self.told = WeakSet()

    def execute(self, cursor, values):
        connection = cursor.db
        if connection.settings_dict.get("DISABLE_SERVER_SIDE_CURSORS"):
            super().execute(cursor, values)
            return
        if connection.connection not in self.told:
            self._tell(connection)
        cursor.execute(self.sent, values)

    def _tell(self, connection):
        params = self._filled(AsIs(f"${number}") for number, _ in enumerate(self.types, start=1))
        prepare = f"{_PLAN_ONCE}; PREPARE {self.name} ({', '.join(self.types)}) AS {self.sql}"
        # Not by Django's own cursor: it is no query of the page that happens to be the first.
        with connection.wrap_database_errors, connection.connection.cursor() as cursor:
            cursor.execute(prepare, params)
        self.told.add(connection.connection)


def _stand_ins(kinds):
    return [_STAND_INS[kind](number) for number, kind in enumerate(kinds)]


def _statement_with(stand_ins, kinds, sql, params, does, connection):
    """The statement that was written with ``stand_ins`` for its values."""
    sought = [_as_parameter(each, connection) for each in stand_ins]
    places = [tuple(place for place, param in enumerate(params) if param == each) for each in sought]
    if not all(places):
        raise ValueError("The query does not use each of its values as it is.")
    return _statement(sql, params, places, [_POSTGRESQL_TYPES[kind] for kind in kinds], does, connection)


def _statement(sql, params, places, types, does, connection):
    if connection.vendor == "postgresql":
        return _Prepared(sql, params, places, types=types, does=does)
    return _Statement(sql, params, places)


def _changed(statement, values, connection):
    """Change something, as a part of the transaction under way; in how many rows."""
    with transaction.mark_for_rollback_on_error(connection.alias), connection.cursor() as cursor:
        statement.execute(cursor, values)
        return cursor.rowcount


def _as_parameter(value, connection):
    """A value as the database's driver takes it: what the field's own lookup makes of it."""
    if isinstance(value, UUID) and not connection.features.has_native_uuid_field:
        return value.hex
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return value


def _reader(queryset, compiler):
    """What makes the result of the rows that the database gave."""
    converters = tuple(compiler.get_converters([expression for expression, *_ in compiler.select]).items())
    as_model = _model_reader(queryset, compiler)

    def converted(row, connection):
        row = list(row)
        for place, (converts, expression) in converters:
            for convert in converts:
                row[place] = convert(row[place], expression, connection)
        return tuple(row)

    def read(rows, connection):
        if converters:
            rows = [converted(row, connection) for row in rows]
        return [as_model(row) for row in rows] if as_model else rows

    return read


def _model_reader(queryset, compiler):
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
