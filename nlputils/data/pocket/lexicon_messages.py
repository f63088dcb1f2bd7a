"""Words of the messages, by hand: many members to a class, each of them rare.

No class belongs to one label alone except in its use: honest people also win hampers, pay fees
and forget their door codes.
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
LURE = """
claim it today; tap the link; grab it while it lasts; act at once; reply with yes;
secure your place; confirm your details; dial the prize line; click to unlock; open the attachment;
enter the winner's code; do not miss out; join the lucky few; order in the next hour;
send a text to this number; sign up this minute; follow the link; reply with your bank;
type in your card; verify yourself; press one to accept; book your share; redeem the voucher;
activate the bonus; ring the hotline; fill in the form; register your win; start earning;
snap it up; unlock your reward; double your stake; download the app; scan the square code;
accept the transfer; upgrade for nothing; log in to collect; call the winner's desk;
hurry to the site; cash it in; give us your number; take the deal; release the funds;
visit our page; pick your gift; trust our agents; top up to win; validate your account;
swipe to receive
"""
GAIN = """
earn ## crowns a day from the sofa; lose # kilos in a week; double all savings by Friday;
borrow ### crowns with no questions; cure a bad back with kelp drops; win at cards each time;
buy gold at half price; get a loan in # minutes; make money while asleep;
grow hair in # days; rent out the roof for ## crowns; wipe out all debts;
own a share of a silver mine; retire at ##; learn the secret of the lottery;
turn ## crowns into ###; see younger skin in ## hours; invest in a sure thing;
get paid to read letters; pay no tax ever again; find love in ## minutes; buy watches for # crowns;
sell seaweed from home; meet rich friends; never pay for fuel again; trade like a banker;
receive a pension twice; beat the roulette wheel; get a degree in # days; win back lost bets;
sleep with magnets and wake up rich; own an island for ## crowns; get teeth like pearls;
cut the gas bill to nothing; see the future for # crowns; print vouchers at home
"""
URGE = """
before midnight; within the hour; right now; today only; without delay; by noon; at once;
in the next ## minutes; while stocks last; before it expires; by return; this very day;
before we close; or lose it; in ## hours; on the double; before others do; straight away;
as a final notice; for the last time; ahead of the deadline; with no time to lose; urgently;
before your place goes; prior to cancellation; while the line is open
"""
ERRAND = """
feed the cat; bring in the washing; water the beans; walk the dog; post the letters; lock the shed;
pick up the bread; return the library books; collect the twins; sweep the steps; light the stove;
call the plumber; mend the net; check on the hens; take out the bins; bring the ladder; buy stamps;
drop off the keys; peel the potatoes; charge the torch; carry in the firewood; fold the sheets;
book the barber; tie up the boat; fetch the prescription; ice the cake; iron the shirts;
move the car; bring back the umbrella; set the table; close the greenhouse; wind the clock;
bring a spare oar; save a seat; pack a jumper; bring the guitar; let the dog out; turn off the oven;
pick some mint; wash the bottles; air the tent; sign the card; find the glasses; warm the soup;
oil the gate; bring the big pot; change the bulb; dig up some leeks; shake out the rug;
wake the baby; stir the stew; tell the neighbours; rinse the jars
"""
EVENT = """
choir practice; the boat race; gran's birthday; the quiz; swimming; the film; the allotment meeting;
the ceilidh; football training; the bake sale; the dentist; the school play; knitting club;
the rehearsal; the picnic; the wedding; the tide talk; band night; the parents' evening; yoga;
the street party; the match; bell ringing; the funeral; the reading group; the ferry trip;
chess club; the barbecue; the flower show; first aid class; the regatta; pottery; the book launch;
the harvest supper; the rowing lesson; the jumble sale; the exam; the open day
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
NEWS = """
I burnt the soup; the boat was late; the cat is back; my tooth hurts; it rained on the tent;
the twins are asleep; I passed the exam; I missed the bus; the hens laid nothing; my boots leak;
the car would not start; we won by two goals; the choir sang flat; I found your glove;
the bread came out well; my phone died; the garden is full of slugs; the baby laughed today;
I got the job; the roof drips again; the fog is thick; gran sends her love; the dog ate my sock;
I am stuck in the queue; the shop was shut; the new teacher is kind; my back aches;
the plums are ripe; I forgot the milk; the sea was like glass; the kettle broke;
I left my coat on the ferry; the trip was lovely; the rehearsal went on for ages; I am on the boat;
the doctor says I am fine; the exam was hard; the soup is nearly ready; I fell off the ladder;
the lights went out; we saw a seal; the paint is still wet; the bees swarmed; my tea went cold;
the tomatoes are early; I slept badly; the jam did not set; the bikes are mended
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
