"""The words of StoryWorld: who may live in it, and how each kind of event is told.

A telling is a line of words. {a} is a person as the story may refer to one (a name, "he", "the queen"), {A} the same
where "he" would be bad grammar, {b} a second one; the other slots are filled with single words or fixed phrases.
No two tellings can come out as the same words from the same situation (a test tries to make them): so a text tells what
was drawn, and its probability can be added up exactly.
"""

WOMEN = (
    "Alda", "Brenna", "Cora", "Dalla", "Edda", "Frida", "Gerda", "Hilde", "Inga", "Jorun", "Kara", "Liv", "Maren",
    "Nella", "Odile", "Runa", "Signe", "Tilda", "Ulla", "Vigdis", "Wenna", "Ylva",
)  # fmt: skip
MEN = (
    "Aldric", "Brand", "Corin", "Dag", "Egil", "Falk", "Gorm", "Halvar", "Ivar", "Joran", "Knut", "Leif", "Magnus",
    "Nils", "Orm", "Ragnar", "Sten", "Torvald", "Ulf", "Vidar", "Wulf", "Yngve",
)  # fmt: skip
HOUSES = (
    "Adler", "Birk", "Dorn", "Esk", "Fenn", "Grimm", "Holt", "Kestrel", "Lund", "Moor", "Rook", "Stark", "Thorn",
    "Wald",
)  # fmt: skip
PLACES = (
    "Aldersby", "Brackwater", "Crowford", "Dunmere", "Eastholm", "Fairwick", "Greyhaven", "Highmoor", "Kingsley",
    "Marrow", "Northgate", "Oxley", "Redcliff", "Silverlake", "Stonebridge", "Westfold",
)  # fmt: skip
REALMS = ("Arran", "Bohun", "Cathay", "Dorland", "Estmark", "Norwold")
WEEKDAYS = ("Monday", "Tuesday", "Thursday", "Friday", "Sunday")
LAWS = (
    "the tax on salt", "the price of grain", "the toll at the bridge", "the law of the forest", "the pay of the guard",
    "the rent of the mills", "the tithe of wool", "the fee for a boat",
)  # fmt: skip
GOODS = (
    "a grey horse", "a barrel of herring", "a silver cup", "two hounds", "a lute", "a fur coat", "three geese",
    "a map of the coast", "a clay lamp", "a book of songs", "an old anchor", "a sack of barley",
)  # fmt: skip
CAUSES = (
    "a stolen mare", "the old mill", "a broken promise", "the dowry", "an unpaid debt", "the eastern meadow",
    "a cruel joke", "the inheritance",
)  # fmt: skip
MANNERS = ("duel", "poison", "ambush", "fire", "river", "hunt")
ENDINGS = ("slain", "forgiven", "banished", "judged")
KIN = {"w": ("daughter", "sister", "niece"), "m": ("son", "brother", "nephew")}

# kind -> tellings. Slots beside {a} and {b}: {v} the dead, {house} and {home} of the person who arrives, goes home or
# is buried, {far} any place, {his} of {a}, {title} king or queen, {kin} daughter, brother …; and the phrases above.
TELLINGS = {
    # ---- who there is
    "open": (
        "in {home} rules {name} of house {house} , the {title} of the valley .",
        "{name} of house {house} wears the crown of the valley in {home} .",
        "once there was a {title} in {home} , {name} of house {house} .",
    ),
    "arrive": (
        "{name} of house {house} comes to court from {home} .",
        "from {home} comes {name} , {born} of house {house} .",
        "a stranger rides in : {name} of house {house} , born in {home} .",
        "the gate opens for {name} of house {house} and {his} servants from {home} .",
    ),
    # ---- power
    "decree": (
        "{a} lowers {law} .",
        "{a} raises {law} , and the lords obey .",
        "by order of {A} the clerks write down {law} anew .",
        "{a} reads the new decree on {law} to the crowd .",
    ),
    "feast": (
        "{a} gives a feast in honour of {b} .",
        "{a} drinks to the health of {b} .",
        "at the long table {a} seats {b} on {his} right .",
    ),
    "fealty": (
        "{a} kneels before {b} and swears to serve .",
        "{a} lays {his} sword at the feet of {b} .",
        "{a} kisses the ring of {b} before all the lords .",
    ),
    "passing": (
        "{a} dies in {his} sleep , and the throne is empty .",
        "a fever takes {A} within a week ; nobody sits on the throne .",
    ),
    "claim": (
        "{a} of house {house} claims the empty throne .",
        "{a} tells the council that the crown belongs to house {house} .",
        "{a} counts {his} friends , for the throne has no owner .",
    ),
    "crown": (
        "the bishop sets the crown on the head of {A} .",
        "the lords choose {A} , and the valley has a {title} again .",
        "{a} climbs the steps of the throne and sits down .",
    ),
    # ---- conflict
    "quarrel": (
        "{a} and {b} quarrel over {cause} .",
        "{a} accuses {b} before everyone because of {cause} .",
        "hard words fall between {A} and {b} over {cause} .",
    ),
    "sulk": (
        "{a} will not eat with {b} as long as {cause} stands between them .",
        "{a} still speaks of {cause} and curses {b} .",
        "{a} spits when somebody names {b} and {cause} .",
        "servants of {A} beat a groom of {b} .",
    ),
    "reconcile": (
        "{a} gives {b} {his} hand , and {cause} is forgotten .",
        "{a} and {b} laugh about {cause} at last .",
    ),
    "war": (
        "an army of {realm} crosses the border .",
        "heralds bring a declaration of war from {realm} .",
    ),
    "battle": (
        "{a} holds the bridge against the soldiers of {realm} .",
        "{a} loses forty riders to the archers of {realm} .",
        "the soldiers of {realm} burn the barns near {far} .",
        "drums are heard : {realm} marches on {far} .",
    ),
    "peace": (
        "envoys of {realm} sign a peace in {far} .",
        "the army of {realm} turns round and goes home .",
    ),
    # ---- tragedy
    "duel": (
        "{a} kills {b} in a duel at dawn .",
        "two swords , one dawn : {a} walks away , and {b} lies in the grass .",
    ),
    "poison": (
        "{a} pours poison into the cup of {b} , who drinks and dies .",
        "the wine that {a} sent is the last that {b} ever tastes .",
    ),
    "ambush": (
        "in a narrow lane {a} waits with knives for {b} , who bleeds to death .",
        "hired by {A} , three robbers stab {b} on the road .",
    ),
    "fire": (
        "{a} bars the door and burns {b} in the hay loft .",
        "flames that {a} lit at night take the life of {b} .",
    ),
    "river": (
        "{a} pushes {b} from the ferry , and the river keeps the body .",
        "the miller finds {b} drowned ; {a} held the oar .",
    ),
    "hunt": (
        "on a hunt the arrow of {A} strikes {b} in the throat .",
        "{a} calls it a boar , but it was {b} whom the spear killed .",
    ),
    "mourn": (
        "the bells toll for {v} .",
        "women in black weep at the grave of {v} .",
        "nobody dances , for {v} is dead .",
        "an empty chair keeps the place of {v} .",
        "candles burn for {v} in every window .",
    ),
    "burial": (
        "{v} is carried home to {home} under the banner of house {house} .",
        "in {home} house {house} digs a grave for {v} .",
    ),
    # ---- revenge
    "vow": (
        "{name} , {kin} of {v} , swears revenge on {b} .",
        "over the coffin of {v} {his} {kin} {name} vows to punish {b} .",
        "blood for {v} , says {name} , the {kin} , and looks at {b} .",
    ),
    "brood": (
        "{a} sharpens a knife and thinks of {b} .",
        "{a} asks every traveller where {b} sleeps .",
        "{a} dreams of {v} and wakes with a cry .",
        "{b} hires two guards for fear of {a} .",
        "{a} cannot forget what {b} did to {v} .",
    ),
    "slain": (
        "{a} finds {b} in {far} , and {v} is avenged .",
        "{a} keeps the vow : {b} dies for the death of {v} .",
    ),
    "forgiven": (
        "{a} throws the knife into the well and forgives {b} for {v} .",
        "{a} and {b} pray together for {v} , and the vow is buried .",
    ),
    "banished": (
        "the council sends {b} over the sea for the murder of {v} .",
        "{a} watches the ship that takes {b} , murderer of {v} , into exile .",
    ),
    "judged": (
        "before the judges {b} confesses the murder of {v} and hangs .",
        "{a} brings {b} to court ; the rope pays for {v} .",
    ),
    # ---- nothing of it all
    "errand": (
        "{a} buys {good} on the market of {far} .",
        "{a} loses {good} at dice .",
        "{a} sends {good} to a cousin in {far} .",
        "{a} spends {weekday} in the library .",
        "on {weekday} {a} goes fishing near {far} .",
        "{a} plays chess with {b} until midnight .",
        "{a} sings an old song about {far} .",
        "{a} teaches {b} a card game .",
    ),
    "homeward": (
        "{a} writes a letter to {his} mother in {home} .",
        "{a} longs for the orchards of {home} .",
        "a pedlar brings {A} news from {home} .",
    ),
    "heraldry": (
        "{a} has the arms of house {house} painted on a shield .",
        "a poet praises house {house} , and {a} pays for it .",
    ),
    "fair": (
        "larks rise over the fields .",
        "the apple trees bloom white .",
        "warm wind dries the hay .",
        "children swim in the pond all {weekday} .",
        "honey is cheap this summer .",
        "the sun stands high above {far} .",
    ),
    "grim": (
        "fog lies on the marshes .",
        "ravens circle above {far} .",
        "rain has drowned the rye .",
        "a cold wind rattles the shutters .",
        "wolves howl behind the walls all {weekday} .",
        "ice breaks the mill wheel .",
    ),
}  # fmt: skip

SAYS_NOTHING = frozenset({"arrive", "errand", "homeward", "heraldry", "fair", "grim"})  # of any aspect
STORY_START = "<story>"
