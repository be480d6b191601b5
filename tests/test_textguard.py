"""What the text guard marks, what it leaves alone, and what stands there afterwards."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.textguard import (
    KIND_LABELS,
    KIND_REASONS,
    Finding,
    Kind,
    Severity,
    may_be_allowed,
    replace,
    scan,
    scan_fields,
)

MARKED = {
    Kind.PERSON: [
        "Mit Schreiben vom 4. April bat Herr «Okonkwo» um Aufschub.",
        "Antragsteller ist «TRAORÉ», die Mutter ist verstorben.",
        "Ansprechpartner beim Jobcenter: «Hüttner», erreichbar bis 15 Uhr.",
        "Der Bruder von «Dilistan Yüksekova» kommt nach.",
        "Gerufen wird er «M/i/r/k/o», sagt die Schule.",
        "«SINGH» reicht eine Kopie nach.",
        "Frau «Vogel» (Jobcenter) und Herr Dr. «Lang» (Gesundheitsamt) nahmen beratend teil.",
        "im gespräch mit frau «osmani» ging es um den deutschkurs.",
        "Rechtsanwältin «Petersilge» vertritt die Familie «Boateng».",
        "Die Mandantin «Ghorbani» hat ihre Schulden getilgt.",
        "Ihr Onkel «Gjergj» bürgt; die Kinder «Arber», «Blerta» und «Dion» leben in Kalk.",
        "Der Fall «Weldemichael» wird erneut aufgerufen.",
        "Ansprechpartnerin: «Corinna Feldhaus», Raum 4.12",
        "gez. «Lüttgen»",
        "Der Mann heißt «Emeka» und arbeitet als Koch.",
        "Prof. Dr. «Wendt» hat das Gutachten erstellt.",
        "«EZE, Ngozi»: Antrag zurückgestellt",
        "«Besnik» besucht die achte Klasse.",
        "Wie «Okonkwos» Anwältin mitteilt, ist der Pass beantragt.",
        "Die Aussage «Boatengs» ist glaubhaft.",
        "Laut «Steinhoff» fehlt der Pass.",
        "Das Votum für «Parwin Ghorbani» war einstimmig.",
        "Für «Jelena Petrović» spricht die Dauer des Aufenthalts.",
        "laut protokoll will «goran» den antrag zurückziehen. «besnik» hat den termin verpasst.",
        "Sie nennt sich «P4rwin», der Bruder «S-h-i-r-i-n».",
        "In der Urkunde steht «Драгослав Петковски», daneben «شیرین پارسا».",
        "Selten hilft ein fremdes Zeichen: «Ѕhirin» bleibt lesbar.",
        "Herr «Oko\u00adnk\u200bwo» und Frau «Go\u0308kc\u0327e»",
        "Ob «Ghirmatsion» die Prüfung besteht, ist offen.",
        "Nachbarin «Vogel» bestätigt das, wie «Kaiser» anmerkt.",
        "«Seidel» erklärte, die Unterlagen seien vollständig.",
        "«Okonkwo» und seine Schwester ziehen um.",
        "Die Auskunft von «Kranich» liegt vor; morgen hat «Vogel» einen Termin.",
        "«Groß» erklärte, der Antrag sei unvollständig.",
        "Es meldete sich ein Nachbar namens «Krux».",
        "Die Kollegin «Sauerampfer» ruft zurück, die Kanzlei «Habermehl» auch.",
        "Das ist der Brief, den «Okonkwo» geschrieben hat.",
        "hab heute mit «fatou» telefoniert, sie kommt morgen",
        "Der Scan heißt 2023-05_«ghorbani»_attest.docx.",
        "«Anton Winter» und Rücksprache mit «Sommer» vom Jobcenter sind vermerkt.",
        "Die Beratungsstelle, «Weber», bittet um Rückruf; «Wald» (Sozialamt) ist im Urlaub.",
        "«Rabes» Bericht, «Sommers» Einwand und die Einschätzung «Webers» liegen vor, der Antrag «Blumes» fehlt.",
        "Herr «Lang» stimmt zu; mit Vorbehalt gilt das für «Lang» und die Kollegin.",
        "Mit freundlichen Grüßen\n\n«B. Sand»",
        "Vorname: «Sonne»; Ansprechperson: «Frost»",
        "Alle riefen ihn nur «Bobo» genannt, sie «M*ri*m», ihn «Ju55uf».",
        "«Anne-Solange Etoundi-Mbarga» leitet die Schicht.",
        "Protokolliert von: «Zwengel», Raum 2",
        "frau «sommer» wartet auf den rückruf",
        "Zwischen «Wolf» und «Fuchs» gab es Streit; wie «Luchs» mitteilt, ist er beigelegt.",
        "Zum Stand «al-Hamoudis» fragt «van der Weide» nach, «VAN DER ALM» nicht.",
        "Rechtsanwalt «Prof. Dr. von Bergkamp» und «Frau von der Heide» kamen.",
        "«HERR VON DER HEIDE» UND «FRAU ZU AHRENHOLTZ» WAREN ANWESEND.",
        "«Jan van den Berg», «João de Sousa e Silva» und «Ludwig von und zu Ahrenholtz» unterschrieben.",
        "Anwesend: «Okonkwo» (Vorsitz), «von der Ruhr», «van Laak»",
        "«frau ben salah» hat angerufen",
        "Vermerk zu «PHAM VAN LANG»: «VU THI LAN» und «Emeka EZE» fehlen.",
        "Name: «TAVARES DA ROSA» – Ablehnungsgrund: kein Pass",
        "Nach dem Tod sorgt «Ji-woo Kim-Lang» für die Geschwister.",
        "Nach der Trennung zog «Dilistan Yıldız» aus; «M0hammed» «K4rim» blieb.",
        "Gelobt wurden «S!mona», «Yus_uf T.» und «J-o-n-a-s», genannt wurde auch «I b r a h i m  D.»",
        "Die Vertretung übernimmt im nächsten Monat «Krüger», der den Fall betreut.",
        "Im Fall «Bokoma» fehlt ein Attest, das Engagement «Dorungs» wird gelobt.",
        "Das ist der Plan, den der Vormund «Witten» unterschreibt.",
        "Unser Hausarzt «Nagel» schreibt. Der Trainer «Essen» unterstützt den Antrag.",
        "Das ist «Frau Iwanows'» Sache, nicht die von «Marleen O'Brady».",
        "Ast. «Sarker, Md. Nasir», ledig; Kontakt «Dr. Selma Barsch»: montags",
        "anruf von «ulla lindemöller» (awo)",
        "«Ifeoma» fehlt, der Antrag «Ifeomas» ist da, «Paloma» und «Willem» kommen.",
    ],
    Kind.INITIALS: [
        "«P. G.» hat sich geäußert.",
        "Für den Sohn von «D.P.» liegt ein Platz vor.",
        "Es sprach «M. S.»",
        "«Herr K.» hat den Pass vorgelegt, Frau X. nicht.",
        "Der Fall «S.O.» ruht.",
    ],
    Kind.BIRTH_DATE: [
        "geb. «05.11.78», ledig",
        "Die Klientin, geboren «3. März 1996», hat zwei Kinder.",
        "Er wurde am «12.09.1983» in Skopje geboren.",
        "Zwei Töchter (geb. «03.05.2011» und «17.09.2013»)",
        "Tag der Geburt: «1990-02-14»",
        "Der Sohn wird am «30. August 2027» volljährig.",
        "geboren «am ersten Mai neunzehnhundertneunzig»",
        "Am «12. August» wird sie achtzehn.",
        "Er feiert am «3. Mai» seinen 18. Geburtstag.",
        "Der Sohn («3.4.17») kommt in die Schule.",
        "geboren am «zwölften März 2001»",
        "Die Zwillinge («2012») lernen, der Sohn («2015») auch.",
        "Der Sohn, «3.6.2015», lebt hier; die Mutter ist Jahrgang «82».",
        "Nach der Akte gilt der «1. Januar 2004» als richtiges Geburtsdatum.",
        "Die Geburtsurkunde nennt den «2/10/1976», ausgestellt wurde sie am 3. Mai 2019.",
        "geb. «Mai 1993», Geb.-Dat. «9.VIII.2006»",
        "Die Klientin wurde am «12.03.22» von einem Sohn entbunden, die Entbindung der Schwester war am «3.4.23».",
        "Der Vater (*«87») lebt hier, Geburtsjahr der Mutter: Geburtsjahr «91», das Kind ist geboren «04/23».",
        "Die Mandantin («1984-11-02») und ihre Söhne («03.04.2011» und «05.06.2013») leben hier.",
        "Vier Kinder («03.04.2011», «05.06.2013», «07.08.2016» und «09.10.2019»)",
        "Geboren wurde die älteste Tochter nach Angaben der Eltern in einem Dorf bei Herat, und zwar am «4. 5. 2003».",
    ],
    Kind.ADDRESS: [
        "Gemeldet ist sie am «Taunusring 41b, 50999 Köln».",
        "Die Unterkunft «Am Kleinen Anger 6» ist zu eng.",
        "Der Mietvertrag für die Wohnung «Zum Roten Hang 14» liegt vor.",
        "Er ist bei Verwandten, «Auf der Bleiche 21, 3. OG rechts».",
        "Er schläft bei Freunden in der «Ulmenallee 9».",
        "wohnt «An der Alten Mühle 12» in Köln-Brück",
        "Adresse: «Kölner Str. 251\n51149 Köln»",
        "Sie ist «Neumarkt 8» gemeldet, er hat die Wohnung «Mathildenruh 3».",
        "Post an «Postfach 1420, 53721 Siegburg», Meldung in «53604 Bad Honnef»",
        "Die Logopädin hat ihre Praxisräume «An der Bleiche 14», E-Mail folgt.",
        "Er zog in die «Lange Str. 4, Haus B, 27570 Bremerhaven», sie in die «ulmenstr. 4, 28203 bremen».",
        "Post an «Alte Contrescarpe 12»",
    ],
    Kind.PHONE: [
        "Tel.: «(0221) 55 83-127», vormittags",
        "Die Nummer der Tante: «+49 (0) 157 3344 2918»",
        "Erreichbar unter «0157 88\n32 041»",
        "Handynummer «O15 73/88 32 041»",
        "«null eins fünf sieben acht acht drei»",
        "Durchwahl -«218»",
        "Mobil «٠١٥٧ ٨٨٣٢٠٤١», Festnetz «０２２１／５５８３１２７»",
    ],
    Kind.EMAIL: [
        "Bitte an «parwin_gh@mail.example.org» antworten.",
        "«d.petkovski [ät] example [dot] org»",
        "«mamadou punkt keita at example punkt org»",
        "Mail: «jelena.k @ example . org»",
    ],
    Kind.ONLINE_ID: [
        "Facebook: «facebook.com/selam.w.1996»",
        "Nutzername: «kalkboy_05»",
        "Sie postet als «@ngozi.eze»",
        "Skype: «live:juma.ali»",
    ],
    Kind.AZR: ["AZR-Nr. «070412345678»", "Ausländerzentralregister: «271 903\n884 516»"],
    Kind.FILE_NUMBER: [
        "Unser Zeichen: «32-AB-4471/20», Ihre Nachricht vom 2. Mai",
        "Die BG-Nummer «35702//0048213» wurde mitgeteilt.",
        "BAMF: «6849117-252»",
        "Ermittlungsverfahren «171 Js 2290/21» eingestellt",
        "Das Bundesamt hat zu «6 849 117 - 252» nichts vorgelegt.",
        "Die Akte wird unter «502/3-SozA-6617 Kn» geführt.",
        "Az. der Ausländerbehörde des Kreises: «41.30.07/M-1180», drei Bände.",
        "Die Beschwerdestelle hat es unter «BST-0715/2022» behandelt.",
        "Kindergeld kommt unter «214FK660193» an.",
        "Das wird bei uns unter «417/22 K 3108» geführt.",
        "Gz. «LaSa-33-1/8812-K»: keine Bedenken.",
        "Az. «45-1/\n22190/23» ist offen.",
    ],
    Kind.DOC_NUMBER: [
        "Reisepass-Nr. «PN0482917» der Republik Ghana",
        "Duldung mit der Seriennummer «T40918273»",
        "Personalausweisnummer «L7RC90FXM2»",
        "Ausweis mit der Seriennummer «LZ6HVKTR8»",
        "Unten auf der Karte steht «L4KM71RR90GHA9102287F3105164».",
        "Aufenthaltskarte «YL7KRTX4P», Personalausweis «CFXRTKLMN»",
        "Der Pass «KA\n8812034» fehlt.",
        "«P<GHABOATENG<<YAW<<<<<<<<<<<<<<<<<<<<<<»",
    ],
    Kind.IBAN: [
        "Überweisung an «AT61 1904 3002 3457 3201»",
        "Konto «DE12 3705 0198 0001 2345 67»",
        "Kto-Nr «0012345678»",
    ],
    Kind.TAX_ID: ["Steuer-ID: «81940276355»", "Steuernummer «214/5821/1177»"],
    Kind.SV_NUMBER: ["RV-Nummer «53 140290 E 508»", "Sozialversicherungsnummer «65180683P027»"],
    Kind.KV_NUMBER: ["Versichertennummer «K482910573», TK"],
    Kind.PLATE: [
        "Der Wagen («GM-XY 88») gehört dem Bruder.",
        "Kennzeichen «su-kl 4471»",
        "Der Lieferwagen «K XY 77» ist verkauft.",
        "Das Auto «STD–KA 418» steht am Hafen, «OHZ–L 2284» auch.",
    ],
    Kind.QUASI: [
        "Der «einzige tadschikische Imker in Wipperfürth» braucht ein Auto.",
        "Die «29-jährige Goldschmiedin aus Bhutan» fällt auf.",
        "Ein «gehörloser Orgelbauer aus Bhutan in Lindlar» fällt auf.",
        "Sie ist «Mutter von acht Kindern».",
        "Die «erste bhutanische Schornsteinfegerin im Kreis Euskirchen» stand in der Zeitung.",
        "Er ist «Vater der jesidischen Drillinge aus Kürten».",
        "Die «24-jährige Turnerin aus Bhutan, die in Kürten einen Verein leitet», wartet.",
        "Der «45-jährige Geigenbauer aus Bhutan mit Werkstatt in Kürten» wartet.",
        "Ein «früherer Kapitän der Ringermannschaft von Bhutan, heute Hausmeister in Kürten», sprach vor.",
        "Sie ist «52 Jahre alt, stammt aus Bhutan und führt in Kürten eine Käserei».",
        "Er ist der «georgische Leuchtturmwärter auf Mellum», sie die «ghanaische Kapitänin von Hooksiel».",
        "Er ist der «erste Postbote aus Togo im Dorf, 52 Jahre alt und lebend in Grasleben».",
        "Die «einzige Glasbläserin bhutanischer Herkunft in Kürten» stimmt zu.",
        "Der «Vater der Drillinge aus Ghana, die 2020 in Soest geboren wurden», wartet.",
    ],
}
QUIET = [
    "Leiterin im Sozialamt: Wechsel zum 1. Mai.",
    "Die Stelle (m/w/d/x) ist ausgeschrieben.",
    "Frau XX hat angerufen.",
    "Verlauf: Bescheid erklärt, Vollmacht geholt.",
    "Der Bedarfsgemeinschaft bleiben 1.204,30 EUR.",
    "Herr N. N. vertritt den Träger.",
    "Anschließend teilt die Verwaltung mit, dass der Erlass gilt.",
    "Nach § 25b Abs. 1 Satz 2 Nr. 3 AufenthG, § 60a Abs. 2 AufenthG und Art. 8 EMRK ist abzuwägen.",
    "agisra e.V., der Caritasverband, die Diakonie und Rom e.V. sind dafür, die Robert Bosch Stiftung auch.",
    "Die Zentrale Ausländerbehörde Essen, das BAMF und die Bezirksregierung Köln wurden beteiligt.",
    "In Chorweiler, Kalk und Porz fehlen Sprachkurse; Herkunftsländer sind Guinea, Somalia und Sierra Leone.",
    "Der Vorsitz begrüßt die Anwesenden; Herr Vorsitzender, Frau Bürgermeisterin, meine Damen und Herren!",
    "Beschluss: 6/0/1, also sechs Ja-Stimmen, keine Nein-Stimme und eine Enthaltung.",
    "Gefördert werden 12.500,00 Euro, Kostenstelle 4711 0815; offen sind 1250000 Euro.",
    "Die Sitzung am 12.03.2026 um 10:00 Uhr; Zeitraum 01.01.-31.12.2026 und 07/2025 - 12/2025.",
    "Kinder, die nach dem 1. Januar 2010 geboren sind, und die Geburtsurkunde vom 12. Mai 2019.",
    "Entscheidung LK-2027-003 ersetzt LK-2026-011 und betrifft den Fall F-2026-014.",
    "Person A ist mit Person B verheiratet; Frau X. und Herr Y. sind Geschwister, Fall C ruht.",
    "[Name] wohnt in der [Anschrift]; [Person 1] und [Name entfernt] sind bekannt, geb. [Geburtsdatum].",
    "Dass die Mutter Deutsch lernt und der Vater Arbeit sucht, wurde positiv gewertet.",
    "Hat der Antragsteller Klage erhoben, so ruht das Verfahren. Zeigt der Klient Reue, ist das zu würdigen.",
    "Ein 24-jähriger Mann ohne Pass und die einzige Beratungsstelle in Köln; das einzige Hindernis entfällt.",
    "Das Museum Ludwig, die Lanxess Arena und der Königsteiner Schlüssel bleiben außer Betracht.",
    "Ratsvorlage Nr. 2147/2022, BT-Drs. 20/3717, BGBl. 2022 I S. 2847, ICD-10 F32.2, EuGH C-112/20.",
    "Die Duldung galt 2021, 2022 und 2023; Pass und Visum kosten 60 bis 150 Euro.",
    "Die betroffene Person wurde angehört. Die Person hat zugestimmt, deren Anwältin ebenfalls.",
    "Empowerment, Monitoring und Case Management gehören dazu; Monitore von Lenovo auch.",
    "Wolof, Pular und Soninke werden gedolmetscht, in Kassel, Siegen und Wetzlar wird beraten.",
    "Kürzere Fristen, Näheres zum Rückführungsverbesserungsgesetz und Beratende Mitglieder: siehe oben.",
    "Er lernt Koch, Schreiner werden gesucht, der Vogel fliegt; weil die Mutter Trost sucht.",
    "Abzuwägen war, was für die Person spricht; das Umwandeln der Duldung bleibt möglich.",
    "Bei Regen findet das Fest im Saal statt, im Winter ebenso; Wind und Wetter stören nicht.",
    "Mit Fleiß und Geduld hat er die Prüfung bestanden; ohne Pass keine Reise, ohne Visum keine Einreise.",
    "Klug war die Entscheidung nicht; frisch renoviert ist nur das Dach. Stark belastet war die Mutter.",
    "Koch- und Backkurse enden am 12. November, 40.000 Euro wurden beantragt; seit Herbst fehlen Betten.",
    "Holz wurde beantragt. Bonn hat zugestimmt, das VG Aachen nicht.",
    "Die Pfarrei St. Theodor lädt Schüler*innen ein, jede*r darf kommen.",
    "Man trifft sich am Rhein und an der Wupper; Zweifel äußerte das Amt, Bedenken auch.",
    "Verordnet wurden Valsartan und Aciclovir; im Kalker Treff wird beraten, Ashkali dolmetscht jemand.",
    "Angehängt sind zwei Dateien, beigefügt ist ein Foto.",
    "VON DER KOMMISSION BESCHLOSSEN: TOP 3 BERICHT DER VERWALTUNG ZUR LEA NRW UND ZUE BONN",
    "Ein Van der Caritas hielt am Haus am See; Van-der-Waals-Kräfte und der Herr von der Verwaltung halfen.",
    "Staatenlos ist er de jure, nicht de facto; al dente steht nicht im Letter of Intent.",
    "Anwesend: vier Mitglieder, von der Stadt und von der Caritas niemand. Ablehnungsgrund: keiner.",
    "Am 3. Mai 2023 wurde der Anwalt von der Schweigepflicht entbunden, der Beirat am 3.5.23 von seinen Aufgaben.",
    "Im Jahrgang 10 lernt man Everolimus, Fluconazol und Clozapin kennen; sie ist Sozialarbeiterin (B.A.).",
    "Die Sprecherin der Verwaltung, heute im Urlaub, und Eltern von Drillingen fehlten.",
    "Weitere Auskunft: Behördennummer 115, www.example.org/bleiberecht, TOP 3, Raum 16.C.04.",
    "Familie XX und Familie NN sind Beispiele, Frau von der Anmeldung ist krank, Gesch.-Z. folgt.",
    "Der Beirat Findorff, das Standesamt Wilhelmshaven, das Ortsamt Hemelingen und das Bürgerhaus Alte Horst laden ein.",
    "Mit Osnabrück wurde telefoniert, Emden lehnt ab; Treffen im Anna-Seghers-Haus.",
    "In der Prof.-Beispiel-Klinik und der Dr.-Muster-Schule wird beraten.",
    "Der Vorsitzende (2024-05-12) hat unterschrieben; die Sprechstunde für Kinder (12.05.2025) beginnt.",
    "Geboren in Kabul, kam sie am 3.4.2020 an; wer hier geboren wurde, muss am 3.4.2025 nicht erscheinen.",
    "Schüler_innen lernen, Achtung!Bitte lesen; Beschluss_final gilt, das heißt N-E-I-N.",
    "Im Garten wachsen unter der Buche Rosen, die niemand pflegt; das Statement Jugendlicher folgt.",
    "Weil die Klägerin Essen verlässt und der Antragsteller Hilfe braucht, endet die Zuständigkeit.",
    "Im Fall Deutschlands gilt das; ein Vergleich S–M 20 zu L–M 30 und die Plätze A – B 12 im Auto auch.",
    "Die türkische Ärztin von der Klinik, die deutschen Behörden auf Lesbos und Lehrer bei uns helfen.",
    "Dann geht es nicht weiter. Bald kommt der Bescheid.",
    "Treffen um 10 Uhr @ Rathaus . Danach Kaffee; der Ausweis ist ABGELAUFEN, klare Absprachen helfen.",
]


def unmarked(text: str) -> tuple[str, list[str]]:
    """The text without its guillemets, and what stood in them."""
    return re.sub("[«»]", "", text), re.findall("«([^«»]+)»", text)


CASES = [
    pytest.param(kind, text, id=f"{kind}-{number}")
    for kind, texts in MARKED.items()
    for number, text in enumerate(texts)
]


@pytest.mark.parametrize(("kind", "text"), CASES)
def test_each_kind_is_found_and_blocks(kind: Kind, text: str) -> None:
    plain, wanted = unmarked(text)
    found = scan(plain)
    for words in wanted:
        start = plain.index(words)
        covering = [one for one in found if one.start <= start and one.end >= start + len(words)]
        assert covering, f"{words!r} is not covered by {found}"
        assert covering[0].kind is kind
        assert covering[0].blocking
    assert len(found) == len(wanted), f"too much: {found}"


@pytest.mark.parametrize("text", QUIET)
def test_law_offices_places_votes_sums_dates_and_pseudonyms_stay_quiet(text: str) -> None:
    assert scan(text) == []


@pytest.mark.parametrize(("kind", "text"), CASES)
def test_a_replaced_text_raises_nothing_again(kind: Kind, text: str) -> None:
    plain, _wanted = unmarked(text)
    assert scan(replace(plain, scan(plain))) == []


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("Herr Okonkwo hat zugesagt.", "Die Person hat zugesagt."),
        (
            "Es sprach viel für Herrn Okonkwo und gegen Frau Vogel.",
            "Es sprach viel für die Person und gegen die zweite Person.",
        ),
        ("Wir haben mit Frau Ghorbani gesprochen.", "Wir haben mit der Person gesprochen."),
        ("Die Mandantin Ghorbani hat Arbeit.", "Die Mandantin hat Arbeit."),
        ("Die Aussage Okonkwos überzeugt.", "Die Aussage der Person überzeugt."),
        ("Okonkwos Anwältin schreibt.", "Deren Anwältin schreibt."),
        (
            "Herrn Mohammad Rezai wird die Aufenthaltserlaubnis erteilt.",
            "Der Person wird die Aufenthaltserlaubnis erteilt.",
        ),
        ("Frau Ghorbani wird eine Duldung erteilt.", "Der Person wird eine Duldung erteilt."),
        ("Frau Ghorbani wird morgen angehört.", "Die Person wird morgen angehört."),
        ("Wir haben Herrn Rezai angehört.", "Wir haben die Person angehört."),
        ("Wegen Frau Ghorbani wurde vertagt.", "Wegen der Person wurde vertagt."),
        ("Frau Ghorbani gegenüber gilt das.", "Der Person gegenüber gilt das."),
        (
            "Das gilt zwischen Herrn Rezai und Frau Vogel.",
            "Das gilt zwischen der Person und der zweiten Person.",
        ),
        ("Es geht um Frau Vogel und Herrn Rezai.", "Es geht um die Person und die zweite Person."),
        ("Im Fall Okonkwo wurde vertagt.", "Im Fall [Name] wurde vertagt."),
        ("geb. 05.11.1978, AZR 271903884516", "geb. [Geburtsdatum], AZR [AZR-Nummer]"),
        ("Jahrgang 1987, Tel. 0221 558312", "Jahrgang [Geburtsjahr], Tel. [Telefonnummer]"),
    ],
)
def test_the_proposed_words_fit_the_sentence(text: str, cleaned: str) -> None:
    assert replace(text, scan(text)) == cleaned


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        (
            "Amina Haidari aus Kabul wohnt bei B. Karimi. Für Frau Haidari ist Karimis Wohnung klein.",
            "Die Person aus Kabul wohnt bei der zweiten Person. Für die Person ist der zweiten Person Wohnung klein.",
        ),
        (
            "Herr Okonkwo fehlt, Frau Okonkwo kam. Für Herrn Okonkwo sprach Frau Okonkwo.",
            "Die Person fehlt, die zweite Person kam. Für die Person sprach die zweite Person.",
        ),
        (
            "Die Mandantin Ghorbani und die Mandantin Osmani streiten. Ghorbani klagt.",
            "Die Mandantin und die Mandantin [Name 2] streiten. Die Person klagt.",
        ),
        ("Ihre Kinder Arber und Blerta lernen.", "Ihre Kinder [Name] und [Name 2] lernen."),
        (
            "Die Person kam. Frau Vogel (Jobcenter) ging.",
            "Die Person kam. Die zweite Person (Jobcenter) ging.",
        ),
        (
            "Parwin Ghorbani kam, Frau Vogel ging. P. G. blieb.",
            "Die Person kam, die zweite Person ging. Die Person blieb.",
        ),
    ],
)
def test_different_people_of_a_text_get_different_words_and_keep_them(text: str, cleaned: str) -> None:
    assert replace(text, scan(text)) == cleaned


def test_people_replaced_one_after_the_other_get_the_same_words_as_together() -> None:
    text = "Amina Haidari lebt hier. B. Karimi ist ihr Vermieter. Frau Haidari zahlt, Karimi auch. Es kam Frau Osmani."
    for place in (0, 1, -1):
        remaining = text
        while found := scan(remaining):
            person = found[place % len(found)].person
            remaining = replace(remaining, [one for one in found if one.person == person])
        assert remaining == replace(text, scan(text))


def test_people_keep_their_words_in_all_fields_and_notes_are_counted_last() -> None:
    texts = {"title": "Antrag Okonkwos", "text": "Sie kam aus Enugu. Frau Vogel sprach mit Herrn Okonkwo."}
    found = scan_fields(texts)
    cleaned = {
        name: replace(text, [one for one in found[name] if one.blocking]) for name, text in texts.items()
    }
    assert cleaned == {
        "title": "Antrag der Person",
        "text": "Sie kam aus Enugu. Die zweite Person sprach mit der Person.",
    }


def test_many_people_are_counted_on() -> None:
    names = "Okonkwo Rezai Haidari Ghorbani Petersilge Boateng Osmani Weldemichael Nazari Petković Keita Diallo Traoré"
    text = " ".join(f"Es kam Frau {name}." for name in names.split())
    cleaned = replace(text, scan(text))
    assert cleaned.startswith("Es kam die Person. Es kam die zweite Person. Es kam die dritte Person.")
    assert cleaned.endswith("Es kam die zwölfte Person. Es kam die 13. Person.")
    assert scan(cleaned) == []


def test_only_the_given_findings_are_replaced() -> None:
    text = "Herr Okonkwo, geb. 05.11.1978"
    dates = [finding for finding in scan(text) if finding.kind is Kind.BIRTH_DATE]
    assert replace(text, dates) == "Herr Okonkwo, geb. [Geburtsdatum]"


def test_a_finding_of_an_older_text_changes_nothing() -> None:
    assert (
        replace("Ein anderer Text steht nun hier.", scan("Herr Okonkwo kam."))
        == "Ein anderer Text steht nun hier."
    )


def test_positions_count_the_characters_of_the_text_as_given() -> None:
    text = "\u200bGo\u0308kc\u0327e \U0001f642: Frau O\u00adkonkwo"
    found = {finding.excerpt for finding in scan(text)}
    assert "Frau O\u00adkonkwo" in found


@pytest.mark.parametrize(
    "text", ["Frau Petersilge notiert", "Protokoll: Jan Petersilge", "Petersilges Bericht", "J. P."]
)
def test_people_known_to_the_committee_are_only_notes(text: str) -> None:
    assert {finding.severity for finding in scan(text, ["Jan Petersilge", "Anna Wendt"])} == {Severity.LOW}


def test_a_client_who_shares_a_first_name_with_a_member_still_blocks() -> None:
    (finding,) = scan("Herr Jan Okonkwo", ["Jan Petersilge"])
    assert finding.blocking


@pytest.mark.parametrize(
    ("text", "kind", "severity"),
    [
        ("Jahrgang 1987", Kind.BIRTH_DATE, Severity.MEDIUM),
        ("Umzug nach 51149 Köln", Kind.ADDRESS, Severity.MEDIUM),
        ("Treffpunkt: Willy-Brandt-Platz 2", Kind.ADDRESS, Severity.LOW),
        ("Beratung im Anna-Seghers-Haus, Lindenstraße 12", Kind.ADDRESS, Severity.LOW),
        ("info@example.org", Kind.EMAIL, Severity.LOW),
        ("Hotline 0800 1110111", Kind.PHONE, Severity.LOW),
        ("Seine Klage (9 K 77/22) blieb ohne Erfolg.", Kind.COURT_FILE, Severity.MEDIUM),
        ("VG Köln, Urteil vom 9. Mai 2021 – 9 K 77/20 –, juris", Kind.COURT_FILE, Severity.LOW),
        ("Nach 2 BvR 1820/14 gilt das.", Kind.COURT_FILE, Severity.LOW),
        ("Die Sorge regelt ein Beschluss vom 3. Mai (Az. 312 F 87/22).", Kind.COURT_FILE, Severity.MEDIUM),
        ("geboren im Juni 1985", Kind.BIRTH_DATE, Severity.MEDIUM),
        ("Erlass vom 5. Juli 2023 (Az. 512-26.11.01)", Kind.FILE_NUMBER, Severity.LOW),
        ("Die Zahl 48291057 steht am Rand.", Kind.FILE_NUMBER, Severity.MEDIUM),
        ("Sie kam aus Enugu.", Kind.PERSON, Severity.LOW),
    ],
)
def test_what_may_be_harmless_weighs_less(text: str, kind: Kind, severity: Severity) -> None:
    (finding,) = scan(text)
    assert (finding.kind, finding.severity) == (kind, severity)


def test_a_name_once_found_is_found_in_every_field_and_spelling() -> None:
    found = scan_fields(
        {"title": "antrag okonkwos", "text": "Frau Okonkwo und Frau Berg. Berg wohnt am Berg."}
    )
    assert [one.excerpt for one in found["title"]] == ["okonkwos"]
    assert [one.excerpt for one in found["text"]] == ["Frau Okonkwo", "Frau Berg", "Berg"]


def test_an_allowed_term_raises_nothing_unless_it_is_announced_as_a_name() -> None:
    assert scan("Quendolix ist zuständig.") != []
    assert scan("Quendolix ist zuständig.", allowed={"quendolix"}) == []
    assert [one.excerpt for one in scan("Herr Quendolix kam.", allowed={"quendolix"})] == ["Herr Quendolix"]


@pytest.mark.parametrize(
    ("term", "may"),
    [
        ("Quendolix", True),
        ("Projekt Quendolix e.V.", True),
        ("Yusuf", False),
        ("Vogel", False),
        ("Frau Quendolix", False),
        ("0221 558312", False),
        ("", False),
    ],
)
def test_names_and_numbers_are_never_allowed_for_good(term: str, may: bool) -> None:  # noqa: FBT001
    assert may_be_allowed(term) is may


def test_every_kind_has_a_label_and_a_reason() -> None:
    for kind in Kind:
        assert str(KIND_LABELS[kind])
        assert str(KIND_REASONS[kind]).endswith(".")


FRAGMENTS = [
    *(
        "Herr",
        "Frau",
        "Okonkwo",
        "Okonkwos",
        "Selam",
        "W.",
        "A",
        "B.",
        "Dr.",
        "Mandantin",
        "Kinder",
        "Fall",
        "Antrag",
    ),
    *(
        "geb.",
        "12.03.1990",
        "1990",
        "0221 4711 55",
        "Tel.",
        "Az.",
        "32-AB-4471/20",
        "5 K 12/21",
        "GM-XY 12",
        "Pass",
    ),
    *(
        "A1234567",
        "DE12 3705 0198 0001 2345 67",
        "Ulmenallee 7",
        "51149 Köln",
        "null eins",
        "Instagram",
        "goran_88",
    ),
    *(
        "einzige",
        "47-jährige",
        "Imker",
        "aus Bhutan",
        "in Lindlar",
        "Mutter von",
        "P4rwin",
        "S-h-i-r",
        "Ж",
        "سل",
        "ć",
    ),
    *(
        "die",
        "deren",
        "Person",
        "[Name]",
        "heißt",
        "hat",
        "laut",
        "von",
        "e.V.",
        "a.b",
        "example.org",
        "@",
        "€",
        "*",
    ),
    *(" ", "\n", ", ", " und ", "-", ":", "(", ")", "|", "\u0301", "\u200b", "\ud800", "\ufffc"),
]
TEXTS = st.one_of(
    st.text(max_size=80),
    st.lists(st.sampled_from(FRAGMENTS), max_size=20).map("".join),
    st.lists(st.sampled_from(FRAGMENTS), max_size=20).map(" ".join),
)


@settings(max_examples=400, deadline=None)
@given(TEXTS)
def test_any_text_gets_ordered_findings_that_vanish_when_replaced(text: str) -> None:
    found = scan(text)
    end = 0
    for finding in found:
        assert end <= finding.start < finding.end <= len(text)
        assert finding.excerpt == text[finding.start : finding.end]
        end = finding.end
    assert scan(replace(text, found)) == []


MONOTONOUS = [
    "1",
    " ",
    ".",
    "a.",
    "A. ",
    "aЖ1.م ",
    "\ud800",
    "Herr ",
    "a\u0301",
    "Kinder Arber, Dion ",
    "王小明先生",
    f"x {'b' * 3000} ",
    "0 ",
    "1/-",
    "van der ",
]


@pytest.mark.drill
@pytest.mark.parametrize("piece", MONOTONOUS)
def test_a_huge_monotonous_text_is_answered(piece: str) -> None:
    found: list[Finding] = scan(piece * (100_000 // len(piece)))
    assert all(finding.excerpt for finding in found)
