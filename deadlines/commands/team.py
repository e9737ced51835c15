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
    from deadlines.commands.output import answer
    from deadlines.docket.teams import add_team

    with app.writing() as session:
        shown = {"name": add_team(session, name, actor=actor(), now=clock.now()).name}
    answer(shown, f'Added team "{shown["name"]}"; `deadlines team join` puts people in it.', as_json=as_json)


@command.command()
@click.argument("name")
@click.argument("email", metavar="ADDRESS")
@json_option
@pass_app
def join(app: App, name: str, email: str, as_json: bool) -> None:
    """Put a person into a team.

    \b
    Example:
      deadlines team join "Removal defense" ana@firm.example
    """
    _change(app, name, email, as_json, joins=True)


@command.command()
@click.argument("name")
@click.argument("email", metavar="ADDRESS")
@json_option
@pass_app
def leave(app: App, name: str, email: str, as_json: bool) -> None:
    """Take a person out of a team; the team's calendars no longer show that person's matters.

    \b
    Example:
      deadlines team leave "Removal defense" ana@firm.example
    """
    _change(app, name, email, as_json, joins=False)


def _change(app: App, name: str, email: str, as_json: bool, *, joins: bool) -> None:
    from deadlines import clock
    from deadlines.commands.output import answer
    from deadlines.docket.people import find_person
    from deadlines.docket.teams import find_team, join_team, leave_team

    with app.writing() as session:
        team, person = find_team(session, name), find_person(session, email)
        (join_team if joins else leave_team)(session, team, person, actor=actor(), now=clock.now())
        shown = {"name": team.name, "person": person.email, "member": joins}
        sentence = f'{person.name} is {"" if joins else "no longer "}in team "{team.name}".'
    answer(shown, sentence, as_json=as_json)


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
