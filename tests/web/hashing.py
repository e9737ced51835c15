"""How passwords are hashed: in a firm, and in tests that are about something else."""

from argon2 import PasswordHasher

from deadlines.docket import logins

HASHER, NOBODY = logins._hasher, logins._nobody
FAST = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
