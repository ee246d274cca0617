"""A page that is loaded anew, or a tab that the phone had put away, goes on with its visit."""

from typing import Any

import streamlit as st
from streamlit.runtime import exists, get_instance
from streamlit.runtime.scriptrunner import get_script_run_ctx

from core.spool import get_spool
from core.visits import TOLD, Session, get_visits
from pages.components.choose import forget_clip
from pages.components.history.owner import current_owner, has_login

_TAB = "visit_tab"
# sessionStorage is one tab's own, and outlives its page. But a tab that is duplicated takes a copy along, so where the
# server still sees the former page, all tabs are asked who has it: nobody, where a phone lost its network unnoticed.
_remember = st.components.v2.component(
    "repscope_visit",
    html="<span hidden></span>",
    js="""
const NAME = "repscope-visit", ANSWER_MS = 500;

export default function ({ data, setStateValue, parentElement: tab }) {
  tab.visit = data.visit;
  tab.channel ??= listen(tab);
  try {
    remember(tab, data, setStateValue);
  } catch {
    // a browser that lets no site store anything: a reload ends the visit
  }
  return () => { tab.channel.close(); tab.channel = undefined; };
}

function remember(tab, data, setStateValue) {
  const known = sessionStorage.getItem(NAME);
  if (!known || known === data.refused) sessionStorage.setItem(NAME, data.visit);
  else if (known === data.visit) return;
  else if (known !== data.contested) say(tab, setStateValue, { key: known, to: data.visit });
  else ask(tab, known, (isElsewhere) => {
    say(tab, setStateValue, { key: known, to: data.visit, is_elsewhere: isElsewhere });
  });
}

function listen(tab) {
  const channel = new BroadcastChannel(NAME);
  channel.onmessage = ({ data: { asked, owned } }) => {
    if (asked && asked === tab.visit) channel.postMessage({ owned: asked });
    if (owned && owned === tab.asked) tab.answer(true);
  };
  return channel;
}

function ask(tab, key, answer) {
  if (tab.asked === key && tab.asked_for === tab.visit) return;
  tab.asked = key;
  tab.asked_for = tab.visit;
  tab.answer = answer;
  tab.channel.postMessage({ asked: key });
  setTimeout(() => answer(false), ANSWER_MS);
}

function say(tab, setStateValue, words) {
  const stage = `${words.key} ${words.to} ${"is_elsewhere" in words}`;  // once in each session of this page
  if (tab.said === stage) return;
  tab.said = stage;
  setStateValue("left", words);
}
""",
)


def keep_visit() -> None:
    """Let the tab remember this visit, and go on with the one it remembers."""
    if "visit" not in st.session_state:
        st.session_state["visit"] = get_visits().begin(_session())
    told = {name.removeprefix("visit_"): st.session_state.get(name) for name in TOLD}
    _remember(data=told, key=_TAB, on_left_change=_hear)


def _hear() -> None:
    """Go on with the visit the tab left; refuse what is over, not this person's, or open in another tab."""
    left: dict[str, Any] = st.session_state[_TAB]["left"]
    key, session = left["key"], _session()
    former = get_visits().find(key, account=session.account)
    if former is None or left.get("is_elsewhere"):
        st.session_state["visit_refused"] = key
    elif _has_page(former) and "is_elsewhere" not in left:
        st.session_state["visit_contested"] = key
    else:
        _go_on(key, session)


def _go_on(key: str, session: Session) -> None:
    """Take over a visit; a clip that was chosen here meanwhile stays, and that of before goes."""
    chosen = {name: st.session_state[name] for name in ("clip", "run") if st.session_state.get(name)}
    former = get_visits().resume(key, begun=st.session_state.get("visit", ""), session=session)
    if former is None:
        return
    st.session_state["visit"] = key
    get_spool().hand_over(former.id, to=session.id)
    if "clip" in chosen and st.session_state["clip"] is not chosen["clip"]:
        forget_clip()
    st.session_state.update(chosen)


def _has_page(session: Session) -> bool:
    return exists() and get_instance().is_active_session(session.id)


def _session() -> Session:
    context = get_script_run_ctx()
    assert context is not None
    owner = current_owner() if has_login() else None
    return Session(context.session_id, context.session_state, owner.name if owner else None)
