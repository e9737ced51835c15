"""`deadlines law`: the law data for people who check it. Each command is a module of its own."""

import click

from deadlines.commands import law_check, law_diff, law_editions, law_list, law_news, law_show


@click.group()
def command() -> None:
    """The law data: its rules in plain words, its editions, what changed, what has to be looked at.

    \b
    Example:
      deadlines law show eoir.appeal.bia
    """


for _part in (law_list, law_show, law_news, law_check, law_diff, law_editions):
    command.add_command(_part.command)
