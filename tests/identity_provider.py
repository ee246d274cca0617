"""A small OpenID Connect provider as a process of its own: discovery, keys, code flow with PKCE, RS256 tokens.

``python -m tests.identity_provider PORT``. Who logs in is asked with a form, as a real one does.
"""

import base64
import hashlib
import secrets
import sys
import time
from html import escape
from urllib.parse import parse_qs, urlencode

import uvicorn
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

CLIENT_ID, CLIENT_SECRET = "repscope", "a-secret-of-the-test"
KEY = RSAKey.generate_key(2048, {"kid": "test", "use": "sig", "alg": "RS256"})
CODES: dict[str, dict[str, str]] = {}


def _issuer(request: Request) -> str:
    return str(request.base_url).rstrip("/")


async def discovery(request: Request) -> Response:
    issuer = _issuer(request)
    return JSONResponse({
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/authorize",
        "token_endpoint": f"{issuer}/token",
        "jwks_uri": f"{issuer}/jwks",
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "code_challenge_methods_supported": ["S256"],
    })  # fmt: skip


async def jwks(_: Request) -> Response:
    return JSONResponse({"keys": [KEY.as_dict(private=False)]})


async def authorize(request: Request) -> Response:
    asked = {name: request.query_params.get(name, "") for name in ("redirect_uri", "state", "nonce", "code_challenge")}
    if request.query_params.get("client_id") != CLIENT_ID:
        return Response("unknown client", 400)
    fields = "".join(f'<input type="hidden" name="{name}" value="{escape(value)}">' for name, value in asked.items())
    return HTMLResponse(
        f'<form method="post" action="/login">{fields}<label>Who <input name="sub"></label><button>Go</button></form>'
    )


async def login(request: Request) -> Response:
    form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
    code = secrets.token_urlsafe()
    CODES[code] = form
    return RedirectResponse(f"{form['redirect_uri']}?{urlencode({'code': code, 'state': form['state']})}", 303)


async def token(request: Request) -> Response:
    form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
    known = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
    login = CODES.pop(form["code"], None)
    digest = hashlib.sha256(form["code_verifier"].encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    if (
        login is None
        or request.headers.get("authorization") != f"Basic {known}"
        or challenge != login["code_challenge"]
    ):
        return JSONResponse({"error": "invalid_grant"}, 400)
    now = int(time.time())
    claims = {
        "iss": _issuer(request), "aud": CLIENT_ID, "sub": login["sub"], "name": login["sub"].capitalize(),
        "nonce": login["nonce"], "iat": now, "exp": now + 300,
    }  # fmt: skip
    id_token = jwt.encode({"alg": "RS256", "kid": "test"}, claims, KEY)
    return JSONResponse({"access_token": secrets.token_urlsafe(), "token_type": "Bearer", "id_token": id_token})


app = Starlette(routes=[
    Route("/.well-known/openid-configuration", discovery),
    Route("/jwks", jwks),
    Route("/authorize", authorize),
    Route("/login", login, methods=["POST"]),
    Route("/token", token, methods=["POST"]),
])  # fmt: skip

if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
