"""People, who is whose line manager, what they said of the standards, and what is kept about keeping. A part of the register."""

from .records import Fate, Record, Way

_GONE, _SIGNED, _NAMELESS = Fate.DELETED, Fate.SIGNED, Fate.NAMELESS

PEOPLE = (
    Record(
        "people.Notice",
        (
            Way("recipient", _GONE, "Notices"),
            Way("@address", _GONE, "Invitations to your address, before you had an account"),
            Way("actor", _SIGNED, "Notices to others of what you did", fields=("kind", "made_at")),
        ),
        texts="address",
        others="path",
        secrets="key",
        kept="NOTICES INVITATIONS",
    ),
    Record("people.NoticeChoice", (Way("user", _GONE, "Notices that you do not want by e-mail"),)),
    Record(
        "people.AnalystGrant",
        (
            Way("analyst", _GONE, "Organisations whose figures you may see"),
            Way("given_by", _NAMELESS, "Analysts whom you let in"),
        ),
    ),
    Record("people.PasswordTry", (Way("", _GONE),), others="account", kept="PASSWORD_TRIES"),
    Record(
        "people.ReportingLine",
        (
            Way("person", _GONE, "Your line managers"),
            Way("line_manager", _SIGNED, "People who named you as line manager"),
            Way("@email", _SIGNED, "Requests that name your address", "not_accepted"),
            Way("asked_by", _NAMELESS, "Lines that you asked for", "of_other_people"),
            Way("ended_by", _NAMELESS, "Lines that you ended", "of_other_people"),
        ),
        texts="email",
        kept="LINES INVITATIONS",
    ),
    Record("people.Organisation", others="code name", kept="For good: names of departments"),
    Record("people.Descent", kept="As long as both organisations"),
    Record("people.Recount", kept="Until the worker has counted"),
    Record(
        "insights.NeededCover",
        (Way("line_manager", _GONE, "What your team needs, as you said"),),
        others="area_code",
    ),
    Record(
        "insights.Campaign",
        (Way("started_by", _NAMELESS, "Campaigns that you started"),),
        others="remind_days",
        kept="As long as the organisation",
    ),
    Record(
        "insights.Invitation", (Way("person", _GONE, "Campaigns that invited you"),), kept="As long as the campaign"
    ),
    Record("insights.StageCount", kept="Until it is counted again"),
    Record("insights.LevelCount", kept="Until it is counted again"),
    Record("insights.ReadyCount", kept="Until it is counted again"),
    Record("insights.MissCount", kept="Until it is counted again"),
    Record("insights.Release", kept="For good: rounded counts"),
    Record("insights.Figure", others="numbers", kept="For good: rounded counts"),
    Record("people.User_groups", (Way("user", _GONE),)),
    Record("people.User_user_permissions", (Way("user", _GONE),)),
    Record(
        "people.User",
        (Way("pk", Fate.EMPTIED, "Your account"),),
        texts="email name job_title",
        secrets="password",
        lists="groups user_permissions",
        kept="ACCOUNTS UNCONFIRMED",
    ),
    Record(
        "standards.StatementComment",
        (Way("by", _SIGNED, "Comments on the standards"),),
        texts="text",
        kept="As long as the draft that it is about",
    ),
    Record(
        "standards.SignOff",
        (
            Way("reviewer", _SIGNED, "Your answers as a reviewer of the standards"),
            Way("asked_by", _SIGNED, "Reviews of the standards that you asked for", fields=("version", "asked_at")),
        ),
        texts="remark",
        others="fingerprint",
        kept="As long as the version that it is about",
    ),
    Record(
        "standards.ReadersNote",
        (Way("reader", _GONE, "Notes for the editors of the standards"),),
        texts="text",
        kept="As long as the account",
    ),
    Record(
        "standards.HeldImport",
        (Way("by", _GONE, "Files that you are importing"),),
        texts="file_name",
        secrets="content",
        kept="An hour",
    ),
    Record(
        "standards.StatementLink",
        (Way("decided_by", _NAMELESS, "What became of statements, as you decided"),),
        kept="As long as the version",
    ),
    Record("privacy.Erasure", (Way("person", _NAMELESS, "Erasures that you asked for"),), kept="ERASURES"),
    Record(
        "privacy.LegalHold",
        (
            Way("person", _GONE),
            Way("placed_by", _NAMELESS, "Legal holds that you placed", fields=("placed_at", "lifted_at")),
            Way("lifted_by", _NAMELESS),
        ),
        texts="reason",
        kept="HOLDS",
    ),
    Record("service.HeldPost", (Way("user", _GONE, "Forms held for you"),), texts="fields path", kept="An hour"),
)
