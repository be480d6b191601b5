"""What the text guard says to the texts of an agenda, before they are kept (DESIGN, section 6)."""

from wtforms import HiddenField

from meetings.agenda import ITEM_TEXT_LENGTH, AgendaItem, ItemKind
from portal.committees import Committee, CommitteeKind, people_of
from portal.dismissals import MOST_FOUND, Reported, SettlingForm, report
from portal.textguard import replace

NEW = "agenda_item:new"
ALL = "*"
LONGEST_READ = 2 * ITEM_TEXT_LENGTH  # characters


def guard_blocks(committee: Committee, kind: ItemKind | None = None) -> bool:
    """Whether findings refuse: in a case group, and wherever a case is named; elsewhere they are only marked."""
    return committee.kind is CommitteeKind.CASE_GROUP or kind is ItemKind.CASE


def known_people(committee: Committee) -> frozenset[str]:
    """Agendas may name the people who sit in the committee."""
    return frozenset(person.name for person in people_of(committee))


def subject_of(item: AgendaItem) -> str:
    return f"agenda_item:{item.id}" if item.id else NEW


def read(committee: Committee, texts: dict[str, str], subject: str = NEW) -> list[Reported]:
    """What the guard finds in texts for an agenda of the committee, beside what was set aside."""
    return report(subject, texts, known_people(committee))


def findings(item: AgendaItem) -> list[Reported]:
    """What the guard finds in the words of an item; its documents were read when they came."""
    texts = {"title": item.title, "text": item.text, "reason": item.reason}
    return read(item.meeting.committee, texts, subject_of(item))


class GuardedForm(SettlingForm):
    """A form whose texts are read by the guard before anything of them is kept.

    The page shows `found` inside the form: a button there replaces (`replacing` names field and position, or all),
    and a reason typed beside a finding sets it aside with the same sending. So a text that could name somebody
    is never stored, not even as a draft, and nothing that was typed is lost.
    """

    replacing = HiddenField()

    guarded: tuple[str, ...] = ()

    def texts(self) -> dict[str, str]:
        return {name: self[name].data or "" for name in self.guarded}

    def put_replacements(self, committee: Committee, subject: str = NEW) -> None:
        """Put the guard's words in place of what a button names; comes before the validation of the form."""
        wanted = self.replacing.data
        if not wanted or any(len(text) > LONGEST_READ for text in self.texts().values()):
            return  # what is too long is refused anyway, and reading it would take its time
        found = [one for one in read(committee, self.texts(), subject) if one.is_open]
        for name in self.guarded:
            chosen = [
                one.finding
                for one in found
                if one.field == name and wanted in {ALL, f"{name}:{one.finding.start}"}
            ]
            self[name].data = replace(self[name].data or "", chosen)

    def passes(self, committee: Committee, subject: str = NEW, *, blocks: bool) -> bool:
        """Whether the texts may be kept; what was found is in `found`."""
        found = [one for one in read(committee, self.texts(), subject) if one.is_open]
        self.found = found[:MOST_FOUND]  # nobody settles more than that, and the page would be endless
        return not blocks or (len(found) <= MOST_FOUND and all(self.reason_for(one) for one in found))
