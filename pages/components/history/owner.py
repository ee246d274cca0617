"""Whose history this visit sees: the account that is logged in, or this browser."""

import streamlit as st

from core.history import Owner, get_keyring
from core.history.owner import Purpose
from pages.history_routes import BROWSER_SRC, COOKIE

_ask_browser = st.components.v2.component(
    "repscope_history_browser",
    html="<span hidden></span>",
    js="""
export default function ({ data, setStateValue, parentElement }) {
  parentElement.isGone = false;
  const leave = () => { parentElement.isGone = true; };
  if (parentElement.asked === data.id) return leave;
  parentElement.asked = data.id;
  const ask = async () => {
    const answer = await fetch(data.src, { method: "POST", headers: { "X-RepScope": "1" }, cache: "no-store" });
    return answer.json();
  };
  const run = async () => {
    let heard = await ask();
    if (data.makes && heard.is_new) {
      heard = await ask(); // does the cookie come back?
      if (heard.is_new) heard = { error: "blocked" };
    }
    if (data.makes || heard.pass) tell(heard);
  };
  // a word from a page that was left would bring it back
  const tell = (heard) => parentElement.isGone || data.is_known || setStateValue("heard", heard);
  run().catch(() => data.makes && tell({ error: "failed" }));
  return leave;
}
""",
)


def has_login() -> bool:
    """Return whether this server lets people log in (``[auth]`` in ``.streamlit/secrets.toml``)."""
    return hasattr(st.user, "is_logged_in")


def current_owner() -> Owner | None:
    """Return whose history this visit sees; None for somebody not logged in, or a browser that saved nothing yet."""
    if has_login():
        if not st.user.is_logged_in:
            return None
        return Owner.of_account(issuer=str(st.user["iss"]), subject=str(st.user["sub"]))
    if known := st.session_state.get("history_owner"):
        return known
    cookie = st.context.cookies.get(COOKIE)
    return get_keyring().read_cookie(cookie) if cookie else None


def find_browser(*, key: str) -> None:
    """Ask the browser for its cookie, which also renews it: another tab may have got it after this one was opened."""
    if has_login():
        return
    was_known = current_owner() is not None
    _hear(makes=False, key=key)
    if current_owner() is not None and not was_known:
        st.rerun()


def make_owner(*, key: str) -> str | None:
    """Give this browser a cookie of its own; return None while it is asked, "" when it has it, else what went wrong."""
    if current_owner() is not None:
        return ""
    heard = _hear(makes=True, key=key)
    if heard is None:
        return None
    if heard == "blocked":
        return (
            "This browser refuses cookies, so it could not find the analysis again. Allow cookies for this site, "
            "then save again."
        )
    return heard


def saved_src(owner: Owner, saved_id: str) -> str:
    """Return the address under which a saved analysis's pictures and clip are found for some hours."""
    return f"{_files_src(owner, to='files')}/{saved_id}"


def export_src(owner: Owner) -> str:
    """Return the address of everything saved, as a zip."""
    return f"{_files_src(owner, to='export')}/export.zip"


def _files_src(owner: Owner, *, to: Purpose) -> str:
    """Return the prefix of this visit's addresses; it stays the same, or pictures would be fetched again and again."""
    passes: dict[tuple[str, Purpose], str] = st.session_state.setdefault("history_passes", {})
    known = passes.get((owner.name, to))
    if known is None or get_keyring().read_pass(known, to=to) is None:
        known = passes[owner.name, to] = get_keyring().write_pass(owner, to=to)
    return f"/history/files/{known}"


def _hear(*, makes: bool, key: str) -> str | None:
    """Return "" when the browser has answered, None before, "blocked" or what went wrong."""
    name = f"{key}_{'make' if makes else 'look'}"
    src = f"{BROWSER_SRC}?make={int(makes)}"
    asked = {"src": src, "makes": makes, "is_known": current_owner() is not None, "id": name}
    heard = _ask_browser(data=asked, key=name, on_heard_change=lambda: None).heard
    if not heard:
        return None
    if text := heard.get("error"):
        return "The server did not answer. Try again." if text == "failed" else str(text)
    owner = get_keyring().read_pass(heard["pass"], to="browser") if heard.get("pass") else None
    if owner is not None:
        st.session_state["history_owner"] = owner
    return ""
