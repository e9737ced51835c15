"""Deadline windows for US immigration matters: from one notice to every window, with the law behind it.

>>> from datetime import date
>>> from deadlines import Notice, Service, compute
>>> result = compute(Notice(kind="uscis.denial", form="I-140", decided_on=date(2012, 2, 8), service=Service("mail")))
>>> result.windows[0].last_day
datetime.date(2012, 3, 12)
"""

from deadlines.compute import Notice, Service, compute
from deadlines.law import load_law

__all__ = ["Notice", "Service", "compute", "load_law"]
