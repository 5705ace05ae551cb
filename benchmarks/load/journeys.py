"""What people do on that Monday, in pieces as long as a page or an area. Each piece takes somebody out of a pool of those who have
come as far as it begins, and puts them into the next.

Pieces come at times drawn beforehand, at rates that stand in proportion (``PIECES``), however long answers take. What a page holds
beside its form is read and left, as a browser does.
"""

import random
from collections import deque
from dataclasses import dataclass
from datetime import date, timedelta
from time import perf_counter

from .browser import Browser
from .forms import assets_in, form_in

# For each person who comes that day, so many of each piece. A tenth of them are line managers; each looks at their team twice,
# reviews three rounds and agrees one. A third take their report away as a PDF. For every 200 people an analyst opens a page.
PIECES = {
    "sign in": 1.1,
    "begin": 1.0,
    "area": 8.0,
    "finish": 1.0,
    "share": 1.0,
    "take away": 0.3,
    "team": 0.2,
    "review": 0.3,
    "agree": 0.1,
    "organisation": 0.005,
}
ROW_FIELDS = ("drawn-", "level-", "note-", "reason-")
# Seconds, on average, from one answer to the next, and from a page to what is done on it. In earnest it is nearer a minute, in
# which as many requests would come one by one, and the measurement take as much longer.
THINK = 5
WITHOUT_SCRIPTS = 0.1
NOTED = 0.15
DISAGREED = 0.1
NOTE = (
    "I write the monthly paper and agree it with the operations lead; the change procedure was used twice this year. "
)


@dataclass(slots=True)
class Somebody:
    """One of the people, with the session of their browser, and their round once they have one."""

    email: str
    number: int
    session: str = ""
    assessment: str = ""
    line_manager: int = -1
    areas_done: int = 0

    @property
    def address(self):
        """Where they ask from: everybody from a place of their own, as far as the portal can tell."""
        return f"10.{self.number >> 16 & 255}.{self.number >> 8 & 255}.{self.number & 255}"


class NobodyThere(Exception):
    """No one has come far enough for this piece: those before it are late, or everybody has been here."""


class Monday:
    """The pools, filled from a ``plan`` (``population``), and the pieces. ``record`` is the browsers'."""

    def __init__(self, plan, server, record, seed=1):
        self.server, self.record, self.draw, self.thinks = server, record, random.Random(seed), THINK
        self.password, self.areas = plan["password"], plan["areas"]
        self.organisation = plan["organisation"]
        self.line_managers = [Somebody(**each) for each in plan["line_managers"]]
        self.analysts = deque(Somebody(**each) for each in plan["analysts"])
        people = [Somebody(**each) for each in plan["people"]]
        self.new = deque(each for each in people if not each.session)
        self.signed_in = deque(each for each in people if each.session and not each.assessment)
        drafts = [each for each in people if each.assessment]
        self.answering = deque(each for each in drafts if each.areas_done < len(self.areas))
        self.answered = deque(each for each in drafts if each.areas_done == len(self.areas))
        self.finished = deque()
        self.shared = deque(Somebody(**each) for each in plan["shared"])
        self.readers = deque(Somebody(**each) for each in plan["readers"])
        self.reviewed = deque()
        self.colleagues = deque(self.line_managers)

    def browser(self, person, due):
        browser = Browser(self.server, person.address, self.record, person.session)
        browser.due = due
        return browser

    def think(self):
        return self.draw.expovariate(1 / self.thinks)

    # The pieces

    def sign_in(self, due):
        """With a password; every tenth who comes is a line manager."""
        is_line_manager = self.draw.random() < PIECES["sign in"] - 1
        person = _turn(self.colleagues) if is_line_manager else _out_of(self.new)
        browser = self.browser(person, due)
        browser.session = ""
        page = browser.get("sign-in page", "/accounts/login/").text
        for path in assets_in(page):
            browser.go_on()
            browser.get("static file", path)
        browser.go_on(self.think())
        fields = form_in(page, "/accounts/login/").fields | {"login": person.email, "password": self.password}
        location = browser.post("sign in", "/accounts/login/", fields).location
        browser.go_on()
        browser.get("dashboard", location)
        person.session = browser.session
        if not is_line_manager:
            self.signed_in.append(person)

    def begin(self, due):
        """A role, and the targets that it proposes."""
        person = _out_of(self.signed_in)
        browser = self.browser(person, due)
        form = form_in(browser.get("other page", "/assessments/new/").text, "/assessments/new/")
        browser.go_on(self.think())
        profile = self.draw.choice(form.choices["role_profile"][:-1])
        chosen = form.fields | {"role_profile": profile}
        path = browser.post("other save", "/assessments/new/", chosen).location
        browser.go_on()
        form = form_in(browser.get("other page", path).text, path)
        browser.go_on(self.think())
        detail = browser.post("other save", path, form.fields).location
        browser.go_on()
        browser.get("task list", detail)
        person.assessment = path.split("/")[2]
        self.answering.append(person)

    def area(self, due):
        """One area: each answer saved as it is given and then the page; or, without scripts, all of it with the page."""
        person = _out_of(self.answering)
        browser = self.browser(person, due)
        path = f"/assessments/{person.assessment}/rate/{self.areas[person.areas_done]}/"
        form = form_in(browser.get("rating page", path).text, path)
        has_scripts = self.draw.random() >= WITHOUT_SCRIPTS
        fields = form.fields
        # What is sent with each row: whose page it is and where it leads.
        tokens = {name: value for name, value in fields.items() if not name.startswith(ROW_FIELDS)}
        browser.go_on(self.think())
        for name, levels in form.choices.items():
            pk = name.removeprefix("level-")
            fields[name] = self.draw.choice([each for each in levels if each.isdecimal()])
            if self.draw.random() < NOTED:
                fields[f"note-{pk}"] = NOTE * 2
            if has_scripts:
                row = {each: fields[each] for each in (f"{field}{pk}" for field in ROW_FIELDS)} | tokens
                saved = browser.post("save one answer", f"{path}save/", row, expected=200, accept="application/json")
                fields[f"drawn-{pk}"] = _drawn(saved.text, pk)
                browser.pause(self.think())
        browser.post("save a page" if not has_scripts else "save and continue", path, fields)
        person.areas_done += 1
        (self.answered if person.areas_done == len(self.areas) else self.answering).append(person)

    def finish(self, due):
        """Reads the answers through, then the report."""
        person = _out_of(self.answered)
        browser = self.browser(person, due)
        browser.get("all answers", f"/assessments/{person.assessment}/check/")
        browser.go_on(self.think())
        browser.get("report", f"/assessments/{person.assessment}/report/")
        self.finished.append(person)

    def share(self, due):
        person = _out_of(self.finished)
        browser = self.browser(person, due)
        path = f"/assessments/{person.assessment}/share/"
        form = form_in(browser.get("sharing page", path).text, path)
        browser.go_on(self.think())
        detail = browser.post("share", path, form.fields).location
        browser.go_on()
        browser.get("task list", detail)
        self.shared.append(person)

    def take_away(self, due):
        """The PDF of a round that was shared the week before, as the worker made it then."""
        person = _turn(self.readers)
        self.browser(person, due).get("report as PDF", f"/assessments/{person.assessment}/report.pdf")

    def team(self, due):
        browser = self.browser(_turn(self.colleagues), due)
        browser.get("team", "/team/")
        browser.go_on(self.think())
        browser.get("team's people", "/team/people/")

    def review(self, due):
        """Area by area: a level here and there, and for the rest the owner's."""
        person = _out_of(self.shared)
        browser = self.browser(self.line_managers[person.line_manager], due)
        detail = f"/assessments/{person.assessment}/review/"
        browser.get("review", detail)
        differs = self.draw.random() < 1 - PIECES["agree"] / PIECES["review"]
        for code in self.areas:
            browser.go_on(self.think())
            path = f"{detail}{code}/"
            page = browser.get("review page", path).text
            if 'name="agree"' not in page:
                continue
            form = form_in(page, path)
            for name, levels in form.choices.items():
                if differs and self.draw.random() < DISAGREED:
                    form.fields[name] = self.draw.choice([each for each in levels if each.isdecimal()])
            browser.go_on(self.think())
            browser.post("review save", path, form.fields | {"agree": "rest"})
        browser.go_on(self.think())
        form = form_in(browser.get("review", detail).text, f"{detail}finish/")
        browser.go_on(self.think())
        browser.post("review save", f"{detail}finish/", form.fields)
        if not differs:
            self.reviewed.append(person)

    def agree(self, due):
        """The day of the conversation, then both confirm."""
        person = _out_of(self.reviewed)
        base = f"/assessments/{person.assessment}/conversation/"
        browser = self.browser(self.line_managers[person.line_manager], due)
        form = form_in(browser.get("conversation", f"{base}record/").text, f"{base}record/")
        today = date.today()  # noqa: DTZ011 the server's own day, as a browser on its desk has it
        later = today + timedelta(days=180)
        for name, day in (("held_on", today), ("look_again_on", later)):
            form.fields.update({f"{name}_day": day.day, f"{name}_month": day.month, f"{name}_year": day.year})
        browser.go_on(self.think())
        browser.post("conversation save", f"{base}record/", form.fields)
        owner = self.browser(person, perf_counter())
        for each in (browser, owner):
            each.go_on(self.think())
            form = form_in(each.get("conversation", f"{base}confirm/").text, f"{base}confirm/")
            each.go_on(self.think())
            each.post("conversation save", f"{base}confirm/", form.fields)

    def organisation_page(self, due):
        browser = self.browser(_turn(self.analysts), due)
        browser.get("organisation", f"/organisations/{self.organisation}/")

    def do(self, piece, due):
        """One piece, by its name in ``PIECES``. Raises ``NobodyThere``, and ``Refused`` with whoever it was gone home."""
        {
            "sign in": self.sign_in,
            "begin": self.begin,
            "area": self.area,
            "finish": self.finish,
            "share": self.share,
            "take away": self.take_away,
            "team": self.team,
            "review": self.review,
            "agree": self.agree,
            "organisation": self.organisation_page,
        }[piece](due)


def _out_of(pool):
    if not pool:
        raise NobodyThere
    return pool.popleft()


def _turn(pool):
    """The next of those who may come again and again."""
    if not pool:
        raise NobodyThere
    pool.rotate(-1)
    return pool[-1]


def _drawn(reply, pk):
    """What the answer to a save says that the row is drawn with now: its JSON is not worth parsing."""
    return reply.partition(f'"{pk}": "')[2].partition('"')[0]
