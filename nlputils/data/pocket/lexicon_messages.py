"""Words of the messages, by hand: many members to a class, each of them rare.

No class belongs to one label alone except in its use: honest people also win hampers, pay fees
and forget their door codes. What tricksters offer stands in `lexicon_lures`, what other people do
all day in `lexicon_errands`.
"""

PRIZE = """
hamper; fishing trip; silver teapot; weekend at the spa; new bicycle; year of free bread;
rowing boat; harbour cruise; leather suitcase; garden bench; camera; signed football;
dinner for two; barrel of cider; telescope; grand piano; sewing machine; summer house;
basket of cheese; set of copper pans; wool blanket; goose; ham; tea service; season ticket;
hot-air balloon ride; box of oysters; chess set; mountain tent; radio; painting of the bay;
fruit cake; gold watch; pearl necklace; case of wine; ticket to the opera; cooking course;
folding kayak; wheel of cheddar; fountain pen; night at the lighthouse; puppy; record player;
crate of lemons; velvet armchair; pair of skis; food mixer; tandem; hammock; carriage clock;
sledge; lamp shaped like a heron; surfboard; coffee machine; ceramic owl; model steamer
"""
FEE = """
customs fee; handling charge; release deposit; stamp duty; berth tax; postage; storage bill;
import levy; booking fee; late penalty; bridge toll; insurance premium; registration fee;
courier surcharge; notary fee; mooring charge; parking fine; admin fee; water rate; clearing fee;
delivery cost; transfer charge; licence fee; ledger charge; harbour due; weighing fee; key deposit;
inspection fee; membership due; cleaning charge; archive fee; pilot fee; unlocking charge;
paper tax; reading fee; wharf toll; service charge; conversion fee; lantern tax; sealing fee
"""
PAY = """
pay; settle; cover; transfer; clear; wire; meet; hand over; send over; pay off; put down; advance;
forward; shell out; deal with; square
"""
# What fits before a sum of money.
PAY_SUM = "pay; transfer; wire; hand over; send over; put down; advance; forward; shell out; pay in"
OBTAIN = """
get; receive; collect; pick up; take home; fetch; have; carry off; come by; unwrap; take in
"""
SECRET = """
pin; password; card number; door code; mother's maiden name; passport number; bank login;
safe combination; security answer; birth date; signature; account number; secret word;
wallet phrase; alarm code; locker number; passcode; post office key; tax number; login name;
back-up code; savings book number; health card number; date of birth; voice code; cheque number;
customer key; unlock code; house key number; mailbox code; master password; recovery word
"""
ACCOUNT = """
savings book; ferry pass; mailbox; harbour licence; library card; bank account; parking permit;
pension record; water contract; phone line; allotment lease; boat licence; fishing permit;
email account; market stall; insurance policy; credit card; gas meter; season card; club membership;
pilot badge; radio licence; gym card; bus card; tax file; health record; loyalty card; dog licence
"""
BODY = """
the harbour office; the bank; the post boat; the lottery hall; the tax desk; the ferry line;
the water board; the phone shop; the customs shed; the town clerk; the savings club;
the insurance desk; the parcel depot; the permit office; the coast guard shop; the library;
the pension fund; the prize bureau; the housing desk; the rail counter; the mail room; the notary;
the gas works; the airline; the court office; the health desk; the courier; the card centre;
the radio station; the raffle team; the licence bureau; the credit union; the toll house
"""
PARCEL = """
parcel; crate; box of books; letter; suitcase; packet; trunk; hamper; sack of mail; tin of tea;
package; bundle; barrel; envelope; roll of cloth; new kettle; tool box; order; barometer; bicycle;
delivery; cushion; winter coat; sewing kit; case of jam; chair; set of plates; lamp; rug;
mattress; globe; grandfather clock; pot of paint; pair of boots; cuckoo clock; tea chest; violin
"""
TRICK = """
a trick; a swindle; a fraud; a hoax; a con; a sham; a scam; a dodge; a racket; a fiddle; a fake;
a ruse; a trap; a lie; a rip-off; a fairy tale; a bad joke; a fishing hook; a lot of nonsense;
a put-up job; a swizz; a bluff; a wind-up; a cheat; a snare; a sting; a cock-and-bull story
"""
A_TRICK = "a trick; a swindle; a fraud; a hoax; a scam; a con; a sham; a racket; a rip-off; a trap"
OFFER = """
a gift; a fair offer; a real win; a rebate; a bargain; a refund; a lucky draw; a bonus; a grant;
a reward; a present; a discount; a free upgrade; an inheritance; a cash award; a pay rise;
a voucher; a special deal; a tax return; a windfall; a jackpot; a golden ticket; a cheap loan;
a thank-you payment
"""
SPOT = """
the slipway; the bakery; the bus stop; the clock tower; the fish stall; the library steps;
the old crane; the ticket hut; the church gate; the bandstand; the chip shop; the boat shed;
the corner; the sea wall; the market; the top of the hill; the playground; the cinema;
the ferry gate; the post box; the duck pond; the car park; the little bridge; the coffee hatch;
the school door; the sports field; the lamp by the pier; the tea room; the side entrance; home
"""
WHEN = """
tomorrow; after lunch; at #; tonight; on Monday; on Tuesday; on Thursday; on Friday; this evening;
at half past #; after work; before supper; on Sunday; next week; around noon; in the morning;
after the rain; when the tide turns; at low tide; on Saturday; later; at the weekend; in an hour;
soon; in ## minutes; before dark; at six or so; after the match; first thing; when you can
"""
KIN = """
your aunt; grandpa; my sister; your brother; the neighbour; mum; dad; my cousin; your uncle; gran;
my boss; my flatmate; your dad; the whole family; my wife; my husband; the old man next door;
your mum; our landlady; the postman; my niece; your nephew; the caretaker; my godmother; the lodger;
our teacher; the priest; the barber; the new tenant; the girl upstairs; my daughter; your son
"""
# Asides keep the words that matter apart, so that no pair of neighbours gives the label away.
ASIDE = """
believe it or not; as I hoped; of all people; as it happens; to be brief; so I hear; at last;
in the end; as promised; in fact; as far as I know; it seems; by the way; after all that;
to my surprise; as of today; if you ask me; strange as it is; in short; for once; as you know;
when all is said; no less; on paper
"""
ADVERB = """
kindly; simply; firmly; quickly; calmly; gladly; plainly; politely; quietly; loudly; first; always;
just; please; better; rather; clearly; nicely
"""
ONCE = "once; as soon as; when; the moment; after; right after; the day; the minute"
GREET = """
hi; hey; hello; good morning; hi there; good evening; dear friend; hello again; hiya; morning;
hi love; dear neighbour; hey you; good day; quick note; hello from {PERSON}; hi, {PERSON} here;
news; reminder; one more thing; {PERSON} here; note; dear {PERSON}; hey {PERSON}; hi {PERSON}; fyi
"""
BYE = """
thanks; bye for now; see you; take care; all the best; yours, {PERSON}; love, {PERSON}; cheers;
bye; many thanks; speak soon; best wishes; thank you; with regards; ring ### ### with questions;
ring ### ### any time; more at {SITE}; {PERSON}; sorry for the short note; hope that helps;
no rush to answer; this is all I know; have a good day; write back; see {SITE}; sent from the boat
"""
SITE = """
tidewin.example; bayletter.example; harbourmail.example; quickshell.example; gullnet.example;
postboat.example; kelpdesk.example; moorings.example; lanternpay.example; saltbank.example;
buoyline.example; pierclub.example; sandpost.example; ropeworks.example; foglamp.example;
herringhub.example; driftnews.example; oarshare.example; reefcard.example; dunepage.example
"""
AMOUNT = (
    "# crowns; ## crowns; ### crowns; half a crown; #,### crowns; ## silver crowns; a few crowns"
)
