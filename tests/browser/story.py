"""The story of a denial, from the mail room to the filing, as three people and a partner live it on the pages.

Every date that is expected here was counted by hand on a calendar: a decision of Friday 23 October 2026 has its
thirtieth day on Sunday 22 November, so that the firm files by Friday 20 November. Mailed on a later day, the last day
is the thirtieth after the mailing and three more, moved to the next working day.
"""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from tests.browser.driving import Browser, Window
from tests.browser.house import ANA, DORA, NAMES, PAT, PAULA, House, until, words_of

PLACE = ZoneInfo("America/New_York")
MORNING = datetime(2026, 11, 2, 10, 0, tzinfo=PLACE)
"""A Monday: the denial comes with the mail."""
NEXT_DAY = datetime(2026, 11, 3, 10, 0, tzinfo=PLACE)
REMINDED = datetime(2026, 11, 19, 9, 5, tzinfo=PLACE)
"""The day before the firm files; the reminders of nine o'clock are urgent, and must be answered within two hours."""
UNANSWERED = datetime(2026, 11, 19, 11, 10, tzinfo=PLACE)
STILL_UNANSWERED = datetime(2026, 11, 19, 13, 15, tzinfo=PLACE)
FILED = datetime(2026, 11, 19, 16, 0, tzinfo=PLACE)
MATTER, CLIENT, RECEIPT = "2026-0143", "Example Client", "IOE0912345678"
TITLES = ("Appeal to the Administrative Appeals Office", "Motion to reconsider", "Motion to reopen")
SAFE = "Fri 20 Nov 2026"
WRONG, RIGHT, LATER = "Tue 1 Dec 2026", "Mon 30 Nov 2026", "Wed 2 Dec 2026"
"""The last day when it was mailed on 29, 26 and 30 October: Sunday 29 November and three days end on a Wednesday."""
NOTICE = {"kind": "uscis.denial", "form": "I-140", "decided_on": "2026-10-23"}


class Story:
    """One telling of it. `scripts`: whether the pages may run any."""

    def __init__(self, house: House, browser: Browser, *, scripts: bool = True) -> None:
        self.house, self._browser, self._scripts = house, browser, scripts
        self.matter = ""
        self._windows: dict[str, Window] = {}

    def as_(self, person: str) -> Window:
        """The browser of somebody who is signed in."""
        if person not in self._windows:
            self._windows[person] = self.house.sign_in(self._browser, person, scripts=self._scripts)
        return self._windows[person]

    def later(self, moment: datetime) -> None:
        """Everybody closes the browser; it is that moment."""
        for window in self._windows.values():
            faults = window.faults()
            assert faults == [], faults
            window.close()
        self._windows.clear()
        self.house.set_clock(moment)

    # -- the first day ---------------------------------------------------------------------------------------

    def register(self) -> None:
        """Paula opens the mail and registers the paper."""
        paula = self.as_(PAULA)
        paula.go("/incoming")
        paula.fill(title="USCIS denial I-140")
        assert "1 paper not docketed yet" in paula.press("Register")
        assert "1 paper not docketed yet" in paula.go("/")

    def enter(self) -> None:
        """She enters it with a wrong day of mailing, looks at what it opens, and records it."""
        paula = self.as_(PAULA)
        paula.go("/incoming")
        paula.follow("Docket it", exact=False)
        paula.fill(
            matter=MATTER, client=CLIENT, form=NOTICE["form"], decided_on="23 Oct 2026", service_on="29 Oct 2026"
        )
        paula.act({"css": "#attorney"}, "selectOption", {"label": "Ana Attorney"})
        paula.choose(kind=NOTICE["kind"], service="mail")
        if self._scripts:
            until(
                lambda: f"Last day {WRONG}" in paula.text and "attorney Ana Attorney" in paula.text,
                "the preview while she types",
            )
        shown = paula.press("Preview") if not self._scripts else paula.text
        assert f"File by {SAFE}" in shown
        assert f"Last day {WRONG}" in shown
        assert f"{MATTER} is new, attorney Ana Attorney" in shown
        assert self.house.data("list") == []
        shown = paula.press("Record this notice")
        self.matter = paula.path.partition("?")[0].partition("#")[0]
        assert self.matter.startswith("/matter/")
        assert shown.count(WRONG) >= len(TITLES)
        assert "No paper waits to be docketed" in paula.go("/incoming")

    def differ(self) -> None:
        """Dora reads the paper without seeing what was entered: the difference is caught, and people are told."""
        dora = self.as_(DORA)
        assert "Waiting: 1" in dora.go("/verify")
        shown = dora.follow("Verify", exact=False, within="main")
        assert not any(told in shown for told in ("Oct", "2026-10", "I-140", WRONG, SAFE))
        shown = self._read(dora, "2026-10-26")
        assert "The two entries differ" in shown
        named = shown.split("differs from what was entered in:")[1].split("What happens now")[0]
        assert named.strip() == "the day of service"
        assert WRONG not in shown
        assert "not verified" in self.as_(PAULA).go(self.matter)
        assert "Two people read the notice differently" in self.as_(PAULA).text
        until(lambda: self.house.told(PAULA, MATTER), "the mail to who entered it")

    def amend(self) -> None:
        """Paula looks at the envelope again and corrects it: the dates come earlier and hold at once."""
        shown = self._amend("2026-10-26", "the postmark is of 26 October")
        assert RIGHT in shown.split("What this changes")[1].split("Or correct it further")[0]
        assert "earlier: holds at once" in shown
        shown = self.as_(PAULA).press("Record this amendment")
        assert shown.count(RIGHT) >= len(TITLES)
        assert WRONG not in shown
        until(lambda: self.house.told(ANA, MATTER, "30 Nov 2026"), "the urgent mail to the attorney")

    def verify(self, person: str, mailed_on: str) -> None:
        """Somebody else reads the same, and has signed for the dates."""
        window = self.as_(person)
        window.go("/verify")
        window.follow("Verify", exact=False, within="main")
        shown = self._read(window, mailed_on)
        assert f"you have signed for 3 dates of matter {MATTER}" in shown, shown
        assert f"verified by {NAMES[person]}" in window.go(self.matter)

    # -- the second day --------------------------------------------------------------------------------------

    def move(self) -> None:
        """A later day of mailing is proved; nothing moves before a second person agrees, and then it does."""
        shown = self._amend("2026-10-30", "USCIS confirms that it was mailed on 30 October")
        assert "waits for a second person" in shown
        shown = self.as_(PAULA).press("Record this amendment")
        assert shown.count("Other dates wait") == len(TITLES)
        assert f"Last day {LATER}" not in shown
        paula, dora = self.as_(PAULA), self.as_(DORA)
        paula.go("/proposals")
        assert "You have agreed already" in paula.follow("Look and decide", exact=False)
        shown = dora.go("/proposals")
        assert "Look and decide" not in shown
        assert shown.count("Verify the notice first") == len(TITLES)
        self.verify(DORA, "2026-10-30")
        for left in (3, 2, 1):
            assert f"Other dates that wait: {left}" in dora.go("/proposals")
            shown = dora.follow("Look and decide", exact=False)
            assert "You are the second person" in shown
            assert LATER in shown
            dora.press("Accept: the dates change")
        assert "Other dates that wait: 0" in dora.go("/proposals")
        shown = dora.go(self.matter)
        assert shown.count(f"Last day {LATER}") == len(TITLES)
        assert shown.count(f"File by {SAFE}") == len(TITLES)

    # -- two weeks later -------------------------------------------------------------------------------------

    def remind(self) -> None:
        """Urgent reminders reach Ana, who takes on one of the three dates."""
        until(lambda: self.house.told(ANA, f"{MATTER} – file by {SAFE}", "[tomorrow]"), "the reminder")
        ana = self.as_(ANA)
        ana.go(self.matter)
        shown = ana.press(f"I take this date on: {TITLES[0]}")
        assert "by Ana Attorney until" in shown
        assert shown.count("Taken on by nobody") == len(TITLES) - 1

    def escalate(self, person: str) -> None:
        """Nobody has answered for the other two: the next person is asked, and not for the first."""
        until(lambda: self._asked(person, TITLES[1]) and self._asked(person, TITLES[2]), "the mail to the next person")
        assert not self._asked(person, TITLES[0])
        assert "asked the next person" in self.as_(DORA).go("/audit")

    def file(self, on: str = "2026-11-19", shown_as: str = "Thu 19 Nov 2026") -> None:
        """Ana files the appeal with its receipt and waives the motions."""
        ana = self.as_(ANA)
        ana.go(self.matter)
        ana.follow(f"File: {TITLES[0]}")
        ana.fill(on=on)
        assert "Nothing was recorded yet" in ana.press("Record this filing")
        ana.fill(receipt=RECEIPT)
        shown = ana.press("Record this filing")
        assert f"In time: received on {shown_as}" in shown
        assert RECEIPT in shown
        for title in TITLES[1:]:
            ana.go(self.matter)
            ana.follow(f"Waive: {title}")
            ana.fill(reason="the appeal was filed")
            ana.press("Waive this remedy")
        shown = ana.go(self.matter)
        assert "No date of this notice is open" in shown
        assert RECEIPT in shown

    def close(self, on: str) -> None:
        """Dora looks at each closing and signs the evening check; nothing is left open or undocketed."""
        dora = self.as_(DORA)
        shown = dora.go(self.matter)
        for title in TITLES:
            shown = dora.press(f"I checked: it was closed rightly: {title}")
        assert shown.count("Re-checked by") == len(TITLES)
        shown = dora.go("/evening")
        assert "still open: 0" in shown
        assert re.search(rf"Closed (that day|since \w+ \d+ \w+ \d+): {len(TITLES)}", shown)
        assert RECEIPT in shown
        dora.check("I have gone through this list")
        shown = dora.press(f"Sign for {on}")
        assert f"Signed by {NAMES[DORA]}" in shown
        shown = self.as_(PAT).go("/")
        assert "0 all open" in shown
        assert "not docketed" not in shown
        assert "0 not verified" in shown
        assert not [mail for mail in self.house.mails if CLIENT in words_of(mail)]

    # -- what is done more than once -------------------------------------------------------------------------

    def _amend(self, mailed_on: str, reason: str) -> str:
        paula = self.as_(PAULA)
        paula.go(self.matter)
        paula.follow("Amend: this notice")
        paula.fill(service_on=mailed_on, reason=reason)
        return paula.press("Show which dates move")

    def _read(self, window: Window, mailed_on: str) -> str:
        window.choose(kind=NOTICE["kind"], method="mail")
        window.fill(
            form=NOTICE["form"], decided_on=NOTICE["decided_on"], service_on=mailed_on, received_on="2026-11-02"
        )
        return window.press("Compare and sign")

    def _asked(self, person: str, title: str) -> bool:
        """Whether somebody was asked in the attorney's place; a mail names each date with its form before it."""
        name = f"{title[0].lower()}{title[1:]}"
        why = "NOBODY HAS ANSWERED. Ana Attorney was reminded and has not answered. You are asked next."
        return bool(self.house.told(person, MATTER, f"I-290B {name} {why} File by: {SAFE} (tomorrow)"))
