"""How long each wait may last on a machine that is slow and has other things to do.

An end to what would never come, and a measure of nothing: whatever is had sooner goes on sooner.
"""

from typing import Final

EVENT_S: Final = 60
"""What the edge says or its pins do while it runs, of an act that was just done."""
SERVES_S: Final = 300
"""From power, a reboot or its unit's begin until the edge serves."""
STOP_S: Final = 120
"""Its unit ends, with all that it does as it ends."""
HUB_S: Final = 120
"""What the hub and the edge say to each other: a connection, an enrolment, a configuration that stands."""
DOCTOR_S: Final = 400
"""All that its doctor looks at, in an emulated guest."""
