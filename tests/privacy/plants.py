"""Somebody with a planted text in every field in which anything of a person may stand, and a search for plants everywhere."""

import re
from datetime import date, timedelta

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import timezone

from assessments import actions
from assessments.answers import Answered
from assessments.models import EarlierAnswer, EarlierTarget, Evidence, Goal, Reading, ReportFile
from insights.actions.cover import set_needed_cover
from insights.models import NeededCover
from people.actions import lines
from people.models import Notice, NoticeChoice, User
from privacy.models import BreakGlass, LegalHold
from service.models import HeldPost
from standards.models import HeldImport, ReadersNote, SignOff, StatementComment
from standards.tree import version_tree
from tests.factories import (
    close,
    confirm,
    converse,
    make_assessment,
    make_evidence,
    make_organisation,
    make_user,
    rate_all,
    reread,
    review,
    share,
)

WORD = "bogbean"
_PLANT = re.compile(rf"{WORD}-[a-z-]+[a-z]", re.IGNORECASE)
DAY = date(2026, 9, 1)

# What they wrote in the records of others: it stays there, signed by somebody of whom nothing is left.
IN_OTHERS_RECORDS = {f"{WORD}-{each}" for each in ("given-note", "note-to-other", "comment", "remark", "opened-other")}
# What the download leaves out: ratings of a review that is not finished, the reason of a legal hold, files and secrets.
NOT_DOWNLOADED = {
    f"{WORD}-{each}"
    for each in ("hidden-note", "hold", "kept-report", "held-import", "totp", "session-key", "notice-key")
}


def plant(name):
    return f"{WORD}-{name}"


class Cast:
    """``person`` has everything; ``line_manager`` is theirs, and they are the line manager of ``member``."""

    def __init__(self):
        self.person = make_user(
            name=plant("name"),
            email=f"{WORD}-address@example.com",
            job_title=plant("job"),
            organisation=make_organisation(),
        )
        self.line_manager = make_user(name="Tomasz Quillfeather")
        self.member = make_user(name="Nia Penŵydd")
        self.administrator = make_user(name="Owain Bellweather", is_staff=True, is_superuser=True)
        self._sign_in()
        self.agreed = self._agreed()
        self.closed = self._closed()
        self.shared = self._shared()
        self._of_others()
        self._standards()
        self._kept()

    def _sign_in(self):
        person = self.person
        EmailAddress.objects.create(user=person, email=f"{WORD}-second@example.com", verified=True)
        SocialAccount.objects.create(
            user=person, provider="work", uid=plant("uid"), extra_data={"sub": plant("extra-data")}
        )
        Authenticator.objects.create(user=person, type=Authenticator.Type.TOTP, data={"secret": plant("totp")})
        self.browser = Client()
        self.browser.force_login(person)
        session = self.browser.session
        session["typed"] = plant("session-key")
        session.save()

    def _agreed(self):
        person = self.person
        assessment = make_assessment(person)
        rate_all(assessment)
        changes = {
            "B4.1": Answered(2, note=plant("note")),
            "B4.2": Answered(not_relevant=True, reason=plant("reason")),
        }
        actions.save_ratings(assessment=assessment, changes=_changes(assessment, changes))
        actions.set_targets(assessment=assessment, targets={"B4": (3, plant("target-reason"))})
        make_evidence(
            assessment,
            title=plant("example-title"),
            text=plant("example-text"),
            link=f"https://{WORD}-link.example/",
        )
        goal = self._goal(plant("goal"), plant("measure"))
        self._goal(plant("done-goal"), outcome=plant("outcome"))
        actions.add_goal_note(goal=goal, by=person, text=plant("goal-note"))
        assessment = share(assessment, self.line_manager)
        actions.add_goal_note(
            goal=Goal.objects.get(pk=goal.pk), by=self.line_manager, text=plant("note-of-line-manager")
        )
        rated = {
            "B4.3": Answered(1, note=plant("their-note")),
            "B4.4": Answered(not_relevant=True, reason=plant("their-reason")),
        }
        assessment = review(assessment, rated)
        agreed = {"B4.2": 3, "B4.3": 1, "B4.4": Answered(not_relevant=True, reason=plant("agreed-reason"))}
        actions.set_agreed_targets(
            assessment=assessment, by=self.line_manager, targets={"B5": (3, plant("agreed-target"))}
        )
        assessment = converse(assessment, agreed, points=plant("points"))
        return confirm(assessment, self.line_manager, person, disagreement=plant("disagreement"))

    def _goal(self, what, measure="", outcome=""):
        version = make_version()
        goal = Goal(
            owner=self.person,
            framework_id=version.framework_id,
            what=what,
            measure=measure,
            kind=Goal.Kind.FORMAL,
            due_on=date(2027, 3, 31),
        )
        saved = actions.save_goal(goal=goal, by=self.person, version=version, aims=()).goal
        if outcome:
            actions.finish_goal(goal=saved, by=self.person, outcome=outcome)
        return saved

    def _closed(self):
        assessment = make_assessment(self.person)
        rate_all(assessment)
        assessment = share(assessment, self.line_manager)
        actions.return_assessment(assessment=assessment, by=self.line_manager, reason=plant("return-reason"))
        close(assessment)
        return reread(assessment)

    def _shared(self):
        assessment = make_assessment(self.person)
        rate_all(assessment)
        statements = version_tree(assessment.version).statements
        earlier = EarlierAnswer.objects.create(
            assessment=assessment,
            statement_id=statements[0].pk,
            outcome="archived",
            view="self",
            note=plant("earlier-note"),
            reason=plant("earlier-reason"),
            rated_at=timezone.now(),
        )
        example = Evidence.objects.create(assessment=assessment, title=plant("later-example"))
        earlier.evidence.add(example)
        area = version_tree(assessment.version).areas[0]
        EarlierTarget.objects.create(assessment=assessment, area_id=area.pk, reason=plant("earlier-target"))
        assessment = share(assessment, self.line_manager)
        return review(assessment, {"B4.3": Answered(1, note=plant("hidden-note"))}, finish=False)

    def _of_others(self):
        person, member = self.person, self.member
        assessment = make_assessment(member)
        rate_all(assessment)
        goal = Goal(
            owner=member,
            framework_id=assessment.framework_id,
            what="Read the guide",
            kind=Goal.Kind.FORMAL,
            due_on=date(2027, 3, 31),
        )
        goal = actions.save_goal(goal=goal, by=member, version=assessment.version, aims=()).goal
        assessment = share(assessment, person)
        actions.add_goal_note(goal=Goal.objects.get(pk=goal.pk), by=person, text=plant("note-to-other"))
        self.of_member = review(assessment, {"B4.3": Answered(1, note=plant("given-note"))})
        other = make_user()
        code = plant("nc")[: NeededCover._meta.get_field("area_code").max_length]
        set_needed_cover(line_manager=person, needed={(assessment.framework_id, code): (2, 3)})
        self.waiting = lines.name_line_manager(person=other, email=f"{WORD}-second@example.com", asked_by=other)

    def _standards(self):
        version = make_version()
        statement = version_tree(version).statements[0]
        StatementComment.objects.create(statement_id=statement.pk, by=self.person, text=plant("comment"))
        SignOff.objects.create(
            version=version,
            reviewer=self.person,
            asked_by=self.administrator,
            answer="changes",
            answered_at=timezone.now(),
            remark=plant("remark"),
        )
        ReadersNote.objects.create(statement_id=statement.pk, reader=self.person, kind="unclear", text=plant("said"))
        HeldImport.objects.create(by=self.person, file_name=plant("file"), content=plant("held-import").encode())

    def _kept(self):
        person, administrator = self.person, self.administrator
        HeldPost.objects.create(user=person, path="/account/", fields={"name": [plant("held")]})
        ReportFile.objects.create(assessment=self.agreed, digest="0", content=plant("kept-report").encode())
        BreakGlass.objects.create(assessment=self.agreed, opened_by=administrator, reason=plant("opened"))
        BreakGlass.objects.create(assessment=self.of_member, opened_by=person, reason=plant("opened-other"))
        LegalHold.objects.create(
            person=person,
            reason=plant("hold"),
            placed_by=administrator,
            lifted_by=administrator,
            lifted_at=timezone.now(),
        )
        Notice.objects.create(
            address=f"{WORD}-second@example.com", kind="line-asked", actor=self.member, key=plant("notice-key")
        )
        NoticeChoice.objects.create(user=person, kind="shared")
        Reading.objects.create(assessment=self.agreed, reader=self.line_manager, what="answers")
        of_people = ContentType.objects.get_for_model(User)
        LogEntry.objects.create(
            user=administrator,
            content_type=of_people,
            object_id=str(person.pk),
            object_repr=plant("logged-name"),
            action_flag=CHANGE,
            change_message=f'[{{"changed": {{"fields": ["{WORD}-logged-change"]}}}}]',
        )
        LogEntry.objects.create(
            user=person, content_type=of_people, object_id="1", object_repr="Somebody", action_flag=CHANGE
        )


def make_version():
    return apps.get_model("standards.Version").objects.published().get()


def _changes(assessment, ratings):
    from tests.factories import changes_to

    return changes_to(assessment, ratings)


def plants_in(text):
    """Every plant in a text, each once."""
    return {each.lower() for each in _PLANT.findall(text)}


def plants_in_database():
    """Every plant in any column of any table, with the columns that it stands in, read by SQL and decoded where it is packed."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            names = [each[0] for each in cursor.description]
            for row in cursor.fetchall():
                for name, value in zip(names, row, strict=True):
                    if isinstance(value, bytes | memoryview):
                        value = bytes(value).decode("utf-8", "replace")
                    for each in plants_in(str(value)):
                        found.setdefault(each, set()).add(f"{table}.{name}")
    for session in apps.get_model("sessions.Session").objects.all():
        for each in plants_in(str(session.get_decoded())):
            found.setdefault(each, set()).add("django_session.session_data, unpacked")
    return found


def plants_in_cache():
    return plants_in(str(getattr(cache, "_cache", "")))


def long_ago(days):
    return timezone.now() - timedelta(days=days)
