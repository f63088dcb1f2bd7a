"""What tricksters offer and ask, by hand.

Few labels never show all of these words, and the unlabelled text shows them in the same places.
So the lists are long, and most of their entries are one word.
"""

LURE = """
3: {CLAIM} your {REWARD}; 3: {TAP} the {LINK}; 2: {VERIFY} your {LOGIN}; 2: {DIAL} the {HOTLINE};
2: {STAKE} {SMALL_SUM}; enter the {LOTTERY}; join the {LOTTERY}; {CLAIM} the {REWARD}
"""
CLAIM = """
claim; grab; unlock; redeem; activate; secure; snap up; release; bag; seize; cash in; withdraw
"""
REWARD = """
cashback; coupon; winnings; giveaway; tokens; credit; dividend; compensation; subsidy; payout;
allowance; freebies; legacy; stipend; loyalty points; starter pack; mystery box; hotel stay;
crown; trophy; sweetener; perk; premium; scratch card; gift card; concession; royalties; bounty;
surprise; lump sum; top prize; free sample; annuity; endowment; treasure; nest egg; bonanza;
welcome pack
"""
TAP = "tap; click; open; scan; swipe; visit; press; load; browse; install; refresh; launch"
LINK = """
link; attachment; barcode; website; button; banner; homepage; download; portal; icon; app;
webform; pop-up; chatbot; square code; web page; shortcut; web address; pixel; screen; hyperlink;
widget; checkout; inbox; arrow; trolley; wizard; browser; plug-in; thumbnail
"""
VERIFY = """
verify; confirm; validate; update; authorise; resubmit; renew; reactivate; disclose; re-enter;
reveal
"""
LOGIN = """
identity; username; credentials; billing; profile; payment; wallet; mandate; particulars;
residence; mobile number; subscription; direct debit; fingerprint; authenticator; net income;
vault; ledger; sort code; citizenship; nickname; employer; handset; bankroll; fiscal code; debit
card; enrolment
"""
DIAL = "dial; text; phone; message; contact; consult; page; buzz; alert"
HOTLINE = """
hotline; helpline; freephone; claims desk; operator; agent; adviser; broker; winner's desk; prize
line; consultant; cashier; promoter; dealer; guru; clairvoyant; paymaster; auditor; tycoon;
trustee; solicitor; executor; banker; ambassador; sponsor; envoy; mystic; moneylender; recruiter
"""
STAKE = "deposit; stake; wager; gamble; invest; double; top up; risk; multiply; remit; lend us; bet"
SMALL_SUM = """
# crowns; ## crowns; your savings; a small sum; your pension; a token sum; your wages; one crown;
your capital; your balance; a modest sum; your bond; your equity; a trial sum; your spare cash
"""
LOTTERY = """
sweepstake; lottery; prize draw; raffle; pyramid; syndicate; casino; trading circle; inner circle;
millionaires; winners; jackpot club; early birds; giveaway list; bidding; stampede; gold rush;
auction; scheme; consortium; bonus round; lucky few; elite; fast track; club of investors; rewards
programme
"""
GAIN = """
3: {EARN} ## crowns (a day|an hour|a week|overnight) {FROM_EASE}; 2: {CURE} {AILMENT} with
{REMEDY}; 2: {PURCHASE} {LUXURY} {CHEAPLY}; borrow ### crowns with no {SURETY}; {CANCEL} all
{DEBT}; 2: {OUTWIT} the {CASINO}; turn ## crowns into ###; retire at ##; {CANCEL} {DEBT} in # days
"""
EARN = "earn; make; rake in; pocket; net; gain; scoop; amass; reap; clear"
FROM_EASE = """
from the sofa; with surveys; with adverts; in your sleep; with shellcoin; with envelopes; with
spreadsheets; with mushrooms; with scratch cards; with ostriches; with seaweed; with emails; from
your hammock; with horoscopes; with bitcoin; with racehorses; with copywriting; with vending; with
franchises; with referrals; with crypto; with dropshipping; with penny shares; with futures; with
arbitrage; with likes; with affiliates; with algorithms; with blogging; with leasing
"""
CURE = "cure; banish; melt; erase; shrink; vanquish; reverse; dissolve; beat; zap; halt; defeat"
AILMENT = """
wrinkles; baldness; snoring; gout; cellulite; tiredness; fat; rheumatism; hiccups; shyness;
nightmares; arthritis; migraine; insomnia; acne; freckles; lumbago; sciatica; dandruff; warts;
greyness; flab; asthma; ageing; eczema; deafness; indigestion; stammering; bunions; sluggishness
"""
REMEDY = """
magnets; kelp drops; algae; crystals; copper bands; vitamins; eel oil; patches; pills; mud;
capsules; gels; serum; extracts; infusions; hypnosis; minerals; collagen; enzymes; bracelets;
ointment; tonic; detox tea; electrodes; lasers; nectar; spores; probiotics; elixir; pheromones
"""
PURCHASE = "buy; get; own; order; snatch; import; reserve; acquire; pre-order; bid for"
LUXURY = """
watches; gold; diamonds; handbags; sunglasses; perfume; yachts; emeralds; trainers; timeshares;
villas; handsets; laptops; rubies; furs; sapphires; champagne; caviar; limousines; consoles;
tablets; headphones; drones; cologne; designer boots; smartphones; silks; cruises; platinum; ivory
"""
CHEAPLY = """
at half price; at cost; wholesale; duty-free; at a fraction; for ## crowns; by instalments; for
nothing; on approval; at a knock-down price; tax-free; for pennies; below value; at clearance; on
trial
"""
SURETY = """
questions; guarantor; paperwork; interest; collateral; credit check; references; payslip;
contract; strings; small print; hassle; obligation; proof; catch; signature; background check;
security
"""
CANCEL = "wipe out; cancel; consolidate; halve; freeze; write off; erase; slash; refinance; dodge"
DEBT = """
debts; mortgages; arrears; overdrafts; loans; instalments; fines; bills; surcharges; taxes;
penalties; liabilities; repayments; levies; interest; tariffs; alimony; rents; premiums; excise
"""
OUTWIT = "beat; outsmart; predict; crack; master; outwit; milk; exploit; hack; play"
CASINO = """
roulette wheel; stock market; bookmakers; exchange; odds; slot machines; horses; poker table;
lottery; taxman; algorithm; blackjack table; system; house; hedge funds; bourse; insiders; futures
market; turf; bookies; housing market; currency trade; jackpot machine; oil price
"""
URGE = """
before midnight; within the hour; right now; today only; without delay; by noon; at once; in the
next ## minutes; while stocks last; before it expires; by return; this very day; before we close;
or lose it; in ## hours; on the double; before others do; straight away; as a final notice; for
the last time; ahead of the deadline; with no time to lose; urgently; before your place goes;
prior to cancellation; while the line is open; instantly; promptly; or forfeit it; pronto; without
hesitation; before termination; or be disqualified
"""
