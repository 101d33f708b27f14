//! The company that is imported: the same for the same size, whoever asks.

use std::{fs::File, io::BufWriter, path::Path};

use anyhow::Result;
use serde_json::{Value, json};

/// How large it is.
#[derive(Clone, Copy)]
pub struct Company {
    /// Direct memberships.
    pub memberships: usize,
    /// People; each is in twenty teams.
    pub people: usize,
    /// Teams; each has fifty people.
    pub teams: usize,
}

impl Company {
    pub const fn of(memberships: usize) -> Self {
        Self {
            memberships,
            people: memberships / 20,
            teams: memberships / 50,
        }
    }

    /// Writes it as a file for `import org`.
    pub fn write(&self, path: &Path) -> Result<()> {
        let people: Vec<_> = (0..self.people).map(person).collect();
        let teams: Vec<_> = (0..self.teams).map(|n| self.team(n)).collect();
        let file = BufWriter::new(File::create(path)?);
        serde_json::to_writer(file, &json!({ "people": people, "teams": teams }))?;
        Ok(())
    }

    fn team(&self, n: usize) -> Value {
        let members: Vec<_> = (0..50).map(|place| login(self.member(n, place))).collect();
        json!({ "name": team(n), "description": format!("What team {n} does"), "members": members })
    }

    /// Who has a place in a team: spread so that teams share few people, and each person once.
    fn member(&self, team: usize, place: usize) -> usize {
        (team * 50 + place * (self.people / 50) + team / (self.people / 50).max(1)) % self.people
    }

    /// Somebody who is not in the team.
    pub fn stranger(&self, team: usize, n: usize) -> usize {
        let step = self.people / 50;
        let first = (self.member(team, 0) + 1) % self.people;
        // Between two places of the team there are `step` people; the first of them is in it.
        (first + n % (step - 1) + n / (step - 1) * step) % self.people
    }
}

pub fn login(person: usize) -> String {
    format!("user{person}")
}

pub fn team(n: usize) -> String {
    format!("team {n}")
}

fn person(n: usize) -> Value {
    const NAMES: [&str; 8] = ["Ada", "Ben", "Chi", "Dora", "Emil", "Fay", "Gus", "Hana"];
    let name = format!("{} Number {n}", NAMES[n % NAMES.len()]);
    json!({ "login": login(n), "name": name, "email": format!("user{n}@example.com") })
}
