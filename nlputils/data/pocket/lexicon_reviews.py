"""Words of the reviews, by hand: what is judged, and the many ways to praise, blame or describe.

Adjectives fit after "was"; verb phrases follow "I" or "we"; facts are whole clauses.
"""

GOOD = """
lovely; superb; charming; splendid; delightful; excellent; marvellous; first-rate; wonderful;
brilliant; flawless; impressive; magnificent; heavenly; memorable; perfect; terrific; outstanding;
refreshing; enchanting; sparkling; fabulous; exquisite; stylish; great; fantastic; glorious;
remarkable; amazing; stunning; adorable; super; grand; fine; top-notch; pleasing; divine; admirable;
faultless; spectacular; unforgettable; sublime
"""
BAD = """
dreadful; dull; awful; gloomy; shabby; horrible; terrible; disappointing; careless; grim; rotten;
poor; chaotic; boring; miserable; dismal; nasty; useless; hopeless; wretched; second-rate; shoddy;
ghastly; appalling; pathetic; lousy; mediocre; abysmal; tedious; unpleasant; hideous; tiresome;
atrocious; feeble; deplorable; woeful; inferior; unbearable; depressing; annoying; laughable; bad
"""
GOOD_PHRASE = """
worth every crown; beyond praise; a joy; a treat; a pleasure; a gem; a delight; a triumph; a marvel;
music to our ears; just right; in fine form; the best for miles; a dream; a comfort; a blessing;
second to none; a find; worth the trip; without a fault
"""
BAD_PHRASE = """
a mess; a shame; a chore; a let-down; a nightmare; a waste of a day; a bore; a disgrace; a muddle;
beyond repair; hard to bear; below all standards; the worst for miles; a torment; a flop;
a disaster; an insult; a blunder; not worth the trip; without a hope
"""
GOOD_FOOD = """
delicious; tasty; fresh; crisp; tender; mouth-watering; juicy; fragrant; creamy; fluffy;
home-made; piping hot; nicely spiced; moreish; wholesome; generous
"""
BAD_FOOD = """
stale; soggy; greasy; tasteless; burnt; bland; mouldy; sour; watery; tough; lumpy; limp; raw; oily;
over-salted; rancid
"""
GOOD_STAFF = """
friendly; helpful; polite; patient; cheerful; kind; gracious; prompt; caring; thoughtful; skilful;
attentive; witty; honest; generous; dependable
"""
BAD_STAFF = """
rude; unfriendly; grumpy; unhelpful; sloppy; clumsy; arrogant; bad-tempered; lazy; snooty; surly;
impatient; moody; tactless; slow; brusque
"""
GOOD_ROOM = """
spotless; cosy; warm; comfortable; bright; inviting; airy; well-made; tidy; elegant; quiet; roomy;
sunny; soft; gleaming; snug
"""
BAD_ROOM = """
filthy; cold; noisy; damp; cramped; draughty; broken; smelly; dirty; sticky; dusty; faulty; dark;
crooked; flea-ridden; flimsy
"""
GOOD_SHOW = """
gripping; touching; funny; soothing; clever; moving; thrilling; heart-warming; lively; melodious;
spirited; inspired; graceful; rousing; poetic; witty
"""
BAD_SHOW = """
long-winded; shrill; off-key; silly; clumsy; muddled; lifeless; wooden; corny; endless; tuneless;
hollow; stiff; confusing; predictable; half-hearted
"""
PLAIN = """
square; painted blue; on the left; near the pier; made of wood; two streets away; open until six;
the usual size; upstairs; by the window; round; in the old mill; closed on Mondays; green;
next to the bank; run by two cousins; about as big as a barn; cash only; in the cellar; striped;
for members; in the back yard; behind the church; self-service; made of tin; white; on one floor;
opposite the crane; half an hour by bus; in a brick house; new this year; from the island;
by appointment; as in other towns; medium sized; made of stone; under the bridge; numbered;
in the morning only; written on a slate; weekly; on the upper deck; rectangular; of the local kind
"""
THING = """
inn; café; bakery; ferry; barber; fish bar; museum; hotel; bookshop; cinema; spa; campsite; garage;
tailor; chip shop; theatre; market stall; boat hire; dance class; bus line; laundry; toy shop;
guest house; sauna; tea room; cooking course; bicycle shop; aquarium; dentist; concert; picnic boat;
swimming pool; florist; pub; cheese shop; harbour tour; hardware shop; farm shop; choir evening;
play
"""
ASPECT_FOOD = """
soup; loaf; coffee; fish; cake; tea; salad; breakfast; pie; beer; sauce; pudding; wine; sandwich;
dumpling; stew; cheese plate; chowder; omelette; goulash
"""
ASPECT_STAFF = """
service; owner; guide; waiter; crew; cook; driver; front desk; host; manager; nurse; porter;
captain; landlady; cashier; barman; teacher; assistant
"""
ASPECT_ROOM = """
room; bed; bathroom; garden; terrace; hall; cabin; dining room; lobby; tent; chair; sofa; deck;
kitchen corner; changing room; balcony; bench; shower
"""
ASPECT_SHOW = """
band; ending; plot; show; story; song; dance; speech; concert; film; first act; lesson; solo;
encore; puppet play; comedy; talk; final scene
"""
PRAISE = """
would come back tomorrow; laughed all evening; asked for a second helping; told everyone about it;
left with a smile; stayed an hour longer than planned; felt at home; would give it six stars;
booked again at once; slept like stones; licked the plate; thanked the cook; clapped until it hurt;
went home happy; could have hugged the owner; have already recommended it; loved each minute;
wished it would never end; found nothing to fault; tipped gladly; brought the family the next day;
hummed the tunes for a week; felt ten years younger; got more than expected; enjoyed it a lot;
will miss it; got the royal treatment; dream of that pudding; kept the menu as a souvenir;
came out glowing; raised a glass to the cook; bought two more; sent a card to say thank you;
admire these people; hated to leave; counted the days until the next visit;
praised it to everyone on the ferry; could not stop grinning
"""
BLAME = """
demanded the money back; left before the end; would rather stay at home; complained twice;
had to send it back; will warn everyone; waited an hour for nothing; felt cheated; went home hungry;
found a hair in it; itched all night; could not sleep a wink; yawned throughout; walked out;
regret each crown; would give it no stars; asked for a refund; fled to the chip shop;
shivered all evening; got ignored; threw most of it away; smelled the drains;
will avoid it from now on; wrote to the council; had a headache for days; lost all patience;
swore to never return; fed it to the gulls; got charged twice; got half of what was promised;
sat in a puddle; counted the minutes; came out with a cold; had to repair half of it;
could not get out fast enough; sighed all evening; crossed it off the list; hid it under the napkin
"""
VISIT = """
went on a Tuesday; came by bus; came with three friends; sat near the door; ordered the small plate;
stayed for two nights; paid in cash; took the late ferry; bought one ticket; had the soup;
visited with my aunt; came in May; picked it from the list; walked there; had a table for six;
got there at noon; took a number; asked for the map; left at nine; shared a taxi;
rented it for a day; saw the early show; chose the set menu; read the sign; went with the choir;
used the side door; booked by phone; stood in line; took two photos; tried the blue one;
compared three of them; went on a school trip
"""
FACT = """
it opens at nine; there are two doors; the bus stops outside; they sell stamps as well;
it has ## seats; the sign is new; one orders at the counter; the menu is in two languages;
dogs are allowed; it moved here last year; you need a ticket; children pay half;
it is ## minutes from the ferry; they close in winter; there is a coat rack;
the tables are numbered; it belongs to {FIRM}; {PERSON} runs it now; lunch is from noon to two;
the toilets are downstairs; there is parking for ## cars; it was a school once;
the list is on the wall; the ticket is # crowns; it is on the road to {TOWN}; they take cards;
a bell rings at closing; it has # rooms; it seats ##; the colour is a matter of taste;
they bake on Fridays
"""
# Words about time and manner that suit every judgement.
TIME = """
last Sunday; in spring; on our trip; during the regatta; this week; on my birthday; in the rain;
after work; on a Monday; in August; at lunch; before the concert; over Easter; twice this year;
with the children; on the way to {TOWN}; last month; on market day
"""
VERY = (
    "very; quite; really; so; rather; truly; thoroughly; remarkably; just; frankly; simply; pretty"
)
WHO = """
my sister; my aunt; the guide book; our neighbour; my boss; the bus driver; the paper; {PERSON};
my father; a friend; the woman at the next table; my wife; my husband; everyone at work; the radio;
my cousin; the landlord; the old sailor; our teacher; the man in front of us
"""
# People who can come along.
FOLK = """
my sister; my aunt; our neighbour; my boss; {PERSON}; my father; a friend; my wife; my husband;
my cousin; our teacher; the old sailor
"""
CALLED = "called; found; thought; considered; judged; declared; deemed; pronounced"
