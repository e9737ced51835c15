"""`deadlines matter`: who works on a matter, and whether it is restricted."""

import click

from deadlines.commands.context import App, actor, json_option, pass_app


@click.group()
def command() -> None:
    """Matters: who works on them, and which are restricted.

    \b
    Example:
      deadlines matter assign 2026-0143 paula@firm.example
    """


@command.command()
@click.argument("reference", metavar="NUMBER")
@click.argument("email", metavar="ADDRESS")
@pass_app
def assign(app: App, reference: str, email: str) -> None:
    """Put a person on a matter beside its attorney: it then stands in that person's calendar too.

    \b
    Example:
      deadlines matter assign 2026-0143 paula@firm.example
    """
    from deadlines import clock
    from deadlines.docket.people import find_person
    from deadlines.docket.teams import find_matter, join_matter

    with app.writing() as session:
        matter, person = find_matter(session, reference), find_person(session, email)
        join_matter(session, matter, person, actor=actor(), now=clock.now())
        click.echo(f"{person.name} works on matter {matter.reference}.")


@command.command()
@click.argument("reference", metavar="NUMBER")
@click.argument("email", metavar="ADDRESS")
@pass_app
def unassign(app: App, reference: str, email: str) -> None:
    """Take a person off a matter. Calendars that showed them only that matter end.

    \b
    Example:
      deadlines matter unassign 2026-0143 paula@firm.example
    """
    from deadlines import clock
    from deadlines.docket.endings import off_matter
    from deadlines.docket.people import find_person
    from deadlines.docket.teams import find_matter

    with app.writing() as session:
        matter, person = find_matter(session, reference), find_person(session, email)
        ended = off_matter(session, matter, person, actor=actor(), now=clock.now())
        click.echo(f"{person.name} no longer works on matter {matter.reference}; {ended} calendar addresses ended.")


@command.command()
@click.argument("reference", metavar="NUMBER")
@json_option
@pass_app
def people(app: App, reference: str, as_json: bool) -> None:
    """Who works on a matter.

    \b
    Example:
      deadlines matter people 2026-0143
    """
    from deadlines.commands.output import print_json, print_table
    from deadlines.docket.teams import find_matter, members

    with app.reading() as session:
        matter = find_matter(session, reference)
        found = [("attorney", matter.attorney.email)] + [("member", row.email) for row in members(session, matter)]
    if as_json:
        print_json([{"person": email, "as": what} for what, email in found])
    else:
        print_table(["Person", "As"], [[email, what] for what, email in found], empty="Nobody.")


@command.command()
@click.argument("reference", metavar="NUMBER")
@pass_app
def restrict(app: App, reference: str) -> None:
    """Mark a matter as restricted: it leaves every calendar, and mail says nothing of the case.

    \b
    Example:
      deadlines matter restrict 2026-0143
    """
    from deadlines import clock
    from deadlines.docket.teams import find_matter
    from deadlines.store import audit

    with app.writing() as session:
        matter = find_matter(session, reference)
        if not matter.restricted:
            matter.restricted = True
            audit.record(session, at=clock.now(), actor=actor(), action="matter.restrict", subject=matter.id, detail={})
        click.echo(f"Matter {matter.reference} is restricted.")
