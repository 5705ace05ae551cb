"""What a department says of itself in the privacy notice and the accessibility statement, read from the environment."""

from dataclasses import dataclass
from datetime import date

from .environment import env_choice, env_date, env_lines, env_text

PUBLIC_TASK = (
    "Article 6(1)(e) of the UK GDPR, with section 8 of the Data Protection Act 2018: it is needed for a task in the public "
    "interest, having people who are able to manage public contracts"
)
STATUSES = {"fully": "fully compliant", "partially": "partially compliant", "not": "not compliant"}


@dataclass(frozen=True, slots=True)
class PrivacyNotice:
    """Article 13 of the UK GDPR, as far as only a department knows it. What is empty, the notice says that nobody has said.

    controller  who decides what the portal is used for, and answers for it
    contact     the address to which people write about their data
    officer     the data protection officer: how to reach them
    basis       the lawful basis, after "The law that allows it is"
    hosting     who runs the servers and the e-mail for the controller, and in which country
    reviewed    when the controller last went through the notice
    """

    controller: str
    contact: str
    officer: str
    basis: str
    hosting: str
    reviewed: date | None


@dataclass(frozen=True, slots=True)
class AccessibilityStatement:
    """The statement of the regulations of 2018, as far as a department may see it otherwise than the product's makers.

    status     "fully", "partially" or "not" compliant with WCAG 2.2 AA
    problems   what is not accessible besides what the page says of the product
    prepared   when the statement was first made; ``reviewed`` when last gone through; ``tested`` when the portal last was
    tested_by  who tested it; empty: nobody but the product's own tests
    contact    the address to which people write about what stands in their way
    """

    status: str
    problems: tuple[str, ...]
    prepared: date | None
    reviewed: date | None
    tested: date | None
    tested_by: str
    contact: str

    @property
    def words(self) -> str:
        """The status in the words of the model statement."""
        return STATUSES[self.status]


def read_privacy_notice(*, organisation: str, contact: str) -> PrivacyNotice:
    """What is not set is the organisation's name, the portal's contact, and the public task."""
    return PrivacyNotice(
        controller=env_text("PORTAL_CONTROLLER") or organisation,
        contact=env_text("PORTAL_PRIVACY_CONTACT") or contact,
        officer=env_text("PORTAL_DATA_PROTECTION_OFFICER"),
        basis=env_text("PORTAL_LAWFUL_BASIS") or PUBLIC_TASK,
        hosting=env_text("PORTAL_HOSTING"),
        reviewed=env_date("PORTAL_PRIVACY_REVIEWED"),
    )


def read_accessibility_statement(*, contact: str) -> AccessibilityStatement:
    """What is not set is what the product's own tests bear out: partially compliant, and tested by nobody else."""
    return AccessibilityStatement(
        status=env_choice("PORTAL_ACCESSIBILITY_STATUS", STATUSES, "partially"),
        problems=env_lines("PORTAL_ACCESSIBILITY_PROBLEMS"),
        prepared=env_date("PORTAL_ACCESSIBILITY_PREPARED"),
        reviewed=env_date("PORTAL_ACCESSIBILITY_REVIEWED"),
        tested=env_date("PORTAL_ACCESSIBILITY_TESTED"),
        tested_by=env_text("PORTAL_ACCESSIBILITY_TESTED_BY"),
        contact=env_text("PORTAL_ACCESSIBILITY_CONTACT") or contact,
    )
