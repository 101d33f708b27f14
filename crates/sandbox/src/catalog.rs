//! What the sample company consists of: departments, roles, apps and what their groups confer.

mod apps;

pub(crate) use apps::{APPS, LINKS};

pub(crate) struct Department {
    pub(crate) name: &'static str,
    /// Of a thousand people.
    pub(crate) share: usize,
    pub(crate) head: &'static str,
    pub(crate) jobs: &'static [Job],
}

pub(crate) struct Job {
    pub(crate) title: &'static str,
    /// Without the prefix of roles.
    pub(crate) role: &'static str,
    pub(crate) weight: usize,
}

const fn job(title: &'static str, role: &'static str, weight: usize) -> Job {
    Job {
        title,
        role,
        weight,
    }
}

const fn department(
    name: &'static str,
    share: usize,
    head: &'static str,
    jobs: &'static [Job],
) -> Department {
    Department {
        name,
        share,
        head,
        jobs,
    }
}

pub(crate) const DEPARTMENTS: &[Department] = &[
    department(
        "Engineering",
        330,
        "VP Engineering",
        &[
            job("Software Engineer", "Backend-Engineer", 8),
            job("Frontend Engineer", "Frontend-Engineer", 5),
            job("Mobile Engineer", "Mobile-Engineer", 3),
            job("Site Reliability Engineer", "Site-Reliability", 3),
            job("Quality Engineer", "Quality-Engineer", 2),
        ],
    ),
    department(
        "Data",
        90,
        "Head of Data",
        &[
            job("Data Analyst", "Data-Analyst", 5),
            job("Data Engineer", "Data-Engineer", 3),
            job("Data Scientist", "Data-Scientist", 2),
        ],
    ),
    department(
        "Product",
        70,
        "Chief Product Officer",
        &[job("Product Manager", "Product-Manager", 1)],
    ),
    department(
        "Design",
        50,
        "Head of Design",
        &[job("Product Designer", "Designer", 1)],
    ),
    department(
        "Sales",
        150,
        "VP Sales",
        &[
            job("Account Executive", "Account-Executive", 4),
            job("Sales Engineer", "Sales-Engineer", 1),
        ],
    ),
    department(
        "Marketing",
        70,
        "Head of Marketing",
        &[job("Marketing Manager", "Marketer", 1)],
    ),
    department(
        "Support",
        120,
        "Head of Support",
        &[
            job("Support Agent", "Support-Agent", 5),
            job("Support Lead", "Support-Lead", 1),
        ],
    ),
    department(
        "Finance",
        50,
        "Chief Financial Officer",
        &[
            job("Accountant", "Accountant", 3),
            job("Financial Analyst", "Financial-Analyst", 2),
        ],
    ),
    department(
        "People",
        40,
        "Head of People",
        &[
            job("People Partner", "People-Partner", 1),
            job("Recruiter", "Recruiter", 1),
        ],
    ),
    department(
        "IT and Security",
        30,
        "Head of IT",
        &[
            job("IT Specialist", "IT-Support", 2),
            job("Security Engineer", "Security-Engineer", 1),
        ],
    ),
];

/// Plain groups and what they are for.
pub(crate) const PLAIN: &[(&str, &str)] = &[
    ("Everyone", "All of us"),
    ("Office Lisbon", "Who works in Lisbon"),
    ("Office Berlin", "Who works in Berlin"),
    ("Office Toronto", "Who works in Toronto"),
    ("Office Singapore", "Who works in Singapore"),
    ("On-Call", "Who carries the pager"),
    ("Incident-Response", "Who is called when something burns"),
    ("Security-Champions", "A person for security in every team"),
    ("Hiring-Panel", "Trained interviewers"),
    ("Beta-Testers", "Who tries things first"),
    ("Works-Council", "Elected by the staff"),
    ("First-Aiders", "Trained to help"),
    ("Book-Club", "A book each month"),
    ("Running-Club", "Thursdays at six"),
    ("Project-Atlas", "The new customer portal"),
    ("Project-Borealis", "Opening the Nordic market"),
    ("Project-Cobalt", "Moving the last servers to the cloud"),
];

/// The groups of [`PLAIN`] that stand for a place; everybody is in one.
pub(crate) const OFFICES: &[&str] = &[
    "Office Lisbon",
    "Office Berlin",
    "Office Toronto",
    "Office Singapore",
];

/// The groups of [`PLAIN`] that people come and go in.
pub(crate) const OPEN: &[&str] = &[
    "On-Call",
    "Incident-Response",
    "Security-Champions",
    "Hiring-Panel",
    "Beta-Testers",
    "First-Aiders",
    "Book-Club",
    "Running-Club",
    "Project-Atlas",
    "Project-Borealis",
    "Project-Cobalt",
];

pub(crate) const REASONS: &[&str] = &[
    "Covering for a colleague on leave",
    "Needed for the quarterly report",
    "Joining the project team this month",
    "Customer escalation, agreed with my lead",
    "On-call rotation starts on Monday",
    "Audit asked for these numbers",
    "Migrating the old dashboards",
    "Pairing with the team for this release",
    "Training for my new role",
    "Investigating a slow query in production",
    "Preparing the board deck",
    "Taking over from somebody who left",
];

pub(crate) const APPROVALS: &[&str] = &[
    "",
    "",
    "Fine with me",
    "As discussed",
    "For this quarter",
    "Agreed with the team lead",
    "Welcome aboard",
];

pub(crate) const REJECTIONS: &[&str] = &[
    "The read-only group is enough for this",
    "Please ask your team lead first",
    "This project has ended",
    "Use the report that is sent each Monday instead",
    "Too long; ask again for a week",
];
