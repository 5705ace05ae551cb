"""What notices say: plain values in, text out. No ratings and nothing that anybody typed but names; one sentence for each kind."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Said:
    """How one kind of notice is put. ``sentence`` and ``title`` may hold {who} and {due}; ``link`` says where the notice leads."""

    title: str
    sentence: str
    link: str


@dataclass(frozen=True, slots=True)
class Letter:
    """An e-mail in plain text."""

    subject: str
    body: str


_ASSESSMENT = "Open the assessment"
_GOALS = "Look at the goal"
_LINE = "See who your line manager is"

SAID = {
    "line-asked": Said(
        "You are asked to be a line manager here", "{who} names you as their line manager", "Accept or decline"
    ),
    "line-accepted": Said("Your line manager has accepted", "{who} is your line manager here from now on", _LINE),
    "line-declined": Said(
        "Your request to a line manager was declined",
        "Whoever you asked to be your line manager here has declined",
        _LINE,
    ),
    "line-ended": Said(
        "A line manager’s access has ended", "You and {who} are no longer line manager and team member here", _LINE
    ),
    "shared": Said("An assessment is shared with you", "{who} has shared their assessment with you", _ASSESSMENT),
    "withdrawn": Said(
        "An assessment is no longer shared with you",
        "{who} has taken back the assessment that they shared",
        "See your team",
    ),
    "returned": Said("Your assessment has been returned", "{who} has returned your assessment to you", _ASSESSMENT),
    "handed-over": Said(
        "An assessment is handed over to you", "{who} has handed over an assessment to you", _ASSESSMENT
    ),
    "reviewed": Said(
        "Your assessment has been reviewed", "{who} has finished the review of your assessment", _ASSESSMENT
    ),
    "ready-to-confirm": Said(
        "A development conversation waits for you to confirm it",
        "{who} has confirmed the record of your development conversation. It waits for you",
        "Read it and confirm",
    ),
    "confirmation-removed": Said(
        "Your confirmation no longer stands",
        "{who} has changed the record of your development conversation, so your confirmation no longer stands",
        "Read what changed",
    ),
    "agreed": Said("An assessment is agreed", "{who} has confirmed as well: the assessment is agreed", _ASSESSMENT),
    "disagreed": Said(
        "An assessment is agreed, with a disagreement recorded",
        "{who} has confirmed as well and recorded a disagreement: the assessment is agreed",
        "Read it",
    ),
    "closed": Said(
        "An assessment is closed", "{who} has closed the assessment that they shared with you", "See your team"
    ),
    "goal-due": Said("A goal is due on {due}", "A goal of yours is due on {due}", _GOALS),
    "goal-overdue": Said("A goal was due on {due}", "A goal of yours was due on {due}", _GOALS),
    "year-passed": Said(
        "A year has passed since your last assessment",
        "A year has passed since your last assessment. See what has changed",
        "Go to your assessments",
    ),
    "version-published": Said(
        "A new version of your standards is published",
        "A new version of the standards is published. You can bring your assessment to it; no answer is lost",
        "See what would come along",
    ),
    "version-retires": Said(
        "The version of your assessment retires on {due}",
        "The version of the standards that your assessment is under retires on {due}. Finish it before, or bring it to the new "
        "version; no answer is lost",
        _ASSESSMENT,
    ),
    "carried-over": Said(
        "Your assessment was brought to a new version",
        "The version that your assessment was under has retired, so it was brought to the new one. No answer is lost",
        "See what came along",
    ),
    "sign-off-asked": Said(
        "You are asked to sign off a version of the standards",
        "{who} asks you to sign off a version of the standards",
        "Read it and answer",
    ),
    "sign-off-answered": Said(
        "A reviewer has answered",
        "{who} has answered whether they sign off the version of the standards that you sent them for review",
        "See the review",
    ),
    "round-opened": Said(
        "An administrator has opened your assessment",
        "{who} has opened your assessment as an administrator and gave a reason",
        "Read the reason",
    ),
    "erasure-asked": Said(
        "Your account will be erased on {due}",
        "You asked for everything about you to be erased. It will be on {due}, unless you change your mind before then",
        "Keep your account",
    ),
    "erasure-cancelled": Said(
        "Your account will not be erased", "Your account and everything in it stays as it is", "See your data"
    ),
    "account-unused": Said(
        "Your account will be erased on {due}, unless you sign in",
        "Your account has not been used for a long time. It will be erased with everything in it on {due}, unless you sign "
        "in before then",
        "Keep your account",
    ),
    "invited": Said(
        "You are invited to assess yourself by {due}",
        "Your organisation invites you to assess yourself against the standards by {due}. It sees counts, never your answers",
        "See what it is about",
    ),
    "invitation-due": Said(
        "The assessment that you were invited to is due on {due}",
        "You were invited to assess yourself and to share it with your line manager by {due}",
        "Go to your assessments",
    ),
}

# How the page on which people choose puts the kinds: heading, and the kinds beneath it with their words.
GROUPS = (
    (
        "Who is whose line manager",
        (
            ("line-asked", "Somebody names you as their line manager"),
            ("line-accepted", "Your line manager accepts"),
            ("line-declined", "Whoever you named declines"),
            ("line-ended", "You and somebody else are no longer line manager and team member"),
        ),
    ),
    (
        "Your own assessment",
        (
            ("returned", "Your line manager returns it to you"),
            ("reviewed", "Your line manager has finished the review"),
            ("year-passed", "A year has passed since your last assessment"),
            ("version-published", "A new version of the standards is published while you are midway"),
            ("version-retires", "The version that you are midway under retires"),
            ("carried-over", "Your assessment is brought to a new version"),
            ("invited", "Your organisation invites you to assess yourself"),
            ("invitation-due", "The day comes by which you were invited to"),
        ),
    ),
    (
        "Your team’s assessments",
        (
            ("shared", "Somebody shares their assessment with you"),
            ("withdrawn", "Somebody takes back what they shared with you"),
            ("handed-over", "An assessment gets a new line manager"),
            ("closed", "Somebody closes an assessment that they shared with you"),
        ),
    ),
    (
        "Development conversations",
        (
            ("ready-to-confirm", "The record of a conversation waits for you to confirm it"),
            ("confirmation-removed", "A change removes your confirmation"),
            ("agreed", "An assessment is agreed"),
            ("disagreed", "An assessment is agreed, with a disagreement recorded"),
        ),
    ),
    (
        "Editing the standards",
        (
            ("sign-off-asked", "You are asked to sign off a version"),
            ("sign-off-answered", "A reviewer whom you asked has answered"),
        ),
    ),
    (
        "Your privacy",
        (
            ("round-opened", "An administrator opens your assessment"),
            ("erasure-asked", "You ask to be erased"),
            ("erasure-cancelled", "You change your mind"),
            ("account-unused", "Your account is to be erased because you have not used it for long"),
        ),
    ),
    ("Your goals", (("goal-due", "A goal is due in 14 days"), ("goal-overdue", "A goal is overdue"))),
)


def headline(kind: str, *, actor: str = "", due_on: date | None = None) -> str:
    """The sentence of a notice, without a full stop. ``actor`` is a name; "" is somebody whose name is not known any more."""
    return _filled(SAID[kind].sentence, actor, due_on)


def link_text(kind: str) -> str:
    """What the link of a notice says."""
    return SAID[kind].link


def letter(
    kind: str,
    *,
    actor: str = "",
    actor_address: str = "",
    has_account: bool = True,
    due_on: date | None = None,
    origin: str,
    path: str = "",
    service: str,
    organisation: str,
    contact: str = "",
) -> Letter:
    """The e-mail of a notice. ``origin`` is the portal's address, without a slash at its end, and ``path`` the place in it.

    Without an account the text is an invitation, which names the actor by e-mail address only: a name is free text.
    """
    said = SAID[kind]
    if has_account:
        parts = [f"{headline(kind, actor=actor, due_on=due_on)}."]
        if path:
            parts.append(f"{said.link}:\n{origin}{path}")
        ending = f"Choose which notices you get by e-mail:\n{origin}/account/notices/"
    else:
        parts = [
            f"The person with the address {actor_address} names you as their line manager in the {service} portal of "
            f"{organisation}.",
            "To answer, create an account with the address that this e-mail was sent to:\n"
            + origin
            + "/accounts/signup/",
            f"Then accept or decline:\n{origin}{path}",
        ]
        ending = "If you do not know them, do nothing. You will not be reminded."
    signed = f"{service}\n{organisation}"
    if contact:
        signed += f"\n\nQuestions? Write to {contact}"
    return Letter(_filled(said.title, "", due_on), "\n\n".join([*parts, ending, signed]) + "\n")


def _filled(text, actor, due_on):
    due = f"{due_on.day} {due_on:%B %Y}" if due_on else "an unknown date"
    filled = text.replace("{due}", due).replace("{who}", actor or "somebody")
    return filled[:1].upper() + filled[1:]
