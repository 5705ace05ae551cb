"""Measures the portal against its floor; ``script/bench`` starts the database and the server that this asks.

usage: python -m benchmarks.run [--json] [--record] [case...]
       python -m benchmarks.run --carrying COUNT...
       python -m benchmarks.run --people COUNT...
       python -m benchmarks.run --growth COUNT
       python -m benchmarks.run --load [--quick] [--processes COUNT...] [--threads COUNT] [--rate RATE]

A case is named by any part of its name. Read from the environment: DATABASE_URL, POSTGRES_PID, BENCH_URL, BENCH_SERVER_PID.
Exits with 0 also where a goal is missed, and says so; with 1 where a page did not answer as it should.
"""

import argparse
import json
import os
import sys
import time
from datetime import UTC, datetime

import django
from django.conf import settings

from .machine import commit, described, load_average

BEGAN, STARTED, LOAD = time.monotonic(), datetime.now(UTC), load_average()


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="script/bench", description="Measure the portal against a floor.")
    parser.add_argument("--json", action="store_true", help="print one JSON object a line")
    parser.add_argument("--record", action="store_true", help="add what was seen to docs/bench-history.csv")
    parser.add_argument("--carrying", nargs="+", type=int, metavar="count", help="carry so many rounds over instead")
    parser.add_argument(
        "--people", nargs="+", type=int, metavar="count", help="measure figures among so many made-up people instead"
    )
    parser.add_argument(
        "--growth", type=int, metavar="count", help="measure the room that so many of each thing take instead"
    )
    parser.add_argument("--load", action="store_true", help="measure a Monday after a campaign's e-mail instead")
    parser.add_argument("--quick", action="store_true", help="with --load: a look of a minute")
    parser.add_argument(
        "--processes", nargs="+", type=int, help="with --load: gunicorn's; the first are those that set the rate"
    )
    parser.add_argument(
        "--rate", type=float, help="with --load: people a second, instead of what keeps both cores at 80 %%"
    )
    parser.add_argument("--threads", type=int, default=4, help="with --load: threads of each process, 4 unless given")
    parser.add_argument("cases", nargs="*", metavar="case", help="any part of a case's name")
    options = parser.parse_args(arguments)
    if options.record and (options.cases or options.carrying or options.growth or options.load):
        parser.error("--record is for a whole run, or one with --people: name no case beside it.")
    django.setup()
    if options.carrying:
        from .carrying import measure

        measure(options.carrying)
        return 0
    if options.growth:
        from .growth import measure as measure_growth

        measure_growth(options.growth)
        return 0
    from .cases import cases_of, floors
    from .measure import Measurer
    from .organisations import cases_of_organisations
    from .people import make_round, session_for
    from .talks import cases_of_talks
    from .teams import cases_of_teams

    server = _server()
    if options.load:
        from .load.run import measure as measure_load

        server.wait()
        floor = floors(session_for(make_round("full")[0].owner, settings.FLOOR_BACKEND))
        report = measure_load(
            Measurer(server, floor),
            quick=options.quick,
            processes=options.processes,
            threads=options.threads,
            rate=options.rate,
            say=_say,
        )
        print("\n".join(report))
        return 0
    if options.people:
        from .organisations import measure as measure_organisations

        server.wait()
        floor = floors(session_for(make_round("full")[0].owner, settings.FLOOR_BACKEND))
        show = _show_json if options.json else _show_row
        if not options.json:
            print(ROW.format(*HEADINGS))
        seen = measure_organisations(options.people, lambda: Measurer(server, floor), show, _settle, _say)
        if options.record:
            _record(seen)
        return 0
    full, saving, small = make_round("full"), make_round("saving"), make_round("small", statements=1)
    cases, writers = cases_of(full, small, saving)
    of_teams, one_team = cases_of_teams()
    cases += cases_of_talks() + of_teams + cases_of_organisations()
    _settle()
    chosen = [case for case in cases if _is_chosen(case.name, options.cases)]
    if not chosen:
        parser.error(f"no case is called that. There are: {', '.join(case.name for case in cases)}.")
    server.wait()
    measurer = Measurer(server, (*floors(session_for(full[0].owner, settings.FLOOR_BACKEND)), one_team))
    show = _show_json if options.json else _show_row
    if not options.json:
        print(ROW.format(*HEADINGS))
    seen, failed = [], []
    for case in chosen:
        try:
            seen.append(measurer.figures(case))
        except AssertionError as wrong:
            failed.append(f"{case.name} was not measured: {wrong}.")
        else:
            show(seen[-1])
    for writer in writers:
        writer.check_kept()
    drawn = {figures.case for figures in seen if figures.html_gzip_bytes}
    pages = [case for case in chosen if case.name in drawn]
    if pages:
        seen.append(measurer.assets(pages))
        show(seen[-1])
    if options.record:
        _record(seen)
    missed = [figures.case for figures in seen if figures.met is False]
    if not options.json:
        print(f"\nMissed: {', '.join(missed)}." if missed else "\nEvery goal is met.")
        print("F is the CPU of a page that says hello to a signed-in person: server and PostgreSQL together.")
    if failed:
        sys.exit("\n".join(failed))


def _record(seen):
    """Add what was seen to the history."""
    from . import history

    about = {"run": f"{STARTED:%Y-%m-%d %H:%M}", "commit": commit(), "machine": described(), "load": LOAD}
    history.add([history.line_of(each, **about) for each in seen])


def _say(done):
    print(f"{time.monotonic() - BEGAN:6.0f} s  {done}", file=sys.stderr, flush=True)


def _is_chosen(name, wanted):
    return not wanted or any(part.lower() in name.lower() for part in wanted)


def _server():
    from django.db import connection

    from .server import Server

    missing = [name for name in ("BENCH_URL", "BENCH_SERVER_PID", "POSTGRES_PID") if name not in os.environ]
    if missing:
        sys.exit(f"{', '.join(missing)} is not set. Run script/bench, which starts what this measures.")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (own_backend,) = cursor.fetchone()
    return Server(
        os.environ["BENCH_URL"], int(os.environ["BENCH_SERVER_PID"]), int(os.environ["POSTGRES_PID"]), own_backend
    )


def _settle():
    """Let PostgreSQL know how large its tables are, and do no housekeeping of its own while it is measured."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ALTER SYSTEM SET autovacuum = off")
        cursor.execute("SELECT pg_reload_conf()")
        cursor.execute("ANALYZE")


ROW = "{:<27} {:>6}  {:<25} {:>8} {:>14} {:>7} {:>10} {:>6} {:>8}  {}"
HEADINGS = ("case", "F", "goal", "queries", "gzipped HTML", "CPU ms", "PostgreSQL", "F ms", "steady", "met")


def _show_json(figures):
    print(json.dumps(figures.as_json()), flush=True)


def _show_row(figures):
    if figures.goal is None:
        goal = ""
    elif figures.goal_in == "F":
        goal = f"{figures.goal:g} F"
    else:
        goal = f"{figures.ratio_to_goal_in} of {figures.goal} {figures.goal_in}"
    counts = set((figures.queries_with or {}).values())
    queries = "/".join(map(str, sorted(counts)))
    if figures.queries_most:
        queries += f" of {figures.queries_most}"
    html = figures.html_gzip_bytes or ""
    if figures.html_gzip_most:
        html = f"{html} of {figures.html_gzip_most}"
    met = {True: "yes", False: "NO", None: ""}[figures.met]
    costs = [figures.cpu_ms, figures.postgres_ms, figures.floor_ms, figures.steady]
    cells = (figures.case, figures.ratio_to_f, goal, queries, html, *costs, met)
    print(ROW.format(*("" if cell is None else cell for cell in cells)), flush=True)


if __name__ == "__main__":
    main()
