"""What gunicorn is told beside its command line."""

from backend import world


def post_fork(_server: object, _worker: object) -> None:
    """Let a fresh web process open connections of its own: those of its parent are not to be shared."""
    made = world.current()
    made.engine.dispose(close=False)
    made.bell.connection.connection_pool.reset()
