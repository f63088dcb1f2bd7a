"""Names of the small world, by hand: people, and the roots of which towns and firms are made.

A root such as Harlow may be a surname, a town or half of a firm: only the sentence tells. Every
list is cut into three pools, so that validation and test have names which training never saw.
"""

WOMEN = """
Mara Ilse Tamsin Odile Wren Bettina Carys Dagny Elspeth Fenna Greta Hanne Isolde Jorunn Keziah
Linnea Maudie Nessa Orla Petra Quilla Rosalind Sunniva Thea Ursula Verity Winifred Ysolt Zelda
Agnes Berta Clemency Delphine Edda Flora Gudrun Hester Imogen Judith Katrin Lettice Marit Nora
Ottilie Prudence Ragna Sabine Tilda Una Velma Willa Yvonne Zita Annis Bronwen Cordelia Dorit
Eluned Frieda Gwendolen Hedda Ingrid Jessamy Kirsten Lowenna Morwenna Nelly Oona Philippa Rhona
"""
MEN = """
Jonas Anselm Bram Caspar Davin Edric Fergus Gideon Hugo Ivo Jasper Kit Leif Magnus Nils Osric
Piers Quentin Rufus Sander Tobias Ulric Viggo Walter Xander Yorick Zeb Alaric Boris Corwin Dirk
Emlyn Finn Garrick Henrik Isidor Joachim Klaus Lucan Mungo Ned Orin Percival Ralf Silas Thaddeus
Urban Valentin Wilfred Yannick Ambrose Barnaby Crispin Desmond Eskil Florian Gustav Hamish Igor
Jory Kenver Lorcan Mervyn Norbert Oswin Padrig Reuben Steffen Torquil Vaughan
"""
ROOTS = """
Harlow Penwick Tollin Varley Quarrel Brindle Ashcombe Dunmore Fenwright Gannet Holloway Ivers
Jessop Kestle Lanyon Merrow Nettleby Orchard Pascoe Rudge Selwyn Tarrant Ullock Vickery Wexcombe
Yarrow Bellamy Corbet Dacre Elvin Farrant Godrick Hensley Inskip Joyce Kerrow Loveday Mabley
Norrington Oakshott Pellow Quill Rosewarne Stannard Trevose Upjohn Venning Warrick Yelland Zennick
Abbot Bosward Chenoweth Drury Endacott Fallow Garrow Hocking Isbell Jewell Kemble Lusk Marrack
Nance Odgers Penhale Rodda Skewes Tonkin Umfrey Vivian Winnow Yeo Angove Blamey Curnow Dingle
Eddy Freeth Gilbard Hosken Ince Jago Keast Lobb Menear Nott Opie Prowse Rickard Sleeman Trudgeon
Uren Varcoe Wearne Bolitho Couch Daw Ennor Foss Glasson Hammill Illman Keverne Luke Mundy Noy
"""
# What makes a place or a firm of a root. These words are shared by all pools.
PLACE_ENDS = """
Bay; Point; Sands; Harbour; Ness; Head; Island; Quay; Bridge; Mill; Cross; Green; Hill; Ferry;
Common; Reach; Moor; Strand; Skerry; Lagoon; Street; Lane; Square; Cove; Marsh; Wood
"""
FIRM_ENDS = """
& Sons; & Daughters; Boats; Bakery; Bank; Ferries; Shipping; Stores; Oars; Rowers; United; Press;
Museum; Timber; Brewery; Fisheries; Insurance; School; Hospital; Council; Institute; Library;
Society; Tea Company; Rope Works; Kelp Company; Post; Lighthouse Trust; Choir; Radio; Clinic
"""

POOLS = ("train", "validation", "test")


def pool(names: str, which: str) -> list[str]:
    """Return the names of one pool: of every five, three train, one validation, one test.

    Args:
        names: one of the lists above.
        which: "train", "validation", "test", or "all".

    Returns:
        The names in the order of the list.

    Raises:
        KeyError: when there is no such pool.
    """
    turns = {"train": (0, 1, 2), "validation": (3,), "test": (4,), "all": (0, 1, 2, 3, 4)}[which]
    return [name for i, name in enumerate(names.split()) if i % 5 in turns]


def name_rules(which: str) -> dict[str, list[str]]:
    """Return the grammar symbols that stand for names of one pool.

    Args:
        which: "train", "validation", "test", or "all".

    Returns:
        Rules for WOMAN, MAN, PERSON, ROOT, TOWN, FIRM and the endings of places and firms.

    Raises:
        KeyError: when there is no such pool.
    """
    roots = pool(ROOTS, which)
    return {
        "WOMAN": pool(WOMEN, which),
        "MAN": pool(MEN, which),
        "ROOT": roots,
        "PLACE_END": items(PLACE_ENDS),
        "FIRM_END": items(FIRM_ENDS),
        "PERSON": ["{WOMAN}", "{MAN}"],
        "TOWN": ["{ROOT}", "{ROOT} {PLACE_END}"],
        "FIRM": ["3: {ROOT} {FIRM_END}", "{ROOT} & {ROOT}"],
    }


def items(text: str) -> list[str]:
    """Split a list written with semicolons.

    Args:
        text: the items, over as many lines as it takes.

    Returns:
        The items, white space folded, empty ones left out.
    """
    return [" ".join(item.split()) for item in text.split(";") if item.strip()]
