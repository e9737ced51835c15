"""Slack, and what speaks as it does, by an incoming webhook for each person."""

from deadlines.errors import SendError
from deadlines.notify.message import Message, clean_text
from deadlines.notify.outbound import Outbound
from deadlines.notify.posting import address_of, post_json

LONGEST_TEXT = 3000


class SlackChannel:
    """Posts plain text. Slack's answer must say `ok`: it refuses some messages with status 200."""

    name = "slack"

    def __init__(self, outbound: Outbound) -> None:
        self._outbound = outbound

    def send(self, message: Message) -> None:
        """Post one message; see `Channel.send` for what it raises."""
        content = {
            "text": escaped(clean_text(message.text))[:LONGEST_TEXT],
            "mrkdwn": False,
            "unfurl_links": False,
            "unfurl_media": False,
        }
        answer = post_json(self._outbound, address_of(message, "Slack"), content, who="Slack", now=message.at)
        if not answer.whole:
            raise SendError("Slack broke off its answer.", uncertain=True)
        if answer.body.strip() != b"ok":
            raise SendError("Slack answered 200 and did not say ok.")

    def close(self) -> None:
        """Nothing is kept open."""


def escaped(text: str) -> str:
    """The text with the three characters that Slack reads as its own written out."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
