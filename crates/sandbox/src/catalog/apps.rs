//! The apps of the company, what their groups confer, and which roles lead into them.

use portcullis_model::MembershipKind;

pub(crate) struct AppSpec {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    /// The department that runs it.
    pub(crate) by: &'static str,
    pub(crate) tags: &'static [&'static str],
    pub(crate) groups: &'static [GroupSpec],
}

pub(crate) struct GroupSpec {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    pub(crate) tags: &'static [&'static str],
    /// Each with its environments; none means everywhere.
    pub(crate) confers: &'static [(&'static str, &'static [&'static str])],
}

const fn group(
    name: &'static str,
    about: &'static str,
    tags: &'static [&'static str],
    confers: &'static [(&'static str, &'static [&'static str])],
) -> GroupSpec {
    GroupSpec {
        name,
        about,
        tags,
        confers,
    }
}

const fn app(
    name: &'static str,
    about: &'static str,
    by: &'static str,
    tags: &'static [&'static str],
    groups: &'static [GroupSpec],
) -> AppSpec {
    AppSpec {
        name,
        about,
        by,
        tags,
        groups,
    }
}

pub(crate) const APPS: &[AppSpec] = &[
    app(
        "Payroll",
        "Salaries, bonuses and tax forms",
        "Finance",
        &["Sensitive"],
        &[
            group(
                "Readers",
                "May look at payslips and reports",
                &[],
                &[("payroll:read", &[])],
            ),
            group(
                "Approvers",
                "May release the monthly run",
                &["Four Eyes"],
                &[("payroll:read", &[]), ("payroll:approve", &[])],
            ),
        ],
    ),
    app(
        "Ledger",
        "The books of the company",
        "Finance",
        &[],
        &[
            group(
                "Readers",
                "May look at the books",
                &[],
                &[("ledger:read", &[])],
            ),
            group(
                "Bookers",
                "May post entries",
                &["Four Eyes"],
                &[("ledger:read", &[]), ("ledger:post", &[])],
            ),
        ],
    ),
    app(
        "Wiki",
        "What we know and how we work",
        "IT and Security",
        &[],
        &[
            group("Readers", "May read every page", &[], &[("wiki:read", &[])]),
            group(
                "Editors",
                "May write pages",
                &[],
                &[("wiki:read", &[]), ("wiki:edit", &[])],
            ),
        ],
    ),
    app(
        "Deploy",
        "Puts what we build where it runs",
        "Engineering",
        &[],
        &[
            group(
                "Staging",
                "May deploy where nobody gets hurt",
                &[],
                &[("deploy:release", &["development", "staging"])],
            ),
            group(
                "Production",
                "May deploy to customers",
                &["Production"],
                &[
                    ("deploy:release", &["production"]),
                    ("deploy:production", &["production", "canary"]),
                ],
            ),
            group(
                "Break-Glass",
                "May roll back without review",
                &["Break Glass"],
                &[("deploy:rollback", &["production"])],
            ),
        ],
    ),
    app(
        "CRM",
        "Customers, deals and contracts",
        "Sales",
        &[],
        &[
            group(
                "Readers",
                "May look at customers",
                &[],
                &[("crm:read", &[])],
            ),
            group(
                "Editors",
                "May change deals",
                &[],
                &[("crm:read", &[]), ("crm:write", &[])],
            ),
            group(
                "Exporters",
                "May take customer lists out",
                &["Sensitive"],
                &[("crm:export", &[])],
            ),
        ],
    ),
    app(
        "Data Warehouse",
        "All numbers in one place",
        "Data",
        &[],
        &[
            group(
                "Analysts",
                "May query what is not personal",
                &[],
                &[("warehouse:query", &["analytics"])],
            ),
            group(
                "Engineers",
                "May load and reshape tables",
                &[],
                &[
                    ("warehouse:query", &[]),
                    ("warehouse:write", &["analytics", "staging"]),
                ],
            ),
            group(
                "Personal Data",
                "May see names and addresses",
                &["Sensitive"],
                &[("warehouse:personal", &["production"])],
            ),
        ],
    ),
    app(
        "Support Desk",
        "Questions of customers and our answers",
        "Support",
        &[],
        &[
            group(
                "Agents",
                "May answer tickets",
                &[],
                &[("tickets:read", &[]), ("tickets:answer", &[])],
            ),
            group(
                "Leads",
                "May pay money back",
                &[],
                &[("tickets:refund", &[])],
            ),
            group("Viewers", "May read along", &[], &[("tickets:read", &[])]),
        ],
    ),
    app(
        "VPN",
        "The way into our networks",
        "IT and Security",
        &[],
        &[
            group(
                "Office",
                "The office network from outside",
                &[],
                &[("vpn:office", &[])],
            ),
            group(
                "Data Centre",
                "The machines themselves",
                &["Production"],
                &[("vpn:datacentre", &["production"])],
            ),
        ],
    ),
    app(
        "Source Code",
        "Repositories and their builds",
        "Engineering",
        &[],
        &[
            group("Readers", "May read all code", &[], &[("code:read", &[])]),
            group(
                "Developers",
                "May push branches and merge reviewed work",
                &[],
                &[("code:read", &[]), ("code:write", &[])],
            ),
            group(
                "Maintainers",
                "May change branch rules and secrets",
                &["Sensitive"],
                &[("code:admin", &[])],
            ),
        ],
    ),
    app(
        "Cloud Console",
        "The accounts our systems run in",
        "IT and Security",
        &[],
        &[
            group(
                "Viewers",
                "May look, not touch",
                &[],
                &[("cloud:read", &[])],
            ),
            group(
                "Operators",
                "May start, stop and resize",
                &["Production"],
                &[("cloud:operate", &["staging", "production"])],
            ),
            group(
                "Administrators",
                "May do everything",
                &["Break Glass"],
                &[("cloud:admin", &[])],
            ),
        ],
    ),
    app(
        "Recruiting",
        "Open positions and who applied",
        "People",
        &[],
        &[
            group(
                "Interviewers",
                "May see the candidates they meet",
                &[],
                &[("candidates:interview", &[])],
            ),
            group(
                "Recruiters",
                "May see all candidates and offers",
                &["Sensitive"],
                &[("candidates:manage", &[])],
            ),
        ],
    ),
    app(
        "Design Studio",
        "Drawings, prototypes and the pattern library",
        "Design",
        &[],
        &[
            group(
                "Viewers",
                "May look and comment",
                &[],
                &[("studio:view", &[])],
            ),
            group(
                "Editors",
                "May draw",
                &[],
                &[("studio:view", &[]), ("studio:edit", &[])],
            ),
        ],
    ),
    app(
        "Newsletter",
        "Letters to customers",
        "Marketing",
        &[],
        &[
            group(
                "Writers",
                "May draft letters",
                &[],
                &[("newsletter:draft", &[])],
            ),
            group(
                "Senders",
                "May send to everybody",
                &["Four Eyes"],
                &[("newsletter:send", &[])],
            ),
        ],
    ),
];

/// A role's members in an app's group.
pub(crate) struct Link {
    pub(crate) role: &'static str,
    pub(crate) app: &'static str,
    pub(crate) group: &'static str,
    pub(crate) kind: MembershipKind,
}

const fn link(role: &'static str, app: &'static str, group: &'static str) -> Link {
    Link {
        role,
        app,
        group,
        kind: MembershipKind::Member,
    }
}

const fn owns(role: &'static str, app: &'static str, group: &'static str) -> Link {
    Link {
        role,
        app,
        group,
        kind: MembershipKind::Owner,
    }
}

pub(crate) const LINKS: &[Link] = &[
    link("Backend-Engineer", "Source Code", "Developers"),
    link("Backend-Engineer", "Deploy", "Staging"),
    link("Backend-Engineer", "Cloud Console", "Viewers"),
    link("Frontend-Engineer", "Source Code", "Developers"),
    link("Frontend-Engineer", "Deploy", "Staging"),
    link("Frontend-Engineer", "Design Studio", "Viewers"),
    link("Mobile-Engineer", "Source Code", "Developers"),
    link("Mobile-Engineer", "Design Studio", "Viewers"),
    link("Quality-Engineer", "Source Code", "Readers"),
    link("Quality-Engineer", "Deploy", "Staging"),
    link("Site-Reliability", "Source Code", "Developers"),
    link("Site-Reliability", "Deploy", "Staging"),
    link("Site-Reliability", "Deploy", "Production"),
    link("Site-Reliability", "Cloud Console", "Operators"),
    link("Site-Reliability", "VPN", "Data Centre"),
    link("Engineering-Manager", "Source Code", "Readers"),
    owns("Engineering-Manager", "Source Code", "Developers"),
    owns("Engineering-Manager", "Deploy", "Staging"),
    link("Data-Analyst", "Data Warehouse", "Analysts"),
    link("Data-Engineer", "Data Warehouse", "Engineers"),
    link("Data-Engineer", "Source Code", "Developers"),
    link("Data-Scientist", "Data Warehouse", "Analysts"),
    link("Data-Scientist", "Source Code", "Readers"),
    link("Product-Manager", "Wiki", "Editors"),
    link("Product-Manager", "Data Warehouse", "Analysts"),
    link("Product-Manager", "Design Studio", "Viewers"),
    link("Product-Manager", "Support Desk", "Viewers"),
    link("Designer", "Design Studio", "Editors"),
    link("Account-Executive", "CRM", "Editors"),
    link("Sales-Engineer", "CRM", "Readers"),
    link("Sales-Engineer", "Source Code", "Readers"),
    link("Marketer", "CRM", "Readers"),
    link("Marketer", "Newsletter", "Writers"),
    link("Support-Agent", "Support Desk", "Agents"),
    link("Support-Agent", "CRM", "Readers"),
    link("Support-Lead", "Support Desk", "Agents"),
    link("Support-Lead", "Support Desk", "Leads"),
    owns("Support-Lead", "Support Desk", "Agents"),
    link("Accountant", "Ledger", "Bookers"),
    link("Financial-Analyst", "Ledger", "Readers"),
    link("Financial-Analyst", "Data Warehouse", "Analysts"),
    link("People-Partner", "Recruiting", "Interviewers"),
    link("Recruiter", "Recruiting", "Recruiters"),
    link("IT-Support", "Cloud Console", "Viewers"),
    owns("IT-Support", "VPN", "Office"),
    owns("IT-Support", "Wiki", "Readers"),
    link("Security-Engineer", "Cloud Console", "Viewers"),
    link("Security-Engineer", "Source Code", "Readers"),
    link("Security-Engineer", "VPN", "Data Centre"),
];
