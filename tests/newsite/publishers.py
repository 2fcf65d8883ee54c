"""The publishers of the sample press, in the order in which they are listed."""

from newsite.harbour_gazette.site import HARBOUR_GAZETTE
from newsite.meridian.site import MERIDIAN
from newsite.obertal_anzeiger.site import OBERTAL_ANZEIGER
from newsite.publisher import Publisher
from newsite.radio_ansty.site import RADIO_ANSTY
from newsite.visnyk_zarichchia.site import VISNYK_ZARICHCHIA

PUBLISHERS: tuple[Publisher, ...] = (
    HARBOUR_GAZETTE,
    MERIDIAN,
    RADIO_ANSTY,
    OBERTAL_ANZEIGER,
    VISNYK_ZARICHCHIA,
)
