"""Who may open which page: one table, default deny (S-27). Sign-in, machine, network and CSRF are checked here, once.

A blueprint is guarded by `protect`; a route of it that has no row in `ROLES` or `PUBLIC` answers 403 to everybody.
"""

from collections.abc import Iterable

from flask import Blueprint, Response, current_app, g, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError, CSRFProtect
from sqlalchemy.orm import Session

from admin import cookies
from admin.field_labels import label_of
from admin.forms import FormError
from admin.routes import AUDITOR, BULK, CARRIER, DRIVER, MENU, PAPERS, PUBLIC, ROLES, UPLOADS
from backend import texts, why_words, wording
from backend.app import world
from backend.db.queries.staff import SignedIn, StaffView, find_signed_in
from backend.db.session import transaction
from backend.domain import times
from backend.services import devices, emergency, lifecycle, sign_ins, staff_networks, work_sessions

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
TAKES_OUT = "_file"  # how every route is called that gives a file away
SHUT_IN_EMERGENCY = ("admin.", "api.")
OPEN_IN_EMERGENCY = ("admin.secrecy.", "admin.sign_in.")
FOREIGN_SITES = {"cross-site", "same-site"}
CSRF_HOLDS_S = 12 * 3600
NOBODY = -1

csrf = CSRFProtect()


def protect(blueprint: Blueprint) -> None:
    """Guard every route of ``blueprint``, and give its templates what `admin/layout.html` needs."""
    blueprint.record_once(_prepare_app)
    blueprint.before_request(admit)
    blueprint.after_request(_keep_private)
    blueprint.context_processor(_in_templates)
    blueprint.register_error_handler(CSRFError, _old_form)
    blueprint.register_error_handler(FormError, _unreadable)


def admit() -> ResponseReturnValue | None:
    """Let a request pass, or send it to the sign-in (401 to scripts), or forbid it."""
    endpoint = request.endpoint or ""
    if not endpoint.endswith(".static") and _must_empty_machine():
        return _empty_machine()
    if endpoint not in PUBLIC:
        signed_in = find_full_sign_in()
        if signed_in is None:
            return _to_sign_in()
        _remember(signed_in)
        if g.staff.role not in roles_for(endpoint) or not _is_from_here(g.staff):
            return _forbidden()
        refused = _rests(endpoint)
        if refused is not None:
            return refused
    if request.method not in SAFE_METHODS:
        if request.headers.get("Sec-Fetch-Site") in FOREIGN_SITES:
            return _forbidden()
        request.max_content_length = UPLOADS.get(endpoint, request.max_content_length)
        csrf.protect()
    return None


def _rests(endpoint: str) -> ResponseReturnValue | None:
    """Return what keeps a page shut that the person may open: an emergency, or the wrong machine (S-17, P-17).

    In an emergency the switches, signing out and the terminals go on; the machine API rests with the staff web,
    since the same sign-ins open it.
    """
    if endpoint.startswith(SHUT_IN_EMERGENCY) and not endpoint.startswith(OPEN_IN_EMERGENCY):
        with transaction(world().engine) as session:
            if emergency.is_shut(session, emergency.WEB):
                return ({"error": "shut"} if _is_script() else render_template("secrecy/shut.html", refusal=None)), 503
            takes_out = endpoint.endswith(TAKES_OUT) or endpoint in PAPERS
            refusal = emergency.check_exports(session) if takes_out else None
        if refusal is not None:
            return render_template("secrecy/shut.html", refusal=refusal), 503
    return needs_device() if endpoint in BULK else None


def needs_device() -> ResponseReturnValue | None:
    """Forbid a page with many people's data but at a registered office machine, and ask once for the work's name.

    Everybody else gets 403 (P-17); the work's name opens the log of who did what where (P-18).
    """
    machine = g.get("device")
    if machine is None or machine.kind != devices.OFFICE:
        return _refused("admin/needs_device.html")
    with transaction(world().engine) as session:
        if work_sessions.is_open(session, g.sign_in_id, device_id=machine.id):
            return None
    if request.method in SAFE_METHODS and not _is_script():
        return redirect(url_for("admin.access.begin_work", to=request.full_path.rstrip("?")))
    return _refused("admin/needs_device.html")


def roles_for(endpoint: str) -> frozenset[str]:
    """Return who may open a route: its own row, or the row of its blueprint, or nobody."""
    blueprint = endpoint.rpartition(".")[0]
    return ROLES.get(endpoint) or ROLES.get(f"{blueprint}.*") or frozenset()


def may(endpoint: str) -> bool:
    """Tell whether the person signed in may open a route; pages show only what may be opened."""
    person: StaffView | None = g.get("staff")
    return person is not None and person.role in roles_for(endpoint)


def own_carrier() -> int | None:
    """Return whose vehicles, runs and machines may be seen: a carrier's own (C-12); everybody else sees all of them.

    A carrier's clerk without a carrier sees nobody's.
    """
    return (g.staff.carrier_id or NOBODY) if g.staff.role == CARRIER else None


def home_of(person: StaffView) -> str:
    """Return where a person starts after the sign-in."""
    return "/driver/" if person.role == DRIVER else url_for("admin.home")


def _in_templates() -> dict[str, object]:
    """Return what `admin/layout.html` needs."""
    person: StaffView | None = g.get("staff")
    home = home_of(person) if person else url_for("admin.home")
    return {"staff": person, "may": may, "menu": MENU, "is_here": _is_here, "home_url": home}


def _is_here(entries: Iterable[tuple[str, str]]) -> bool:
    """Tell whether the page of this request belongs to one of a group's entries."""
    part = (request.endpoint or "").rpartition(".")[0]
    return part in {endpoint.rpartition(".")[0] for endpoint, _ in entries}


def find_sign_in() -> SignedIn | None:
    """Return the sign-in of this request, full or half, while it holds."""
    token = cookies.read(cookies.SIGN_IN)
    if not token:
        return None
    wall = world().wall()
    with transaction(world().engine) as session:
        signed_in = find_signed_in(session, token)
        if signed_in is None or not sign_ins.is_fresh(signed_in, wall=wall):
            return None
        if not sign_ins.is_on_its_machine(signed_in, device_key=cookies.read(cookies.DEVICE)):
            return None
        # A page that refreshes itself says nothing about anybody sitting in front of it.
        if signed_in.factor_at is not None and "partial" not in request.args:
            sign_ins.touch(session, signed_in, wall=wall)
    return signed_in


def find_full_sign_in() -> SignedIn | None:
    """Return the sign-in of this request if both factors were shown."""
    signed_in = find_sign_in()
    return signed_in if signed_in and signed_in.factor_at else None


def is_from_here(session: Session, role: str) -> bool:
    """Tell whether the staff web may be opened from this request's address; terminals are out on the road (S-02)."""
    return role == DRIVER or staff_networks.is_allowed(session, cookies.whence().source)


def _prepare_app(state: BlueprintSetupState) -> None:
    """Set up once what the guarded blueprints share."""
    if "csrf" in state.app.extensions:
        return
    state.app.config.setdefault("WTF_CSRF_CHECK_DEFAULT", False)  # `admit` asks; other doors have their own proof
    state.app.config.setdefault("WTF_CSRF_TIME_LIMIT", CSRF_HOLDS_S)
    state.app.config.setdefault("WTF_CSRF_SSL_STRICT", False)  # pages send no referrer; Sec-Fetch-Site is asked
    csrf.init_app(state.app)
    state.app.jinja_env.filters["digits"] = times.clock
    state.app.jinja_env.filters["typed_day"] = lambda typed: _typed_day(typed, g.get("language", texts.FALLBACK))
    state.app.jinja_env.filters["label"] = lambda name: label_of(name, g.get("language", texts.FALLBACK))
    state.app.jinja_env.filters["why_sentences"] = lambda why: why_words.sentences(
        why, g.get("language", texts.FALLBACK)
    )
    state.app.jinja_env.globals["has_text"] = texts.has


def _keep_private(response: Response) -> Response:
    if request.endpoint != "admin.static":
        response.headers["Cache-Control"] = "no-store"
    return response


def _remember(signed_in: SignedIn) -> None:
    """Say to the rest of this request who asks; what an auditor opens is written down (C-21)."""
    g.staff = signed_in.staff
    g.sign_in = signed_in
    g.sign_in_id = signed_in.id
    g.actor = f"staff:{signed_in.staff.id}"
    g.language = signed_in.staff.language
    if signed_in.staff.role == AUDITOR:
        with transaction(world().engine) as session:
            facts: lifecycle.Facts = {"page": request.endpoint or "", "method": request.method}
            lifecycle.record(session, "page", None, "auditor.read", actor=g.actor, now=world().wall(), facts=facts)


def _is_from_here(person: StaffView) -> bool:
    with transaction(world().engine) as session:
        return is_from_here(session, person.role)


def _must_empty_machine() -> bool:
    """Look up the registered machine of this request; tell whether it was told to forget everything (C-12)."""
    key = cookies.read(cookies.DEVICE)
    if not key:
        return False
    wall = world().wall()
    with transaction(world().engine) as session:
        machine = devices.find_by_key(session, key)
        if machine is None:
            return False
        if devices.take_order_to_empty(session, machine, wall=wall):
            g.is_revoked = machine.revoked_at is not None
            return True
        devices.touch(session, machine, wall=wall)
        g.device = machine
    return False


def _empty_machine() -> ResponseReturnValue:
    """Let the browser forget all it holds of ours; the script of an open page clears its screen on this answer."""
    cleared: ResponseReturnValue = ({"error": "sign_in", "empty": True}, 401)
    if not _is_script():
        cleared = redirect(url_for("admin.sign_in.start"))
    response = current_app.make_response(cleared)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    cookies.clear(response, cookies.SIGN_IN)
    if g.is_revoked:
        cookies.clear(response, cookies.DEVICE)
    return response


def _to_sign_in() -> ResponseReturnValue:
    if _is_script():
        return {"error": "sign_in"}, 401
    wanted = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("admin.sign_in.start", to=wanted))


def _forbidden() -> ResponseReturnValue:
    return _refused("admin/forbidden.html")


def _refused(template: str) -> ResponseReturnValue:
    if _is_script():
        return {"error": "forbidden"}, 403
    return render_template(template), 403


def _old_form(_error: CSRFError) -> ResponseReturnValue:
    if _is_script():
        return {"error": "old_form"}, 400
    return render_template("admin/old_form.html"), 400


def _unreadable(fault: FormError) -> ResponseReturnValue:
    """Answer for a field that no page of ours would have sent like that."""
    return render_template("admin/unreadable.html", faults=fault.said(g.get("language", texts.FALLBACK))), 400


def _is_script() -> bool:
    return "partial" in request.args or request.accept_mimetypes.best == "application/json" or request.is_json


def _typed_day(typed: str, language: str) -> str:
    """Return a day that a form sent back in words; what is no day stays as it was typed."""
    try:
        return wording.day_text(typed, language)
    except ValueError:
        return typed
