"""Who may open which page: one table, default deny (S-27). Sign-in, its cookie and CSRF are checked here, once.

A blueprint is guarded by `protect`; a route of it that has no row in `ROLES` or `PUBLIC` answers 403 to everybody.
"""

from urllib.parse import urlsplit

from flask import Blueprint, Response, g, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError, CSRFProtect

from admin.field_labels import label_of
from admin.forms import FormError
from admin.routes import DRIVER, MENU, PUBLIC, ROLES
from backend import texts
from backend.app import world
from backend.db.queries.staff import SignedIn, StaffView, find_signed_in
from backend.db.session import transaction
from backend.domain import times
from backend.services import staff as accounts

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
FOREIGN_SITES = {"cross-site", "same-site"}
CSRF_HOLDS_S = 12 * 3600

csrf = CSRFProtect()


def protect(blueprint: Blueprint) -> None:
    """Guard every route of ``blueprint``, and give its templates what `admin/layout.html` needs."""
    blueprint.record_once(_prepare_app)
    blueprint.before_request(admit)
    blueprint.after_request(_keep_private)
    blueprint.context_processor(lambda: {"staff": g.get("staff"), "may": may, "menu": MENU})
    blueprint.register_error_handler(CSRFError, _old_form)
    blueprint.register_error_handler(FormError, _unreadable)


def admit() -> ResponseReturnValue | None:
    """Let a request pass, or send it to the sign-in (401 to scripts), or forbid it."""
    endpoint = request.endpoint or ""
    if endpoint not in PUBLIC:
        signed_in = find_full_sign_in()
        if signed_in is None:
            return _to_sign_in()
        g.staff = signed_in.staff
        g.sign_in_id = signed_in.id
        g.actor = f"staff:{signed_in.staff.id}"
        g.language = signed_in.staff.language
        if g.staff.role not in roles_for(endpoint):
            return _forbidden()
    if request.method not in SAFE_METHODS:
        if request.headers.get("Sec-Fetch-Site") in FOREIGN_SITES:
            return _forbidden()
        csrf.protect()
    return None


def roles_for(endpoint: str) -> frozenset[str]:
    """Return who may open a route: its own row, or the row of its blueprint, or nobody."""
    blueprint = endpoint.rpartition(".")[0]
    return ROLES.get(endpoint) or ROLES.get(f"{blueprint}.*") or frozenset()


def may(endpoint: str) -> bool:
    """Tell whether the person signed in may open a route; pages show only what may be opened."""
    person: StaffView | None = g.get("staff")
    return person is not None and person.role in roles_for(endpoint)


def home_of(person: StaffView) -> str:
    """Return where a person starts after the sign-in."""
    return "/driver/" if person.role == DRIVER else url_for("admin.home")


def find_sign_in() -> SignedIn | None:
    """Return the sign-in of this request, full or half, while it holds."""
    token = request.cookies.get(cookie_name(), "")
    if not token:
        return None
    with transaction(world().engine) as session:
        signed_in = find_signed_in(session, token)
        if signed_in is None or not accounts.is_fresh(signed_in, wall=world().wall()):
            return None
        # A page that refreshes itself says nothing about anybody sitting in front of it.
        if signed_in.factor_at is not None and "partial" not in request.args:
            accounts.touch(session, signed_in, wall=world().wall())
    return signed_in


def find_full_sign_in() -> SignedIn | None:
    """Return the sign-in of this request if both factors were shown."""
    signed_in = find_sign_in()
    return signed_in if signed_in and signed_in.factor_at else None


def cookie_name() -> str:
    """Return the cookie's name: with https one that no other host or path can plant."""
    return "__Host-noriai" if _is_https() else "noriai"


def set_cookie(response: Response, token: str) -> None:
    """Hand a sign-in's token to the browser."""
    response.set_cookie(
        cookie_name(),
        token,
        max_age=accounts.LONGEST_S,
        path="/",
        secure=_is_https(),
        httponly=True,
        samesite="Lax",
    )


def clear_cookie(response: Response) -> None:
    """Take the token back."""
    response.delete_cookie(cookie_name(), path="/", secure=_is_https(), httponly=True, samesite="Lax")


def _prepare_app(state: BlueprintSetupState) -> None:
    """Set up once what the guarded blueprints share."""
    if "csrf" in state.app.extensions:
        return
    state.app.config.setdefault("WTF_CSRF_CHECK_DEFAULT", False)  # `admit` asks; other doors have their own proof
    state.app.config.setdefault("WTF_CSRF_TIME_LIMIT", CSRF_HOLDS_S)
    state.app.config.setdefault("WTF_CSRF_SSL_STRICT", False)  # pages send no referrer; Sec-Fetch-Site is asked
    csrf.init_app(state.app)
    state.app.jinja_env.filters["digits"] = times.clock
    state.app.jinja_env.filters["label"] = lambda name: label_of(name, g.get("language", texts.FALLBACK))
    state.app.jinja_env.globals["has_text"] = texts.has


def _keep_private(response: Response) -> Response:
    if request.endpoint != "admin.static":
        response.headers["Cache-Control"] = "no-store"
    return response


def _to_sign_in() -> ResponseReturnValue:
    if _is_script():
        return {"error": "sign_in"}, 401
    wanted = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("admin.sign_in.start", to=wanted))


def _forbidden() -> ResponseReturnValue:
    if _is_script():
        return {"error": "forbidden"}, 403
    return render_template("admin/forbidden.html"), 403


def _old_form(_error: CSRFError) -> ResponseReturnValue:
    if _is_script():
        return {"error": "old_form"}, 400
    return render_template("admin/old_form.html"), 400


def _unreadable(fault: FormError) -> ResponseReturnValue:
    """Answer for a field that no page of ours would have sent like that."""
    return render_template("admin/unreadable.html", faults=fault.said(g.get("language", texts.FALLBACK))), 400


def _is_script() -> bool:
    return "partial" in request.args or request.accept_mimetypes.best == "application/json" or request.is_json


def _is_https() -> bool:
    public_url: str = world().settings.public_url
    return urlsplit(public_url).scheme == "https"
