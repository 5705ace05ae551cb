"""Flaws of the kind that lets somebody see or change what is not theirs, to be planted in a copy of the code one at a time.

``tests/access/planting.py`` plants each and runs the part of the suite that must find it: ``python -m tests.access.planting``.
"""

from typing import NamedTuple


class Flaw(NamedTuple):
    """``text``, which stands in ``file`` once, is replaced; the check of ``routes`` (keys of the access table) must then fail.

    ``tests`` says what of tests/test_access.py runs (pytest's -k); ``module`` names another module to run instead.
    """

    what: str
    file: str
    text: str
    replacement: str
    routes: str = ""
    tests: str = "two_get or nobody_else"
    module: str = "tests/test_access.py"


ROUNDS = "assessments/models/assessment.py"
GOALS = "assessments/models/goal.py"
LINES = "people/models/reporting_line.py"
PERMISSIONS = "assessments/permissions.py"
NO_LOGIN = "from django.contrib.auth.decorators import login_not_required\n\n\n@login_not_required\n"
_ALL_VISIBLE = "return self.filter(self._visible_to(user, user))"

FLAWS = (
    # Whose rounds
    Flaw("rounds of everybody", ROUNDS, _ALL_VISIBLE, "return self.all()", "evidence-list"),
    Flaw(
        "rounds of everybody for the superuser",
        ROUNDS,
        _ALL_VISIBLE,
        "return self.all() if user.is_superuser else self.filter(self._visible_to(user, user))",
        "plan-detail",
        "superuser",
    ),
    Flaw(
        "rounds of everybody for staff",
        ROUNDS,
        _ALL_VISIBLE,
        "return self.all() if user.is_staff else self.filter(self._visible_to(user, user))",
        "assessment-detail",
        "staff or editor",
    ),
    Flaw(
        "rounds of an organisation for its analyst",
        ROUNDS,
        _ALL_VISIBLE,
        "return self.filter(self._visible_to(user, user) | Q(owner__organisation__analyst_grants__analyst=user)).distinct()",
        "evidence-list",
        "analyst",
    ),
    Flaw("own rounds of everybody", ROUNDS, "return self.filter(owner=user)", "return self.all()", "evidence-create"),
    Flaw(
        "answers saved in anybody's round",
        ROUNDS,
        "lambda user, pk: Assessment.objects.filter(owner=user, pk=pk)",
        "lambda user, pk: Assessment.objects.filter(Q(owner=user) | ~Q(owner=user), pk=pk)",
        "rating-edit rating-save",
    ),
    Flaw(
        "a round read after the line has ended",
        ROUNDS,
        "return Q(_has_live_line(), line_manager=user, state__in=Assessment.LINE_MANAGER_STATES)",
        "return Q(line_manager=user, state__in=Assessment.LINE_MANAGER_STATES)",
        "conversation-detail",
    ),
    Flaw(
        "a round given back by whoever was its line manager",
        ROUNDS,
        "return self.filter(self._read_by(user))",
        "return self.filter(line_manager=user)",
        "assessment-return",
    ),
    Flaw(
        "drafts read by the line manager",
        ROUNDS,
        "        return Q(owner=owner) | cls._read_by(line_manager)",
        "        return Q(owner=owner) | Q(pk__in=Assessment.objects.filter("
        "owner__reporting_lines__in=ReportingLine.objects.live().filter(line_manager=line_manager)))",
        "evidence-list",
        "line",
    ),
    Flaw(
        "levels shown to a line manager who rates first",
        ROUNDS,
        "return self.rates_first and not self.is_reviewed",
        "return False",
        "assessment-check report-detail",
    ),
    # What may be done, and when
    Flaw(
        "a shared round changed by its owner",
        PERMISSIONS,
        "return is_owner(user, assessment) and assessment.state == State.DRAFT",
        "return is_owner(user, assessment)",
        "evidence-create",
    ),
    Flaw(
        "an agreed round given back",
        PERMISSIONS,
        '"""Give it back with a reason: the line manager, while it is shared."""\n'
        "    return is_line_manager(user, assessment) and assessment.is_shared",
        '"""Give it back with a reason: the line manager, while it is shared."""\n'
        "    return is_line_manager(user, assessment)",
        "assessment-return",
    ),
    Flaw(
        "anything closed",
        PERMISSIONS,
        "    return assessment.state == State.DRAFT\n",
        "    return True\n",
        "assessment-close",
    ),
    Flaw(
        "a round taken back after the line manager has added something",
        PERMISSIONS,
        "return is_owner(user, assessment) and assessment.is_shared and assessment.acted_at is None",
        "return is_owner(user, assessment) and assessment.is_shared",
        "assessment-withdraw",
    ),
    Flaw(
        "a report read by a line manager who rates first",
        PERMISSIONS,
        '"""Read the report, which shows the owner\'s levels."""\n    return can_read_levels(user, assessment)',
        '"""Read the report, which shows the owner\'s levels."""\n    return True',
        "report-detail",
    ),
    Flaw(
        "a conversation before the review is finished",
        PERMISSIONS,
        "if not (assessment.is_shared and assessment.is_reviewed and _is_party(user, assessment)):",
        "if not (assessment.is_shared and _is_party(user, assessment)):",
        "conversation-record conversation-differences",
    ),
    Flaw(
        "targets changed at any time",
        "assessments/views/targets.py",
        "    if not permissions.can_rate(request.user, assessment):\n        raise PermissionDenied\n    refuse_page",
        "    refuse_page",
        "target-edit",
    ),
    # What hangs on a round
    Flaw(
        "a work example of another round",
        "assessments/views/evidence.py",
        "evidence = assessment.evidence.filter(pk=evidence_id).first()",
        "evidence = Evidence.objects.filter(pk=evidence_id).first()",
        "evidence-edit:+of+another",
    ),
    Flaw(
        "a work example of another round deleted",
        "assessments/views/evidence.py",
        "Evidence.objects.filter(assessment=assessment), pk=evidence_id",
        "Evidence.objects.all(), pk=evidence_id",
        "evidence-delete:+of+another",
    ),
    Flaw(
        "goals of everybody",
        GOALS,
        "return self.filter(Q(owner=user) | Q(assessment__in=Assessment.objects.read_by(user)))",
        "return self.all()",
        "goal-detail goal-note",
    ),
    Flaw(
        "everybody's goals on one's own plan", GOALS, "return self.filter(owner=user)", "return self.all()", "goal-list"
    ),
    Flaw(
        "a comparison with another's round",
        "assessments/views/comparisons.py",
        "others = rounds.filter(owner=assessment.owner_id, framework=assessment.framework_id)",
        "others = Assessment.objects.with_version()",
        "assessment-compare:+with+another",
    ),
    Flaw(
        "a report kept for its owner sent to the line manager",
        "assessments/reports/files.py",
        "return ReportFile.objects.filter(assessment_id=assessment.pk, reader=reader, digest=wanted)",
        "return ReportFile.objects.filter(assessment_id=assessment.pk)",
        module="tests/assessments/test_report_talk.py",
        tests="each_reader_has_a_file",
    ),
    # People
    Flaw(
        "notices of everybody",
        "people/models/notice.py",
        "return self.filter(recipient=user)",
        "return self.all()",
        "notice-list notice-open",
    ),
    Flaw(
        "held posts of everybody",
        "service/models.py",
        "return self.filter(user=user, held_at__gt=",
        "return self.filter(held_at__gt=",
        "heldpost-detail",
    ),
    Flaw(
        "a line that waits counted as live",
        LINES,
        "return bool(self.accepted_at and not self.ended_at)",
        "return not self.ended_at",
        "line-end:+waiting",
    ),
    Flaw(
        "an address that nobody has confirmed",
        LINES,
        "return user.emailaddress_set.filter(verified=True)",
        "return user.emailaddress_set.all()",
        "line-answer",
    ),
    Flaw(
        "a closed account let in",
        "people/backends.py",
        "return user if user is not None and self.user_can_authenticate(user) else None",
        "return user",
        "goal-list account-detail",
        "inactive",
    ),
    # Pages
    Flaw(
        "a private page without a sign-in",
        "assessments/views/goals.py",
        "@require_safe\ndef goal_list(request):",
        NO_LOGIN + "@require_safe\ndef goal_list(request):",
        "goal-list",
    ),
    Flaw(
        "every page without a sign-in",
        "standards_portal/settings.py",
        '    "django.contrib.auth.middleware.LoginRequiredMiddleware",\n',
        "",
        "assessment-start",
    ),
    Flaw(
        "a private page that a cache may keep",
        "service/middleware.py",
        'if request.user.is_authenticated and not response.has_header("Cache-Control"):\n'
        "            patch_cache_control(response, no_store=True, private=True)",
        'if request.user.is_authenticated and not response.has_header("Cache-Control"):\n'
        "            patch_cache_control(response, private=True)",
        "assessment-list",
    ),
    Flaw(
        "a report that a cache may keep",
        "assessments/views/reports.py",
        '"Cache-Control": "no-store, private",',
        '"Cache-Control": "max-age=600",',
        "report-pdf",
    ),
    Flaw(
        "drafts of the standards for everybody",
        "standards/views/reading.py",
        'return user.is_staff and user.has_perm("standards.view_version")',
        "return user.is_authenticated",
        tests="draft_of_the_standards",
    ),
    Flaw(
        "rounds in the admin",
        "assessments/admin.py",
        "@admin.register(CarryOverRun)\n",
        "from .models import Assessment\n\nadmin.site.register(Assessment)\n\n\n@admin.register(CarryOverRun)\n",
        tests="every_route_has_a_row",
    ),
    Flaw(
        "the admin open to staff without permissions",
        "people/admin/lines.py",
        "        return obj is None and super().has_change_permission(request)",
        "        return True",
        "admin:people_reportingline_changelist",
        "staff or editor",
    ),
    # What somebody may know about others
    Flaw(
        "a reading that nobody notes",
        "assessments/views/evidence.py",
        "    shows(request, assessment, Reading.What.EVIDENCE)\n",
        "",
        "evidence-list",
    ),
    Flaw(
        "who has seen another's round",
        "privacy/views/readings.py",
        "Assessment.objects.owned_by(request.user)",
        "Assessment.objects",
        "reading-list",
    ),
    Flaw(
        "rounds opened by any staff",
        "privacy/permissions.py",
        "return user.is_active and user.is_staff and user.is_superuser",
        "return user.is_active and user.is_staff",
        "break-glass-list break-glass-create",
        "staff or editor",
    ),
    Flaw(
        "my data of others",
        "privacy/my_data.py",
        "else {way.path: person.pk}",
        "else {}",
        "my-data-json",
    ),
    Flaw(
        "ratings before the review is finished in my data",
        "privacy/my_data.py",
        "        rows = rows.filter(_REVIEWED | Q(view=Rating.View.SELF))",
        "        pass",
        "my-data-json",
        "two_get",
    ),
)
