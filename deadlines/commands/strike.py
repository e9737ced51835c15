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
    from deadlines.commands.passed import print_passed
    from deadlines.docket.closing import strike_notice
    from deadlines.docket.past_days import ended_after
    from deadlines.docket.versions import current

    with signed(app, by, "close") as act:
        row = act.notice(notice)
        entries = strike_notice(act.session, act.desk, row, reason=reason, by=act.by, now=act.now)
        matter, found = row.matter.reference, [{"entry": entry.id, "title": entry.title} for entry in entries]
        last_days = [(entry, current(act.session, entry).last_day) for entry in entries]
        passed = [day for entry, day in last_days if day is not None and ended_after(entry, day)]
    if as_json:
        print_json({"notice": row.id, "matter": matter, "struck": found})
        return
    click.echo(f"Struck notice {row.id[:8]} of matter {matter} with {len(found)} entries:")
    for entry in found:
        click.echo(f"  {entry['entry'][:8]}  {entry['title']}")
    print_passed("struck", passed)
    click.echo("`deadlines reopen ENTRY` takes it back.")
