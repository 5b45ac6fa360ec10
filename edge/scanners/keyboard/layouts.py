"""The keyboard layouts that scanners type by, by their names at xkb.

The facts are those of xkeyboard-config 2.35.1 (Debian's xkb-data; tests/edge/test_layouts.py compares every key
through libxkbcommon where that is installed), and where it differs those of Windows, which scanners are made for:
French AltGr+2 and AltGr+7 and Spanish AltGr+4 are dead there, and American keyboards have no AltGr. With AltGr
only what is in ASCII is kept, and with Shift as well only what scanners need. A library was not taken: Debian has
no binding of libxkbcommon, and a Raspberry Pi without a desktop no xkb-data.
"""
# ruff: noqa: RUF001

from typing import Final

from edge.scanners.keyboard.errors import KeyboardError
from edge.scanners.keyboard.layout import Layout


class UnknownLayout(KeyboardError):
    """A layout that is not known here; the text says which are."""


def layout_named(name: str) -> Layout:
    """UnknownLayout."""
    try:
        return LAYOUTS[name]
    except KeyError:
        known = ", ".join(f'"{each}"' for each in LAYOUTS)
        raise UnknownLayout(f'no keyboard layout "{name}" is known; layout must be one of {known}') from None


# Plain and shifted, of layouts that differ only with AltGr and in what is dead.
_AMERICAN: Final = (
    "`1234567890-=qwertyuiop[]asdfghjkl;'\\<zxcvbnm,./",
    '~!@#$%^&*()_+QWERTYUIOP{}ASDFGHJKL:"|>ZXCVBNM<>?',
)
_INTERNATIONAL: Final = (
    "`1234567890-=qwertyuiop[]asdfghjkl;'\\\\zxcvbnm,./",
    '~!@#$%^&*()_+QWERTYUIOP{}ASDFGHJKL:"||ZXCVBNM<>?',
)
_BRITISH: Final = (
    "`1234567890-=qwertyuiop[]asdfghjkl;'#\\zxcvbnm,./",
    '¬!"£$%^&*()_+QWERTYUIOP{}ASDFGHJKL:@~|ZXCVBNM<>?',
)
_SWEDISH: Final = (
    "§1234567890+´qwertyuiopå¨asdfghjklöä'<zxcvbnm,.-",
    '½!"#¤%&/()=?`QWERTYUIOPÅ^ASDFGHJKLÖÄ*>ZXCVBNM;:_',
)
_GERMAN: Final = Layout(
    "^1234567890ß´qwertzuiopü+asdfghjklöä#<yxcvbnm,.-",
    "°!\"§$%&/()=?`QWERTZUIOPÜ*ASDFGHJKLÖÄ'>YXCVBNM;:_",
    altgr="7{8[9]0}-\\q@]~'^<|",
    dead=("^´", "`", "'"),
    decimal=",",
)
LAYOUTS: Final = {
    "us": Layout(*_AMERICAN),
    "us(intl)": Layout(
        *_INTERNATIONAL,
        altgr="``''",
        dead=("`'", '~^"'),
    ),
    "gb": Layout(
        *_BRITISH,
        altgr="`|7{8[9]0}-\\q@]~'^\\`",
        dead=("", "", "]'\\"),
    ),
    "ie": Layout(
        *_BRITISH,
        altgr="<`n~",
        dead=("", "", "<n"),
    ),
    "de": _GERMAN,
    "at": _GERMAN,
    "ch": Layout(
        "§1234567890'^qwertzuiopü¨asdfghjklöä$<yxcvbnm,.-",
        '°+"*ç%&/()=?`QWERTZUIOPè!ASDFGHJKLéà£>YXCVBNM;:_',
        altgr="1|2@3#7|9]0}=~q@[[]]'{\\}<\\",
        dead=("^¨", "`", "="),
    ),
    "ch(fr)": Layout(
        "§1234567890'^qwertzuiopè¨asdfghjkléà$<yxcvbnm,.-",
        '°+"*ç%&/()=?`QWERTZUIOPü!ASDFGHJKLöä£>YXCVBNM;:_',
        altgr="1|2@3#7|9]0}=~q@[[]]'{\\}<\\",
        dead=("^¨", "`", "="),
    ),
    "fr": Layout(
        "²&é\"'(-è_çà)=azertyuiop^$qsdfghjklmù*<wxcvbn,;:!",
        "~1234567890°+AZERTYUIOP¨£QSDFGHJKLM%µ>WXCVBN?./§",
        altgr="2~3#4{5[6|7`8\\9^0@-]=}a@'^\\`<|",
        dead=("^", "¨", "27'\\"),
    ),
    "be": Layout(
        "²&é\"'(§è!çà)-azertyuiop^$qsdfghjklmùµ<wxcvbn,;:=",
        "³1234567890°_AZERTYUIOP¨*QSDFGHJKLM%£>WXCVBN?./+",
        altgr="1|2@3#6^7{8[9{0}-\\q@[[]]\\`<\\/~",
        dead=("^", "¨", "\\/"),
    ),
    "nl": Layout(
        "@1234567890/°qwertyuiop¨*asdfghjkl+´<]zxcvbnm,.-",
        "§!\"#$%&_()'?~QWERTYUIOP^|ASDFGHJKL±`>[ZXCVBNM;:=",
        altgr="8{9}-\\q@[~]~''\\`<|",
        dead=("¨´", "~^`", "]\\"),
    ),
    "it": Layout(
        "\\1234567890'ìqwertyuiopè+asdfghjklòàù<zxcvbnm,.-",
        '|!"£$%&/()=?^QWERTYUIOPé*ASDFGHJKLç°§>ZXCVBNM;:_',
        altgr="7{8[9]0}-`=~q@[[]];@'#\\`",
        shift_altgr="[{]}",
        dead=("", "", "\\"),
    ),
    "es": Layout(
        "º1234567890'¡qwertyuiop`+asdfghjklñ´ç<zxcvbnm,.-",
        'ª!"·$%&/()=?¿QWERTYUIOP^*ASDFGHJKLÑ¨Ç>ZXCVBNM;:_',
        altgr="`\\1|2@3#4~7{8[9]0}-\\q@[[]];~'{\\}<|",
        dead=("`´", "^¨", "4;"),
    ),
    "latam": Layout(
        "|1234567890'¿qwertyuiop´+asdfghjklñ{}<zxcvbnm,.-",
        '°!"#$%&/()=?¡QWERTYUIOP¨*ASDFGHJKLÑ[]>ZXCVBNM;:_',
        altgr="1|2@4~7{8[9]0}-\\q@]~;~'^\\`<\\",
        dead=("´", "¨", "'\\"),
    ),
    "pt": Layout(
        "\\1234567890'«qwertyuiop+´asdfghjklçº~<zxcvbnm,.-",
        '|!"#$%&/()=?»QWERTYUIOP*`ASDFGHJKLÇª^>ZXCVBNM;:_',
        altgr="2@7{8[9]0}-\\q@]~'^\\`<\\",
        dead=("´~", "`^", "]'\\"),
    ),
    "br": Layout(
        "'1234567890-=qwertyuiop´[asdfghjklç~]\\zxcvbnm,.;",
        '"!@#$%¨&*()_+QWERTYUIOP`{ASDFGHJKLÇ^}|ZXCVBNM<>:',
        altgr="7{8[9]0}-\\q/w?'~",
        dead=("´~", "¨`^"),
        decimal=",",
        ro="/?",
    ),
    "dk": Layout(
        "½1234567890+´qwertyuiopå¨asdfghjklæø'<zxcvbnm,.-",
        '§!"#¤%&/()=?`QWERTYUIOPÅ^ASDFGHJKLÆØ*>ZXCVBNM;:_',
        altgr="2@4$7{8[9]0}=|q@]~'^<\\",
        dead=("´¨", "`^", "]'"),
        decimal=",",
    ),
    "no": Layout(
        "|1234567890+\\qwertyuiopå¨asdfghjkløæ'<zxcvbnm,.-",
        '§!"#¤%&/()=?`QWERTYUIOPÅ^ASDFGHJKLØÆ*>ZXCVBNM;:_',
        altgr="2@4$7{8[9]0}q@]~'^",
        dead=("¨", "`^", "]'"),
        decimal=",",
    ),
    "se": Layout(
        *_SWEDISH,
        altgr="2@4$7{8[9]0}-\\q@]~<|",
        dead=("´¨", "`^", "]"),
        decimal=",",
    ),
    "fi": Layout(
        *_SWEDISH,
        altgr="2@4$7{8[9]0}-\\]~<|",
        dead=("´¨", "`^", "]"),
        decimal=",",
    ),
    "is": Layout(
        "°1234567890ö-qwertyuiopð'asdfghjklæ´+<zxcvbnm,.þ",
        '¨!"#$%&/()=Ö_QWERTYUIOPÐ?ASDFGHJKLÆ´*>ZXCVBNM;:Þ',
        altgr="7{8[9]0}-\\q@p|]~;^'^\\`<|",
        dead=("°´", "¨´", "'"),
    ),
    "pl": Layout(
        *_AMERICAN,
        altgr="]~'^\\`<|",
        dead=("", "", "]'\\"),
        decimal=",",
    ),
    "cz": Layout(
        ";+ěščřžýáíé=´qwertzuiopú)asdfghjklů§¨\\yxcvbnm,.-",
        "°1234567890%ˇQWERTZUIOP/(ASDFGHJKL\"!'|YXCVBNM?:_",
        altgr="``1!2@3#4$5%6^7&8*9{0}-\\q\\w|[[]]a~f[g]h`j';$''\\\\</x#c&v@b{n}m^,<.>/*",
        dead=("´¨", "°ˇ"),
    ),
    "sk": Layout(
        ";+ľščťžýáíé=´qwertzuiopúäasdfghjklô§ň\\yxcvbnm,.-",
        '°1234567890%ˇQWERTZUIOP/(ASDFGHJKL"!)|YXCVBNM?:_',
        altgr="``1!2@3#4$5%6^7&8*9{0}-\\q\\w|[[]]a~f[g]h`j';$''\\\\</x#c&v@b{n}m^,<.>/*",
        dead=("´", "°ˇ"),
    ),
    "hu": Layout(
        "0123456789öüóqwertzuiopőúasdfghjkléáűíyxcvbnm,.-",
        "§'\"+!%/=()ÖÜÓQWERTZUIOPŐÚASDFGHJKLÉÁŰÍYXCVBNM?:_",
        altgr="1~3^7`q\\w|f[g];$<<z>x#c&v@b{n}m<,;.>/*",
        decimal=",",
    ),
    "hr": Layout(
        "`1234567890'+qwertzuiopšđasdfghjklčćž<yxcvbnm,.-",
        '~!"#$%&/()=?*QWERTZUIOPŠĐASDFGHJKLČĆŽ>YXCVBNM;:_',
        altgr="1~3^7`q\\w|f[g]<|v@b{n},<.>",
        decimal=",",
    ),
    "si": Layout(
        "¸1234567890'+qwertzuiopšđasdfghjklčćž<yxcvbnm,.-",
        '¨!"#$%&/()=?*QWERTZUIOPŠĐASDFGHJKLČĆŽ>YXCVBNM;:_',
        altgr="1~3^7`q\\w|f[g]<|v@b{n},<.>",
        dead=("", "", "137"),
        decimal=",",
    ),
    "ro": Layout(
        *_INTERNATIONAL,
        altgr="1~3^7`",
        dead=("", "", "137"),
    ),
    "tr": Layout(
        '"1234567890*-qwertyuıopğüasdfghjklşi,<zxcvbnmöç.',
        "é!'^+%&/()=?_QWERTYUIOPĞÜASDFGHJKLŞİ;>ZXCVBNMÖÇ:",
        altgr="`<1>3#4$7{8[9]0}-\\=|q@]~''\\`<|",
        decimal=",",
    ),
    "ca": Layout(
        "#1234567890-=qwertyuiop^¸asdfghjkl;`<«zxcvbnm,.é",
        "|!\"/$%?&*()_+QWERTYUIOP^¨ASDFGHJKL:`>»ZXCVBNM'.É",
        altgr="`\\2@[[]];~'{\\}",
        dead=("^¸`", "^¨`"),
    ),
}
