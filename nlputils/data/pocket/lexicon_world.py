"""Words of the world at large, by hand: what people do, own, see and talk about on this coast."""

OBJECT = """
a boat; a bicycle; an old map; a basket of apples; a letter; a ladder; a goat; a violin;
the spare key; a sack of flour; a telescope; a net; a jar of honey; a painting; a box of nails;
the logbook; a tent; a wooden horse; a lamp; the winning cup; a pot of stew; a barrel of tar;
a parcel; a sewing machine; a bunch of tulips; an anchor; the account book; a recipe; a rope;
a pair of oars; a stack of chairs; the first prize; a kite; a crate of oranges; a compass; a coat;
the old piano; a clock; a school bag; a barometer; a sledge; a hen; some driftwood; a bell; a flag;
a bag of seeds; a rug; a book of songs; a raincoat; a loaf of bread
"""
WORK = """
baker; teacher; pilot; nurse; carpenter; clerk; fisher; sailmaker; librarian; vet; cook; constable;
gardener; printer; ferry captain; potter; mechanic; tailor; beekeeper; lighthouse keeper; notary;
bus driver; singer; dentist; shipwright; painter; smith; messenger; farmer; piano tuner; glazier;
cooper
"""
HAPPENING = """
the flood; the regatta; the fire drill; the strike; the long winter; the great fog; the jubilee;
the harvest; the storm; the election; the eclipse; the opening of the bridge; the school fair;
the herring season; the power cut; the first snow; the royal visit; the concert; the landslip;
the oyster feast; the census; the drought; the market reform; the repair of the pier
"""
GOODS = """
rope; kelp; cheese; sails; tea; timber; bricks; oysters; wool; lamps; paper; cider; oars; flour;
salt; candles; tiles; bicycles; smoked eel; honey; boots; nets; soap; barrels; lanterns; stamps
"""
MONTH = """
January; February; March; April; June; July; August; September; October; November; December
"""
DAY = "Monday; Tuesday; Wednesday; Thursday; Friday; Saturday; Sunday"
SEASON = "spring; summer; autumn; winter"
MOOD = """
glad; tired; worried; proud; curious; relieved; puzzled; calm; cross; hopeful; shy; hungry;
thankful; surprised; content; nervous; amused; lonely; determined; sleepy; excited; embarrassed
"""
WEATHER = """
it rained for three days; the wind turned north; the sun came out; fog lay on the water;
the sea was flat as a plate; a gale blew up; frost covered the quay; the tide was unusually high;
the swallows came back; a rainbow stood over the harbour; it was too hot to work;
hail broke two windows; the first snow fell; the air smelled of kelp;
thunder rolled beyond the islands; the moon was full; a warm breeze came from the south;
the clouds hung low
"""
ANIMAL = """
seal; gull; heron; otter; cormorant; dog; cat; goat; donkey; crab; porpoise; puffin; hen; goose;
owl; hedgehog; pony; tern; bat; starling
"""
HOBBY = """
rowing; knitting; chess; painting; singing; gardening; swimming; baking; reading; sailing; football;
carving; fishing; dancing; cycling; pottery; stargazing; bird watching; card games; weaving
"""
NUMBER = "two; three; four; five; six; seven; eight; nine; ten; a dozen; twenty; forty; a hundred"
SAID = "said; stated; explained; remarked; added; insisted; answered; replied; noted; admitted"
TRICKSTER = """
trickster; swindler; stranger; fraudster; cheat; crook; con man; rogue; rascal; impostor; quack;
charlatan; sharper; thief
"""
FRIEND = """
friend; neighbour; cousin; colleague; team mate; partner; schoolmate; old friend; lodger; workmate;
pen friend; relative; fellow singer; room-mate
"""
LETTER = "letter; note; message; text; card; leaflet; mail; telegram; notice"
HONEST = """
honest; genuine; harmless; true; sincere; real; plain; proper; trustworthy; decent
"""
CROOKED = """
crooked; false; dishonest; bogus; forged; phoney; fishy; shady; invented; made-up; sly; rigged
"""
