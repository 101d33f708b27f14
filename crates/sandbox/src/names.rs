//! Invented people: given and family names from many places, joined by chance.

use std::collections::HashSet;

use crate::rng::Rng;

const GIVEN: &[&str] = &[
    "Aaliyah", "Abdul", "Adaeze", "Adam", "Agnieszka", "Aiko", "Ailsa", "Akira", "Aleksandar", "Alice",
    "Amara", "Amir", "Ana", "Anders", "Andrea", "Anjali", "Anton", "Aoife", "Arjun", "Astrid", "Ayla",
    "Beatriz", "Bilal", "Bjorn", "Bruno", "Camila", "Carlos", "Chiara", "Chidi", "Clara", "Dalia",
    "Daniel", "David", "Diego", "Dilnoza", "Edith", "Elena", "Elif", "Emeka", "Emil", "Emma", "Erik",
    "Esther", "Fatima", "Felix", "Femi", "Freya", "Gabriel", "Giulia", "Goran", "Grace", "Hana",
    "Hassan", "Helga", "Henrik", "Hiroshi", "Ibrahim", "Imani", "Ingrid", "Irina", "Isabel", "Ivan",
    "Jamal", "Jana", "Javier", "Jin", "Joao", "Johanna", "Jorge", "Julia", "Kaito", "Karim", "Katarina",
    "Kavya", "Kenji", "Kofi", "Lars", "Laszlo", "Layla", "Leila", "Lena", "Leon", "Ling", "Lucas",
    "Magda", "Mai", "Malik", "Marco", "Maria", "Mateo", "Maya", "Mei", "Miguel", "Milan", "Mina",
    "Miriam", "Mohammed", "Nadia", "Naomi", "Natalia", "Nia", "Nikhil", "Nina", "Noah", "Noor", "Olga",
    "Oliver", "Omar", "Oskar", "Paolo", "Pedro", "Petra", "Philip", "Pia", "Priya", "Quentin", "Rafael",
    "Rahul", "Rania", "Ravi", "Rebecca", "Renata", "Robin", "Rosa", "Ruth", "Saba", "Samir", "Sanna",
    "Santiago", "Sara", "Selma", "Sven", "Tamar", "Tariq", "Theo", "Thu", "Tomas", "Uma", "Valentina",
    "Vera", "Viktor", "Wei", "Yara", "Yasmin", "Yuki", "Yusuf", "Zainab", "Zoe", "Zoran",
];

const FAMILY: &[&str] = &[
    "Abebe", "Acosta", "Adeyemi", "Ahmed", "Almeida", "Andersen", "Aoki", "Arslan", "Baker", "Banerjee",
    "Baptiste", "Bauer", "Becker", "Bello", "Berg", "Bianchi", "Bondarenko", "Brown", "Carvalho", "Castillo",
    "Chanda", "Chen", "Costa", "Cruz", "Dahl", "Das", "Demir", "Diallo", "Dimitrov", "Dubois", "Dvorak",
    "Eriksson", "Farah", "Farouk", "Ferrari", "Fischer", "Flores", "Fraser", "Gallagher", "Garcia", "Ghosh",
    "Greenberg", "Gruber", "Gupta", "Haile", "Hansen", "Haruna", "Hernandez", "Hoang", "Hoffmann", "Horvat",
    "Hughes", "Ibarra", "Ito", "Ivanova", "Jansen", "Jensen", "Jovanovic", "Kamau", "Kaplan", "Karlsson",
    "Kaya", "Khalil", "Khan", "Kim", "Kobayashi", "Kovacs", "Kowalski", "Kumar", "Laine", "Larsen", "Le",
    "Lee", "Lewis", "Lim", "Lopez", "Maas", "Mahmoud", "Malik", "Marino", "Martin", "Mbeki", "Medina",
    "Mendoza", "Mensah", "Miller", "Mori", "Murphy", "Mwangi", "Nair", "Nakamura", "Navarro", "Nguyen",
    "Nielsen", "Novak", "Nowak", "Nyong", "Obi", "Okonkwo", "Olsen", "Omondi", "Ortiz", "Osei", "Park",
    "Patel", "Pereira", "Petrov", "Pham", "Popescu", "Qureshi", "Ramos", "Reyes", "Ricci", "Rojas", "Rossi",
    "Saito", "Salazar", "Santos", "Sato", "Schmidt", "Schneider", "Sharma", "Silva", "Singh", "Sokolov",
    "Sousa", "Suarez", "Svensson", "Tanaka", "Taylor", "Tesfaye", "Torres", "Tran", "Tremblay", "Vargas",
    "Vasquez", "Virtanen", "Vogel", "Wagner", "Walker", "Wang", "Weber", "Wilson", "Wong", "Yamada",
    "Yilmaz", "Young", "Zhang", "Zhou", "Zimmermann",
];

/// Somebody's name, and the login made of it.
#[derive(Clone, Debug)]
pub(crate) struct PersonName {
    pub(crate) full: String,
    pub(crate) login: String,
}

/// Gives every name once; namesakes get a number in their login.
#[derive(Debug, Default)]
pub(crate) struct Names {
    taken: HashSet<String>,
}

impl Names {
    /// Takes a name of our choice.
    pub(crate) fn take(&mut self, full: &str) -> PersonName {
        let plain = full.to_lowercase().replace(' ', ".").replace(['í', 'ì'], "i");
        let mut login = plain.clone();
        let mut number = 2;
        while !self.taken.insert(login.clone()) {
            login = format!("{plain}{number}");
            number += 1;
        }
        PersonName { full: full.to_owned(), login }
    }

    /// Takes a name by chance, a free one if there is one within a few tries.
    pub(crate) fn draw(&mut self, rng: &mut Rng) -> PersonName {
        let mut full = String::new();
        for _ in 0..20 {
            let (given, family) = (rng.pick(GIVEN), rng.pick(FAMILY));
            full = format!("{} {}", given.unwrap_or(&""), family.unwrap_or(&""));
            if !self.taken.contains(&full.to_lowercase().replace(' ', ".")) {
                break;
            }
        }
        self.take(&full)
    }
}
