"""Which parameters of an address say where the reader came from, not what is read."""

import re
from urllib.parse import unquote

# Drawn from the lists of AdGuard (TrackParamFilter, general_url) and ClearURLs, as far as they name no single
# site. Left alone on purpose: names by which content systems choose the article ("cid", "eid", "id", "uid",
# "p", "mod"), though some trackers use them too; courlan 1.4 drops those, and with them whole articles.
_PREFIXES = tuple(
    """utm_ mtm_ matomo_ pk_ piwik_ hsa_ oly_ vero_ itm_ ns_ stm_ trk_ at_ mkt_ wt_ wt. ga_ mc_ sc_ rb_
    __s_ _hs fb_ fbc sfmc_ guce_ amp_ action_object_ action_type_ action_ref_ aspsessionid _branch_
    tracking""".split()  # noqa: SIM905 - quoted, thrice as long
)
_NAMES = frozenset(
    """fbclid gclid gbraid wbraid dclid msclkid yclid ysclid twclid ttclid tblci igshid igsh li_fat_id
    rdt_cid epik s_kwcid srsltid gclsrc campaign_id cmp cmpid cmp_id dicbo echobox ftag icid icmp ico intcid
    intcmp ito maca ncid ocid smid smtyp spm sref srcref share_token sharetoken guccounter hss_channel cndid
    xtor _ga _gl usqp __twitter_impression phpsessid jsessionid
    sessionid""".split()  # noqa: SIM905 - quoted, thrice as long
)
_REFERRERS = frozenset(
    [
        "ref",
        "referer",
        "referrer",
        "source",
        "src",
        "via",
        "campaign",
        "medium",
        "partner",
        "origin",
        "emc",
        "rel",
    ]
)
_AMP = re.compile(r"(?:_?amp(?:=(?:1|true|yes)?)?|outputtype=amp|output=amp|isamp(?:=\w*)?)", re.IGNORECASE)


def is_tracking(pair: str) -> bool:
    """Whether "name=value", percent-encoded, only tracks, keeps a session, or asks for the AMP form."""
    name, _, value = pair.partition("=")
    name = name.lower()
    if name in _NAMES or name.startswith(_PREFIXES) or _AMP.fullmatch(pair):
        return True
    # "ref=homepage" tracks, "ref=20481" may be what chooses the article
    return name in _REFERRERS and not any(c.isdigit() for c in unquote(value))
