"""Every kind of record of the portal and its libraries: whose it is, what in it is personal, and what becomes of it.

The download of one's own data, erasure and what is pruned are all made from this one list, and a test compares it with the
models that there are: a model, a field that people fill or a way to a person that is not here fails (docs/decisions/erasure.md).
"""

from .libraries import LIBRARIES
from .people import PEOPLE
from .records import Fate, Record, Way
from .rounds import ROUNDS
from .standards import STANDARDS

__all__ = ["ELSEWHERE", "RECORDS", "Fate", "Record", "Way"]

# In the order in which erasure takes them: what names another stands before it.
RECORDS = (*ROUNDS, *PEOPLE, *LIBRARIES, *STANDARDS)


# Where else something of a person may be, and what becomes of it there (docs/decisions/erasure.md).
ELSEWHERE = (
    ("The cache", "Counts under keyed digests, for minutes"),
    ("Logs", "Paths with random ids and no names; as long as whoever runs the servers keeps them"),
    ("Files", "None: kept reports are rows"),
    ("E-mails that were sent", "With whoever got them"),
    ("Files that were downloaded", "With whoever downloaded them"),
    ("Backups", "Until they are overwritten; what was erased is erased again after one is restored"),
)
