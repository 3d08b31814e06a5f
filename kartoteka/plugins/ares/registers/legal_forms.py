"""Legal forms by their code, as people call them; a code that is not here is shown as it is."""

LEGAL_FORMS = {
    "101": "Fyzická osoba podnikající dle živnostenského zákona",
    "102": "Fyzická osoba podnikající dle živnostenského zákona zapsaná v obchodním rejstříku",
    "105": "Fyzická osoba podnikající dle jiných zákonů",
    "107": "Zemědělský podnikatel",
    "111": "Veřejná obchodní společnost",
    "112": "Společnost s ručením omezeným",
    "113": "Komanditní společnost",
    "117": "Nadace",
    "118": "Nadační fond",
    "121": "Akciová společnost",
    "141": "Obecně prospěšná společnost",
    "145": "Společenství vlastníků jednotek",
    "161": "Ústav",
    "205": "Družstvo",
    "301": "Státní podnik",
    "302": "Národní podnik",
    "325": "Organizační složka státu",
    "331": "Příspěvková organizace zřízená územním samosprávným celkem",
    "332": "Státní příspěvková organizace",
    "361": "Veřejnoprávní instituce",
    "382": "Státní fond ze zákona",
    "391": "Zdravotní pojišťovna",
    "421": "Odštěpný závod zahraniční právnické osoby",
    "422": "Odštěpný závod zahraniční fyzické osoby",
    "424": "Zahraniční fyzická osoba",
    "501": "Odštěpný závod obchodní korporace",
    "601": "Vysoká škola",
    "641": "Školská právnická osoba",
    "706": "Spolek",
    "707": "Odborová organizace",
    "711": "Politická strana, politické hnutí",
    "721": "Církve a náboženské společnosti",
    "722": "Evidovaná církevní právnická osoba",
    "736": "Pobočný spolek",
    "741": "Samosprávná stavovská organizace",
    "745": "Komora",
    "751": "Zájmové sdružení právnických osob",
    "761": "Honební společenstvo",
    "771": "Dobrovolný svazek obcí",
    "801": "Obec",
    "804": "Kraj",
    "811": "Městská část, městský obvod",
    "906": "Zahraniční spolek",
    "931": "Evropské hospodářské zájmové sdružení",
    "932": "Evropská společnost",
    "933": "Evropská družstevní společnost",
    "961": "Svěřenský fond",
}
# What a firm's own choices are likely to be called, when they do not have the full name.
_ALSO = {
    "limited": ("112", ("s.r.o.", "sro", "Limited company")),
    "joint_stock": ("121", ("a.s.", "as", "Joint-stock company")),
    "sole_trader": ("101 102 105 107", ("OSVČ", "Fyzická osoba", "Fyzická osoba podnikající", "Sole trader")),
    "cooperative": ("205", ("Družstvo", "Cooperative")),
    "municipality": ("801 811", ("Obec", "Municipality")),
    "state": ("301 302 325 331 332 361 382", ("Stát", "Státní organizace", "State organisation")),
    "association": ("706 736 751 145", ("z. s.", "Spolek", "Association")),
    "foreign": ("421 422 424 906", ("Zahraniční firma", "Zahraniční", "Company from abroad")),
    "foundation": ("117 118", ("Nadace", "Foundation")),
}


def form_named(code: str) -> str:
    """This function will name a legal form; a code that nobody knows stays one."""
    return LEGAL_FORMS.get(code, code)


def words_for(code: str) -> tuple[str, ...]:
    """This function will list what a choice for a legal form may be called, the likeliest first."""
    others = [(key, *words) for key, (codes, words) in _ALSO.items() if code in codes.split()]
    return tuple(dict.fromkeys((form_named(code), *(word for each in others for word in each), code)))
