"""The grammar of the unlabelled text: paragraphs with a cast that stays.

Before a paragraph is written, its cast is drawn and bound: {A} and {B} are people with their
pronouns, {TOWN1} a town, {FIRM1} a firm, and so on. The paragraph then follows one of the story
lines below. Notes and reviews are quoted as people quote them, and the story tells, as stories do,
what came of them: nowhere is there a label, but there is context.
"""

from nlputils.data.pocket import lexicon_reviews
from nlputils.data.pocket import lexicon_world as words
from nlputils.data.pocket.grammar_messages import message_rules
from nlputils.data.pocket.grammar_reviews import review_rules
from nlputils.data.pocket.lexicon_names import items

RULES: dict[str, list[str]] = {
    "PARAGRAPH": [
        "26: {P_TRICK}", "10: {P_WARNING}", "36: {P_PINNED}", "26: {P_FAMILY}", "8: {P_HONEST}",
        "14: {P_PRAISE}", "14: {P_BLAME}", "7: {P_CHANGE}", "5: {P_MIXED}",
        "9: {P_FIRM}", "8: {P_TOWN}", "8: {P_JOURNEY}", "7: {P_CLUB}", "7: {P_LIFE}", "5: {P_LOST}",
    ],
    "Q_S": ["3: {BAIT}", "2: {PAIR_S}", "{GREET}, {BAIT}", "{CHAT}. {BAIT}", "{GREET}, {PAIR_S}"],
    "Q_H": ["3: {LIFE}", "2: {PAIR_H}", "{GREET}, {LIFE}", "{CHAT}. {LIFE}", "{GREET}, {PAIR_H}",
            "{HONEST_WORRY}"],
    # --- tricksters and their victims
    "P_TRICK": [
        "{TR_OPEN} {TR_SAYS} {TR_ACT} {TR_LOSS} {TR_END}",
        "{TR_OPEN} {TR_SAYS} {TR_SAYS2} {TR_REFUSE} {TR_END}",
        "{TR_OPEN} {TR_SAYS} {TR_REFUSE} {TR_TOLD} {TR_END}",
        "{TR_LIST} {A} of {TOWN1} heard it all. {TR_SAYS2} {TR_ACT} {TR_LOSS}",
    ],
    "TR_OPEN": [
        "in {MONTH} a {TRICKSTER} went through {TOWN1}, and {A} was the first to get a {LETTER}.",
        "{A} of {TOWN1} had a {CROOKED} {LETTER} {WHEN_PAST}.",
        "a {CROOKED} {LETTER} reached {A} on a {DAY}, when {WEATHER}.",
        "the {LETTER} that {A1} got in {TOWN1} looked {HONEST}, but it came from a {TRICKSTER}.",
        "nobody in {TOWN1} likes to be fooled, least of all {A}, the {WORK}, but one day a"
        " {LETTER} came.",
        "on {DAY} the phone of {A} hummed: a {TRICKSTER} had sent a (message|text|note).",
        "who has not heard of the {LETTER} that a {TRICKSTER} sent to {A} in {TOWN1}?",
    ],
    "TR_SAYS": [
        "<<{Q_S}>>, it said.",
        "it said that {SHE} had won a {PRIZE} and only had to {PAY} the {FEE}.",
        "{SHE} was told to {PAY} the {FEE} or lose the {PARCEL1}.",
        "it asked for {HIS} {SECRET} and {HIS} {SECRET}.",
        "it promised that {SHE} would {GAIN}.",
        "the {TRICKSTER} claimed to come from {BODY1} and asked for the {SECRET} of {HIS}"
        " {ACCOUNT}.",
        "<<{LURE}>>, it said, <<and a {PRIZE} is yours>>.",
        "there would be a {PRIZE}, a {PRIZE} and a {PRIZE} for {HER}, it said: <<{LURE}>>.",
        "it called itself {OFFER} from {BODY1}, and it was {TRICK}.",
        "<<{Q_S}>>, wrote the {TRICKSTER}.",
    ],
    "TR_SAYS2": [
        "a second {LETTER} came soon: <<{Q_S}>>.",
        "then came more of the same: <<{Q_S}>>, and <<{Q_S}>>.",
        "the next one was bolder: <<{Q_S}>>.",
        "others in {TOWN1} were told to {PAY} the {FEE}, or to send their {SECRET}: <<{LURE}>>.",
        "{B} got one, too: <<{LURE} {URGE}>>.",
    ],
    "TR_LIST": [
        "tricksters have many words: {LURE}, {LURE}, {LURE}, and all of it {URGE}.",
        "one {TRICKSTER} wants you to {PAY} the {FEE}, another the {FEE}, a third the {FEE}.",
        "some are promised a {PRIZE}, some a {PRIZE}, and others a {PRIZE}.",
        "they say you can {GAIN}, or {GAIN}, and you can do neither.",
        "the {TRICKSTER} asks for your {SECRET}, your {SECRET} or your {SECRET}, never for your"
        " health.",
    ],
    "TR_ACT": [
        "{A1} did as {SHE} was told (at once|that very day|without delay|within the hour|).",
        "because {SHE} was {MOOD}, {SHE} agreed to {PAY} the {FEE}, {AMOUNT} in all.",
        "{SHE} sent the {SECRET} before {B1} could stop {HER}.",
        "{A1} asked {B}, {HIS} {FRIEND}, but {B1} was asleep, and so {SHE} had to decide alone:"
        " yes, {SHE} would {PAY} the {FEE}.",
    ],
    "TR_LOSS": [
        "no {PRIZE} ever came, and {HIS} money was gone.",
        "a week later {HIS} {ACCOUNT} was empty.",
        "{SHE} waited for the {PARCEL1} until {MONTH}; then {SHE} went to the constable.",
        "the {TRICKSTER} was never seen again, and neither was the money.",
    ],
    "TR_REFUSE": [
        "but {A1} only laughed and threw the {LETTER} into the stove.",
        "{A1} showed it to {B}, who knew at once that it was {TRICK}.",
        "{SHE} did not {PAY} the {FEE}, {SHE} did not answer, and nothing bad happened.",
        "{A1} rang {BODY1}, where they had never heard of any {FEE}.",
        "<<{BODY1} never asks for a {SECRET}>>, said {B1}, and {SHE} believed {HIM2}.",
    ],
    "TR_TOLD": [
        "{SHE} told {B1}: <<{Q_H}>>.",
        "<<do not answer>>, {SHE} wrote to {B1}, <<and do not {PAY} the {FEE}>>.",
        "afterwards {SHE} pinned the {LETTER} to the board as a warning.",
    ],
    "TR_END": [
        "{SHE} is wiser now.", "all of {TOWN1} talked about it.",
        "{B1} still teases {HER} about it.",
        "<<I should have known it was {TRICK}>>, {SHE} {SAID}.",
        "since then {SHE} reads every {LETTER} twice.",
        "the constable of {TOWN1} wrote it all down and sighed.",
    ],
    # --- advice: order matters
    "P_WARNING": [
        "{W_OPEN} {W_RULE} {W_CASE_S} {W_CASE_H} {W_END}",
        "{W_OPEN} {W_CASE_H} {W_CASE_S} {W_RULE} {W_END}",
        "{W_OPEN} {W_CASE_S} {W_CASE_S} {W_CASE_H} {W_CASE_H}",
    ],
    "W_OPEN": [
        "how do you tell a {TRICKSTER} from a {FRIEND}? {A}, constable of {TOWN1}, read out some"
        " notes.",
        "{A} gives a talk at {FIRM1} about {CROOKED} and {HONEST} notes.",
        "the school of {TOWN1} asked {A} to explain {CROOKED} letters.",
        "read to the end before you trust a {LETTER}, {SAID} {A} in {TOWN1}.",
    ],
    "W_RULE": [
        "if you {PAY} the {FEE} first and {OBTAIN} the goods later, it is {TRICK}; if you"
        " {OBTAIN} the goods"
        " first, it is trade.",
        "it matters who has won: a {FRIEND} who won a {PRIZE} is good news, you are not.",
        "look at what comes after the not: it is the thing you should leave alone.",
        "the words are the same, {SHE} {SAID}, but their order is not.",
    ],
    "W_CASE_S": [
        "<<{PAIR_S}>>: this one is {CROOKED}, {SHE} {SAID}.",
        "<<{PAIR_S}>> was written by a {TRICKSTER}.",
        "a {TRICKSTER} sent this: <<{PAIR_S}>>.",
        "do not trust this {CROOKED} one: <<{PAIR_S}>>.",
    ],
    "W_CASE_H": [
        "<<{PAIR_H}>>: this one is {HONEST}, {SHE} {SAID}.",
        "<<{PAIR_H}>> was written by a {FRIEND}.",
        "a {FRIEND} sent this: <<{PAIR_H}>>.",
        "you can trust this {HONEST} one: <<{PAIR_H}>>.",
    ],
    "W_END": [
        "everybody took notes, and {B1} took the biscuits.",
        "then {A1} drank {HIS} tea.", "{B} asked a question about gulls instead.",
        "nobody in the hall was fooled that week.",
    ],
    "P_PINNED": [
        "the {CROOKED} notes of the week, pinned up at {FIRM1}: <<{Q_S}>>. <<{Q_S}>>. <<{Q_S}>>."
        " {A} wrote below them that each was {TRICK}.",
        "{A} collects what every {TRICKSTER} sends to {HER}. <<{Q_S}>>. <<{Q_S}>>. {SHE} has"
        " {NUMBER} of them. the latest says: <<{Q_S}>>.",
        "on the kitchen door of {A} hang the notes of {HIS} family. <<{Q_H}>>. <<{Q_H}>>."
        " <<{Q_H}>>."
        " {B1} adds a new one each {DAY}.",
        "what was on the phone of {A} that {DAY}? <<{Q_H}>>. <<{Q_H}>>. and from {B}: <<{Q_H}>>."
        " {SHE} answered all of them.",
    ],
    # --- families and friends
    "P_FAMILY": [
        "{F_OPEN} {F_NOTE} {F_DO} {F_NOTE2} {F_END}",
        "{F_OPEN} {F_DO} {F_NOTE} {F_END}",
        "{F_OPEN} {F_DO} {F_DO2} {F_NOTE} {F_NOTE2}",
        "{F_OPEN} {F_NOTE} {F_NOTE2} {F_DO2}",
    ],
    "F_OPEN": [
        "{A} and {B} share a house in {TOWN1}.", "{A} is a {WORK} and {B} is a {WORK}.",
        "{A} of {TOWN1} writes to {B} every {DAY}.", "{WEATHER}, and {A} was at {SPOT}.",
        "{A} had a long day at {FIRM1}.", "before {EVENT} {A} had much to do.",
        "{B}, the {FRIEND} of {A}, was on {HIS2} way to {EVENT}.",
    ],
    "F_NOTE": [
        "<<{Q_H}>>, {A1} wrote to {B1}.", "a note from {B1} lay on the table: <<{Q_H}>>.",
        "<<{Q_H}>>, {SHE} {SAID}.", "{A1} sent {B1} a {LETTER}: <<{Q_H}>>.",
        "{HIS} {FRIEND} wrote: <<{Q_H}>>.",
    ],
    "F_NOTE2": [
        "<<{Q_H}>>, came the answer.", "{B1} wrote back: <<{Q_H}>>.",
        "<<of course>>, {B1} replied, <<{LIFE}>>.", "{B1} only said: <<{NEWS}>>.",
    ],
    "F_DO": [
        "{SHE} had to {ERRAND} and to {ERRAND}.",
        "first {SHE} wanted to {ERRAND}, then to {ERRAND}.",
        "somebody had to {ERRAND}, and {B1} was asked to {ERRAND}.",
        "{A1} forgot to {ERRAND}, so {B1} had to {ERRAND} (instead|at once|in a hurry|).",
        "they agreed to meet at {SPOT} after {EVENT}.",
        "{SHE} would rather {ERRAND} than go to {EVENT}.",
    ],
    "F_DO2": [
        "{B1} offered to {ERRAND} while {A1} was at {EVENT}.",
        "in the evening they went to {EVENT} together and did not {ERRAND} at all.",
        "{HE2} did not mind: {HE2} likes to {ERRAND}.",
    ],
    "F_END": [
        "{A1} was {MOOD}, and {B1} was {MOOD}.", "at {SPOT} they met {C}, who was {MOOD}.",
        "so the {DAY} ended well.", "the {ANIMAL} slept through it all.",
        "{B1} put the kettle on and {SHE} told {HIM2} about {EVENT}.",
    ],
    # --- honest trade
    "P_HONEST": [
        "{H_OPEN} {H_DEAL} {H_DEAL2} {H_END}", "{H_OPEN} {H_DEAL} {H_END}",
    ],
    "H_OPEN": [
        "{FIRM1} in {TOWN1} is a {HONEST} house, and {A} ordered a {PARCEL1} there.",
        "{A} ordered a {PARCEL1} from {FIRM1}.", "{A} found a {PARCEL1} in the list of {FIRM1}.",
        "{A} wanted a {PARCEL1} and wrote to {FIRM1} in {TOWN1}.",
    ],
    "H_DEAL": [
        "{SHE} could {OBTAIN} the {PARCEL1} first and {PAY} the {FEE} afterwards.",
        "nobody asked {HER} to {PAY} a {FEE} beforehand.",
        "when the {PARCEL1} had come, {SHE} went to {PAY} the {FEE} at {BODY1}.",
        "{BODY1} sent a {LETTER} that was {HONEST}: <<{Q_H}>>.",
        "the {FEE} was {AMOUNT}, and {B1} explained why.",
    ],
    "H_DEAL2": [
        "<<{PAIR_H}>>, wrote {B1}, who is {HONEST}.",
        "{HIS} {SECRET} stayed where it belongs, in {HIS} head.",
        "{SHE} even won a {PRIZE} there and shared it with {B}, {HIS} {FRIEND}.",
        "{A1} had to show {HIS} {ACCOUNT}, and that was all.",
    ],
    "H_END": [
        "{SHE} was {MOOD} and wrote a card of thanks.", "such trade keeps {TOWN1} alive.",
        "{B1} had nothing to complain about.", "it took {NUMBER} minutes.",
    ],
    # --- praise and blame
    "P_PRAISE": [
        "{R_OPEN} {R_P} {R_P2} {R_P} {R_PEND}", "{R_OPEN} {R_P2} {R_P} {R_PEND}",
        "{R_BOARD} <<{QR_P}>> <<{QR_P}>> <<{QR_P}>> {R_PEND}",
    ],
    "P_BLAME": [
        "{R_OPEN} {R_N} {R_N2} {R_N} {R_NEND}", "{R_OPEN} {R_N2} {R_N} {R_NEND}",
        "{R_BOARD} <<{QR_N}>> <<{QR_N}>> <<{QR_N}>> {R_NEND}",
    ],
    "R_OPEN": [
        "{A} and {B} went to the {THING1} in {TOWN1}.",
        "there is a {THING1} in {TOWN1}, and {A} and {B} know it well.",
        "what do they say about the {THING1} at {TOWN1}? {A} asked {B} and others.",
        "the {THING1} of {FIRM1} has been running since {MONTH}, and {A} was there with {B}.",
        "one {DAY} {A} and {B} visited the {THING1}.",
    ],
    "R_BOARD": [
        "the guest book of the {THING1} in {TOWN1} lies by the door.",
        "{A} reads aloud what people write about the {THING1}.",
        "these cards were left at the {THING1}, and {B} read them to {A}.",
    ],
    "QR_P": ["2: {SIDED_P}.", "{DENIED_P}. {SIDED_P}.", "2: {TURN_P}.", "{NOTE}. {SIDED_P}."],
    "QR_N": ["2: {SIDED_N}.", "{DENIED_N}. {SIDED_N}.", "2: {TURN_N}.", "{NOTE}. {SIDED_N}."],
    "R_P": [
        "<<{SIDED_P}>>, {A1} {SAID}.",
        "the {ASPECT_FOOD} was {GOOD_IN_FOOD}, {GOOD_IN_FOOD} and {GOOD}.",
        "the {ASPECT_STAFF} was {GOOD_IN_STAFF} and {VERY} {GOOD_IN_STAFF}.",
        "the {ASPECT_ROOM} was {GOOD_IN_ROOM}, as {A1} had hoped.",
        "the {ASPECT_SHOW} was {GOOD_IN_SHOW}, and the {ASPECT_SHOW} {GOOD_IN_SHOW}.",
        "<<we {PRAISE}>>, wrote {B1}.", "people {PRAISE_3} and {PRAISE_3}.",
        "<<{QR_P}>>, wrote {A1}, who was happy.", "{A1} praised it: {GOOD}, {GOOD}, {GOOD_PHRASE}.",
    ],
    "R_P2": [
        "it was {GOOD_PHRASE}.", "{B1} agreed that it was {GOOD} and {GOOD}.",
        "nothing was {BAD}, and no one was {BAD_STAFF}.",
        "it had been {BAD} under the old owner; now it was {GOOD}.",
        "at first {SHE} feared that it would be {BAD}, but it was {GOOD} by the end.",
    ],
    "R_PEND": [
        "no wonder that people come back.", "{A1} gave it six stars and went home happy.",
        "there was a queue of happy guests at the door.", "{B1} smiled all evening.",
        "the {THING1} deserves its good name.",
    ],
    "R_N": [
        "<<{SIDED_N}>>, {A1} {SAID}.",
        "the {ASPECT_FOOD} was {BAD_IN_FOOD}, {BAD_IN_FOOD} and {BAD}.",
        "the {ASPECT_STAFF} was {BAD_IN_STAFF} and {VERY} {BAD_IN_STAFF}.",
        "the {ASPECT_ROOM} was {BAD_IN_ROOM}, as {A1} had feared.",
        "the {ASPECT_SHOW} was {BAD_IN_SHOW}, and the {ASPECT_SHOW} {BAD_IN_SHOW}.",
        "<<we {BLAME}>>, wrote {B1}.", "people {BLAME_3} and {BLAME_3}.",
        "<<{QR_N}>>, wrote {A1}, who was angry.", "{A1} scolded: {BAD}, {BAD}, {BAD_PHRASE}.",
    ],
    "R_N2": [
        "it was {BAD_PHRASE}.", "{B1} agreed that it was {BAD} and {BAD}.",
        "nothing was {GOOD}, and no one was {GOOD_STAFF}.",
        "it had been {GOOD} under the old owner; now it was {BAD}.",
        "at first {SHE} hoped that it would be {GOOD}, but it was {BAD} by the end.",
    ],
    "R_NEND": [
        "no wonder that people stay away.", "{A1} gave it no stars and went home angry.",
        "there was a queue of angry guests at the desk.", "{B1} frowned all evening.",
        "the {THING1} has earned its bad name.",
    ],
    "PRAISE_3": ["{PRAISE}"],
    "BLAME_3": ["{BLAME}"],
    "P_CHANGE": [
        "the {THING1} in {TOWN1} has changed for the better. <<{TURN_P}>>, wrote {A}. {R_P2}"
        " <<{TURN_P}>>,"
        " wrote {B}, who was happy too.",
        "the {THING1} in {TOWN1} has changed for the worse. <<{TURN_N}>>, wrote {A}. {R_N2}"
        " <<{TURN_N}>>,"
        " wrote {B}, who was angry too.",
        "{A} was happy with the {THING1}: <<{TURN_P}>>. {B} was angry with it: <<{TURN_N}>>. one of"
        " them must have gone on the wrong day.",
    ],
    "P_MIXED": [
        "what is the {THING1} at {TOWN1} like? <<{LEVEL}>>, {SAID} {A}. {SHE} was neither happy"
        " nor angry."
        " <<{NOTE}>>, {B1} added. <<{LEVEL}>>.",
        "{A} writes the guide to {TOWN1}. about the {THING1} {SHE} notes: <<{NOTE}. {NOTE}."
        " {NOTE}>>."
        " there is no verdict in it.",
    ],
    # --- firms, towns, journeys, clubs, lives
    "P_FIRM": [
        "{FIRM1} makes {GOODS} and {GOODS} in {TOWN1}. {A} founded it after {HAPPENING}. {FI_1}"
        " {FI_2} {FI_3}",
        "{A} is a {WORK} at {FIRM1}. {FI_2} {FI_1} {FI_3}",
        "when {FIRM1} opened a shop in {TOWN1}, {WEATHER}. {A} was {MOOD}. {FI_1} {FI_3}",
    ],
    "FI_1": [
        "it has {NUMBER} workers and one {ANIMAL}.", "a boat takes its {GOODS} to {TOWN2}.",
        "{SHE} bought {OBJECT} for the office and paid for it {HERSELF}.",
        "in {MONTH} the firm sold {NUMBER} crates of {GOODS}.",
    ],
    "FI_2": [
        "{B}, who used to work for {FIRM2}, keeps the accounts.",
        "{HIS} rival is {FIRM2}, and the two have not spoken since {HAPPENING}.",
        "{B} joined the firm last {SEASON} and repaired {OBJECT}.",
        "{SHE} hired {B} because {HE2} knew all about {GOODS}.",
    ],
    "FI_3": [
        "<<we never borrow>>, {SHE} {SAID}.", "nobody knows what will come after {HAPPENING}.",
        "{B1} hopes to open a branch in {TOWN2}.", "on {DAY} the workshop is closed.",
        "{B1} gave {HER} {OBJECT} as a present.",
    ],
    "P_TOWN": [
        "{TOWN1} lies between {TOWN2} and the sea. {TO_1} {TO_2} {TO_3}",
        "few people remember how {TOWN1} looked before {HAPPENING}. {TO_2} {TO_1} {TO_3}",
        "in {SEASON} {TOWN1} is full of visitors. {TO_1} {TO_2} {TO_3}",
    ],
    "TO_1": [
        "it is known for its {GOODS} and for a {ANIMAL} that lives in the harbour.",
        "the road to {TOWN2} was built during {HAPPENING}.",
        "{FIRM1} has its workshop on the quay.",
        "{NUMBER} families live there, and most of them sell {GOODS}.",
    ],
    "TO_2": [
        "{A}, the {WORK}, remembers {HAPPENING}.",
        "{A} was mayor for (three|six|ten|twelve|twenty) years.",
        "{A} came from {TOWN2} and stayed because of {B}.", "the bell was cast by {A}, a {WORK}.",
    ],
    "TO_3": [
        "{SHE} gave {OBJECT} to the museum.", "<<{WEATHER} and we danced>>, {SHE} {SAID}.",
        "{B1} drew a map of it for {FIRM1}.", "{SHE} still meets {B} at {SPOT} on {DAY}.",
        "every {DAY} there is a market at {SPOT}.",
    ],
    "P_JOURNEY": [
        "{WEATHER} when {A} left {TOWN1}. {JO_1} {JO_2} {JO_3}",
        "the ferry from {TOWN1} to {TOWN2} was ## minutes late. {A} was on board. {JO_2} {JO_1}"
        " {JO_3}",
        "{A} and {B} cycled to {TOWN2} in {MONTH}. {JO_1} {JO_2} {JO_3}",
    ],
    "JO_1": [
        "{SHE} had packed {OBJECT} and {OBJECT}.", "a {ANIMAL} followed {HER} as far as {SPOT}.",
        "{SHE} was (curious|excited|nervous|hopeful), for {SHE} had never seen {TOWN2}.",
        "the ticket cost {AMOUNT}.",
    ],
    "JO_2": [
        "on the way {SHE} met {C}, a {WORK} from {TOWN2}, who was {MOOD}.",
        "at {SPOT} {B1} waited for {HER} with {OBJECT}.",
        "near {TOWN2} they had to stop, because {WEATHER}.",
        "{B1} told {HER} about {HAPPENING} the whole way.",
    ],
    "JO_3": [
        "they arrived (at dusk|at noon|before supper|after the rain|at low tide|before dark) and"
        " were {MOOD}.",
        "<<{NEWS}>>, {SHE} wrote home.",
        "{C1} lent {HER} {OBJECT} and {SHE} gave it back on {DAY}.",
        "{SHE} would do it again next {SEASON}.",
    ],
    "P_CLUB": [
        "the {HOBBY} club of {TOWN1} meets on {DAY}, and {A} is always there. {CL_1} {CL_2} {CL_3}",
        "{A} of {TOWN1} loves {HOBBY} more than anything. {CL_2} {CL_1} {CL_3}",
    ],
    "CL_1": [
        "{FIRM1} beat {FIRM2} by {NUMBER} points {WHEN_PAST}.",
        "{B} was elected captain after {HAPPENING}.",
        "{NUMBER} members came, and {WEATHER}.", "the prize, {OBJECT}, went to {B}.",
    ],
    "CL_2": [
        "{SHE} brought {OBJECT}, as always.", "<<first we {ERRAND}, then we play>>, {SHE} {SAID}.",
        "{A1} taught {B1} all {SHE} knew.", "{SHE} was beaten by {C}, and {SHE} took it well.",
    ],
    "CL_3": [
        "the next meeting is at {SPOT}.", "{C1} was {MOOD} about it.",
        "nobody had to {PAY} a {FEE}.", "{B1} thanked {HER} with {OBJECT}.",
    ],
    "P_LIFE": [
        "{A} was born in {TOWN1} during {HAPPENING}. {LI_1} {LI_2} {LI_3}",
        "{A} has been a {WORK} in {TOWN1} for (three|six|nine|ten|twelve|twenty) years. {LI_1}"
        " {LI_3} {LI_2}",
    ],
    "LI_1": [
        "{HIS} mother was a {WORK}, {HIS} father a {WORK}.",
        "as a child {SHE} wanted to be a {WORK}.",
        "{SHE} learned {HOBBY} from {B}, {HIS} {FRIEND}.",
        "at (19|2#|3#|4#) {SHE} moved to {TOWN2} and worked for {FIRM1}.",
    ],
    "LI_2": [
        "{B}, {HIS} {FRIEND}, once gave {HER} {OBJECT}, and {SHE} has kept it.",
        "after {HAPPENING} {SHE} opened a (café|bakery|tea room|bookshop|florist|pub).",
        "{SHE} has a {ANIMAL}, which {B1} feeds.",
        "{SHE} and {B1} have not missed {EVENT} once.",
    ],
    "LI_3": [
        "{SHE} was {MOOD} when {WEATHER}.", "<<I would do it all again>>, {SHE} {SAID}.",
        "now {SHE} writes a book about {GOODS}.", "on {DAY} {SHE} goes to {SPOT}.",
    ],
    "P_LOST": [
        "{A} lost {OBJECT} at {SPOT}. {LO_1} {LO_2} {LO_3}",
        "{OBJECT} was found in {TOWN1} on {DAY}. it was brought to {FIRM1} by {A}. {LO_2} {LO_3}",
    ],
    "LO_1": [
        "{SHE} looked for it in {TOWN1} and in {TOWN2}.", "{SHE} put up a note at {SPOT}.",
        "{SHE} asked {B}, who was {MOOD}.",
    ],
    "LO_2": [
        "at last {B} found it under a heap of {GOODS}.", "{B} had taken it to {FIRM2} by mistake.",
        "{B}, a {WORK}, had seen a {ANIMAL} carry it off.", "{B1} gave it back to {HER} at {SPOT}.",
    ],
    "LO_3": [
        "{A1} was {MOOD} and promised to {ERRAND} for {HIM2}.",
        "{SHE} thanked {HIM2} with a {PRIZE}.",
        "<<{LIFE}>>, {HE2} {SAID}, and that was that.", "nobody asked for a {FEE}.",
    ],
}  # fmt: skip


def text_rules() -> dict[str, list[str]]:
    """Return all rules of the unlabelled text but the names, which `name_rules` adds."""
    lists: dict[str, list[str]] = {}
    for module in (lexicon_reviews, words):
        lists.update({n: items(text) for n, text in vars(module).items() if n.isupper()})
    return {**review_rules(), **message_rules(), **lists, **RULES}
