"""The words that invented people, companies and their affairs are put together from."""

FIRM = "Klen & Kámen s.r.o."
FIRM_DOMAIN = "klenakamen.example"

MEN = (
    "Jan", "Petr", "Jiří", "Tomáš", "Martin", "Jaroslav", "Zdeněk", "Václav", "Ondřej", "Lukáš", "Miloš",
    "Vojtěch", "Radek", "Štěpán", "Kryštof", "Bořivoj", "Čestmír", "Řehoř", "Matěj", "Luděk",
)  # fmt: skip
WOMEN = (
    "Jana", "Marie", "Eva", "Hana", "Lenka", "Kateřina", "Lucie", "Věra", "Alena", "Žaneta", "Růžena",
    "Zdeňka", "Markéta", "Šárka", "Ludmila", "Bohdana", "Tereza", "Olga", "Natálie", "Květa",
)  # fmt: skip
# Both forms are written out: Czech surnames of women cannot be derived by one rule.
SURNAMES = (
    ("Novák", "Nováková"), ("Svoboda", "Svobodová"), ("Dvořák", "Dvořáková"), ("Černý", "Černá"),
    ("Procházka", "Procházková"), ("Kučera", "Kučerová"), ("Veselý", "Veselá"), ("Horák", "Horáková"),
    ("Němec", "Němcová"), ("Pokorný", "Pokorná"), ("Marek", "Marková"), ("Hájek", "Hájková"),
    ("Jelínek", "Jelínková"), ("Růžička", "Růžičková"), ("Beneš", "Benešová"), ("Fiala", "Fialová"),
    ("Sedláček", "Sedláčková"), ("Doležal", "Doležalová"), ("Zeman", "Zemanová"), ("Kolář", "Kolářová"),
    ("Čermák", "Čermáková"), ("Urban", "Urbanová"), ("Vaněk", "Vaňková"), ("Blažek", "Blažková"),
    ("Kříž", "Křížová"), ("Kovář", "Kovářová"), ("Řezníček", "Řezníčková"), ("Šťastný", "Šťastná"),
    ("Žák", "Žáková"), ("Ďurica", "Ďuricová"), ("Chalupa", "Chalupová"), ("Tichý", "Tichá"),
    ("Hruška", "Hrušková"), ("Říha", "Říhová"), ("Ježek", "Ježková"), ("Křeček", "Křečková"),
    ("Janů", "Janů"), ("Martinů", "Martinů"), ("Suchý", "Suchá"), ("Vondráček", "Vondráčková"),
)  # fmt: skip
ENGLISH_FIRST_NAMES = (
    "Emily", "Oliver", "Charlotte", "George", "Siobhán", "Liam", "Harriet", "Edward", "Zoë", "William",
)  # fmt: skip
ENGLISH_SURNAMES = (
    "Harrow", "Fairweather", "O'Sullivan", "Pemberton-Clarke", "Ashdown", "Whitlock", "Brontë-Hughes",
    "Marlow",
)  # fmt: skip
DEGREES_BEFORE = ("Ing.", "Mgr.", "Bc.", "JUDr.", "Ing. arch.", "doc. Ing.")
DEGREES_AFTER = ("Ph.D.", "MBA", "CSc.")

TOWNS = (
    ("Trutnov", "541 01"), ("Vrchlabí", "543 01"), ("Jilemnice", "514 01"), ("Semily", "513 01"),
    ("Hradec Králové", "500 02"), ("Náchod", "547 01"), ("Dvůr Králové nad Labem", "544 01"),
    ("Jičín", "506 01"), ("Turnov", "511 01"), ("Liberec", "460 01"), ("Jablonec nad Nisou", "466 01"),
    ("Nová Paka", "509 01"), ("Hořice", "508 01"), ("Úpice", "542 32"), ("Žacléř", "542 01"),
    ("Harrachov", "512 46"), ("Červený Kostelec", "549 41"), ("Ústí nad Orlicí", "562 01"),
    ("Žďár nad Sázavou", "591 01"), ("Pardubice", "530 02"), ("Brno", "602 00"), ("Praha 1", "110 00"),
    ("Chrudim", "537 01"), ("Český Brod", "282 01"),
)  # fmt: skip
# Villages that are on no map: an invented municipality must not carry the name of a living one.
VILLAGES = (
    ("Horní Javoří", "542 99"), ("Suché Klíny", "543 98"), ("Dolní Žebrov", "514 97"), ("Kozí Chodník",
    "512 96"),
    ("Řáholecká Lhotka", "506 95"), ("Velké Mechoviště", "544 94"), ("Šindelná Hora", "547 93"),
    ("Bukové Údolíčko", "511 92"),
)  # fmt: skip
STREETS = (
    "Lipová", "Nádražní", "Na Výsluní", "U Pily", "Polní", "Školní", "Krkonošská", "Pod Lesem", "Průmyslová",
    "Dlouhá", "Zahradní", "Mlýnská", "Horská", "K Přehradě", "Husova", "Žižkova", "Řeznická", "U Třešňovky",
)  # fmt: skip
ABROAD = (
    ("London", "14 Alder Lane, London SE99 9ZZ, United Kingdom", "GB"),
    ("Bristol", "3 Quarry Row, Bristol BS99 9ZZ, United Kingdom", "GB"),
    ("Cork", "27 Hawthorn Quay, Cork, Ireland", "IE"),
    ("Edinburgh", "81 Rowan Street, Edinburgh EH99 9ZZ, United Kingdom", "GB"),
)
ENGLISH_COMPANIES = (
    "Harrow & Sons Timber Ltd", "Greenford Woodland Services Ltd", "O'Sullivan Sawmills Ltd",
    "Blackthorn Plant Hire Ltd", "Fairweather Cable Cranes plc", "Marlow Bridge Engineering Ltd",
    "Pemberton-Clarke Heritage Roofing and Joinery Partnership LLP", "Ashdown Forest Machinery Ltd",
)  # fmt: skip

NOUNS = (
    "Pila", "Lesní práce", "Střechy", "Stavby", "Truhlářství", "Tesařství", "Zemní práce", "Kamenictví",
    "Doprava",
    "Autojeřáby", "Elektro", "Vodo-topo", "Školka", "Zámečnictví", "Kovovýroba", "Lanovky", "Stroje",
    "Nátěry",
)  # fmt: skip
EPITHETS = (
    "Jedle", "Bystřina", "Orel", "Západ", "Šumava", "Medvědí", "Javor", "Kámen", "Bílá hora", "Žula",
    "Podhůří",
    "Rozhledna", "Ostříž", "Řeka", "Čedič", "Údolí", "Hřeben", "Ďáblík", "Vyhlídka", "Modřín", "Lípa",
    "Břidlice",
)  # fmt: skip
LONG_NAMES = (
    (
        "Společenství vlastníků jednotek domů Nad Přehradou čp. 1187, 1188, 1189 a 1190 a přilehlých garáží",
        "association",
    ),
    (
        "Mezinárodní ústav pro obnovu horských lesů, rašelinišť a smilkových luk "
        "při Sdružení obcí Podhůří, z. s.",
        "association",
    ),
    (
        "První severovýchodní sdružená stavební, lesnická, dopravní a obchodní společnost Řeřicha, Žďárský, "
        "Ďuricová & nástupci, akciová společnost v oblasti údržby cest",
        "joint_stock",
    ),
    (
        "Základní škola a Mateřská škola Velké Mechoviště, příspěvková organizace zřízená svazkem tří obcí",
        "state",
    ),
)

POSITIONS = (
    ("jednatel", "jednatelka", "management"), ("vedoucí nákupu", "vedoucí nákupu", "purchasing"),
    ("nákupčí", "nákupčí", "purchasing"), ("technik", "technička", "technical"),
    ("stavbyvedoucí", "stavbyvedoucí", "technical"), ("účetní", "účetní", "finance"),
    ("správce sítě", "správkyně sítě", "it"), ("revírník", "revírnice", "technical"),
    ("starosta", "starostka", "management"), ("asistent", "asistentka", "other"),
)  # fmt: skip
ENGLISH_POSITIONS = (
    ("Managing Director", "management"), ("Buyer", "purchasing"), ("Site Engineer", "technical"),
)  # fmt: skip

SUBJECTS = {
    "framework": ("Rámcová smlouva o dodávkách stavebních prací", "Rámcová smlouva o opravách lesních cest"),
    "work": (
        "Smlouva o dílo: těžba a vyklizování lanem", "Oprava střechy hospodářské budovy",
        "Údržba stezek a povalových chodníků", "Obnova lesní cesty a propustků",
        "Výstavba dřevěné lávky přes potok",
    ),
    "purchase": ("Dodávka řeziva a palubek", "Prodej vyvážecího vozíku", "Dodávka štípaného kamene"),
    "service": ("Pravidelný servis lanové dráhy", "Servis štěpkovače", "Zimní údržba příjezdových cest"),
    "lease": ("Nájem skladové plochy u pily", "Nájem autojeřábu s obsluhou"),
    "nda": ("Dohoda o mlčenlivosti k projektu obnovy luk",),
}  # fmt: skip
LONG_SUBJECT = (
    "Smlouva o dílo na obnovu turistické infrastruktury v úseku Medvědí potok – Žebrovská vyhlídka "
    "zahrnující povalové chodníky, tři lávky, zábradlí, odpočívadla, informační tabule v češtině, "
    "němčině a polštině, zpřístupnění pro vozíčkáře v délce 1 240 m a pětiletou údržbu "
    "včetně zimních prohlídek"
)
OUR_OBLIGATIONS = (
    "Předat dílo bez vad a nedodělků.\nVést stavební deník.\n"
    "Jednou za čtvrt roku předložit zprávu o průběhu.",
    "Nastoupit k opravě do sjednané doby.\nMít na skladě běžné náhradní díly.",
    "Udržovat pojištění odpovědnosti nejméně na 5 000 000 Kč.",
)
THEIR_OBLIGATIONS = (
    "Zpřístupnit staveniště a určit osobu pro přebírání prací.",
    "Zaplatit každou fakturu ve lhůtě splatnosti.\nHlásit závady do 24 hodin.",
    "Zajistit souhlas vlastníků sousedních pozemků.",
)
OBLIGATIONS = (
    ("Předložit čtvrtletní zprávu", "report", "quarterly"), ("Obnovit pojištění odpovědnosti", "insurance",
    "yearly"),
    ("Provést podzimní prohlídku", "delivery", "yearly"), ("Uhradit zálohu", "payment", "once"),
    ("Předat dokumentaci skutečného provedení", "delivery", "once"), ("Vrátit jistotu", "payment", "once"),
    ("Prodloužit bankovní záruku", "insurance", "yearly"), ("Zaplatit nájemné", "payment", "monthly"),
)  # fmt: skip
DEALS = (
    "Oprava cesty po přívalovém dešti", "Nová lávka u rozhledny", "Servis štěpkovačů na tři roky",
    "Zateplení správní budovy", "Těžba kalamity, porost 214 B", "Dřevěný přístřešek pro kola",
    "Odvodnění parkoviště", "Revize dětských hřišť", "Obnova studánky a přístupové pěšiny",
    "Timber for six cabins",
)  # fmt: skip
ORDERS = (
    ("Palubky modřín 24 × 146 mm", "goods"), ("Štípaný kámen, 12 t", "goods"),
    ("Rytecké desky 1220 × 610 mm", "goods"),
    ("Oprava hydrauliky nakladače", "repair"), ("Výměna lan navijáku", "repair"), ("Montáž zábradlí",
    "works"),
    ("Prořezávka mladých porostů, 3,5 ha", "works"), ("Pokládka povalového chodníku", "works"),
)  # fmt: skip
REQUESTS = (
    ("Naviják nedrží brzdu", "fault"), ("Uniká olej z hydrauliky", "fault"), ("Štěpkovač se nerozběhne",
    "fault"),
    ("Faktura má špatnou adresu", "change"), ("Palubky přišly zkroucené", "complaint"),
    ("Kdy dorazí zbytek dodávky?", "question"), ("Prosíme o termín revize", "question"),
    ("Potřebujeme přístup i v sobotu", "change"), ("The gate code has changed", "change"),
)  # fmt: skip
EQUIPMENT = (
    ("Lesní naviják", "machine", "Tajmeron", "LN-80"), ("Štěpkovač", "machine", "Drtivec", "D 300"),
    ("Vyvážecí vozík", "machine", "Bukofor", "V12"), ("Nakladač", "vehicle", "Hřebec", "H 45"),
    ("Dodávka", "vehicle", "Koroptev", "2.0"), ("Terénní vůz", "vehicle", "Kamzík", "4x4"),
    ("Odolný tablet", "it", "Žulatab", "10"), ("Motorová pila", "tool", "Ostřice", "MS 5"),
    ("Nivelační přístroj", "tool", "Rovina", "NP-2"),
)  # fmt: skip
CAUSES = ("Opotřebené těsnění.", "Uvolněný konektor čidla otáček.", "Zanesený filtr hydraulického oleje.")
PARTS = ("2× těsnění 40 mm, 1× olejový filtr", "1× brzdové obložení", "3 l hydraulického oleje")
