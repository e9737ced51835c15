"""`deadlines proposal`: other dates that wait until two people have agreed to them."""

from typing import TYPE_CHECKING

import click

from deadlines.commands.context import App, json_option, pass_app
from deadlines.commands.signing import by_option, reason_option, signed

if TYPE_CHECKING:
    from deadlines.docket.proposals import ProposalView


@click.group()
def command() -> None:
    """Other dates for entries: list, show, accept, ignore.

    Dates that come earlier take effect at once; later ones stand only after two different people agreed.

    \b
    Example:
      deadlines proposal list
    """


@command.command("list")
@click.option("--all", "everything", is_flag=True, help="Also what was applied, accepted, ignored or superseded.")
@json_option
@pass_app
def list_(app: App, everything: bool, as_json: bool) -> None:
    """What waits to be agreed to, the oldest first.

    \b
    Example:
      deadlines proposal list --json
    """
    from deadlines.commands.changes import dates_words
    from deadlines.commands.output import print_json, print_table
    from deadlines.docket.proposals import proposal_views

    with app.reading() as session:
        views = proposal_views(session, everything=everything)
    if as_json:
        print_json(views)
        return
    print_table(
        ("Proposal", "Entry", "Matter", "Window", "Old", "New", "Direction", "State", "Agreed", "Reason"),
        [
            (
                view.proposal[:8],
                view.entry[:8],
                view.matter,
                view.title,
                dates_words(view.old),
                dates_words(view.new),
                view.kind,
                view.state,
                view.agreed_by,
                view.reason,
            )
            for view in views
        ],
        empty="No proposal." if everything else "No other date waits to be agreed to.",
    )


@command.command()
@click.argument("name", metavar="ID")
@json_option
@pass_app
def show(app: App, name: str, as_json: bool) -> None:
    """One proposal in full, with the working of its dates.

    \b
    Example:
      deadlines proposal show k3v7qp2m
    """
    from deadlines.commands.output import print_json
    from deadlines.docket.proposals import find_proposal, proposal_views

    with app.reading() as session:
        [view] = proposal_views(session, proposal=find_proposal(session, name))
    if as_json:
        print_json(view)
    else:
        _print(view)


@command.command()
@click.argument("name", metavar="ID")
@by_option
@json_option
@pass_app
def accept(app: App, name: str, by: str, as_json: bool) -> None:
    """Agree to other dates. The first person changes nothing; with a second, other one the dates change.

    \b
    Example:
      deadlines proposal accept k3v7qp2m --by ana@firm.example
    """
    from deadlines.docket.proposals import accept, proposal_views

    with signed(app, by, "decide") as act:
        proposal = accept(act.session, act.desk, act.proposal(name), act.by, now=act.now)
        [view] = proposal_views(act.session, proposal=proposal)
    _answer(view, as_json=as_json)


@command.command()
@click.argument("name", metavar="ID")
@by_option
@reason_option
@json_option
@pass_app
def ignore(app: App, name: str, by: str, reason: str, as_json: bool) -> None:
    """Decide against other dates. They stay visible, and the same ones are not put forward again.

    \b
    Example:
      deadlines proposal ignore k3v7qp2m --by ana@firm.example --reason "the envelope shows 2 November"
    """
    from deadlines.docket.proposals import ignore, proposal_views

    with signed(app, by, "decide") as act:
        proposal = act.proposal(name)
        decided = proposal.entry.resolution is not None
        ignore(act.session, act.desk, proposal, act.by, reason=reason, now=act.now)
        again = decided and proposal.entry.resolution is None
        [view] = proposal_views(act.session, proposal=proposal)
    _answer(view, as_json=as_json)
    if again and not as_json:
        click.echo(f"The printed deadline is in dispute again: `deadlines resolve {view.entry[:8]}` decides it.")


def _answer(view: "ProposalView", *, as_json: bool) -> None:
    from deadlines.commands.changes import dates_words
    from deadlines.commands.output import print_json

    if as_json:
        print_json(view)
        return
    what = f"Proposal {view.proposal[:8]} for {view.title}, matter {view.matter}"
    said = {
        "agreed": f"{view.agreed_by} agreed; nothing moves until another person accepts it too",
        "accepted": f"accepted by {view.agreed_by} and {view.decided_by}; the dates are now {dates_words(view.new)}",
        "ignored": f"ignored by {view.decided_by}; the dates stay {dates_words(view.old)}",
    }
    click.echo(f"{what}: {said[view.state]}.")


def _print(view: "ProposalView") -> None:
    from deadlines.commands.changes import dates_words
    from deadlines.commands.output import paragraph
    from deadlines.commands.windows import print_window

    click.echo(f"Proposal {view.proposal}, entry {view.entry[:8]}, matter {view.matter}: {view.kind}, {view.state}\n")
    paragraph(f"Old: {dates_words(view.old)} (version {view.base_version} holds)")
    paragraph(f"New: {dates_words(view.new)}")
    paragraph(f"Why: {view.reason} [{'; '.join(view.authority)}]")
    click.echo(f"Proposed by {view.proposed_by} on {view.proposed_at:%Y-%m-%d %H:%M} UTC")
    if view.agreed_by and view.agreed_at:
        click.echo(f"Agreed by {view.agreed_by} on {view.agreed_at:%Y-%m-%d %H:%M} UTC")
    if view.decided_by and view.decided_at:
        click.echo(f"{view.state} by {view.decided_by} on {view.decided_at:%Y-%m-%d %H:%M} UTC: {view.decision}")
    click.echo("")
    print_window(view.window)
