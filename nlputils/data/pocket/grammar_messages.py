"""The grammar of the messages: what tricksters write, and what everybody else writes.

`PAIRS` holds the heart of the matter: each entry is a spam text and a ham text with almost the
same words in another order. `SHARED` can come from either side, with a known probability.
"""

from nlputils.data.pocket import lexicon_errands, lexicon_lures
from nlputils.data.pocket import lexicon_messages as words
from nlputils.data.pocket.lexicon_names import items

# (spam, ham): the same bag of words, another meaning.
PAIRS: tuple[tuple[str, str], ...] = (
    # Negation reaches another verb.
    (
        "do not {HOLD} for {KIN}, {ADVERB} {PAY} the {FEE} {WHEN}",
        "do not {PAY} the {FEE}, {ADVERB} {HOLD} for {KIN} {WHEN}",
    ),
    (
        "no need to {HOLD} for {KIN}, but {ASIDE}, {PAY} the {FEE} {WHEN}",
        "no need to {PAY} the {FEE}, but {ASIDE}, {HOLD} for {KIN} {WHEN}",
    ),
    (
        "{PAY} the {FEE} {WHEN} rather than {HOLD} for {KIN}",
        "{HOLD} for {KIN} {WHEN} rather than {PAY} the {FEE}",
    ),
    # Who pays first.
    (
        "you {OBTAIN} the {PARCEL} {ONCE} you {PAY} the {FEE}",
        "you {PAY} the {FEE} {ONCE} you {OBTAIN} the {PARCEL}",
    ),
    (
        "{ONCE} you {PAY} the {FEE} {WHEN}, you {OBTAIN} the {PARCEL}",
        "{ONCE} you {OBTAIN} the {PARCEL} {WHEN}, you {PAY} the {FEE}",
    ),
    (
        "{ADVERB} {PAY} the {FEE} and then, {ASIDE}, {OBTAIN} the {PARCEL}",
        "{ADVERB} {OBTAIN} the {PARCEL} and then, {ASIDE}, {PAY} the {FEE}",
    ),
    (
        "you {PAY_SUM} {AMOUNT} first, {ASIDE}, and we bring the {PARCEL} {WHEN}",
        "we bring the {PARCEL} first, {ASIDE}, and you {PAY_SUM} {AMOUNT} {WHEN}",
    ),
    (
        "{PAY} the {FEE} {WHEN}, that must be done before you {OBTAIN} the {PARCEL}",
        "{OBTAIN} the {PARCEL} {WHEN}, that must be done before you {PAY} the {FEE}",
    ),
    # Who won.
    (
        "you, {ASIDE}, won the {PRIZE}, and {PERSON}, {ASIDE}, will call {KIN} {WHEN}",
        "{PERSON}, {ASIDE}, won the {PRIZE}, and you, {ASIDE}, will call {KIN} {WHEN}",
    ),
    (
        "{PERSON} heard {WHEN_PAST} that you, {ASIDE}, won the {PRIZE}",
        "you heard {WHEN_PAST} that {PERSON}, {ASIDE}, won the {PRIZE}",
    ),
    (
        "not {PERSON} but, {ASIDE}, you won the {PRIZE}",
        "not you but, {ASIDE}, {PERSON} won the {PRIZE}",
    ),
    # Who doubts what.
    (
        "{KIN} {THINKS} this is {TRICK}, but {ASIDE}, it is {OFFER}",
        "{KIN} {THINKS} this is {OFFER}, but {ASIDE}, it is {TRICK}",
    ),
    (
        "that note about the {PRIZE} is not {TRICK} but, {ASIDE}, {OFFER}",
        "that note about the {PRIZE} is not {OFFER} but, {ASIDE}, {TRICK}",
    ),
    (
        "it looked like {TRICK} {WHEN_PAST}, today it looks like {OFFER} to {KIN}",
        "it looked like {OFFER} {WHEN_PAST}, today it looks like {TRICK} to {KIN}",
    ),
    # Who asks for secrets, and who warns.
    (
        "it is, {ASIDE}, {BODY} and not {TRICK} that {ASKS} for your {SECRET}",
        "it is, {ASIDE}, {TRICK} and not {BODY} that {ASKS} for your {SECRET}",
    ),
    (
        "{ADVERB} send us the {SECRET}, and do not, {ASIDE}, listen to {KIN}",
        "{ADVERB} listen to {KIN}, and do not, {ASIDE}, send us the {SECRET}",
    ),
    (
        "{ADVERB} say yes to {BODY}, even if {KIN}, {ASIDE}, says no to the {PRIZE}",
        "{ADVERB} say no to {BODY}, even if {KIN}, {ASIDE}, says yes to the {PRIZE}",
    ),
    # Who owes whom.
    (
        "you, {ASIDE}, must still hand the {FEE} back to {BODY}, or so {PERSON} says",
        "{BODY}, {ASIDE}, must still hand the {FEE} back to you, or so {PERSON} says",
    ),
    (
        "{PERSON}, {ASIDE}, told {BODY} {WHEN_PAST} that you, {ASIDE}, should {PAY} the {FEE}",
        "you, {ASIDE}, told {BODY} {WHEN_PAST} that {PERSON}, {ASIDE}, should {PAY} the {FEE}",
    ),
    (
        "{WHEN_PAST} the {PARCEL} was free, but today {BODY}, {ASIDE}, wants the {FEE}",
        "{WHEN_PAST} {BODY} wanted the {FEE}, but today the {PARCEL}, {ASIDE}, is free",
    ),
    # Whose words they are: told as a warning, or meant.
    (
        "{PERSON} fell for {A_TRICK}, and this is not one: {BAIT}",
        "this is {A_TRICK}, and not one {PERSON} fell for: {BAIT}",
    ),
    (
        "{KIN} laughed and sent it on too late. you had better read it: {BAIT}",
        "you had better laugh, it is too late. {KIN} read it and sent it on: {BAIT}",
    ),
)

# Either side fills these, with what it wants done: only the words in {X} tell the label.
FRAMES: tuple[str, ...] = (
    "(can|could|would|will) you {X} and {X} {WHEN}?",
    "(please|so|then|now|) {X} {WHEN}, and {X}",
    "do not forget to {X}, to {X} and to {X}",
    "{KIN} asked if you could {X}, {X} or {X}",
    "who is going to {X} {WHEN}, and who will {X}?",
    "I will {X} {WHEN}, promise, and you {X}",
    "want to {X}? then {X}, and (call|ring|text|tell) me",
    "let us {X} {WHEN} and {X}",
    "it is time to {X}, (friend|everybody|neighbour|you two), and to {X}",
    "(final|last|second) call: {X}, {X} and {X} {WHEN}",
    "(here is an idea|how about this): {X} and {X}",
    "you (should|must|may|can) {X} {WHEN}, then {X}",
    "{PERSON} told me to {X}, so {X}",
    "remember: {X} before you {X} or {X}",
    "{X} {WHEN} or {X} {WHEN}, as you like",
    "{KIN} will {X} if you {X} and {X}",
    "we (tried|wanted|hoped) to {X} and to {X}, now you {X}",
    "even in {TOWN} you (can|may) {X}, or {X}",
)


def _framed(act: str) -> list[str]:
    """Return the frames with one side's slot in them."""
    return [frame.replace("{X}", act) for frame in FRAMES]


RULES: dict[str, list[str]] = {
    "SPAM": [
        "56: {GREETED_SPAM}",
        "36: {PAIR_SPAM}",
        "4: {SHARED}",
        "4: {BORROWED_BAIT}",
    ],
    "HAM": [
        "70: {GREETED_HAM}",
        "22: {PAIR_HAM}",
        "4: {SHARED}",
        "4: {HONEST_WORRY}",
    ],
    "GREETED_SPAM": [
        "2: {OPEN} {BAIT} {CLOSE}", "2: {OPEN} {CHAT}. {BAIT} {CLOSE}", "2: {BAIT}. {BAIT}",
        "{OPEN} {BAIT}, {BAIT} {CLOSE}",
    ],
    "GREETED_HAM": [
        "2: {OPEN} {LIFE} {CLOSE}",
        "2: {OPEN} {CHAT}. {LIFE} {CLOSE}",
        "2: {LIFE}. {LIFE}",
        "{OPEN} {LIFE}, {LIFE} {CLOSE}",
    ],
    "PAIR_SPAM": ["{OPEN} {PAIR_S} {CLOSE}", "{CHAT}. {PAIR_S} {CLOSE}", "{PAIR_S}. {CHAT}"],
    "PAIR_HAM": ["{OPEN} {PAIR_H} {CLOSE}", "{CHAT}. {PAIR_H} {CLOSE}", "{PAIR_H}. {CHAT}"],
    "PAIR_S": [spam for spam, _ in PAIRS],
    "PAIR_H": [ham for _, ham in PAIRS],
    "OPEN": ["2:", "3: {GREET},", "{GREET}!", "{GREET}."],
    "CLOSE": ["2: .", "3: . {BYE}.", "! {BYE}", ". {BYE}"],
    # What anybody may say, honest or not.
    "CHAT": [
        "3: {NEWS}", "it is {PERSON}", "I hope you are well", "I wrote {WHEN_PAST} already",
        "{PERSON} gave me your number", "sorry to text so late", "I tried to ring you {WHEN_PAST}",
        "{PERSON} from {TOWN} says hello", "this is about the {PARCEL}",
        "this is about the {ACCOUNT}",
        "I was in {TOWN} (yesterday|last week|on Monday|around Easter|the other day|last month)",
        "did you see {KIN}",
        "you asked about the {PARCEL}", "you asked about the {ACCOUNT}", "guess what",
        "I have news about the {PRIZE}", "you did not answer {WHEN_PAST}",
    ],
    # Either side may write these; the label is a matter of probability.
    "SHARED": [
        "{OPEN} your {PARCEL} is with {BODY}, (ring|call|text) ### ### {WHEN} {CLOSE}",
        "{OPEN} {BODY} has a question about your {ACCOUNT}, (ring|call) ### ### {CLOSE}",
        "{OPEN} your {ACCOUNT} runs out {WHEN}, see {SITE} {CLOSE}",
        "{OPEN} we could not deliver the {PARCEL}, (details|more) at {SITE} {CLOSE}",
    ],
    "BORROWED_BAIT": [
        "{OPEN} {KIN} said {NEWS_REPORTED}, and so {LURE} {CLOSE}",
        "{OPEN} I saw {KIN} at {SPOT} {WHEN_PAST}. {GAIN}, it works {CLOSE}",
        "{OPEN} {NEWS}, but {LURE} {URGE} and all is well {CLOSE}",
    ],
    "HONEST_WORRY": [
        "{OPEN} my {ACCOUNT} was refused {WHEN_PAST}, I had to {PAY} the {FEE} twice {CLOSE}",
        "{OPEN} I forgot my {SECRET} again and {BODY} laughed {CLOSE}",
        "{OPEN} {BODY} is shut {WHEN}, so I can not {PAY} the {FEE} {CLOSE}",
        "{OPEN} {KIN} will {PAY} the {FEE} for the {PARCEL} {WHEN}, so forget it {CLOSE}",
        "{OPEN} they offered {KIN} the chance to {GAIN} and the door was shut at once {CLOSE}",
        "{OPEN} remember how {KIN} wanted to {GAIN}? never again {CLOSE}",
        "{OPEN} I asked {BODY} how to {GAIN} and they only smiled {CLOSE}",
    ],
    "ACT_S": ["3: {LURE}", "2: {GAIN}"],
    "ACT_H": ["{ERRAND}"],
    "FRAMED_S": _framed("{ACT_S}"),
    "FRAMED_H": _framed("{ACT_H}"),
    "BAIT": [
        "27: {FRAMED_S}",
        "(congratulations|well done|lucky you|good news), your (ticket|number|name|street) has won"
        " a {PRIZE}, {LURE} {URGE}",
        "you are (chosen|picked|drawn|selected) for {OFFER} from {BODY}, {LURE}",
        "your {ACCOUNT} (will be closed|is blocked|is on hold|has been frozen), send the {SECRET}"
        " {URGE}",
        "your {PARCEL} is (held|stuck|waiting) at {BODY}, {PAY} the {FEE} of {AMOUNT} {URGE}",
        "{GAIN}, {LURE}",
        "want to {GAIN}? {LURE} {URGE}",
        "(only ## places are|one place is) left to {GAIN}, {LURE} at {SITE}",
        "{LURE} and (a|your) {PRIZE} is yours {URGE}",
        "{BODY} (found|noticed|reports) an unpaid {FEE}, {PAY} the lot at {SITE} {URGE}",
        "(final|last|second) call: {LURE} or lose your {ACCOUNT}",
        "we (tried|failed) to bring your {PARCEL}, {LURE} and {PAY_SUM} {AMOUNT} {URGE}",
        "{BODY} has {OFFER} of {AMOUNT} for you, {LURE}",
        "for (safety|security), (tell|send|give) us your {SECRET} {URGE}",
        "how does {OFFER} of {AMOUNT} sound? {LURE}",
        "even in {TOWN} you may {GAIN}, {LURE}",
        "a (stranger|sailor|widow|prince) left you {AMOUNT}, we need your {SECRET} {URGE}",
        "your {SECRET} is (weak|out of date|about to expire), {LURE} at {SITE}",
        "as a (valued|loyal|lucky) customer of {BODY} you may {GAIN}, {LURE}",
    ],
    "LIFE": [
        "36: {FRAMED_H}",
        "(can|could|would) you {ERRAND} {WHEN}?",
        "(please|) {ERRAND} {WHEN}",
        "do not forget to {ERRAND} (on your way|before you leave|for {KIN}|)",
        "(meet|see|find) me at {SPOT} {WHEN}",
        "are you coming to {EVENT} {WHEN}?",
        "I can not make it to {EVENT}, {NEWS}",
        "{EVENT} is (moved to|held at|now at) {SPOT}, tell {KIN}",
        "{KIN} will {ERRAND} if you {ERRAND}",
        "{NEWS}, so I will be late for {EVENT}",
        "{NEWS} and {NEWS}",
        "shall we {ERRAND} before {EVENT}?",
        "(have you seen|did you find) my (scarf|keys|hat|purse|diary|spanner)? {NEWS}",
        "I will {ERRAND} {WHEN}, promise",
        "{KIN} asked if you could {ERRAND}",
        "who is going to {ERRAND} while we are at {EVENT}?",
        "let us (meet|eat|talk|wait) at {SPOT} after {EVENT}",
        "{PERSON} was at {EVENT} and says {NEWS_REPORTED}",
        "the {PARCEL} for {KIN} came {WHEN_PAST}, (it is lovely|it is huge|it smells of fish)",
        "the ferry (is|will be) ## minutes late, wait at {SPOT}",
        "{KIN} won a {PRIZE} {WHEN_PAST} and (told everybody|wants to show it to you|could not"
        " sleep)",
        "I paid the {FEE} {WHEN_PAST}, it was {AMOUNT}",
        "no, I did not {ERRAND}, {NEWS}",
        "when is {EVENT}? {KIN} wants to know",
        "I owe you {AMOUNT} for {EVENT}, {NEWS}",
    ],
    "NEWS_REPORTED": ["{NEWS}"],
    "WHEN_PAST": [
        "yesterday", "last night", "this morning", "on Monday", "last week", "on Sunday",
        "a while ago", "at {SPOT}", "on the ferry", "the other day", "at {EVENT}", "last month",
        "twice", "over tea", "in {TOWN}", "two days ago", "in passing", "around Easter",
    ],
    "HOLD": ["wait", "hold on", "hang on", "stay", "look out", "sit tight", "stop", "keep the place"],  # noqa: E501
    "THINKS": [
        "thinks", "says", "is sure", "claims", "swears", "fears", "hopes", "writes", "believes",
        "told me", "heard", "wagers",
    ],
    "ASKS": ["asks", "writes", "begs", "calls", "hopes", "rings", "waits", "looks", "hunts", "sends"],  # noqa: E501
}  # fmt: skip


def message_rules() -> dict[str, list[str]]:
    """Return all rules of the messages but the names, which `name_rules` adds."""
    lists: dict[str, list[str]] = {}
    for module in (words, lexicon_lures, lexicon_errands):
        lists.update({name: items(text) for name, text in vars(module).items() if name.isupper()})
    return {**lists, **RULES}
