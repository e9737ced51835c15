"""The tables. Nothing is deleted: rows are superseded, revoked or struck, and the audit is append-only.

Ids are random text (`new_id`), so that they may travel; an entry's id is the calendar UID for life.
"""

from deadlines.store.tables.base import Base, Instance, new_id
from deadlines.store.tables.calendars import Invitation, LeftCalendar, Rendering, Subscription, Variant
from deadlines.store.tables.control import EveningCheck, Extension, Missed, MissedNote
from deadlines.store.tables.docket import Acknowledgement, DeadlineRow, Entry, Imported, Milestone, NoticeRow, Proposal
from deadlines.store.tables.incoming import Incoming, Review
from deadlines.store.tables.keeping import Audit, Gap, Heartbeat
from deadlines.store.tables.people import Absence, Contact, Matter, MatterMember, Person, Team, TeamMember
from deadlines.store.tables.programs import AccessToken, Delivery, KeptAnswer, Webhook
from deadlines.store.tables.sending import Attempt, Letter, Reminder
from deadlines.store.tables.signing import Login, RecoveryCode, SecondFactor, SignedIn

__all__ = [
    "Absence",
    "AccessToken",
    "Acknowledgement",
    "Attempt",
    "Audit",
    "Base",
    "Contact",
    "DeadlineRow",
    "Delivery",
    "Entry",
    "EveningCheck",
    "Extension",
    "Gap",
    "Heartbeat",
    "Imported",
    "Incoming",
    "Instance",
    "Invitation",
    "KeptAnswer",
    "LeftCalendar",
    "Letter",
    "Login",
    "Matter",
    "MatterMember",
    "Milestone",
    "Missed",
    "MissedNote",
    "NoticeRow",
    "Person",
    "Proposal",
    "RecoveryCode",
    "Reminder",
    "Rendering",
    "Review",
    "SecondFactor",
    "SignedIn",
    "Subscription",
    "Team",
    "TeamMember",
    "Variant",
    "Webhook",
    "new_id",
]
