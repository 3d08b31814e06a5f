"""Field types that reach somebody: e-mail, telephone, web address."""

import re
from dataclasses import dataclass
from functools import lru_cache
from random import Random
from typing import Any, ClassVar
from urllib.parse import SplitResult, urlsplit

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from phonenumbers import NumberParseException, PhoneNumberFormat

from kartoteka.field_types import options as option_rules
from kartoteka.field_types.cleaning import clean_line
from kartoteka.field_types.field_type import Locale, Options, Sort
from kartoteka.field_types.options import option
from kartoteka.field_types.schema import Reader, ValueSchema, refuse
from kartoteka.field_types.texts import N_, _
from kartoteka.field_types.words import Words

_USUAL_EMAIL = re.compile(
    r"[A-Za-z0-9_%+-]+(?:\.[A-Za-z0-9_%+-]+)*@((?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63})"
)
_LONGEST_EMAIL, _LONGEST_MAILBOX = 254, 64

_PHONE_SIGNS = re.compile(r"(?:tel\.?:?\s*)?[+(]{0,2}[0-9][0-9()\-–./\s]*", re.IGNORECASE)
_CZECH_PHONE = re.compile(
    r"(?:\+420|00420)?[ \u00a0]?([2-9][0-9]{2})[ \u00a0]?([0-9]{3})[ \u00a0]?([0-9]{3})"
)

_LONGEST_URL = 2048
_BARE_HOST = re.compile(r"(?:[^\W_](?:[\w-]*[^\W_])?\.)+[^\W\d_]{2,63}\.?(?::[0-9]{1,5})?(?:[/?#].*)?")
_HOST = re.compile(r"(?:[^\W_](?:[\w-]*\w)?\.)*[^\W_](?:[\w-]*\w)?\.?|\[[0-9A-Fa-f:.]+\]")
_NOT_IN_URL = re.compile(r"[\s\\<>\"{}|^`]")


class Email(Words):
    """One e-mail address."""

    name = "email"
    widget = "email"
    label = N_("E-mail")
    sort = Sort.PLAIN

    def schema(self, options: Any) -> ValueSchema:
        """An address whose domain is in lower case; whether it exists is not asked."""
        return ValueSchema(_read_email, json_schema={"type": "string", "format": "email"})

    def sample(self, options: Any, random: Random) -> str:
        """A name at an example domain."""
        name = random.choice(["jan.novak", "eva", "obchod", "Petra.Svobodova", "info+faktury", "j_k"])
        host = random.choice(["example.com", "mail.example.org", "firma-abc.cz", "example.co.uk"])
        return f"{name}{random.randint(1, 9999)}@{host}"


def _read_email(raw: Any) -> str:
    text = clean_line(raw)
    if text[:7].lower() == "mailto:":
        text = text[7:].strip()
    if len(text) > _LONGEST_EMAIL:
        raise _no_email()
    mailbox, _at, domain = text.rpartition("@")
    if _USUAL_EMAIL.fullmatch(text):
        if len(mailbox) > _LONGEST_MAILBOX:
            raise _no_email()
        return f"{mailbox}@{domain.lower()}"
    if text.count("@") > 1:
        raise refuse(_("This is not one e-mail address; only one belongs here."))
    try:
        return validate_email(text, check_deliverability=False).normalized
    except EmailNotValidError as error:
        raise _no_email() from error


def _no_email() -> Exception:
    return refuse(_("This is not an e-mail address."))


def _region_rule() -> option_rules.Rule:
    sentence = N_("This must be the code of a country, such as CZ.")
    return option_rules.one_of(sorted(phonenumbers.SUPPORTED_REGIONS), sentence)


_REGION = _region_rule()


class Phone(Words):
    """A telephone number, kept with its country: `+420777123456`."""

    name = "phone"
    widget = "phone"
    label = N_("Telephone")
    sort = Sort.PLAIN

    @dataclass(frozen=True, slots=True, kw_only=True)
    class Options(Options):
        """The country of numbers without a country code."""

        region: str = option(_REGION, label=N_("Country of numbers without a code"), default="CZ")

    def schema(self, options: Options) -> ValueSchema:
        """Numbers in whatever groups, of the field's country when they do not say."""
        return ValueSchema(_phone_reader(options.region), json_schema={"type": "string"})

    def text(self, value: str | None, options: Options, locale: Locale) -> str:
        """`+420 777 123 456`."""
        return _international(value) if value else ""

    def sample(self, options: Options, random: Random) -> str:
        """A mobile number of the country."""
        example = phonenumbers.example_number_for_type(options.region, phonenumbers.PhoneNumberType.MOBILE)
        if example is None:
            raise ValueError(f"no example of a number in {options.region} is known")
        written = phonenumbers.format_number(example, PhoneNumberFormat.E164)
        varied = f"{written[:-3]}{random.randint(0, 999):03}"
        possible = phonenumbers.is_possible_number(phonenumbers.parse(varied))
        return varied if possible else written


def _phone_reader(region: str) -> Reader:
    def read(raw: Any) -> str:
        text = clean_line(raw)
        if region == "CZ" and (found := _CZECH_PHONE.fullmatch(text)):
            return "+420" + "".join(found.groups())
        if len(text) > 60 or not _PHONE_SIGNS.fullmatch(text):
            raise _no_phone()
        if text.startswith("00"):
            text = "+" + text[2:]
        try:
            number = phonenumbers.parse(text, region)
        except NumberParseException as error:
            raise _no_phone() from error
        if number.extension or not phonenumbers.is_possible_number(number):
            raise _no_phone()
        return phonenumbers.format_number(number, PhoneNumberFormat.E164)

    return read


def _no_phone() -> Exception:
    return refuse(_("This is not one telephone number; write it as {example}.", example="+420 777 123 456"))


@lru_cache(maxsize=8192)
def _international(stored: str) -> str:
    try:
        number = phonenumbers.parse(stored)
    except NumberParseException:
        return stored
    return phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)


class WebAddress(Words):
    """An address on the web; never one that a browser would run."""

    name = "url"
    widget = "url"
    label = N_("Web address")
    sort = Sort.PLAIN
    schemes: ClassVar[tuple[str, ...]] = ("http", "https")

    def schema(self, options: Any) -> ValueSchema:
        """http and https only; an address without either gets https."""
        return ValueSchema(_read_url, json_schema={"type": "string", "format": "uri"})

    def sample(self, options: Any, random: Random) -> str:
        """A page somewhere."""
        host = random.choice(
            ["www.example.com", "example.org", "firma-abc.cz", "www.žlutý-kůň.cz", "example.com:8080"]
        )
        path = random.choice(["", "/", "/o-nas", "/search?q=a%20b&page=2", "/dokument.pdf#page=3"])
        return f"{random.choice(self.schemes)}://{host}{path}"


def _read_url(raw: Any) -> str:
    text = clean_line(raw)
    if len(text) > _LONGEST_URL:
        raise refuse(_("A web address has at most {max} characters.", max=_LONGEST_URL))
    if _NOT_IN_URL.search(text):
        raise _no_url()
    if not text[:8].lower().startswith(("http://", "https://")):
        if not _BARE_HOST.fullmatch(text):
            raise _no_url()
        text = f"https://{text}"
    parts = _parts(text)
    scheme, rest = text.split("://", 1)
    return f"{scheme.lower()}://{parts.netloc.lower()}{rest[len(parts.netloc) :]}"


def _parts(text: str) -> SplitResult:
    """The parts of an address with a plain host: user names in it serve deceivers only."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise _no_url() from error
    host = parts.netloc.removesuffix(f":{port}") if port is not None else parts.netloc
    if "@" in parts.netloc or not _HOST.fullmatch(host):
        raise _no_url()
    return parts


def _no_url() -> Exception:
    return refuse(_("This is not a web address; it begins with http:// or https://."))
