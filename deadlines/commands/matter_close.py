"""`deadlines matter close` and `reopen`: a case that is over, and one that goes on."""

import click

from deadlines.commands.context import App, json_option, pass_app
from deadlines.commands.signing import by_option, reason_option, signed


@click.command()
@click.argument("reference", metavar="NUMBER")
@reason_option
@by_option
@json_option
@pass_app
def close(app: App, reference: str, reason: str, by: str, as_json: bool) -> None:
    """Close a matter: it leaves the lists of what is to be looked at.

    Not while a window is open, a notice was looked at by no second person, or a paper waits to be docketed. A notice or
    a paper that comes in later opens it again, and people are told.

    \b
    Example:
      deadlines matter close 2026-0143 --reason "case approved, file archived" --by ana@firm.example
    """
    from deadlines.commands.output import answer
    from deadlines.docket.finishing import close_matter

    with signed(app, by, "close") as act:
        matter = act.matter(reference)
        close_matter(act.session, matter, reason=reason, by=act.by, now=act.now, actor=act.desk.actor)
        shown = {"matter": matter.reference, "closed_at": matter.closed_at, "reason": matter.closed_reason}
    answer(shown, f"Matter {shown['matter']} is closed.", as_json=as_json)


@click.command()
@click.argument("reference", metavar="NUMBER")
@reason_option
@by_option
@json_option
@pass_app
def reopen(app: App, reference: str, reason: str, by: str, as_json: bool) -> None:
    """Open a closed matter again: it stands in every list as before.

    \b
    Example:
      deadlines matter reopen 2026-0143 --reason "client comes back" --by ana@firm.example
    """
    from deadlines.commands.output import answer
    from deadlines.docket.finishing import reopen_matter

    with signed(app, by, "close") as act:
        matter = act.matter(reference)
        reopen_matter(act.session, matter, reason=reason, by=act.by, now=act.now, actor=act.desk.actor)
        shown = {"matter": matter.reference, "closed_at": None}
    answer(shown, f"Matter {shown['matter']} is open again.", as_json=as_json)
