"""`deadlines law news`: what each edition of the law data changed."""

import click

from deadlines.commands.context import App, json_option, pass_app


@click.command("news", short_help="What each edition changed")
@click.argument("edition", metavar="[EDITION]", required=False)
@json_option
@pass_app
def command(app: App, edition: str | None, as_json: bool) -> None:
    """The news of the law data, sorted by who is affected; with EDITION only that edition's.

    \b
    Example:
      deadlines law news 2026.11
    """
    from deadlines.commands.output import print_json
    from deadlines.law.news import news_of, sections
    from deadlines.wiring import news_texts

    texts = news_texts(app.settings)
    told = sections(texts)
    if edition is not None:
        told = {edition: _section(told, edition)}
    if as_json:
        print_json([news_of(name, section) for name, section in told.items()])
    else:
        _print("\n".join(texts if edition is None else told.values()))


def _print(shown: str) -> None:
    from deadlines.commands.output import is_terminal

    if is_terminal():
        from rich.console import Console
        from rich.markdown import Markdown

        Console().print(Markdown(shown))
    else:
        click.echo(shown.strip())


def _section(told: dict[str, str], edition: str) -> str:
    from deadlines.errors import NotFound

    if edition not in told:
        raise NotFound(f"There are no news of an edition '{edition}'; there are those of {', '.join(told)}.")
    return told[edition]
