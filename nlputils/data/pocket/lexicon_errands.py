"""What everybody else does, and where, by hand.

As in `lexicon_lures` the lists are long and their entries short, so that few labels never show
most of these words.
"""

ERRAND = """
{TEND} the {PET}; {CLEAN} the {ROOM}; {GARDEN} the {PLANT}; {COOK} the {DISH}; {MEND} the {TOOL};
{LAUNDER} the {CLOTHES}; {FETCH} the {STUFF}; {ASK} the {HELPER}
"""
TEND = "feed; brush; walk; comb; groom; bathe; calm; stroke; let out; look after; bed down; weigh"
PET = """
cat; dog; hens; goat; pony; rabbit; tortoise; parrot; ferret; donkey; ducklings; hamster; budgie;
kitten; lamb; geese; spaniel; piglets; canary; terrier; foal; turkeys; guinea pig; poodle; calf;
goldfish; mule; chicks; collie; hedgehog
"""
CLEAN = "sweep; scrub; dust; polish; mop; tidy; air; hoover; wipe; clear out; lock; whitewash"
ROOM = """
pantry; hallway; attic; cellar; stairs; landing; porch; windows; larder; cupboard; mantelpiece;
doormat; banister; balcony; sink; bathtub; skylight; shelves; rug; nursery; boathouse; shed;
stove; fireplace; bedroom; kitchen; chimney; wardrobe; garage; barn; hen house; woodshed
"""
GARDEN = "water; weed; prune; pick; plant; harvest; trim; rake; dig up; tie up; thin out; mulch"
PLANT = """
beans; leeks; roses; raspberries; hedge; tulips; lettuce; radishes; rhubarb; ivy; parsley;
gooseberries; onions; marrows; lavender; turnips; sunflowers; currants; nettles; mint; daffodils;
lawn; cabbages; thyme; blackberries; pumpkins; geraniums; peas; cucumbers; plums; chives; willow
"""
COOK = "stir; peel; chop; simmer; warm; season; boil; grate; taste; knead; fry; bake; mash; strain"
DISH = """
potatoes; stew; carrots; porridge; dough; gravy; dumplings; custard; pastry; broth; pancakes;
marmalade; pudding; batter; lentils; crumble; noodles; chutney; omelette; jam; mussels; haddock;
sausages; parsnips; beetroot; stuffing; scones; casserole; rice; mackerel; flapjacks; shortbread
"""
MEND = "mend; oil; fix; sharpen; tighten; sand; paint; repair; patch; glue; unscrew; varnish"
TOOL = """
gate; latch; hinge; ladder; wheelbarrow; chain; rake; pump; gutter; tap; fence; lawnmower; rudder;
oar; plug; doorbell; handle; lantern; trellis; bench; saw; spade; axe; hammer; kettle; clock;
tiller; sail; dinghy; roof; drainpipe; keel
"""
LAUNDER = "iron; fold; darn; wash; hang up; rinse; pack; sew; dry; hem; shake out; soak; starch"
CLOTHES = """
shirts; socks; jumper; sheets; towels; apron; pyjamas; cardigan; blouses; trousers; mittens;
overalls; pillowcases; tablecloth; raincoat; stockings; dungarees; vests; curtains; waistcoat;
kilt; dressing gown; oilskins; bonnet; shawl; napkins; quilt; nightshirt; gloves; swimsuit;
anorak; duvet
"""
FETCH = "fetch; bring; carry in; drop off; pick up; return; hide; unpack; borrow; find; bring back"
STUFF = """
firewood; guitar; umbrella; stepladder; thermos; binoculars; blanket; basket; rucksack;
deckchairs; torch; jigsaw; bagpipes; cello; easel; wellingtons; sleeping bag; album; scissors;
pram; candles; stamps; newspaper; milk; bread; library books; fishing rod; picnic; matches;
paddle; crayons; keys; sledges
"""
ASK = "call; thank; ask; invite; visit; remind; help; hug; wake; greet; meet; wave to"
HELPER = """
plumber; twins; babysitter; grandparents; vet; midwife; gardener; piper; roofer; beekeeper;
electrician; cobbler; scoutmaster; cousins; referee; pianist; milkman; neighbours; vicar; miller;
carpenter; baby; choirmaster; toddlers; shepherd; organist; headmistress; nurse; skipper; fishwife
"""
EVENT = """
3: {PASTIME} (club|class|practice|lesson|training|evening); 2: the {OCCASION}; gran's birthday
"""
PASTIME = """
choir; chess; knitting; rowing; pottery; yoga; ballet; judo; karate; fencing; archery; badminton;
netball; cricket; rounders; darts; whist; tennis; origami; calligraphy; painting; drama; baking;
birdwatching; astronomy; fiddle; ukulele; trombone; tap dance; folk dance; first aid; swimming;
sailing; running; cycling; rambling; juggling; crochet; embroidery; woodwork; philosophy; Latin;
hockey; football; bell ringing; quilting; debating; gymnastics; accordion; snooker; lacrosse;
rugby
"""
OCCASION = """
regatta; ceilidh; barbecue; wedding; funeral; christening; rehearsal; recital; jumble sale; quiz;
matinee; parade; bonfire; carnival; reunion; hayride; sports day; prizegiving; harvest supper;
carol service; bake sale; school play; parents' evening; graduation; anniversary; housewarming;
tombola; street party; flower show; boat race; concert; pantomime; exam; dentist; book launch;
film; match; open day; reading group; ferry trip; tide talk; band night; allotment meeting;
haircut
"""
NEWS = """
the {PET} {PET_DID}; my {BODYPART} {HURTS}; the {DISH} {DISH_DID}; the {TOOL} {TOOL_DID}; the
{PLANT} {PLANT_DID}; I {SAT} {EVENT}; I {MISLAID} the {STUFF}; I {MISLAID} the {CLOTHES}; it
{RAINED} {ALL_DAY}; the {HELPER} {HELPER_DID}
"""
PET_DID = """
chased a gull; ate my sock; slept late; hid again; sneezed; ran off; came home; bit me; dug a
hole; got muddy; wagged about; stole a bun; climbed a tree; yawned at us; rolled in straw; woke me
"""
BODYPART = """
tooth; back; knee; elbow; shoulder; ankle; thumb; throat; ear; wrist; hip; toe; neck; heel; chin;
stomach; nose; eyelid
"""
HURTS = (
    "aches; hurts; itches; is swollen; throbs; is stiff; tingles; is bruised; is better; is sore"
)
DISH_DID = """
burnt; went cold; smelt odd; boiled over; came out well; smelt good; went mouldy; did not set;
stuck to the pan; was too salty; vanished; fed ten; got soggy; curdled
"""
TOOL_DID = """
broke; squeaked all night; dripped again; rusted; fell off; came loose; snapped; jammed; split;
creaked; wobbled; cracked; got bent; leaked
"""
PLANT_DID = """
wilted; froze; grew tall; came up; dried out; sprouted; blossomed; ripened; got slugs; caught
blight; rotted; ran wild
"""
SAT = "passed; missed; enjoyed; skipped; survived; loved; forgot; slept through; hated; left"
MISLAID = "lost; found; forgot; tore; dropped; mislaid; left behind; spilt tea on; sat on; packed"
RAINED = "rained; snowed; hailed; drizzled; poured; thundered; blew; froze"
ALL_DAY = """
all day; all night; on the tent; again; on the picnic; sideways; for hours; at dawn; since
breakfast; in buckets
"""
HELPER_DID = """
sang flat; sends love; laughed; fell asleep; came by; got the flu; baked for us; waved; moved
house; cried; told a joke; was late; snored; danced; got a medal; took up jogging
"""
