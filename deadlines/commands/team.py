"""`deadlines team`: named groups of people whose matters one calendar shows together."""

import click

from deadlines.commands.context import App, actor, json_option, pass_app


@click.group()
def command() -> None:
    """Teams: named groups of people whose matters one calendar shows together.

    \b
    Example:
      deadlines team add "Removal defense"
    """


@command.command()
@click.argument("name")
@json_option
@pass_app
def add(app: App, name: str, as_json: bool) -> None:
    """Add a team.

    \b
    Example:
      deadlines team add "Removal defense"
    """
    from deadlines import clock
    from deadlines.commands.output import print_json
    from deadlines.docket.teams import add_team

    with app.writing() as session:
        shown = {"name": add_team(session, name, actor=actor(), now=clock.now()).name}
    if as_json:
        print_json(shown)
    else:
        click.echo(f'Added team "{shown["name"]}"; `deadlines team join` puts people in it.')


@command.command()
@click.argument("name")
@click.argument("email", metavar="ADDRESS")
@pass_app
def join(app: App, name: str, email: str) -> None:
    """Put a person into a team.

    \b
    Example:
      deadlines team join "Removal defense" ana@firm.example
    """
    from deadlines import clock
    from deadlines.docket.people import find_person
    from deadlines.docket.teams import find_team, join_team

    with app.writing() as session:
        team, person = find_team(session, name), find_person(session, email)
        join_team(session, team, person, actor=actor(), now=clock.now())
        click.echo(f'{person.name} is in team "{team.name}".')


@command.command()
@click.argument("name")
@click.argument("email", metavar="ADDRESS")
@pass_app
def leave(app: App, name: str, email: str) -> None:
    """Take a person out of a team; the team's calendars no longer show that person's matters.

    \b
    Example:
      deadlines team leave "Removal defense" ana@firm.example
    """
    from deadlines import clock
    from deadlines.docket.people import find_person
    from deadlines.docket.teams import find_team, leave_team

    with app.writing() as session:
        team, person = find_team(session, name), find_person(session, email)
        leave_team(session, team, person, actor=actor(), now=clock.now())
        click.echo(f'{person.name} is no longer in team "{team.name}".')


@command.command("list")
@json_option
@pass_app
def list_(app: App, as_json: bool) -> None:
    """List the teams and their people.

    \b
    Example:
      deadlines team list
    """
    from deadlines.commands.output import print_json, print_table
    from deadlines.docket.teams import list_teams

    with app.reading() as session:
        teams = [(team.name, [person.email for person in people]) for team, people in list_teams(session)]
    if as_json:
        print_json([{"name": name, "people": people} for name, people in teams])
        return
    rows = [[name, ", ".join(people)] for name, people in teams]
    print_table(["Name", "Person"], rows, empty="No team yet; `deadlines team add` makes one.")
