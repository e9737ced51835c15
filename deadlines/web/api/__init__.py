"""The JSON API at `/api/v1`, for other programs of the firm: tokens, typed requests and answers, an OpenAPI file."""

from deadlines.web.api.asked import Firm
from deadlines.web.api.server import Api

__all__ = ["Api", "Firm"]
