"""What the columns of the workbook of one's own data are called, by the name of the field; the JSON file keeps those names."""

HEADINGS = {
    "about": "About",
    "acted_at": "Line manager last did something",
    "action_flag": "What was done",
    "action_time": "When",
    "actor": "Who did it",
    "added_at": "Added",
    "aims": "Aims at",
    "area_code": "Area",
    "at": "When",
    "by": "Written by",
    "carried_from": "Brought from version",
    "change_message": "What was changed",
    "claimed_at": "E-mail taken up",
    "content_type": "What it was done to",
    "created_at": "Added",
    "date_joined": "Joined",
    "dated": "Date of the example",
    "delivery": "E-mail",
    "due_at": "Due",
    "due_on": "Due",
    "email": "E-mail address",
    "ends_at": "Ends, if it is not used",
    "extra_data": "What the provider said",
    "fields": "What the form held",
    "from_version": "From version",
    "given_under": "Given under version",
    "groups": "Groups of administrators",
    "id": "The portal’s own number",
    "is_active": "Account is open",
    "is_staff": "May enter the administration pages",
    "is_superuser": "Administrator of everything",
    "last_login": "Last signed in",
    "link": "Web address",
    "look_again_on": "To be looked at again",
    "made_at": "Made",
    "measure": "How both know that it is done",
    "not_relevant": "Not relevant to the role",
    "object_id": "Number of what it was done to",
    "object_repr": "Name of what it was done to",
    "path": "Page",
    "people": "How many people",
    "points": "What was noted",
    "previous": "The assessment before",
    "primary": "Used to sign in",
    "rates_first": "Line manager rates before seeing your levels",
    "reader": "Who saw it",
    "recipient": "To",
    "return_reason": "Why it was returned",
    "to_version": "To version",
    "uid": "The provider’s key for you",
    "user_permissions": "Permissions",
    "verified": "Confirmed",
    "view": "Whose view",
    # For the portal's own use: at the end of a row.
    "order": "Place in the list",
    "revision": "Times saved",
    "about_revision": "Given when the answer had been saved so many times",
    "session_generation": "Times all sign-ins were ended",
    "tries": "Tries to send",
    "digest": "Check of the file",
}
LAST = ("order", "revision", "about_revision", "session_generation", "claimed_at", "tries", "digest", "id")


def heading(key: str) -> str:
    """The words over a column."""
    found = HEADINGS.get(key)
    if found:
        return found
    words = key.replace("_", " ").capitalize()
    return words.removesuffix(" at").removesuffix(" on") if key.endswith(("_at", "_on")) else words


def in_order(keys: list[str]) -> list[str]:
    """Fields as the columns stand: as they come, but for what is for the portal's own use."""
    return sorted(keys, key=lambda key: LAST.index(key) + 1 if key in LAST else 0)
