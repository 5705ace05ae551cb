"""``manage.py access_matrix`` prints the table that the tests check, all of it and nothing else."""

import csv
import io

import pytest
from django.core.management import call_command

from service.access.printing import markdown
from service.access.rows import ROLES, STATES
from service.access.table import TABLE


@pytest.fixture
def printed():
    def lines(*arguments):
        out = io.StringIO()
        call_command("access_matrix", *arguments, stdout=out)
        return out.getvalue()

    return lines


def test_every_cell_is_a_line_of_the_csv(printed):
    rows = list(csv.DictReader(io.StringIO(printed("--format", "csv"))))
    assert len(rows) == len(TABLE) * len(ROLES) * len(STATES) * 2
    method = {"GET": "get", "POST": "post"}
    wrong = [
        row
        for row in rows
        if row["answer"] != str(getattr(TABLE[row["route"]].wanted(row["role"], row["state"]), method[row["method"]]))
    ]
    assert wrong == []


def test_people_read_every_route_and_who_gets_it(printed):
    text = printed()
    assert text.splitlines() == list(markdown())
    assert [key for key in TABLE if f"`{key.replace('|', chr(92) + '|')}`" not in text] == []
    line = "| owner | draft, returned | 200 | led on (302) |"
    assert [each for each in text.splitlines() if "`evidence-edit`" in each and each.endswith(line)] != []
