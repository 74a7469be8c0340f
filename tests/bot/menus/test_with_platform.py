"""The bot as it runs: signed webhooks in over HTTP, the SDK out over HTTP, a strict platform at the other end."""

import dataclasses
import re
import threading
import time
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from http.cookiejar import CookieJar

import pytest
from sqlalchemy import select
from werkzeug.serving import make_server

from backend import world as worlds
from backend.bell import SilentBell
from backend.db.models import Booking, LineUser, Notification, Rider, Stop
from backend.db.queries import network
from backend.db.session import tell_after_commit, transaction
from backend.jobs.sweeping import Sweeper
from backend.world import World
from bot import jobs
from bot.messenger import LineMessenger
from bot.simulator.client import Phone
from tests.bot.make_bot import make_app
from tests.bot.residents import BEFORE_NINE
from tests.bot.simulator.conftest import SECRET, TOKEN
from tests.make import MONDAY, jst, make_booking, make_rider, make_wish, make_world, seed_minami
from tests.patience import PATIENCE_S


@pytest.fixture
def town(engine, simulator, platform, wall) -> World:
    """The demo town with a worker, bound to the simulator as the platform."""
    seed_minami(engine)
    pool = ThreadPoolExecutor(2)
    bell = SilentBell(lambda job, ids: pool.submit(getattr(jobs, job.rpartition(".")[2]), *ids))
    settings = {
        "LINE_API_BASE_URL": f"{simulator.url}/sim/line",
        "LINE_CHANNEL_SECRET": SECRET,
        "LINE_CHANNEL_ACCESS_TOKEN": TOKEN,
    }
    world = make_world(engine, now=BEFORE_NINE, **settings)
    server = make_server("127.0.0.1", 0, None, threaded=True)
    settings["PUBLIC_URL"] = f"http://127.0.0.1:{server.server_port}"
    world = World(
        settings=make_world(engine, **settings).settings,
        engine=engine,
        clock=world.clock,
        wall=wall,
        bell=bell,
        messenger=LineMessenger(world.settings),
        map_source=world.map_source,
    )
    worlds.install(world)
    tell_after_commit(lambda notification_id: bell.ring("bot.jobs.send_notification", notification_id))
    server.app = make_app(world)
    platform.courier._url = f"{world.settings.public_url}/line/webhook"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield world
    server.shutdown()
    thread.join()
    server.server_close()
    pool.shutdown(wait=True)
    tell_after_commit(lambda _id: None)


def see(phone: Phone, words: str) -> str:
    """Wait for a message that holds ``words``."""
    return phone.wait_for_message(PATIENCE_S, matching=lambda each: words in each.text).text


def fill_in(url: str, **fields: str) -> str:
    """Fill in a form as a browser does, and return the page that follows."""
    no_proxy = urllib.request.ProxyHandler({})
    opener = urllib.request.build_opener(no_proxy, urllib.request.HTTPCookieProcessor(CookieJar()))
    page = opener.open(url, timeout=PATIENCE_S).read().decode()
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
    typed = urllib.parse.urlencode({"csrf_token": token, **fields}).encode()
    return opener.open(url, typed, timeout=PATIENCE_S).read().decode()


def wait_until(true_now) -> None:
    end_at = time.monotonic() + PATIENCE_S
    while not true_now():
        assert time.monotonic() < end_at
        time.sleep(0.02)


@pytest.mark.req("D-13", "D-30", "D-49")
def test_a_newcomer_registers_books_and_reads_the_receipt(town, simulator):
    phone = Phone.add(simulator.url, "見本さん")
    see(phone, "ようこそ")
    wait_until(lambda: "会員登録" in [button.label for button in phone.buttons()])

    phone.tap("会員登録")
    see(phone, "登録の前にお読みください")
    phone.tap("同意して登録へすすむ")
    see(phone, "次のページで入力します")
    done = fill_in(
        phone.tap("ページを開く"),
        consent="yes",
        name="見本 ハナ",
        kana="みほん はな",
        phone="09012345678",
        birth_year="1941",
        fare_category="senior",
    )
    assert "会員登録ができました" in done
    see(phone, "すぐに予約できます")
    wait_until(lambda: "予約を見る・取り消す" in [button.label for button in phone.buttons()])

    phone.tap("予約する")
    see(phone, "どこからのりますか")
    for label, words in (
        ("ま", "真駒内駅"),
        ("真駒内駅", "どこまで行きますか"),
        ("か", "芸術の森センター"),
        ("芸術の森センター", "いつのりますか"),
        ("今日 11月25日(金)", "何時にしますか"),
        ("10:30", "これでよろしいですか"),
        ("はい、予約する", "予約ができました"),
    ):
        phone.tap(label)
        said = see(phone, words)

    with transaction(town.engine) as session:
        booking = session.scalars(select(Booking)).one()
        assert booking.number in said
        assert booking.fare_yen == 150
    wait_until(lambda: _states(town) == {"sent"})


@pytest.mark.parametrize("fault", ["500", "429", "drop_after_accept"])
def test_an_answer_comes_once_whatever_the_platform_does(town, simulator, fault):
    phone = Phone.add(simulator.url, "見本さん")
    see(phone, "ようこそ")
    wait_until(lambda: _states(town) == {"sent"})
    simulator.post("/faults", {"mode": fault, "count": 1})

    phone.say("料金")

    see(phone, "350円")
    wait_until(lambda: _states(town) == {"sent"})
    assert sum("350円" in each.text for each in phone.messages()) == 1


@pytest.mark.parametrize("fault", ["500", "drop_after_accept"])
def test_a_reminder_comes_once_whatever_the_platform_does(town, simulator, fault):
    phone = Phone.add(simulator.url, "見本さん")
    see(phone, "ようこそ")
    wait_until(lambda: _states(town) == {"sent"})
    with transaction(town.engine) as session:
        account = session.scalars(select(LineUser)).one()
        account.rider_id = make_rider(session).id
        stops = session.scalars(select(Stop).order_by(Stop.id).limit(2)).all()
        wish = make_wish(network.get_service(session), *stops, day=MONDAY)
        make_booking(session, wish, rider=session.get_one(Rider, account.rider_id), actor="line:1")
    simulator.post("/faults", {"mode": fault, "count": 1})
    evening = dataclasses.replace(town, clock=lambda: jst("2022-11-27 18:00:00"))
    worlds.install(evening)

    Sweeper(evening).reminders()
    Sweeper(evening).messages()
    assert _states(town) == {"sent", "owed"}
    later = dataclasses.replace(evening, wall=lambda: town.wall() + timedelta(minutes=1))
    worlds.install(later)
    wait_until(lambda: Sweeper(later).messages() or _states(town) == {"sent"})

    assert sum("11月28日(月)に、予約があります" in each.text for each in phone.messages()) == 1


def _states(town) -> set[str]:
    with transaction(town.engine) as session:
        return set(session.scalars(select(Notification.state)))
