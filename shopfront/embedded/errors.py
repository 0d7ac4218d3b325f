"""What can go wrong when engines start; each message says what to do."""


class EnginesError(RuntimeError):
    """The engines cannot start."""


class EnginesBusyError(EnginesError):
    """Another process already supervises the engines of this data folder."""
