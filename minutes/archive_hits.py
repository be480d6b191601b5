"""What the archive finds for the words and filters of an address, for readers who are not asking just now."""

from collections.abc import Iterable, Mapping

from minutes import archive, archive_filters, search
from portal.people import Person


def chosen_in(address: Mapping[str, str]) -> dict[str, str]:
    """Words and filters of an address: no page, nothing foreign, nothing empty, and of endless words the beginning."""
    found = {name: value for name in archive.NARROWED_BY if (value := address.get(name, "").strip())}
    return found | {"q": search.beginning(found["q"])} if "q" in found else found


def hits_of(chosen: Mapping[str, str], person: Person) -> search.Hits:
    """What a search finds with the person's rights, newest first: as many as are counted."""
    rights = archive.readable_scope(person)
    scope = archive_filters.chosen_scope(chosen, search.filters(rights))
    return search.search(chosen.get("q", ""), rights, scope, limit=search.COUNT_CAP)


def narrowed_by(chosen: Mapping[str, str], person: Person) -> list[tuple[str, str]]:
    """The filters that hold, as the person reads them: label and value."""
    return archive_filters.narrowed(chosen, search.filters(archive.readable_scope(person)))


def keys_found_in(years: Iterable[int], chosen: Mapping[str, str], person: Person) -> set[int]:
    """The keys that a search finds in each of some years, which may lie far back."""
    wanted = [str(year) for year in years if chosen.get("year", str(year)) == str(year)]
    return {key for year in wanted for key in hits_of({**chosen, "year": year}, person).keys}
