"""Who waits for a lock for too long is asked to send the same once more, in plain words (D-29)."""

import pytest
from sqlalchemy import text

from backend.app import create_app
from backend.db.session import transaction
from tests.make import make_world


@pytest.mark.req("D-29")
def test_a_lock_held_by_somebody_else_is_no_fault_of_ours(engine):
    app = create_app(make_world(engine))

    @app.get("/waits")
    def waits():
        with transaction(engine) as session:
            session.execute(text("SET LOCAL lock_timeout = '50ms'"))
            session.execute(text("LOCK TABLE service_days IN ACCESS EXCLUSIVE MODE"))
        return "never"

    with engine.begin() as holder:
        holder.execute(text("LOCK TABLE service_days IN ACCESS EXCLUSIVE MODE"))
        answer = app.test_client().get("/waits")

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert "もう一度同じ操作をしてください" in answer.get_data(as_text=True)
