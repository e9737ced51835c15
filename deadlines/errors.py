"""The error tree: each class carries its exit code and its HTTP status, each instance one clear sentence.

A sentence says what is wrong, where, and what to do; what is to be done at the command line stands apart. It never
holds client data or a secret, because it may be printed, logged or sent.
"""


class DeadlinesError(Exception):
    """Base of everything this program refuses to do; `code` is the stable name for programs."""

    code = "error"
    exit_code = 70
    http_status = 500

    def __init__(self, fact: str, *, advice: str = "", code: str | None = None) -> None:
        """`fact` is what is wrong, for everybody. `advice` is what to do about it at the command line: no page and no
        program is told of commands and options."""
        self.fact, self.advice = fact, advice
        self.sentence = f"{fact} {advice}" if advice else fact
        super().__init__(self.sentence)
        if code is not None:
            self.code = code


class InputError(DeadlinesError):
    """What was entered cannot be used as it stands: unknown word, impossible or ambiguous value."""

    code = "bad-input"
    exit_code = 3
    http_status = 422


class BeforeKnownLaw(InputError):
    """The date lies before the first period that the law data holds."""

    code = "before-known-law"


class LawDataError(DeadlinesError):
    """The law data itself is wrong; the sentence names file, id and key."""

    code = "law-data"
    exit_code = 4


class ConfigError(DeadlinesError):
    """The configuration cannot be used; the sentence names file, line and key."""

    code = "configuration"
    exit_code = 5


class StoreError(DeadlinesError):
    """The database is missing, foreign, locked or of another schema."""

    code = "database"
    exit_code = 6
    http_status = 503


class Unreachable(StoreError):
    """The database server does not answer, or refuses the connection: it may come back by itself."""

    code = "database-unreachable"


class NoDocket(StoreError):
    """Where the database should be there is nothing, or nothing in it: perhaps none was made yet."""

    code = "no-docket"


class DamagedRow(DeadlinesError):
    """A row of the database is damaged, and what is asked cannot be done without it; the sentence names the row."""

    code = "damaged-row"
    exit_code = 13


class NotFound(DeadlinesError):
    """Nothing is filed under that name."""

    code = "not-found"
    exit_code = 7
    http_status = 404


class Conflict(DeadlinesError):
    """It exists already, or somebody else changed it meanwhile."""

    code = "conflict"
    exit_code = 8
    http_status = 409


class Forbidden(DeadlinesError):
    """Somebody is known and may not do that; the sentence says whose roles may."""

    code = "forbidden"
    exit_code = 12
    http_status = 403


class CalendarError(DeadlinesError):
    """A calendar entry, read back, is not what was meant; it is kept from the feed."""

    code = "calendar"


class SendError(DeadlinesError):
    """A channel did not take a message. `permanent`: another try cannot help.

    `wait`: the seconds after which the other side asked to be tried again.
    """

    code = "send"
    exit_code = 9
    http_status = 502

    def __init__(
        self,
        fact: str,
        *,
        permanent: bool = False,
        uncertain: bool = False,
        wait: float | None = None,
        advice: str = "",
    ) -> None:
        super().__init__(fact, advice=advice)
        self.permanent = permanent
        self.uncertain = uncertain
        self.wait = wait


class ChannelDown(SendError):
    """The channel itself cannot be used now: unreachable, log-in refused, disk full. Nothing was taken."""

    code = "channel-down"


class ContentRefused(SendError):
    """The recipient exists, but this text was refused for good; a shorter one may pass."""

    code = "content-refused"

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, permanent=True)


class ServeError(DeadlinesError):
    """The server cannot start: port taken, or another daemon runs."""

    code = "serve"
    exit_code = 10


class BackupError(DeadlinesError):
    """A backup cannot be made, is not what its manifest says, or cannot be restored there."""

    code = "backup"
    exit_code = 11
