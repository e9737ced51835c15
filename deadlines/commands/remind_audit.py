"""`deadlines remind audit`: the auditor's whole round at once, on request."""

import click

from deadlines.commands.context import App, json_option, pass_app

NOT_LAID = (
    "Nothing can be judged yet: the scheduler has not laid the reminders by the firm's practice of today. "
    "It does so within a quarter of an hour; start it if it does not run (`deadlines serve`)."
)


@click.command()
@json_option
@pass_app
def audit(app: App, as_json: bool) -> int:
    """Work out anew which reminders must exist and have gone by now, and name every difference.

    Changes nothing; the scheduler does the same every quarter of an hour, plans what is missing, and tells the people
    of the docket. The exit status is 2 where a reminder is not as the stored dates ask, and 1 where nothing can be
    judged: the firm's practice is new, and the scheduler has yet to lay the reminders by it.

    \b
    Example:
      deadlines remind audit
    """
    from deadlines import clock
    from deadlines.commands.output import print_json, print_table
    from deadlines.docket.auditor import audit_all, is_laid
    from deadlines.docket.gaps import STANDING, WORDS, name_gaps
    from deadlines.wiring import build_statement

    statement, now = build_statement(app.settings), clock.now()
    with app.reading() as session:
        laid = is_laid(session, statement)
        checked, found = audit_all(session, statement, now=now) if laid else (0, [])
        named = name_gaps(session, found)
    status = 2 if any(gap.kind in STANDING for gap in found) else 0 if laid else 1
    if as_json:
        print_json({"laid": laid, "checked": checked, "gaps": named})
        return status
    if not laid:
        click.echo(NOT_LAID)
        return status
    rows = [
        [gap.matter, gap.entry[:8], gap.what, gap.person, f"{gap.due_at:%Y-%m-%d %H:%M}", WORDS[gap.kind]]
        for gap in named
    ]
    columns = ["Matter", "Entry", "Reminder of", "Person", "Due (UTC)", "What is wrong"]
    print_table(columns, rows, empty=f"Every reminder of {checked} entries is in its place.")
    return status
