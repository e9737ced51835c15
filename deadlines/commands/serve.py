"""`deadlines serve`: web server and scheduler in one process."""

import gc
import logging
import signal
import socket
from types import FrameType
from typing import TYPE_CHECKING

import click

from deadlines.commands.context import App, pass_app
from deadlines.errors import ServeError

if TYPE_CHECKING:
    from starlette.applications import Starlette

    from deadlines.daemon import Scheduler

log = logging.getLogger("deadlines.serve")
BACKLOG = 512
FAREWELL_SECONDS = 2


@click.command()
@click.option("--host", metavar="ADDRESS", help="The address to listen on, instead of web.host.")
@click.option("--port", type=click.IntRange(1, 65535), help="The port to listen on, instead of web.port.")
@pass_app
def command(app: App, host: str | None, port: int | None) -> None:
    """Run the web server with the feeds and the scheduler in one process.

    Runs until SIGTERM or Ctrl-C; requests and the message on their way are finished first.

    \b
    Example:
      deadlines --config /srv/deadlines/deadlines.toml serve --port 8099
    """
    from deadlines.commands.logs import start_log
    from deadlines.wiring import build_scheduler, build_web

    settings = app.settings
    start_log(settings.log.format)
    with app.database(patient=True) as database:
        web = build_web(settings, database)
        scheduler = build_scheduler(settings, database, web)
        with listen(host or settings.web.host, port or settings.web.port) as listener:
            serve(web, scheduler, listener)


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens there; raises ServeError where it cannot."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise ServeError(
            f"Port {port} on {host} cannot be used ({error.strerror}); choose another with --port."
        ) from None
    return listener


def serve(web: "Starlette", scheduler: "Scheduler", listener: socket.socket) -> None:
    """Serve on the socket until a signal asks for the end, then stop the scheduler too."""
    import uvicorn

    config = uvicorn.Config(
        web,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        lifespan="off",
        timeout_graceful_shutdown=FAREWELL_SECONDS,
    )
    server = uvicorn.Server(config)

    # Holds before the server takes the signals over, and after: it raises the one that ended it again.
    def end(_signal: int, _frame: FrameType | None) -> None:
        server.should_exit = True

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    scheduler.start()
    name, port = listener.getsockname()[:2]
    log.info("serving on %s port %s", name, port)
    scheduler.manager.ready()
    gc.collect()
    gc.freeze()  # program and law stay: no answer waits while all of that is looked through once more
    try:
        server.run(sockets=[listener])
    finally:
        _stop(scheduler)


def _stop(scheduler: "Scheduler") -> None:
    from deadlines.daemon.scheduler import leave

    if not scheduler.stop():
        log.warning("a message is still on its way; it goes again after its lease")
        leave(0)
    log.info("stopped")
