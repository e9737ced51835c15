"""`deadlines matter`: who works on a matter, and whether it is restricted."""

import click

from deadlines.commands.context import App, actor, firm_day, json_option, pass_app
from deadlines.commands.matter_close import close, reopen
from deadlines.commands.matter_open import look, open_
from deadlines.commands.signing import by_option, signed


@click.group()
def command() -> None:
    """Matters: who works on them, and which are restricted.

    \b
    Example:
      deadlines matter assign 2026-0143 paula@firm.example
    """


command.add_command(open_)
command.add_command(look)
command.add_command(close)
command.add_command(reopen)


@command.command("list")
@click.option("--quiet", is_flag=True, help="Only matters without a date to come.")
@click.option("--all", "everything", is_flag=True, help="Also matters that are closed.")
@click.option("--by", metavar="ADDRESS", help="Who looks; without it no restricted matter is shown.")
@json_option
@pass_app
def list_(app: App, quiet: bool, everything: bool, by: str | None, as_json: bool) -> None:
    """Every matter that is not closed, the longest unchanged first, with the last day that comes next.

    A quiet one has no open window with a day to come: look whether something was forgotten, and say with
    `deadlines matter look` when you look again.

    \b
    Example:
      deadlines matter list --quiet
    """
    from deadlines import clock
    from deadlines.commands.output import print_json, print_table
    from deadlines.commands.windows import day_words
    from deadlines.docket.people import active_person
    from deadlines.docket.quiet import matter_lines

    today = clock.today(app.settings.firm.timezone)
    with app.reading() as session:
        person = active_person(session, by) if by is not None else None
        lines = matter_lines(session, person, today=today, quiet=quiet, closed=everything)
    if as_json:
        print_json(lines)
        return
    print_table(
        (
            "Matter",
            "Attorney",
            "Open",
            "Next last day",
            "Last day passed",
            "Last changed",
            "Look again",
            "Said by",
            "Closed",
        ),
        [
            (
                line.matter,
                line.attorney,
                str(line.open),
                day_words(line.next_last_day) or "NONE",
                day_words(line.passed_last_day),
                f"{firm_day(line.changed_at)}",
                day_words(line.look_again_on) or ("NOW" if line.to_look_at else None),
                line.looked_by,
                f"{firm_day(line.closed_at)}" if line.closed_at is not None else None,
            )
            for line in lines
        ],
        empty="Every matter has a date to come." if quiet else "No matter. `deadlines matter open` opens one.",
        tones=["yellow" if line.to_look_at else None for line in lines],
    )


@command.command()
@click.argument("reference", metavar="NUMBER")
@click.argument("email", metavar="ADDRESS")
@json_option
@pass_app
def assign(app: App, reference: str, email: str, as_json: bool) -> None:
    """Put a person on a matter beside its attorney: it then stands in that person's calendar too.

    \b
    Example:
      deadlines matter assign 2026-0143 paula@firm.example
    """
    from deadlines import clock
    from deadlines.commands.output import answer
    from deadlines.docket.people import find_person
    from deadlines.docket.teams import find_matter, join_matter

    with app.writing() as session:
        matter, person = find_matter(session, reference), find_person(session, email)
        join_matter(session, matter, person, actor=actor(), now=clock.now())
        shown = {"matter": matter.reference, "person": person.email}
        sentence = f"{person.name} works on matter {matter.reference}."
    answer(shown, sentence, as_json=as_json)


@command.command()
@click.argument("reference", metavar="NUMBER")
@click.argument("email", metavar="ADDRESS")
@json_option
@pass_app
def unassign(app: App, reference: str, email: str, as_json: bool) -> None:
    """Take a person off a matter. Calendars that showed them only that matter end.

    \b
    Example:
      deadlines matter unassign 2026-0143 paula@firm.example
    """
    from deadlines import clock
    from deadlines.commands.output import answer
    from deadlines.docket.endings import off_matter
    from deadlines.docket.people import find_person
    from deadlines.docket.teams import find_matter
    from deadlines.wiring import build_desk

    desk = build_desk(app.settings, actor(), "command")
    with app.withdrawing() as session:
        matter, person = find_matter(session, reference), find_person(session, email)
        today = clock.today(app.settings.firm.timezone)
        ended = off_matter(session, desk, matter, person, actor=actor(), today=today, now=clock.now())
        shown = {"matter": matter.reference, "person": person.email, "calendars_ended": ended}
        calendars = "1 calendar address" if ended == 1 else f"{ended} calendar addresses"
        sentence = f"{person.name} no longer works on matter {matter.reference}; {calendars} ended."
    answer(shown, sentence, as_json=as_json)


@command.command("hand-over")
@click.argument("reference", metavar="NUMBER")
@click.argument("email", metavar="ADDRESS")
@json_option
@pass_app
def hand_over(app: App, reference: str, email: str, as_json: bool) -> None:
    """Give a matter to another attorney, with every reminder that waits. The person is told by mail.

    Whoever was its attorney is on it no more; `deadlines matter assign` keeps them on.

    \b
    Example:
      deadlines matter hand-over 2026-0143 ben@firm.example
    """
    from deadlines import clock
    from deadlines.commands.output import answer
    from deadlines.docket import handing
    from deadlines.docket.absences import away_words
    from deadlines.docket.people import find_person
    from deadlines.docket.teams import find_matter

    with app.withdrawing() as session:
        matter, person = find_matter(session, reference), find_person(session, email)
        pages = app.settings.web.base_url.rstrip("/")
        count = handing.hand_over(session, matter, person, actor=actor(), now=clock.now(), pages=pages)
        shown = {"matter": matter.reference, "attorney": person.email, "open": count}
        sentence = f"{person.name} is the attorney of matter {matter.reference} and answers for {count} open dates."
        shown["away"] = away = away_words(session, person, clock.today(app.settings.firm.timezone))
    answer(shown, f"{sentence} {away}".rstrip(), as_json=as_json)


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
@click.option("--reason", metavar="TEXT", help="Why, for the audit trail.")
@json_option
@pass_app
def restrict(app: App, reference: str, reason: str | None, as_json: bool) -> None:
    """Mark a matter as restricted: it leaves every calendar, and mail says nothing of the case.

    What only a protected person may file is followed from now on, as far as it has not passed.

    \b
    Example:
      deadlines matter restrict 2026-0143 --reason "the client asks for it"
    """
    from deadlines import clock
    from deadlines.commands.output import answer
    from deadlines.docket.reasons import plain_reason
    from deadlines.docket.restricting import follow_discreet, restrict_matter
    from deadlines.docket.teams import find_matter
    from deadlines.wiring import build_desk

    why = plain_reason(reason) if reason is not None else ""
    desk, now = build_desk(app.settings, actor(), "command"), clock.now()
    with app.withdrawing() as session:
        matter = find_matter(session, reference)
        restrict_matter(session, matter, actor=actor(), now=now, reason=why)
        followed = [entry.id for entry in follow_discreet(session, desk, matter, now=now)]
        shown = {"matter": matter.reference, "restricted": True, "followed": followed}
    more = f" Followed from now on: {', '.join(name[:8] for name in followed)}." if followed else ""
    answer(shown, f"Matter {shown['matter']} is restricted.{more}", as_json=as_json)


@command.command()
@click.argument("reference", metavar="NUMBER")
@click.option("--reason", required=True, metavar="TEXT", help="Why it need not be restricted.")
@by_option
@json_option
@pass_app
def unrestrict(app: App, reference: str, reason: str, by: str, as_json: bool) -> None:
    """Take a restriction back. Not while a notice of the matter tells of a VAWA, T or U case, or may do so.

    \b
    Example:
      deadlines matter unrestrict 2026-0143 --reason "religious worker, not VAWA" --by ana@firm.example
    """
    from deadlines.commands.output import answer
    from deadlines.docket.restricting import follow_discreet, unrestrict_matter

    with signed(app, by, "unrestrict") as act:
        matter = act.matter(reference)
        unrestrict_matter(act.session, matter, act.by, reason, now=act.now)
        follow_discreet(act.session, act.desk, matter, now=act.now)
        shown = {"matter": matter.reference, "restricted": False}
    answer(shown, f"Matter {shown['matter']} is no longer restricted.", as_json=as_json)
