"""Sign-up, confirmation, unsubscribe, the two one-tap corrections, and health.

No page needs a login: each link carries a signed token of one purpose. GET never changes anything, since link scanners
follow every link of a mail; POST acts at once (RFC 8058: without cookie, login or CSRF token, and never a redirect).
An unknown link looks like one that worked, so that nobody learns whose it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ctm_alerts.app import App, country_of_zone
from ctm_alerts.digests.cards import profile_words
from ctm_alerts.emails import palette
from ctm_alerts.errors import UsageError
from ctm_alerts.matching.match import country_name
from ctm_alerts.postings.posting import TIERS
from ctm_alerts.subscribers.importing import check_email, check_zone, default_wishes
from ctm_alerts.subscribers.links import Purpose
from ctm_alerts.subscribers.subscriber import NewSubscriber, Profile, Rhythm, Subscriber

Clock = Callable[[], datetime]
#: a form of ours is small; more is not read
MOST_FORM_BYTES = 20_000
#: sign-ups from one address of the net in an hour (web security W8)
MOST_SIGNUPS = 10
#: a worker ticks each minute; silence of this length means that none runs
HEARTBEAT = timedelta(minutes=10)

_HEADERS = {
    b"content-security-policy": b"default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
    b"base-uri 'none'; frame-ancestors 'none'",
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
    b"permissions-policy": b"camera=(), geolocation=(), microphone=()",
    b"cache-control": b"no-store",
    b"x-robots-tag": b"noindex",
}


class SafeHeaders:
    """Security headers on every response, errors included (web security W6, W16)."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self._app = app
        self._headers = dict(_HEADERS)
        if https:
            self._headers[b"strict-transport-security"] = b"max-age=31536000"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and add to the response."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                present = {name for name, _ in message["headers"]}
                extra = [(k, v) for k, v in self._headers.items() if k not in present]
                message = {**message, "headers": [*message["headers"], *extra]}
            await send(message)

        await self._app(scope, receive, send_with_headers)


class Site:
    """The pages, over one app."""

    def __init__(self, app: App, clock: Clock) -> None:
        self._app, self._clock = app, clock

    def starlette(self) -> Starlette:
        """The ASGI application."""
        routes = [
            Route("/", self._page(self._home), methods=["GET"]),
            Route("/", self._page(self._sign_up), methods=["POST"]),
            Route("/confirm/{token}", self._page(self._confirm), methods=["GET", "POST"]),
            Route("/unsubscribe/{token}", self._page(self._unsubscribe), methods=["GET", "POST"]),
            Route("/less/{token}", self._page(self._less), methods=["POST"]),
            Route("/adjust/tier/{token}", self._page(self._adjust_tier), methods=["GET", "POST"]),
            Route("/adjust/place/{token}", self._page(self._adjust_place), methods=["GET", "POST"]),
            Route("/healthz", self._page(self._health), methods=["GET"]),
            Route("/static/site.css", self._page(self._css), methods=["GET"]),
        ]
        https = self._app.settings.public_url.startswith("https://")
        return Starlette(
            routes=routes,
            middleware=[Middleware(SafeHeaders, https=https)],
            exception_handlers={HTTPException: self._http_error, 500: self._crash},
        )

    # -- requests in, answers out

    def _page(
        self, answer: Callable[[Request, Mapping[str, list[str]]], Response]
    ) -> Callable[[Request], Any]:
        """Read the form, then answer in a thread: everything below is plain blocking code."""

        async def endpoint(request: Request) -> Response:
            form = await _form(request) if request.method == "POST" else {}
            return await run_in_threadpool(answer, request, form)

        return endpoint

    def _show(self, name: str, status: int = 200, **context: object) -> HTMLResponse:
        html = self._app.templates.render(f"web/{name}.html", brand=self._app.brand, hidden={}, **context)
        return HTMLResponse(html, status)

    def _person(self, purpose: Purpose, request: Request) -> Subscriber | None:
        token = self._app.signer.read(purpose, request.path_params["token"], self._clock())
        # by our own id alone: a host's external id may look the same
        return (
            None
            if token is None
            else self._app.subscribers.of_ids([token.subscriber_id]).get(token.subscriber_id)
        )

    async def _http_error(self, request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        words = {
            404: ("Nothing is here", "The address is not one of ours, or was cut off on its way."),
            405: (
                "This is not done that way",
                "The page can be looked at, or its button pressed, and nothing else.",
            ),
            413: ("Too much", "A form of ours is smaller than that."),
        }
        heading, says = words.get(status, ("That did not work", "The request could not be read."))
        page = self._show(
            "error", status, heading=heading, says=says, remedy="Follow the link in your newest mail."
        )
        if isinstance(error, HTTPException) and error.headers:
            page.headers.update(error.headers)
        return page

    async def _crash(self, request: Request, error: Exception) -> Response:
        says = "It is our fault, and it is written down. Nothing was changed."
        return self._show("error", 500, heading="Something broke", says=says, remedy="Try again in a minute.")

    # -- the pages

    def _home(self, request: Request, form: Mapping[str, list[str]]) -> Response:
        return self._home_page("ask", "")

    def _home_page(self, state: str, problem: str, status: int = 200) -> Response:
        plans = [
            {
                "name": p.label,
                "price": f"USD ${p.price_usd_month}/month",
                "says": p.features,
            }
            for p in self._app.settings.plans.values()
        ]
        return self._show(
            "home",
            status,
            state=state,
            action="/",
            wording=self._app.settings.consent_text,
            plans=plans,
            problem=problem,
        )

    def _sign_up(self, request: Request, form: Mapping[str, list[str]]) -> Response:
        """The same answer for a new, a known and a suppressed address (web security W7)."""
        now, ip = self._clock(), _ip(request)
        try:
            email = check_email(_one(form, "address"))
            zone = check_zone(_one(form, "timezone") or "UTC")
        except UsageError as error:
            return self._home_page("ask", str(error), 422)
        if self._app.subscribers.asked_since(ip, now - timedelta(hours=1)) >= MOST_SIGNUPS:
            return self._home_page("ask", "Too many sign-ups from your network; try again in an hour.", 429)
        signup, known = self._app.signup(), self._app.subscribers.find(email)
        if known is None:
            person = NewSubscriber(
                email=email,
                name="",
                status="pending",
                plan="free",
                rhythm=Rhythm(zone),
                wishes=(default_wishes(country_of_zone(zone)),),
                assumed=True,
            )
            signup.ask(person, "sign-up page", now, ip=ip, user_agent=_agent(request))
        elif known.status in ("pending", "gone"):
            signup.ask_again(known, "sign-up page", now, ip=ip, user_agent=_agent(request))
        return self._home_page("sent", "")

    def _confirm(self, request: Request, form: Mapping[str, list[str]]) -> Response:
        person, wording = self._person("confirm", request), self._app.settings.consent_text
        if person is None or person.status not in ("pending", "active"):
            return self._show("confirm", state="gone")
        if request.method == "GET" and person.status == "pending":
            return self._show("confirm", state="ask", action=request.url.path, wording=wording)
        if person.status == "pending":
            self._app.signup().confirm(person, self._clock(), ip=_ip(request), user_agent=_agent(request))
        return self._show("confirm", state="done", wording="", first_mail=self._first_mail(person))

    def _first_mail(self, person: Subscriber) -> str:
        rhythm = "each day" if person.plan_at(self._clock()) == "plus" else "each week"
        return (
            "If postings that fit are open, your first digest comes within five minutes. "
            f"After that you get what is new {rhythm}; when nothing is new, no mail comes."
        )

    def _unsubscribe(self, request: Request, form: Mapping[str, list[str]]) -> Response:
        person = self._person("unsubscribe", request)
        if request.method == "GET" and (person is None or person.status != "gone"):
            return self._show(
                "unsubscribe",
                state="ask",
                action=request.url.path,
                list_name=self._app.brand.name,
                search=self._search(person) if person else "",
                less_action=f"/less/{request.path_params['token']}",
                offers=self._offers(person),
            )
        if person is not None and request.method == "POST":
            source = "one-click" if "List-Unsubscribe" in form else "unsubscribe page"
            self._app.signup().unsubscribe(
                person, self._clock(), source=source, ip=_ip(request), user_agent=_agent(request)
            )
        return self._unsubscribed(request, person)

    def _unsubscribed(self, request: Request, person: Subscriber | None) -> Response:
        billing = None
        if person is not None and person.plan_at(self._clock()) == "plus":
            says = "Mail has ended, billing has not: end it where you began it."
            billing = {"says": says, "url": self._app.settings.public_url, "label": "Go to your account"}
        return self._show(
            "unsubscribe",
            state="done",
            list_name=self._app.brand.name,
            search="",
            action="",
            less_action=f"/less/{request.path_params['token']}",
            offers=self._offers(person),
            billing=billing,
        )

    def _offers(self, person: Subscriber | None) -> list[dict[str, str]]:
        """Less instead of nothing; the same offers for an unknown link."""
        return [
            {
                "value": "weekly",
                "label": "One mail a week at most",
                "says": "On your weekday, and none when nothing is new.",
            },
            {
                "value": "pause",
                "label": "A pause of four weeks",
                "says": "Then it goes on by itself, with what is new.",
            },
        ]

    def _less(self, request: Request, form: Mapping[str, list[str]]) -> Response:
        person, now, signup = self._person("unsubscribe", request), self._clock(), self._app.signup()
        choice = _one(form, "less")
        if choice not in ("weekly", "pause"):
            return self._show(
                "error",
                422,
                heading="Nothing was chosen",
                says="Go back and choose one of the two.",
                remedy="",
            )
        if person is not None:
            if person.status == "gone":
                signup.resume_weekly(person, now, ip=_ip(request), user_agent=_agent(request))
                person = self._app.subscribers.get(person.id)
            if choice == "pause" and person.status in ("active", "paused"):
                signup.pause(person, now + timedelta(weeks=4), now)
            elif choice == "weekly":
                rhythm = person.rhythm
                signup.set_rhythm(
                    person,
                    Rhythm(rhythm.timezone, rhythm.minute, rhythm.weekday, rhythm.weekdays_only, weekly=True),
                    now,
                )
        says = (
            "One mail a week at most, from now on."
            if choice == "weekly"
            else "No mail for four weeks; then it goes on."
        )
        return self._show("error", heading="Done", says=says, remedy="")

    def _adjust_tier(self, request: Request, form: Mapping[str, list[str]]) -> Response:
        person = self._person("tier", request)
        profile = self._profile(person)
        if person is None or profile is None:
            return self._show("adjust", what="tier", state="gone")
        if request.method == "POST":
            tiers = [t for t in TIERS if t in form.get("tier", [])]
            if not tiers:
                return self._ask_tier(request, profile, 422)
            return self._adjusted("tier", person, {"tiers": tiers})
        return self._ask_tier(request, profile)

    def _ask_tier(self, request: Request, profile: Profile, status: int = 200) -> Response:
        steps = self._app.guide.tiers
        choices = [
            {"value": t.id, "label": t.full_name, "says": t.years, "chosen": t.id in profile.tiers}
            for t in steps
        ]
        return self._show(
            "adjust", status, what="tier", state="ask", action=request.url.path, choices=choices, several=True
        )

    def _adjust_place(self, request: Request, form: Mapping[str, list[str]]) -> Response:
        person = self._person("place", request)
        profile = self._profile(person)
        if person is None or profile is None:
            return self._show("adjust", what="place", state="gone")
        known = self._app.guide.places.countries
        if request.method == "POST":
            countries = [c for c in form.get("place", []) if c in known]
            wishes: dict[str, Any] = {"countries": countries}
            wishes["workplace"] = ["remote"] if _one(form, "remote") else []
            if not countries and not wishes["workplace"]:
                return self._ask_place(request, profile, person, 422)
            return self._adjusted("place", person, wishes)
        return self._ask_place(request, profile, person)

    def _ask_place(
        self, request: Request, profile: Profile, person: Subscriber, status: int = 200
    ) -> Response:
        """Their own country and the guide's markets first; the rest by name."""
        home = country_of_zone(person.rhythm.timezone)
        markets = [c for m in self._app.guide.markets for c in m.countries]
        first = dict.fromkeys([*profile.countries, *([home] if home else []), *markets])
        choices = [
            {
                "value": c,
                "label": country_name(c, self._app.guide),
                "says": "",
                "chosen": c in profile.countries,
            }
            for c in first
        ]
        remote = {
            "label": "Only remote work",
            "says": "Postings that say hybrid or on site are left out.",
            "chosen": profile.workplace == ("remote",),
        }
        return self._show(
            "adjust", status, what="place", state="ask", action=request.url.path, choices=choices, several=True, remote=remote
        )  # fmt: skip

    def _adjusted(self, what: str, person: Subscriber, changes: dict[str, Any]) -> Response:
        self._app.signup().adjust(person, changes, self._clock())
        return self._show("adjust", what=what, state="done", now_search=self._search(person))

    def _profile(self, person: Subscriber | None) -> Profile | None:
        if person is None:
            return None
        profiles = self._app.subscribers.profiles([person.id])[person.id]
        return profiles[0] if profiles else None

    def _search(self, person: Subscriber) -> str:
        profiles = self._app.subscribers.profiles([person.id])[person.id]
        return "; ".join(profile_words(p, self._app.guide) for p in profiles)

    def _health(self, request: Request, form: Mapping[str, list[str]]) -> Response:
        """200 while the database answers; a silent worker is said, since the web part may run alone."""
        last = self._app.rounds.last()
        beats = {flow: at.isoformat() for flow, at in sorted(last.items())}
        alive = bool(last) and self._clock() - max(last.values()) <= HEARTBEAT
        return JSONResponse({"status": "ok", "worker": "alive" if alive else "silent", "last_rounds": beats})

    def _css(self, request: Request, form: Mapping[str, list[str]]) -> Response:
        css = self._app.templates.render("web/site.css", palette=palette(self._app.brand))
        return PlainTextResponse(css, media_type="text/css", headers={"cache-control": "max-age=3600"})


async def _form(request: Request) -> Mapping[str, list[str]]:
    """The fields of a form, urlencoded or multipart (RFC 8058 allows both); larger than any of ours is refused."""
    body = b""
    async for (
        chunk
    ) in request.stream():  # counted as it comes: a length that is claimed may lie or be missing
        body += chunk
        if len(body) > MOST_FORM_BYTES:
            raise HTTPException(413)

    async def replay() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    fields: dict[str, list[str]] = {}
    async with Request(request.scope, replay).form(
        max_files=0, max_fields=200, max_part_size=MOST_FORM_BYTES
    ) as form:
        for name, value in form.multi_items():
            if isinstance(value, str):
                fields.setdefault(name, []).append(value)
    return fields


def _one(form: Mapping[str, list[str]], name: str) -> str:
    values = form.get(name) or [""]
    return values[0].strip()


def _ip(request: Request) -> str:
    return request.client.host if request.client else ""


def _agent(request: Request) -> str:
    return request.headers.get("user-agent", "")[:200]
