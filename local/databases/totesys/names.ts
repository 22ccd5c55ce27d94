/**
 * The invented names in the small tables. They contain what breaks careless software: commas, quotes, apostrophes, line
 * breaks, a backslash, letters beyond ASCII, the text "Null", NULL, and the empty text.
 */

/** Departments: name, location, manager. One department with staff has no location. */
export const DEPARTMENTS: readonly (readonly [string, string | null, string | null])[] = [
  ["Sales", "Manchester", "Robyn Achterberg"],
  ["Purchasing", "Manchester", "Nadia O'Rourke"],
  ["Production", "Leeds", "Ifeanyi Castellano"],
  ["Dispatch", "Leeds", "Mark-Anthony Hale"],
  ["Finance", "Manchester", "Jörg Lindqvist"],
  ["Facilities", "Manchester", null],
  ["Communications", null, "Ana-Lucía Ferreira"],
  ["People, Pay & Pensions", "", ""],
];

/** Staff: first name, last name, the index of their department in the list above. */
export const STAFF: readonly (readonly [string, string, number])[] = [
  ["Jeremie", "Ashdown", 1],
  ["Deron", "Baptiste", 5],
  ["Jeanette", "D'Souza", 5],
  ["Ana", "Glover", 2],
  ["Magdalena", "Zielińska", 7],
  ["Korey", "Kreuger", 2],
  ["Raphael", "Rippon", 1],
  ["Oswaldo", "Bergström", 5],
  ["Brody", "Ratcliffe", 1],
  ["Jazmyn", "Kuhnert", 1],
  ["Meda", "Cremonini", 4],
  ["Imani", "Walker, Jr.", 4],
  ["Stan", "Lehner", 3],
  ["Rigoberto", "Van Der Berg", 6],
  ["Pierre", "Saint-Claire", 6],
  ["Flavio", "Kulasekara", 2],
  ["Eve", "O'Keefe", 2],
  ["Tyra", "Null", 7],
  ["Elinor", "Mathers", 8],
  ["Lisandro", "Goyette", 8],
];

/** Unusual addresses: line 1, line 2, district, city, postal code, country, phone. */
export const ODD_ADDRESSES: readonly (readonly [
  string,
  string | null,
  string | null,
  string,
  string,
  string,
  string,
])[] = [
  ["6826 Herzog Via", null, "Avon", "New Patienceburgh", "28441", "Türkiye", "1803 637401"],
  ["179 Alexie Cliffs", "Suite 3, Floor 2", null, "Aliso Viejo", "99305-7380", "San Marino", "9621 880720"],
  ["148 Sincere Fort", "", "", "Lake Charles", "89360", "Samoa", "0730 783349"],
  ['12 "The Maltings", Mill Lane', null, "Bedfordshire", "Leighton Buzzard", "LU7 1AA", "England", "01525 0"],
  ["Unit 4\nHarbour Yard", "Côte d'Azur Way", "Var", "Fréjus", "83600", "France", "+33 4 00 00 00"],
  ["Rruga \\ Street 9", null, null, "Shkodër", "4001", "Albania", "(0)22 123-456"],
  ["O'Connell's Wharf", "", "County Cork", "Youghal", "P36 X003", "Ireland", "024-555 0199"],
  ["  1 Leading Space", null, "Null", "Trailing ", "00000", "Côte d'Ivoire", "0"],
];

/** Counterparties: legal name, commercial contact, delivery contact. */
export const COUNTERPARTIES: readonly (readonly [string, string | null, string | null])[] = [
  ["Fennimore and Sons", "Micheal Toyne", "Mrs. Lucy Runciman"],
  ["Leandro, Predow and Mora", "Melba Sangster", "Jean Hanbury III"],
  ["Armitage Inc", "Jay Blackett", "Myrna Beckwith"],
  ["Kohlmann LLC", null, null],
  ["Fraunhofer & Töchter", "Ed Hirst", ""],
  ['Bartholomew "Barty" Hegg PLC', "", "Lora O'Hanlon"],
  ["Null and Partners", "Null", "null"],
  ["Padbury, Lefevre & O'Hara", "Lena Šimková", null],
  ["Yost, Watson-Kay & Co.", "Henrietta Pouncey", "Homer Mitchinson"],
  ["Heller and Weimann", "Randy Zieme", "Lisa Marie Denholm"],
  ["Grant-Lakin", "Emily Orne", "Veronica Fay"],
  ["Sipes, Wise & Prosper", "Sheryl Langworth", "Simon Schoening"],
  ["Macejko\tTrading", "Wm. Balistrieri", "Kyle Renshaw"],
  ["Smitham Limited", "Leo Wittingham", "Irvin O'Reilly"],
  ["Sauerländer Group", "Taylor Haag", "Alfredo Cassin II"],
  ["Élan Fabrique S.A.", "Judith Cassel", null],
  ["Beahan's of Bath", "Doreen Carter", ""],
  ["Weber-Lowe", "Pauline Strosin", "Dr. Joan Dickie"],
  ["Pouros, Pouros & Pouros", "Ruth Kirlin", "Dan Ledner"],
  ["株式会社マーブル", "佐藤 花", "Pat Kovacek"],
];

/** The words of the other addresses and designs. */
export const WORDS = {
  streets: ["Alder", "Bryony", "Camden", "Dunmore", "Elder", "Foxglove", "Granary", "Hawthorn", "Ivy"],
  ways: ["Street", "Road", "Lane", "Crescent", "Hill", "Parade"],
  districts: ["Avon", "Berkshire", "Cumbria", "Dorset", "Kent"],
  cities: ["Barnsley", "Carlisle", "Durham", "Exeter", "Hull", "Ipswich", "Lincoln", "Oldham"],
  countries: ["England", "Scotland", "Wales", "Ireland", "Iceland", "Denmark"],
  materials: ["Wooden", "Steel", "Granite", "Bronze", "Plastic", "Cotton", "Rubber", "Ceramic", "Concrete"],
  folders: ["/usr", "/private", "/lib", "/usr/share", "/opt/designs, approved"],
} as const;
