"""Microsoft Teams by a Workflows webhook for each person: an Adaptive Card in words only."""

from deadlines.notify.message import Message, clean_text
from deadlines.notify.outbound import Outbound
from deadlines.notify.posting import address_of, post_json

CARD = "application/vnd.microsoft.card.adaptive"
LONGEST_TEXT = 3000


class TeamsChannel:
    """Posts a card. Workflows answers 202: it has the message, and shows it a moment later."""

    name = "teams"

    def __init__(self, outbound: Outbound) -> None:
        self._outbound = outbound

    def send(self, message: Message) -> None:
        """Post one message; see `Channel.send` for what it raises."""
        content = {"type": "message", "attachments": [{"contentType": CARD, "content": card(message.text)}]}
        post_json(self._outbound, address_of(message, "Teams"), content, who="Teams", now=message.at)

    def close(self) -> None:
        """Nothing is kept open."""


def card(text: str) -> dict[str, object]:
    """The text as a card. A rich block is not read as Markdown, so that nothing in the text becomes a link."""
    lines = clean_text(text)[:LONGEST_TEXT].splitlines()
    blocks = [{"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": line}]} for line in lines if line]
    return {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": blocks,
    }
