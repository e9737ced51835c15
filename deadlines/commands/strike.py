"""`deadlines strike`: a notice that was entered by mistake."""

import click

from deadlines.commands.context import App, json_option, pass_app
from deadlines.commands.signing import by_option, reason_option, signed


@click.command()
@click.argument("notice", metavar="NOTICE")
@reason_option
@by_option
@json_option
@pass_app
def command(app: App, notice: str, reason: str, by: str, as_json: bool) -> None:
    """Strike a notice that was entered by mistake. Everything stays visible; reminders end.

    This is also the way to correct its kind, form or date of decision: strike it and record it anew.

    \b
    Example:
      deadlines strike n4x2wq7k --reason "the denial is of another case" --by ana@firm.example
    """
    from deadlines.commands.output import print_json
    from deadlines.docket.closing import strike_notice

    with signed(app, by, "close") as act:
        row = act.notice(notice)
        entries = strike_notice(act.session, act.desk, row, reason=reason, by=act.by, now=act.now)
        matter, found = row.matter.reference, [{"entry": entry.id, "title": entry.title} for entry in entries]
    if as_json:
        print_json({"notice": row.id, "matter": matter, "struck": found})
        return
    click.echo(f"Struck notice {row.id[:8]} of matter {matter} with {len(found)} entries:")
    for entry in found:
        click.echo(f"  {entry['entry'][:8]}  {entry['title']}")
    click.echo("`deadlines reopen ENTRY` takes it back.")
