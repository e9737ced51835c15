"""What the firm has laid down, as pages and reports tell it: its law, its practice, its settings in words."""

from collections.abc import Callable, Mapping
from pathlib import Path

from msgspec import Struct

from deadlines.law import Law
from deadlines.law.editions import Known
from deadlines.law.news import News
from deadlines.notify.channel import Channel
from deadlines.practice import Practice


class House(Struct, frozen=True, kw_only=True):
    """The firm as its settings describe it.

    `practice_file` and `backups` are empty where none is named; `settings` are pairs of a question and its answer in
    words. `editions` lists what can be computed with, `load` gives one by its name (raises InputError and
    LawDataError), and `news` tells what each changed. `channels` builds what messages leave by, `mail` names the one
    of mail, and `check_address` answers what of a chat's address may be shown (raises InputError). `invites`: whether
    invitations can leave.
    """

    firm: str
    law: Law
    policy: Mapping[str, str]
    practice: Practice
    practice_file: str
    editions: Callable[[], list[Known]]
    load: Callable[[str], Law]
    news: Callable[[], list[News]]
    settings: tuple[tuple[str, str], ...]
    backups: Path | None
    channels: Callable[[], Mapping[str, Channel]]
    mail: str
    check_address: Callable[[str, str], str]
    invites: bool
    program: str
