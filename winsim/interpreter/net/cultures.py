"""System.Globalization: the cultures en-US and invariant, and number signs of some others."""

from __future__ import annotations

from winsim.interpreter.command import NotBuilt
from winsim.interpreter.nettypes import NetError, TypeDef
from winsim.interpreter.values import Array, EnumValue, NetObject

# name -> (LCID, English name, native name, decimal sign, group sign, currency)
CULTURES: dict[str, tuple[int, str, str, str, str, str]] = {
    "": (127, "Invariant Language (Invariant Country)", "Invariant Language (Invariant Country)", ".", ",", "¤"),
    "en-US": (1033, "English (United States)", "English (United States)", ".", ",", "$"),
    "en-GB": (2057, "English (United Kingdom)", "English (United Kingdom)", ".", ",", "£"),
    "en": (9, "English", "English", ".", ",", "$"),
    "de-DE": (1031, "German (Germany)", "Deutsch (Deutschland)", ",", ".", "€"),
    "de": (7, "German", "Deutsch", ",", ".", "€"),
    "fr-FR": (1036, "French (France)", "français (France)", ",", "\u00a0", "€"),
    "nl-NL": (1043, "Dutch (Netherlands)", "Nederlands (Nederland)", ",", ".", "€"),
    "sv-SE": (1053, "Swedish (Sweden)", "svenska (Sverige)", ",", "\u00a0", "kr"),
    "es-ES": (3082, "Spanish (Spain)", "español (España)", ",", ".", "€"),
    "it-IT": (1040, "Italian (Italy)", "italiano (Italia)", ",", ".", "€"),
    "tr-TR": (1055, "Turkish (Turkey)", "Türkçe (Türkiye)", ",", ".", "TL"),
}


class CultureInfo(NetObject):
    type_names = ("System.Globalization.CultureInfo", "System.Object")

    def __init__(self, name: str) -> None:
        found = next((known for known in CULTURES if known.lower() == name.lower()), None)
        if found is None:
            raise NetError(
                "System.Globalization.CultureNotFoundException",
                f"Culture is not supported.\r\nParameter name: name\r\n{name} is an invalid culture identifier.",
            )
        self.name = found
        self.lcid, self.english_name, self.native_name, self.point, self.group, self.currency = CULTURES[found]

    def adapt_number(self, text: str) -> str:
        """A number written for the invariant culture, with this culture's signs."""
        if self.point == ".":
            return text
        return text.translate({ord(","): self.group, ord("."): self.point})

    def normalize_number(self, text: str) -> str:
        if self.point == ".":
            return text
        return text.replace(self.group, "").replace(self.point, ".")

    def __str__(self) -> str:
        return self.name

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CultureInfo) and self.name == other.name

    def __hash__(self) -> int:
        return hash(self.name)


INVARIANT = CultureInfo("")
EN_US = CultureInfo("en-US")


def is_invariant(provider: object) -> bool:
    """Dates of other cultures than en-US are written as the invariant culture writes them, or refused."""
    if isinstance(provider, CultureInfo):
        if provider.name in ("", "en-US"):
            return provider.name == ""
        raise NotBuilt(f"dates of the culture {provider.name}")
    return True


def convert_culture(value: object) -> object:
    if isinstance(value, CultureInfo) or value is None:
        return value
    if isinstance(value, str):
        return CultureInfo(value)
    if isinstance(value, int):
        name = next((name for name, row in CULTURES.items() if row[0] == value), None)
        if name is not None:
            return CultureInfo(name)
    raise TypeError("Cannot convert the value to System.Globalization.CultureInfo.")


CULTURE = TypeDef(
    "System.Globalization.CultureInfo",
    python=(CultureInfo,),
    accelerators=("cultureinfo",),
    to_text=str,
    convert=convert_culture,
    interfaces=("System.ICloneable", "System.IFormatProvider"),
)


@CULTURE.constructor("System.String")
def make(name: str) -> CultureInfo:
    return CultureInfo(name)


@CULTURE.static_method("GetCultureInfo", "System.String")
def get_culture_info(name: str) -> CultureInfo:
    return CultureInfo(name)


@CULTURE.static_method("CreateSpecificCulture", "System.String")
def specific(name: str) -> CultureInfo:
    return CultureInfo({"en": "en-US", "de": "de-DE"}.get(name, name))


@CULTURE.static_property("InvariantCulture")
def invariant() -> CultureInfo:
    return INVARIANT


for _name in ("CurrentCulture", "CurrentUICulture", "InstalledUICulture"):

    @CULTURE.static_property(_name)
    def current() -> CultureInfo:
        return EN_US


@CULTURE.property("LCID")
def lcid(this: CultureInfo) -> int:
    return this.lcid


@CULTURE.property("Name")
def name(this: CultureInfo) -> str:
    return this.name


@CULTURE.property("IetfLanguageTag")
def ietf(this: CultureInfo) -> str:
    return this.name


@CULTURE.property("DisplayName")
def display_name(this: CultureInfo) -> str:
    return this.english_name


CULTURE.attribute("EnglishName", "NativeName")


@CULTURE.property("TwoLetterISOLanguageName")
def two_letter(this: CultureInfo) -> str:
    return this.name[:2] or "iv"


_THREE_LETTERS = {
    "": ("ivl", "IVL"), "de": ("deu", "DEU"), "en": ("eng", "ENU"), "en-GB": ("eng", "ENG"), "es": ("spa", "ESN"),
    "fr": ("fra", "FRA"), "it": ("ita", "ITA"), "nl": ("nld", "NLD"), "sv": ("swe", "SVE"), "tr": ("tur", "TRK"),
}  # fmt: skip


def _three_letters(this: CultureInfo) -> tuple[str, str]:
    """The language's names of ISO 639-2 and of Windows, which tells regions apart."""
    return _THREE_LETTERS.get(this.name) or _THREE_LETTERS[this.name[:2]]


@CULTURE.property("ThreeLetterISOLanguageName")
def three_letter(this: CultureInfo) -> str:
    return _three_letters(this)[0]


@CULTURE.property("ThreeLetterWindowsLanguageName")
def three_letter_windows(this: CultureInfo) -> str:
    return _three_letters(this)[1]


@CULTURE.property("IsNeutralCulture")
def is_neutral(this: CultureInfo) -> bool:
    return len(this.name) == 2


@CULTURE.property("TextInfo")
def text_info(this: CultureInfo) -> TextInfo:
    return TextInfo(this)


@CULTURE.property("NumberFormat")
def number_format(this: CultureInfo) -> NumberFormat:
    return NumberFormat(this)


@CULTURE.property("DateTimeFormat")
def date_time_format(this: CultureInfo) -> DateTimeFormat:
    return DateTimeFormat(this)


@CULTURE.method("ToString")
def to_string(this: CultureInfo) -> str:
    return this.name


class TextInfo(NetObject):
    type_names = ("System.Globalization.TextInfo", "System.Object")

    def __init__(self, culture: CultureInfo) -> None:
        self.culture = culture
        self.list_separator = "," if culture.point == "." else ";"


TEXT = TypeDef("System.Globalization.TextInfo", python=(TextInfo,))
TEXT.attribute("ListSeparator")


@TEXT.property("CultureName")
def culture_name(this: TextInfo) -> str:
    return this.culture.name


@TEXT.method("ToTitleCase", "System.String")
def to_title_case(this: TextInfo, text: str) -> str:
    """Words in capitals stay as they are."""
    out, word = "", ""
    for char in [*text, ""]:
        if char and (char.isalnum() or (char in "'_" and word)):
            word += char
        else:
            out += word if word.isupper() and len(word) > 1 else word[:1].upper() + word[1:].lower()
            out += char
            word = ""
    return out


@TEXT.method("ToUpper", "System.String")
def to_upper(this: TextInfo, text: str) -> str:
    return text.upper()


@TEXT.method("ToLower", "System.String")
def to_lower(this: TextInfo, text: str) -> str:
    return text.lower()


class NumberFormat(NetObject):
    type_names = ("System.Globalization.NumberFormatInfo", "System.Object")

    def __init__(self, culture: CultureInfo) -> None:
        self.culture = culture
        self.number_decimal_separator = self.currency_decimal_separator = culture.point
        self.number_group_separator = self.currency_group_separator = culture.group
        self.currency_symbol = culture.currency
        self.negative_sign, self.positive_sign, self.percent_symbol = "-", "+", "%"
        self.number_decimal_digits = self.currency_decimal_digits = 2

    def adapt_number(self, text: str) -> str:
        marks = {ord(","): self.number_group_separator, ord("."): self.number_decimal_separator}
        return text.translate(marks)

    def normalize_number(self, text: str) -> str:
        return text.replace(self.number_group_separator, "").replace(self.number_decimal_separator, ".")


NUMBERS = TypeDef(
    "System.Globalization.NumberFormatInfo", python=(NumberFormat,), interfaces=("System.IFormatProvider",)
)
NUMBERS.attribute(
    "NumberDecimalSeparator",
    "NumberGroupSeparator",
    "CurrencySymbol",
    "CurrencyDecimalSeparator",
    "CurrencyGroupSeparator",
    "NegativeSign",
    "PositiveSign",
    "PercentSymbol",
    "NumberDecimalDigits",
    "CurrencyDecimalDigits",
    readonly=False,
)


@NUMBERS.constructor()
def make_numbers() -> NumberFormat:
    return NumberFormat(INVARIANT)


@NUMBERS.static_property("InvariantInfo")
def invariant_numbers() -> NumberFormat:
    return NumberFormat(INVARIANT)


@NUMBERS.static_property("CurrentInfo")
def current_numbers() -> NumberFormat:
    return NumberFormat(EN_US)


class DateTimeFormat(NetObject):
    type_names = ("System.Globalization.DateTimeFormatInfo", "System.Object")

    def __init__(self, culture: CultureInfo) -> None:
        from winsim.interpreter.net.date_format import patterns

        table = patterns(is_invariant(culture))
        self.culture = culture
        self.short_date_pattern, self.long_date_pattern = table["d"], table["D"]
        self.short_time_pattern, self.long_time_pattern = table["t"], table["T"]
        self.full_date_time_pattern = table["F"]
        self.sortable_date_time_pattern = table["s"]
        self.universal_sortable_date_time_pattern = table["u"]
        self.date_separator, self.time_separator = "/", ":"
        self.am_designator, self.pm_designator = "AM", "PM"


DATES = TypeDef(
    "System.Globalization.DateTimeFormatInfo", python=(DateTimeFormat,), interfaces=("System.IFormatProvider",)
)
DATES.attribute(
    "ShortDatePattern",
    "LongDatePattern",
    "ShortTimePattern",
    "LongTimePattern",
    "FullDateTimePattern",
    "SortableDateTimePattern",
    "UniversalSortableDateTimePattern",
    "DateSeparator",
    "TimeSeparator",
)


def _names() -> None:
    from winsim.interpreter.net.date_format import DAYS, MONTHS

    lists = {
        "DayNames": list(DAYS),
        "AbbreviatedDayNames": [day[:3] for day in DAYS],
        "MonthNames": [*MONTHS, ""],
        "AbbreviatedMonthNames": [*(month[:3] for month in MONTHS), ""],
    }
    for property_name, items in lists.items():

        @DATES.property(property_name)
        def read_names(this: DateTimeFormat, items: list[str] = items) -> Array:
            return Array(items, "System.String")

    @DATES.method("GetMonthName", "System.Int32")
    def month_name(this: DateTimeFormat, month: int) -> str:
        return [*MONTHS, ""][month - 1]

    @DATES.method("GetAbbreviatedMonthName", "System.Int32")
    def short_month_name(this: DateTimeFormat, month: int) -> str:
        return [*MONTHS, ""][month - 1][:3]

    @DATES.method("GetDayName", "System.DayOfWeek")
    def day_name(this: DateTimeFormat, day: EnumValue) -> str:
        return DAYS[int(day)]


_names()


@DATES.static_property("InvariantInfo")
def invariant_dates() -> DateTimeFormat:
    return DateTimeFormat(INVARIANT)


@DATES.static_property("CurrentInfo")
def current_dates() -> DateTimeFormat:
    return DateTimeFormat(EN_US)


PROVIDER = TypeDef("System.IFormatProvider")
TYPES = (CULTURE, TEXT, NUMBERS, DATES, PROVIDER)
