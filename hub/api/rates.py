"""How much may be asked of the API."""

from typing import Final

from hub.rates.operations import Limit

OF_A_TOKEN: Final = Limit("token", 600, 60)
OF_WRONG_TOKENS: Final = Limit("address", 20, 60)
