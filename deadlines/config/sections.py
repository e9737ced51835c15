"""The tables of the configuration file, in their order, each with what it is about."""

SECTIONS = {
    "firm": "Who uses the program.",
    "database": "Where the docket is kept.",
    "web": "Where the web server listens and how people reach it.",
    "oidc": "The firm's identity provider, for signing in to the pages (OpenID Connect); see docs/security.md.",
    "mail": "How reminders leave.",
    "channels": "How people are reached beside mail; see docs/operations.md.",
    "webhook": "A program of the firm that is told of reminders beside the people.",
    "reminders": "When reminders are sent.",
    "incoming": "By when a paper that came in must be on the docket.",
    "agenda": "The morning's list for each person, and the weekly docket for supervisors.",
    "evening": "The check at the end of a working day; see docs/evening-and-missed.md.",
    "follow_up": "The weekly list of dates and proofs to one partner; see docs/evening-and-missed.md.",
    "monitor": "Somebody outside who raises the alarm when this machine falls silent.",
    "daemon": "The rhythm of the scheduler.",
    "log": "What the long-running commands write to standard error.",
    "keeping": "How the docket is kept whole: seals, backups and rehearsals.",
    "print": "The docket as a file that can be read and printed while the server is down.",
    "law": "Which edition of the law is used, and what the firm adds to it.",
    "policy": "What the firm calendars where the law leaves a question open. It moves safe dates, never a last day.",
}
