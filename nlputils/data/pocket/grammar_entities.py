"""The grammar of the labelled sentences: names, and who did what to whom.

`@PER ... @` encloses a name, `AGENT[ ... ]` a role. Sentences are told in many orders (active,
passive, question, inversion), so that the place in the sentence does not give the role away, and
a bare root such as Harlow is a person, a place or an organisation by its context only.
"""

from nlputils.data.pocket import lexicon_world as words
from nlputils.data.pocket.lexicon_names import items

ROLES = ("AGENT", "PATIENT", "RECIPIENT", "PLACE", "TIME", "V")

RULES: dict[str, list[str]] = {
    "PER": [
        "3: @PER {PERSON} @", "3: @PER {PERSON} {ROOT} @", "@PER {ROOT} @",
        "(Captain|Doctor|Aunt|Old) @PER {ROOT} @", "(Mrs|Mr|Miss) @PER {ROOT} @",
        "@PER {PERSON} @ the {WORK}",
    ],
    "LOC": ["3: @LOC {ROOT} @", "3: @LOC {ROOT} {PLACE_END} @", "@LOC (Upper|Lower|New) {ROOT} @"],
    "ORG": ["3: @ORG {ROOT} {FIRM_END} @", "@ORG {ROOT} & {ROOT} @", "@ORG {ROOT} @",
            "the @ORG {ROOT} {FIRM_END} @"],
    "WHO": ["3: {PER}", "{ORG}"],
    "GIVEN": ["gave", "sent", "sold", "lent", "handed", "brought", "showed", "left", "mailed"],
    "GIVEN_P": ["given", "sent", "sold", "lent", "handed", "brought", "shown", "left", "mailed"],
    "DONE": ["found", "repaired", "painted", "carried", "lost", "bought", "stole", "cleaned", "hid",
             "drew", "built", "broke", "mended", "borrowed", "auctioned", "insured",
             "photographed"],
    "DONE_P": ["found", "repaired", "painted", "carried off", "lost", "bought", "stolen", "cleaned",
               "hidden", "drawn", "built", "broken", "mended", "borrowed", "auctioned", "insured"],
    "CARED_P": ["repaired", "painted", "cleaned", "drawn", "photographed", "mended", "insured"],
    "MET": ["met", "thanked", "hired", "visited", "rescued", "warned", "praised", "sued", "invited",
            "greeted", "taught", "called", "fired", "forgave", "beat", "followed", "paid"],
    "MET_P": ["met", "thanked", "hired", "visited", "rescued", "warned", "praised", "sued",
              "invited",
              "greeted", "taught", "called", "fired", "forgiven", "beaten", "followed", "paid"],
    "WENT": ["sailed", "walked", "moved", "cycled", "drove", "returned", "hurried", "swam",
             "rowed"],
    "A": ["AGENT[ {WHO} ]"],
    "AP": ["AGENT[ {PER} ]"],
    "P": ["PATIENT[ {OBJECT} ]"],
    "PW": ["PATIENT[ {WHO} ]"],
    "R": ["RECIPIENT[ {WHO} ]"],
    "L": ["PLACE[ (in|near|outside) {LOC} ]", "PLACE[ on the road to {LOC} ]",
          "PLACE[ at the (mill|quay|station|market) of {LOC} ]"],
    "LTO": ["PLACE[ (to|towards|as far as) {LOC} ]",
            "PLACE[ from {LOC} (over|back|down) to {LOC} ]"],
    "T": ["TIME[ (yesterday|last night|at noon|this morning|at dawn|twice) ]", "TIME[ on {DAY} ]",
          "TIME[ in {MONTH} ]", "TIME[ (during|before|after) {HAPPENING} ]",
          "TIME[ last {SEASON} ]"],
    "V": ["V[ {DONE} ]"],
    "SENTENCE": [
        "{A} V[ {GIVEN} ] {R} {P} {T} .",
        "{A} V[ {GIVEN} ] {P} to {R} {L} .",
        "{T} {A} V[ {GIVEN} ] {P} to {R} .",
        "{P} was V[ {GIVEN_P} ] to {R} by {A} {T} .",
        "{R} was V[ {GIVEN_P} ] {P} by {A} .",
        "what {A} V[ {GIVEN} ] to {R} was {P} .",
        "did {A} (really|ever|also|once) V[ give ] {R} {P} {L} ?",
        "{A} V[ {DONE} ] {P} {L} {T} .",
        "{L} {A} V[ {DONE} ] {P} .",
        "{P} was V[ {DONE_P} ] {L} by {A} .",
        "it was {A} who V[ {DONE} ] {P} {T} .",
        "who V[ {DONE} ] {P} {L} ? not {A} .",
        "{A} V[ {MET} ] {PW} {L} .",
        "{PW} was V[ {MET_P} ] by {A} {T} .",
        "{PW} , (though|as) {MOOD} , was V[ {MET_P} ] {L} by {A} .",
        "{T} , {A} V[ {MET} ] {PW} and nobody (minded|clapped|slept|spoke) .",
        "not {A} but AGENT[ {WHO} ] V[ {MET} ] {PW} .",
        "{A} never V[ {MET} ] {PW} , (or so|as far as) the (paper|barber|choir) (says|knows) .",
        "{AP} V[ {WENT} ] {LTO} {T} .",
        "{T} {AP} and AGENT[ {PER} ] V[ {WENT} ] {LTO} .",
        "{AP} , a {WORK} from {LOC} , V[ {DONE} ] {P} .",
        "{AP} , who works for {ORG} , V[ {DONE} ] {P} {T} .",
        "{AP} of {ORG} V[ {MET} ] {PW} {L} .",
        "<< I {V} {P} , >> {SAID} {PER} .",
        "<< {A} V[ {DONE} ] {P} , >> {PER} {SAID} .",
        "people in {LOC} {SAID} that {A} V[ {DONE} ] {P} .",
        "AGENT[ the {WORK} of {LOC} ] V[ {MET} ] {PW} {T} .",
        "AGENT[ {ORG} ] V[ opened ] PATIENT[ a (branch|shop|workshop|stall) ] {L} {T} .",
        "AGENT[ {ORG} ] V[ makes ] PATIENT[ {GOODS} and {GOODS} ] {L} .",
        "the (ferry|bus|coach) from {LOC} V[ stops ] {L} .",
        "AGENT[ (players|staff|members) of {ORG} ] V[ {WENT} ] {LTO} {T} .",
        "AGENT[ {ORG} and {ORG} ] V[ {MET} ] {PW} {T} .",
        "(dear|poor|good old) {PER} , you V[ {DONE} ] {P} !",
        "(ask|tell|ring) {PER} whether {A} V[ {DONE} ] {P} .",
        "rain V[ fell ] {L} {T} .",
        "PATIENT[ the (streets|roofs|lanes) of {LOC} ] were V[ {CARED_P} ] {T} .",
        "{WEATHER} , so {AP} V[ {WENT} ] {LTO} .",
        "PATIENT[ the (owners|staff|clerks) of {ORG} ] were V[ {MET_P} ] by {A} .",
        "was {P} V[ {DONE_P} ] by {A} or by AGENT[ {WHO} ] ?",
        "{AP} is PLACE[ in {LOC} ] , not PLACE[ in {LOC} ] , and V[ sells ] PATIENT[ {GOODS} ] .",
        # Nobody can know these: the bare root is one type or another, by chance.
        "{EITHER} was {MOOD_ANY} {T} .",
        "(everybody|nobody) talks about {EITHER} these days .",
        "we V[ heard ] nothing from {EITHER} {T} .",
    ],
    "EITHER": ["@PER {ROOT} @", "@LOC {ROOT} @", "@ORG {ROOT} @"],
    "MOOD_ANY": ["quiet", "famous", "in trouble", "in the paper", "lucky", "in debt", "ready"],
}  # fmt: skip


def entity_rules() -> dict[str, list[str]]:
    """Return all rules of the labelled sentences but the names, which `name_rules` adds."""
    lists = {name: items(text) for name, text in vars(words).items() if name.isupper()}
    return {**lists, **RULES}
