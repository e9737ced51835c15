"""What the commands about the law share."""

import click

edition_option = click.option(
    "--edition", metavar="NAME", help="Another edition than the one in use; `law editions` lists them."
)
