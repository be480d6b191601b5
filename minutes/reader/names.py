"""Given names that are common in Germany, to tell a person from a thing where no attendance list helps."""

# The capital letters of names in Germany, for a pattern's brackets: Çelik, Šimić, Łukasz, Özgür.
CAPITAL = "A-ZÀ-ÖØ-ÞĆČĐĞİŁŃŚŞŠŹŻŽ"

# How a person is addressed before the name, in minutes of works councils and parishes, too.
ADDRESS = (
    r"(?:Herrn?|Frau|Hr\.|Fr\.|Koll\.|Kolleg(?:e|in)|Ratsherr|Ratsfrau|Pfr\.|Pfarrer(?:in)?|Schwester|Bruder)"
)
DEGREE = r"(?:Dr\.|Prof\.|Dipl\.-Ing\.)"

GIVEN_NAMES = frozenset(
    """
    adam adrian agnes ahmed aileen albert alex alexa alexander alexandra alfred ali alice alina amelie
    amir ana andre andré andrea andreas andrej andy angela angelika anika anita anja anke ann anna anne
    annegret anneke annette annika anton antonia armin arne arno arthur astrid axel aylin ayse barbara
    bastian beate beatrice ben benedikt benjamin benny bernd bernhard berthold bettina bianca birgit birte
    björn bodo bruno carina carl carla carmen carola carolin caroline carsten cem chantal charlotte chris
    christa christian christiane christina christine christof christoph christopher claas clara claudia
    claus clemens conny constantin cora cornelia dagmar daniel daniela david dennis denis detlef dieter
    dilara dirk dominic dominik doris dörte eberhard eckart edgar edith elena eleni elif elisa elisabeth
    elke ella ellen elmar emil emilia emily emine emma enrico eric erich erik erika erkan erwin esra
    esther eva evelyn fabian fabio fatih fatima fatma felicitas felix ferdinand finn fiona florian frank
    franka franz franziska fred frederic frederik friederike friedrich fritz gabi gabriel gabriele georg
    gerald gerd gerda gerhard gesa gian gisela gregor greta gudrun günter günther guido hakan hanna hannah
    hannes hans harald hartmut hasan heike heiko heiner heinrich heinz helena helene helga helmut hendrik
    henning henri henrik herbert hermann holger horst hubert hülya ibrahim ida ilka ilona ines inga inge
    ingo ingrid irene iris isabel isabell isabella isabelle ivan ivo jakob jan jana jane janina janine
    janis jannik jannis jasmin jasper jens jessica jill jo joachim jochen johanna johannes john jonah
    jonas jonathan jörg jörn josef josefine joshua jost juan judith julia julian juliane julius jürgen
    justin justus kai karin karina karl karla karsten katarina katharina kathrin katja katrin kay kerstin
    kevin kilian kim kirsten klara klaus konrad konstantin kristin kristina kurt lara larissa lars laura
    lea lena lenard lennard lennart leo leon leonard leonhard leonie lilian lilli lina linda linus lisa
    lorenz lotta lothar louis luca lucas lucia lucy ludger ludwig luis luisa lukas lutz lydia madeleine
    magdalena maik maike maja malte mandy manfred manuel manuela mara marc marcel marco marcus mareike
    maren margarete margit maria marian marianne marie marina mario marion marius mark marko markus
    marlene marlies marta martha martin martina marvin mathias mathilda matthias mattis max maxim
    maximilian maya mehmet meike melanie melina merle mert mia michael michaela michel michelle miguel
    mike milan mine mira miriam mirja mirko mohamed mohammed mona monika moritz murat mustafa nadine nadja
    nancy natalia natalie natascha nele nick nico nicola nicolas nicole niels niklas niko nikolaus nils
    nina noah nora norbert norman ole oliver olivia olaf oskar otto pascal patricia patrick patrik paul
    paula pauline peer per peter petra philip philipp philippe pia pierre rafael raffael rainer ralf ralph
    ramona raphael rebecca regina reiner reinhard reinhold rena renate rené ricarda richard rieke rita
    robert robin roger roland rolf roman romy ronja rosa roswitha rouven ruben rudi rudolf rüdiger ruth
    sabine sabrina samira samuel sandra sara sarah sascha saskia sebastian selina selma semra serdar silas
    silke silvia simon simone sina sofia sofie sonja sophia sophie stefan stefanie steffen steffi stella
    stephan stephanie susanne susann svea sven svenja sylvia tabea tamara tanja tarek tatjana thea theo
    theresa therese thilo thomas thorben thorsten tibor till tilman tim timo timon tina tino tobi tobias
    tom torben torsten tristan udo ulf uli ulrich ulrike ursula uschi ute uwe valentin valentina valerie
    vanessa vera verena veronika victor victoria viktor viktoria vincent viola vivien volker walter
    waltraud wanda wencke werner wiebke wilhelm willi winfried wolf wolfgang xaver yannick yannik yara
    yasemin yasmin yusuf yvonne zeynep zoe
    """.split()  # noqa: SIM905
)
