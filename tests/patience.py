"""How long tests wait for what must happen: they go on as soon as it has, so only a loaded machine sees the length."""

PATIENCE_S = 45.0
PATIENCE_MS = 45_000
