"""A person's own page: what they are sent, and where."""

import logging
from collections.abc import Mapping, Sequence

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deadlines.docket import contacts
from deadlines.docket.agendas import choose_agenda
from deadlines.docket.house import House
from deadlines.docket.invitations import PER_HOUR, choose_invitations
from deadlines.docket.trials import trial_messages
from deadlines.errors import InputError, SendError
from deadlines.notify.channel import CHATS, Channel
from deadlines.notify.message import Message
from deadlines.web.desk.acts import status_of
from deadlines.web.desk.door import Door, Refusal
from deadlines.web.desk.visit import Visit
from deadlines.web.plain import sentence

log = logging.getLogger(__name__)
LARGEST = 2000
TELL = "Tell whoever looks after the program."
DONE = {
    "agenda": "Your agenda is set.",
    "invitations": "Your invitations are set.",
    "contact": "The address is kept. Send a test now: until it is proved, nobody knows that it works.",
    "removed": "The address is forgotten.",
    "proved": "Proved: the message reached you.",
    "test-sent": "This test was made already. Enter its code here when it arrives, or make another.",
    "test-taken": "The test message was taken. Enter its code here when it arrives.",
}
"""What was done, by the word at the end of the address."""


class MePages:
    """What everybody sets for themselves."""

    def __init__(self, door: Door) -> None:
        self._door = door

    def routes(self) -> list[Route]:
        """The addresses and what answers them."""
        posts = {
            "agenda": self.agenda,
            "invitations": self.invitations,
            "contact": self.contact,
            "forget": self.forget,
            "test": self.test,
            "confirm": self.confirm,
        }
        changes = [Route(f"/me/{name}", answer, methods=["POST"]) for name, answer in posts.items()]
        return [Route("/me", self.me, methods=["GET"]), *changes]

    async def me(self, request: Request) -> Response:
        """The page itself."""
        done = request.query_params.get("done", "")
        return await self._door.show(request, lambda visit: _me(visit, done))

    async def agenda(self, request: Request) -> Response:
        """The morning's list, or none."""
        return await self._door.change(request, _agenda)

    async def invitations(self, request: Request) -> Response:
        """Dates by mail into one's own calendar, or none."""
        return await self._door.change(request, _invitations, _again)

    async def contact(self, request: Request) -> Response:
        """Where a chat reaches the person."""
        return await self._door.change(request, _contact, _again)

    async def forget(self, request: Request) -> Response:
        """No more by that chat."""
        return await self._door.change(request, _forget, _again)

    async def confirm(self, request: Request) -> Response:
        """The code of a test message came back."""
        return await self._door.change(request, _confirm, _again)

    async def test(self, request: Request) -> Response:
        """A test message by one way. It leaves once the transaction in which its code is kept has ended."""
        found: list[tuple[House, dict[str, Message]]] = []
        page = await self._door.change(request, lambda visit, form: _test(visit, form, found))
        if not found:
            return page
        why = await to_thread.run_sync(_send, *found[0])
        if why:
            return await self._door.show(request, lambda visit: _me(visit, "", refused=_not_taken(why)))
        return await self._door.again(request, lambda visit: visit.go("/me?done=test-taken"))


def _not_taken(why: Sequence[str]) -> str:
    return " ".join(["The test message was NOT taken.", *why, TELL])


def _me(visit: Visit, done: str, refusal: Refusal | None = None, refused: str = "") -> Response:
    return visit.page(
        "me.html",
        status=status_of(refusal),
        refused=sentence(refusal) if refusal else refused,
        paths=contacts.paths(visit.session, visit.person),
        chats=CHATS,
        per_hour=PER_HOUR,
        invites=visit.office.house is not None and visit.house.invites,
        done=DONE.get(done, ""),
    )


def _again(visit: Visit, _form: dict[str, str], refusal: Refusal) -> Response:
    """The page once more, with why nothing was changed."""
    return _me(visit, "", refusal)


def _agenda(visit: Visit, form: dict[str, str]) -> Response:
    wanted = form.get("wanted") == "on"
    choose_agenda(visit.session, visit.person, wanted=wanted, actor=visit.person.email, now=visit.now)
    return visit.go("/me?done=agenda")


def _invitations(visit: Visit, form: dict[str, str]) -> Response:
    wanted = form.get("redaction") or None
    if wanted is not None and not visit.house.invites:
        raise InputError("Invitations leave by mail, and this server has no mail server set.")
    choose_invitations(visit.session, visit.person, wanted, actor=visit.person.email, now=visit.now)
    return visit.go("/me?done=invitations")


def _contact(visit: Visit, form: dict[str, str]) -> Response:
    channel, address = form.get("channel", ""), form.get("address", "").strip()
    if channel not in CHATS:
        raise InputError(f"Choose a chat: {', '.join(CHATS)}.")
    if not address or len(address) > LARGEST or not address.isprintable():
        raise InputError("Give the address of the chat on one line and nothing else.")
    shown = visit.house.check_address(channel, address)
    contacts.set_contact(visit.session, visit.person, channel, address, shown, actor=visit.person.email, now=visit.now)
    return visit.go("/me?done=contact")


def _forget(visit: Visit, form: dict[str, str]) -> Response:
    channel = form.get("channel", "")
    contacts.remove_contact(visit.session, visit.person, channel, actor=visit.person.email, now=visit.now)
    return visit.go("/me?done=removed")


def _confirm(visit: Visit, form: dict[str, str]) -> Response:
    code = form.get("code", "")
    contacts.confirm(visit.session, visit.person, code, actor=visit.person.email, now=visit.now)
    return visit.go("/me?done=proved")


def _test(visit: Visit, form: dict[str, str], found: list[tuple[House, dict[str, Message]]]) -> Response:
    channel = form.get("channel", "mail")
    messages = trial_messages(visit.session, visit.person, channel, actor=visit.person.email, now=visit.now)
    found.append((visit.house, messages))
    return visit.go("/me?done=test-sent")


def _send(house: House, messages: Mapping[str, Message]) -> list[str]:
    """Why messages were not taken, a sentence each; nothing where all were."""
    channels = house.channels()
    ways = {name: house.mail if name == "mail" else name for name in messages}
    said = [_sent(ways[name], channels.get(ways[name]), message) for name, message in messages.items()]
    return [why for why in said if why]


def _sent(name: str, channel: Channel | None, message: Message) -> str:
    """Why it was not taken; empty where it was."""
    if channel is None:
        return f"This firm sends nothing by {name}."
    try:
        channel.send(message)
    except SendError as error:
        log.warning("a test message by %s was not taken (%s)", name, error.code)
        return sentence(error)
    finally:
        channel.close()
    return ""
