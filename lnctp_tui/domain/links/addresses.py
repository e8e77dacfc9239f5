"""Addresses of the network in one form: e-mail, pages, users of platforms. Source: RFC 3986, RFC 5321, IDNA 2003."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Final, NamedTuple
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from lnctp_tui.domain.values.text import REPLACEMENT, clean, digits

SAME_USERS: Final[Mapping[str, str]] = {"facebook_messenger": "facebook", "x": "twitter"}
"""Platform → the one whose users it has."""
HOSTS: Final[Mapping[str, str]] = {
    "facebook.com": "facebook", "fb.com": "facebook", "fb.me": "facebook", "m.me": "facebook",
    "instagram.com": "instagram", "instagr.am": "instagram", "tiktok.com": "tiktok", "twitter.com": "twitter",
    "x.com": "twitter", "t.me": "telegram", "telegram.me": "telegram", "snapchat.com": "snapchat",
    "wa.me": "whatsapp", "whatsapp.com": "whatsapp",
}  # fmt: skip
"""Host without `www.` and `m.` → platform whose users are the first part of its paths."""
NO_USERS: Final = frozenset(
    [
        "about",
        "add",
        "ads",
        "business",
        "events",
        "explore",
        "groups",
        "hashtag",
        "help",
        "home",
        "i",
        "intent",
        "joinchat",
        "login",
        "marketplace",
        "messages",
        "p",
        "pages",
        "people",
        "photo",
        "photo.php",
        "photos",
        "privacy",
        "profile.php",
        "reel",
        "reels",
        "s",
        "search",
        "settings",
        "share",
        "sharer",
        "shop",
        "signup",
        "story.php",
        "t",
        "tag",
        "terms",
        "tv",
        "video",
        "videos",
        "watch",
    ]
)
"""First parts of paths that are nobody's."""
TRACKING: Final = re.compile(
    r"utm_\w+|fbclid|gclid|dclid|msclkid|igsh|igshid|mc_[ce]id|_ga|yclid|ref|ref_src|mibextid|si|feature|__tn__|__cft__.*",
    re.IGNORECASE,
)
"""Parameters by which a page is told who sends; two links with other ones are the same page."""
DOTLESS: Final = frozenset({"gmail.com"})
"""Hosts for which dots before the @ say nothing."""
TAGGED: Final = frozenset({"gmail.com", "outlook.com", "hotmail.com", "live.com", "icloud.com", "proton.me"})
"""Hosts for which what follows `+` says nothing."""
SAME_HOST: Final[Mapping[str, str]] = {"googlemail.com": "gmail.com", "protonmail.com": "proton.me"}
_PART = r"[^\s@<>\"'(),;:\\\[\]/]"
_ADDRESS = re.compile(rf"(?<!{_PART})({_PART}++)@({_PART}+\.{_PART}+)")
"""Begins where a word begins: of a text without an address nothing is read twice."""
_LOOKS = str.maketrans(
    "абвгеёзикмнорстухѕіјһԁԛԝьαβεικνορτυχγηωѵꓐ",
    "a6bree3nkmhopctyxsijhdqwbabeiknoptuxynwvb",
)
"""Letters of Cyrillic and Greek that look like Latin ones. Source: Unicode Technical Standard 39, confusables."""


class Profile(NamedTuple):
    """A user's page."""

    platform: str
    name: str
    number: str = ""
    """The telephone number, where users are numbers."""


def canonical(raw: str) -> str:
    """A text in the one form in which it is compared: compatible letters are one, invisible ones none."""
    if raw.isascii() and raw.isprintable():
        return raw.strip()
    return unicodedata.normalize("NFKC", clean(raw)[0].replace(REPLACEMENT, "")).replace("\u200c", "").replace(
        "\u200d", ""
    ).strip()  # fmt: skip


def skeleton(name: str) -> str:
    """What a name looks like: letters of other scripts as the Latin ones they resemble, without signs."""
    plain = unicodedata.normalize("NFKD", name.casefold()).translate(_LOOKS)
    return "".join(letter for letter in plain if letter.isalnum())


def user(platform: str, raw: str) -> str:
    """A user's name without @, case and blanks; on Facebook also without dots."""
    name = re.sub(r"\s+", "", raw).lstrip("@").rstrip("/").casefold()
    return name.replace(".", "") if platform == "facebook" else name


def email(raw: str) -> str | None:
    """The one address in a text, in the form that its host tells apart; None when there is none."""
    found = _ADDRESS.findall(raw.removeprefix("mailto:"))
    if len(found) != 1:
        return None
    local, host = found[0][0].casefold(), _host(found[0][1])
    if host is None:
        return None
    host = SAME_HOST.get(host, host)
    if host in TAGGED:
        local = local.partition("+")[0]
    if host in DOTLESS:
        local = local.replace(".", "")
    return f"{local}@{host}" if local else None


def page(raw: str) -> tuple[str, str] | None:
    """Host and what follows of a page, without scheme, `www.`, what only tracks, and the place within it."""
    split = _split(raw)
    if split is None:
        return None
    host, path, query = split
    named = [
        (name, value)
        for name, value in parse_qsl(query, keep_blank_values=True)
        if not TRACKING.fullmatch(name)
    ]
    path = re.sub(r"/{2,}", "/", path).rstrip("/")
    return host, path + (f"?{urlencode(sorted(named))}" if named else "")


def profile(raw: str) -> Profile | None:
    """The user whose page this is; None for any other text."""
    split = _split(raw)
    if split is None:
        return None
    host, path, query = split
    platform = HOSTS.get(re.sub(r"^(?:m|mobile|web|l|es-la|api|chat)\.", "", host))
    if platform is None:
        return None
    parts, named = [part for part in path.split("/") if part], dict(parse_qsl(query))
    if platform == "whatsapp":
        number = digits(named.get("phone") or (parts[0] if parts else ""))
        return Profile(platform, "", f"+{number}") if number else None
    if platform == "facebook" and parts[:1] == ["profile.php"]:
        return Profile(platform, f"id:{named['id']}") if named.get("id", "").isdecimal() else None
    if parts and parts[0] in ("stories", "add", "u") and len(parts) > 1:
        parts = parts[1:2]
    if (
        not parts
        or parts[0].casefold() in NO_USERS
        or (platform == "tiktok" and not parts[0].startswith("@"))
    ):
        return None
    # A page within a user's is that user's only where the rest says no more.
    return Profile(platform, parts[0]) if len(parts) == 1 or platform in ("tiktok", "twitter") else None


def _split(raw: str) -> tuple[str, str, str] | None:
    text = raw.strip().strip("<>").split()
    if len(text) != 1:
        return None
    whole = text[0] if re.match(r"[a-z][a-z0-9+.-]*://", text[0], re.IGNORECASE) else f"http://{text[0]}"
    try:
        split = urlsplit(whole)
        host = _host(split.hostname or "")
        port = split.port
    except ValueError:
        return None
    if host is None or "@" in split.netloc:
        return None
    host = host.removeprefix("www.")
    return (
        (host if port in (None, 80, 443) else f"{host}:{port}"),
        canonical(unquote(split.path)),
        split.query,
    )


def _host(raw: str) -> str | None:
    """A host's name in lower case and in ASCII."""
    name = raw.strip(".").casefold()
    if "." not in name or len(name) > 253 or not re.search(r"[^\W\d_]", name):
        return None
    try:
        return name.encode("idna").decode("ascii")
    except UnicodeError:
        return None
