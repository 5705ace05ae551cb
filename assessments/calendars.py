"""Days as an iCalendar file (RFC 5545), which calendars of every maker read. Plain values in, text out; standard library only."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

PRODUCT = "-//Professional standards portal//Goals//EN"
LINE_OCTETS = 75
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """Something that is due on a day.

    uid        the same in every file, so that a calendar changes the entry that it has
    revision   rises with each change (SEQUENCE)
    changed    when it was last changed (DTSTAMP), with its time zone
    link       the address of its page; may be empty
    """

    uid: str
    day: date
    title: str
    text: str
    link: str
    revision: int
    changed: datetime


def calendar_of(days: Iterable[CalendarDay], *, name: str, remind_days: int | None = None) -> str:
    """The file's text. ``remind_days`` before each day the calendar shows a reminder; unless given, it shows none.

    Each is an all-day event that leaves the day free, because many calendars ignore tasks (VTODO).
    """
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODUCT}", "CALSCALE:GREGORIAN"]
    lines.append(f"X-WR-CALNAME:{_escaped(name)}")
    for each in days:
        lines += _event(each, remind_days)
    lines.append("END:VCALENDAR")
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _event(each, remind_days):
    lines = [
        "BEGIN:VEVENT",
        f"UID:{_escaped(each.uid)}",
        f"DTSTAMP:{each.changed.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        f"DTSTART;VALUE=DATE:{_day(each.day)}",
        f"DTEND;VALUE=DATE:{_day(_day_after(each.day))}",
        f"SEQUENCE:{each.revision}",
        f"SUMMARY:{_escaped(each.title)}",
    ]
    if each.text:
        lines.append(f"DESCRIPTION:{_escaped(each.text)}")
    if each.link:
        lines.append(f"URL:{_CONTROL.sub('', each.link)}")
    lines += ["TRANSP:TRANSPARENT", "CLASS:PRIVATE"]
    if remind_days is not None:
        lines += ["BEGIN:VALARM", "ACTION:DISPLAY", f"DESCRIPTION:{_escaped(each.title)}"]
        lines += [f"TRIGGER:-P{remind_days}D", "END:VALARM"]
    return [*lines, "END:VEVENT"]


def _day(day):
    # strftime leaves out the zeros of a year before 1000 on some systems.
    return f"{day.year:04}{day.month:02}{day.day:02}"


def _day_after(day):
    """The day on which an all-day event no longer is."""
    return day + timedelta(days=1)


def _escaped(text):
    """A TEXT value: separators and line breaks escaped, and what a calendar file cannot hold left out."""
    text = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    for mark in ("\\", ";", ","):
        text = text.replace(mark, f"\\{mark}")
    return text.replace("\n", "\\n")


def _folded(line):
    """The line in pieces of at most 75 octets; each but the first begins with a space. No character is cut apart."""
    pieces, piece, octets = [], "", 0
    for character in line:
        size = len(character.encode())
        if octets + size > LINE_OCTETS:
            pieces.append(piece)
            piece, octets = " ", 1
        piece += character
        octets += size
    return "\r\n".join([*pieces, piece])
