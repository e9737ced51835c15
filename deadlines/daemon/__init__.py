"""The part that works by the clock: a handful of sweeps over the database, and what makes them run.

A reminder is a row, never a job: whatever happens to this process, what is due stays due.
"""

from deadlines.daemon.post import SendReport
from deadlines.daemon.scheduler import Scheduler, run
from deadlines.daemon.sweeps import Sweeps

__all__ = ["Scheduler", "SendReport", "Sweeps", "run"]
