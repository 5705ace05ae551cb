"""The access table: for every route of ours, what each role gets in each state of the round.

A key is the name of a route; after a colon it says which of its rows is meant where the address may name several.
``tests/test_access.py`` tries every cell, and ``manage.py access_matrix`` prints the table for people to read.
"""

from .rows import (
    DRAFTS,
    EDIT,
    ERASED,
    LED_ON,
    LED_ON_UNLESS_POSTED,
    LEVELS,
    NEVER,
    NO_POST,
    NO_READ,
    NOT_THERE,
    NOT_THERE_TO_POST,
    NOT_THERE_TO_READ,
    ON,
    OVER,
    POSTS,
    READ,
    READS,
    STATES,
    Pair,
    Row,
    by_state,
    everyone,
    line_managers,
    members,
    of_ones_own,
    one_of,
    owners,
    parties,
)

READ_BY_BOTH = parties(READS, by_state(NOT_THERE_TO_READ, (READ, READS)), NOT_THERE_TO_READ)
# A line manager who rates first is led to the review, and gets no report.
LEVELS_BY_BOTH = parties(READS, by_state(NOT_THERE_TO_READ, (LEVELS, READS), (["hidden"], LED_ON)), NOT_THERE_TO_READ)
REPORT = parties(READS, by_state(NOT_THERE_TO_READ, (LEVELS, READS), (["hidden"], NO_READ)), NOT_THERE_TO_READ)
TALKED_ABOUT = parties(
    by_state(LED_ON_UNLESS_POSTED, (["reviewed"], EDIT)),
    by_state(NOT_THERE, (READ, LED_ON_UNLESS_POSTED), (["reviewed"], EDIT)),
)
# A goal of the round: its owner changes it at any time, the line manager while the conversation is on.
PLANNED = parties(EDIT, by_state(NOT_THERE, (READ, NEVER), (["reviewed"], EDIT)))
THE_ONE_BEFORE = Row(by_state(READS), by_state(READS), NOT_THERE_TO_READ)
PUBLIC_STANDARDS = (
    *("version-detail", "area-detail", "statement-detail", "level-detail", "level-compare", "lifecycle-detail"),
    *("role-list", "role-detail", "page-detail", "people-list", "people-detail", "casestudy-detail", "insight-list"),
    *("learning-list", "source-list", "glossary-list", "standards-search", "export-detail", "version-export"),
    "version-changes",
)
PUBLIC_PAGES = ("help", "who-can-see-what", "scoring-explained", "privacy", "accessibility", "cookies")

POLICY = {
    "home": Row(by_state(LED_ON), by_state(LED_ON), LED_ON, READS),
    **dict.fromkeys(PUBLIC_PAGES, everyone()),
    # The published standards are everybody's; there is one version, to which the list leads.
    "standards-list": everyone(LED_ON),
    **dict.fromkeys(PUBLIC_STANDARDS, everyone()),
    "heldpost-detail": of_ones_own(EDIT),
    # People
    "account-detail": members(EDIT),
    "session-extend": members(Pair(200, 200)),
    # Words alone, for pages whose sign-in has ended too.
    "session-warning": everyone(),
    # Of a key that is nobody's.
    "let-in": everyone(NEVER),
    "notice-choose": members(EDIT),
    "notice-list": members(EDIT),
    "notice-open": of_ones_own(POSTS, NOT_THERE_TO_POST),
    "line-detail": members(EDIT),
    # Of the line that waits: whoever is asked answers it, and its owner may take it back.
    "line-answer": one_of("pending line manager", EDIT, NOT_THERE),
    "line-withdraw": Row(
        by_state(POSTS), by_state(NOT_THERE_TO_POST), NOT_THERE_TO_POST, special={"pending line manager": NO_POST}
    ),
    # Of the live line: either ends it; the one who accepted it may read that they did.
    "line-end": Row(by_state(EDIT), by_state(EDIT), NOT_THERE, special={"other line manager": EDIT}),
    "line-end: waiting": Row(by_state(NEVER), by_state(NOT_THERE), NOT_THERE, special={"pending line manager": NEVER}),
    "line-answer: live": Row(by_state(NOT_THERE), by_state(EDIT), NOT_THERE, special={"other line manager": EDIT}),
    # Of the one that has ended: the former line manager may read that it has.
    "line-answer: ended": one_of("former line manager", EDIT, NOT_THERE),
    "line-end: ended": Row(by_state(NEVER), by_state(NOT_THERE), NOT_THERE, special={"former line manager": NEVER}),
    "team-list": members(READS),
    "team-people": members(READS),
    "team-needs": members(READS),
    "cover-edit": members(EDIT),
    "team-pdf": members(READS),
    "team-excel": members(READS),
    "organisation-list": members(READS),
    # Of the organisation in which the round's owner works.
    "organisation-detail": one_of("analyst", READS, NOT_THERE_TO_READ),
    "organisation-excel": one_of("analyst", READS, NOT_THERE_TO_READ),
    "organisation-csv": one_of("analyst", READS, NOT_THERE_TO_READ),
    "organisation-pdf": one_of("analyst", READS, NOT_THERE_TO_READ),
    # Of that organisation, whose analyst may not invite; then of one whose people the analyst may invite.
    "campaign-list": one_of("analyst", READS, NOT_THERE_TO_READ),
    "campaign-start": one_of("analyst", NEVER, NOT_THERE),
    "campaign-detail": one_of("analyst", READS, NOT_THERE_TO_READ),
    "campaign-end": one_of("analyst", NEVER, NOT_THERE),
    "campaign-start: who may invite": one_of("analyst of another organisation", EDIT, NOT_THERE),
    "campaign-end: who may invite": one_of("analyst of another organisation", EDIT, NOT_THERE),
    # A round
    "assessment-list": members(READS),
    "assessment-start": members(EDIT),
    "assessment-create": members(EDIT),
    "assessment-detail": READ_BY_BOTH,
    "assessment-role": owners(NEVER, (DRAFTS, EDIT)),
    "target-edit": owners(NEVER, (DRAFTS, EDIT)),
    "rating-edit": parties(
        by_state(Pair(200, 403), (DRAFTS, EDIT)),
        by_state(NOT_THERE, (LEVELS, Pair(200, 403)), (["hidden"], NEVER)),
    ),
    "rating-save": owners(NO_POST, (DRAFTS, Pair(405, 200)), others=NOT_THERE_TO_POST),
    "readers-note-edit": owners(EDIT),
    "assessment-check": LEVELS_BY_BOTH,
    "assessment-area": LEVELS_BY_BOTH,
    "evidence-list": READ_BY_BOTH,
    "evidence-create": owners(NEVER, (DRAFTS, EDIT)),
    "evidence-edit": owners(NEVER, (DRAFTS, EDIT)),
    "evidence-delete": owners(NEVER, (DRAFTS, EDIT)),
    # Under the address of one round, what belongs to somebody else's
    "evidence-edit: of another": owners(NOT_THERE),
    "evidence-delete: of another": owners(NOT_THERE),
    "assessment-delete": owners(NEVER, (DRAFTS, EDIT)),
    "report-detail": REPORT,
    "report-pdf": REPORT,
    "report-excel": REPORT,
    "report-verify": members(Pair(200, 200)),
    # Sharing. In "hidden" the line manager has added nothing yet; in "left" they are none any more.
    "assessment-share": owners(NEVER, (DRAFTS, EDIT)),
    "assessment-withdraw": owners(NEVER, (["hidden"], EDIT)),
    "assessment-return": line_managers((("shared", "hidden", "reviewed"), EDIT), (["agreed"], NEVER)),
    "assessment-hand-over": owners(NEVER, (["left"], EDIT)),
    "assessment-close": owners(NEVER, ((*DRAFTS, "left"), EDIT)),
    # The review, which its owner never gets
    "review-detail": line_managers(
        (("shared", "hidden", "reviewed"), READS), (["agreed"], LED_ON), others=NOT_THERE_TO_READ
    ),
    "review-edit": line_managers((("shared", "hidden", "reviewed"), EDIT), (["agreed"], LED_ON_UNLESS_POSTED)),
    "review-agree": line_managers(
        (("shared", "reviewed"), POSTS), (("hidden", "agreed"), NO_POST), others=NOT_THERE_TO_POST
    ),
    "review-finish": line_managers(
        (("shared", "hidden", "reviewed"), POSTS), (["agreed"], NO_POST), others=NOT_THERE_TO_POST
    ),
    # The conversation; its record, once it is agreed and where the line has ended
    "conversation-detail": parties(
        by_state(LED_ON, (["reviewed", "left", "agreed"], READS)),
        by_state(NOT_THERE_TO_READ, (READ, LED_ON), (["reviewed", "agreed"], READS)),
        NOT_THERE_TO_READ,
    ),
    "conversation-agenda": parties(
        by_state(LED_ON, (["reviewed"], READS)),
        by_state(NOT_THERE_TO_READ, (READ, LED_ON), (["reviewed"], READS)),
        NOT_THERE_TO_READ,
    ),
    "conversation-differences": TALKED_ABOUT,
    "conversation-agree": TALKED_ABOUT,
    "agreed-target-edit": TALKED_ABOUT,
    "conversation-record": TALKED_ABOUT,
    "conversation-confirm": TALKED_ABOUT,
    # The plan
    "plan-detail": READ_BY_BOTH,
    "goal-list": members(READS),
    # Nothing is left of the goals of an erased round.
    "goal-calendar": Row(by_state(READS, ([ERASED], LED_ON)), by_state(LED_ON), LED_ON),
    "goal-create": members(EDIT),
    "goal-create: in a round": PLANNED,
    "goal-detail": READ_BY_BOTH,
    "goal-detail: done": READ_BY_BOTH,
    "goal-detail: of no round": of_ones_own(READS, NOT_THERE_TO_READ),
    "goal-edit": PLANNED,
    "goal-finish": PLANNED,
    "goal-drop": PLANNED,
    "goal-note": parties(EDIT, by_state(NOT_THERE, (READ, EDIT))),
    "goal-note: of no round": of_ones_own(EDIT),
    # Of a goal that is open, of one that somebody has said the outcome of, and of one that nobody has.
    "goal-outcome": parties(NEVER, by_state(NOT_THERE, (READ, NEVER))),
    "goal-outcome: done": parties(NEVER, by_state(NOT_THERE, (READ, NEVER))),
    "goal-outcome: unsaid": parties(EDIT, by_state(NOT_THERE, (READ, NEVER))),
    "goal-reopen: done": parties(POSTS, by_state(NOT_THERE_TO_POST, (READ, NO_POST)), NOT_THERE_TO_POST),
    # Who has seen it is for its owner alone. A superuser opens a round with a reason; here, one that nobody has opened.
    "reading-list": owners(READS, others=NOT_THERE_TO_READ),
    "break-glass-list": one_of("superuser", READS, NO_READ),
    "break-glass-create": one_of("superuser", EDIT, NEVER),
    "break-glass-detail": parties(NOT_THERE_TO_READ, NOT_THERE_TO_READ, NOT_THERE_TO_READ),
    # One's own data, and oneself. Nothing is to be erased, so the page to stay leads on; somebody must look after the portal.
    "my-data-detail": members(READS),
    "my-data-json": members(READS),
    "my-data-workbook": members(READS),
    "erasure-ask": members(EDIT, superuser=Pair(200, 403)),
    "erasure-cancel": members(Pair(ON, ON)),
    # From one round to the next. The one before was agreed with the line manager whom the owner has again.
    "assessment-check: the one before": THE_ONE_BEFORE,
    "report-detail: the one before": THE_ONE_BEFORE,
    "conversation-detail: the one before": THE_ONE_BEFORE,
    "assessment-next": owners(NEVER, (OVER, EDIT)),
    "assessment-compare": REPORT,
    "assessment-compare: with another": owners(NOT_THERE_TO_READ, others=NOT_THERE_TO_READ),
    # To a later version: here there is none, and no round was brought to one (tests/assessments/test_carrying_views.py has both).
    "assessment-carry-over": owners(NEVER, (DRAFTS, Pair(ON, ON))),
    "assessment-carried": owners(NOT_THERE_TO_READ, others=NOT_THERE_TO_READ),
}

# Pages and files in which a line manager is shown levels of every round that they read.
LEVELS_OF_A_TEAM = {"team-list", "team-needs", "cover-edit", "team-pdf", "team-excel"}
# What a cell may change by reading: the PDF that is made is kept for the next time.
CHANGES_BY_READING = {"report-pdf"}
# What may be accepted and change nothing: whoever has a draft is told so when they start another, whoever has read all their
# notices has none left to mark, whoever has no team says nothing of what it needs, a report that names a former line manager is not
# kept, and so on.
MAY_CHANGE_NOTHING = {
    **dict.fromkeys(
        (
            "assessment-start",
            "assessment-create",
            "notice-list",
            "report-verify",
            "session-extend",
            "erasure-cancel",
            "line-answer: live",
            "line-answer: ended",
            "cover-edit",
        ),
        STATES,
    ),
    "review-finish": ("reviewed",),
    "assessment-carry-over": DRAFTS,
    "report-pdf": ("reviewed", "agreed"),
}
# Which of the owner's own changes somebody is told of, and in which states. A former line manager is told of none.
TELLS = {
    "assessment-share": DRAFTS,
    "assessment-withdraw": ("hidden",),
    "assessment-hand-over": ("left",),
    "conversation-confirm": ("reviewed",),
    "line-detail": STATES,
    "line-end": STATES,
    "erasure-ask": STATES,
}
# Pages on which somebody else than the owner and their line manager reads the owner's name: of lines and of notices.
NAMED_ON = {
    "former line manager": {"my-data-json", "notice-list", "line-answer: ended", "line-end: ended"},
    "pending line manager": {
        "my-data-json",
        "notice-list",
        "line-answer",
        "team-list",
        "team-people",
        "assessment-list",
    },
    "other line manager": {
        "team-pdf",
        "team-excel",
        "my-data-json",
        "line-answer: live",
        "line-end",
        "team-list",
        "team-people",
    },
}
# Whoever types in the code of an agreed report is told between whom it was agreed.
NAMED_TO_EVERYBODY = {"report-verify"}
