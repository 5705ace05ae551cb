"""The days of goals as a calendar file, read back by a reader of its own (RFC 5545)."""

from datetime import UTC, date, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from assessments.calendars import LINE_OCTETS, CalendarDay, calendar_of

ANY_TEXT = st.text(st.characters(), max_size=200)
CHANGED = datetime(2026, 11, 22, 14, 2, 3, tzinfo=timezone(timedelta(hours=1)))


def a_day(**said):
    plain = {
        "uid": "goal-7@portal.example.gov.uk",
        "day": date(2026, 11, 30),
        "title": "Goal due: Write a guide",
        "text": "",
        "link": "",
        "revision": 3,
        "changed": CHANGED,
    }
    return CalendarDay(**plain | said)


def read(text):
    """The components of a calendar file: each a list of its properties, (name, parameters, value), and of components."""
    assert text.endswith("\r\n")
    lines = []
    for physical in text[:-2].split("\r\n"):
        assert len(physical.encode()) <= LINE_OCTETS
        assert "\r" not in physical
        assert "\n" not in physical
        if physical.startswith(" "):
            lines[-1] += physical[1:]
        else:
            lines.append(physical)
    root = []
    open_ones = [("", root)]
    for line in lines:
        name, _, value = line.partition(":")
        name, *parameters = name.split(";")
        if name == "BEGIN":
            component = (value, [])
            open_ones[-1][1].append(component)
            open_ones.append(component)
        elif name == "END":
            assert open_ones.pop()[0] == value
        else:
            open_ones[-1][1].append((name, parameters, value))
    assert len(open_ones) == 1
    return root


def plain(value):
    """A TEXT value without its escapes."""
    found, characters = [], iter(value)
    for character in characters:
        if character == "\\":
            escaped = next(characters)
            assert escaped in "\\;,nN"
            character = "\n" if escaped in "nN" else escaped
        else:
            assert character not in ";,"
        found.append(character)
    return "".join(found)


def event_of(text):
    [(kind, inside)] = read(text)
    assert kind == "VCALENDAR"
    [(kind, event)] = [each for each in inside if len(each) == 2]
    assert kind == "VEVENT"
    return event


def test_calendar_of_a_day_is_an_all_day_event_that_leaves_the_day_free():
    text = calendar_of([a_day(text="I have one.", link="https://portal.example.gov.uk/goals/7/")], name="Goals")
    [(_, calendar)] = read(text)
    assert [each for each in calendar if len(each) == 3] == [
        ("VERSION", [], "2.0"),
        ("PRODID", [], "-//Professional standards portal//Goals//EN"),
        ("CALSCALE", [], "GREGORIAN"),
        ("X-WR-CALNAME", [], "Goals"),
    ]
    assert event_of(text) == [
        ("UID", [], "goal-7@portal.example.gov.uk"),
        ("DTSTAMP", [], "20261122T130203Z"),
        ("DTSTART", ["VALUE=DATE"], "20261130"),
        ("DTEND", ["VALUE=DATE"], "20261201"),
        ("SEQUENCE", [], "3"),
        ("SUMMARY", [], "Goal due: Write a guide"),
        ("DESCRIPTION", [], "I have one."),
        ("URL", [], "https://portal.example.gov.uk/goals/7/"),
        ("TRANSP", [], "TRANSPARENT"),
        ("CLASS", [], "PRIVATE"),
    ]


def test_calendar_of_days_reminds_only_when_asked():
    assert "VALARM" not in calendar_of([a_day()], name="Goals")
    event = event_of(calendar_of([a_day()], name="Goals", remind_days=14))
    assert event[-1] == (
        "VALARM",
        [("ACTION", [], "DISPLAY"), ("DESCRIPTION", [], "Goal due: Write a guide"), ("TRIGGER", [], "-P14D")],
    )


def test_calendar_of_days_has_an_event_for_each():
    [(_, calendar)] = read(calendar_of([a_day(uid=f"goal-{n}@x") for n in range(3)], name="Goals"))
    assert [each[1][0][2] for each in calendar if each[0] == "VEVENT"] == ["goal-0@x", "goal-1@x", "goal-2@x"]


def test_calendar_of_the_last_day_of_a_year_and_of_one_long_ago():
    assert ("DTEND", ["VALUE=DATE"], "20270101") in event_of(calendar_of([a_day(day=date(2026, 12, 31))], name="Goals"))
    assert ("DTSTART", ["VALUE=DATE"], "09991231") in event_of(
        calendar_of([a_day(day=date(999, 12, 31))], name="Goals")
    )


def test_calendar_of_hostile_words_holds_nothing_else():
    title = "a\r\nEND:VEVENT\r\nBEGIN:VALARM\r\nACTION:AUDIO;,\\n\0"
    event = event_of(calendar_of([a_day(title=title)], name="Goals"))
    assert [plain(value) for name, _, value in event if name == "SUMMARY"] == [
        "a\nEND:VEVENT\nBEGIN:VALARM\nACTION:AUDIO;,\\n"
    ]


@given(title=ANY_TEXT, text=ANY_TEXT)
def test_calendar_of_any_words_gives_them_back(title, text):
    event = event_of(calendar_of([a_day(title=title, text=f"x{text}")], name="Goals"))
    found = {name: plain(value) for name, _, value in event if name in ("SUMMARY", "DESCRIPTION")}
    assert found == {"SUMMARY": _kept(title), "DESCRIPTION": _kept(f"x{text}")}


def _kept(text):
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(
        each for each in text if each in "\n\t" or not (each < " " or each == "\x7f" or "\ud800" <= each <= "\udfff")
    )


def test_a_day_changed_in_utc():
    assert ("DTSTAMP", [], "20261122T140203Z") in event_of(
        calendar_of([a_day(changed=CHANGED.replace(tzinfo=UTC))], name="Goals")
    )
