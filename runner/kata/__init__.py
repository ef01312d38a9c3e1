"""kata starts a learner's real server with real services and tells the truth about it."""

__version__ = "0.1.0"
