"""`python cli.py …` from a checkout; the installed command is `deadlines`."""

from deadlines.commands import main

__all__ = ["main"]

if __name__ == "__main__":
    main()
