"""Wordings that postings use every day, and their look-alikes: pay beside a bonus, jargon, perks, ages of patients."""

from collections.abc import Callable

import pytest

from ctm_alerts.postings.posting import Salary, Verdict

#: reads a text
Reader = Callable[..., Verdict]


def quoted(verdict: Verdict, field: str) -> list[str]:
    return [e.quote for e in verdict.evidence if e.field == field]


@pytest.mark.parametrize(
    ("text", "salary"),
    [
        (
            "Salary: $120,000 - $145,000\nBenefits: 401(k), medical insurance",
            Salary(120_000, 145_000, "USD", "year"),
        ),
        (
            "The base salary range is $120,000 - $145,000. 401(k) with match.",
            Salary(120_000, 145_000, "USD", "year"),
        ),
        ("Pay range $120,000 - $145,000 plus bonus and equity", Salary(120_000, 145_000, "USD", "year")),
        (
            "The pay range is $133,400.00 - $200,100.00, plus sign-on bonus.",
            Salary(133_400, 200_100, "USD", "year"),
        ),
        ("Salary £55,000 - £60,000 plus bonus and pension", Salary(55_000, 60_000, "GBP", "year")),
        ("Salary: £55k plus bonus", Salary(55_000, 55_000, "GBP", "year")),
        ("Salary: £60,000 plus car allowance", Salary(60_000, 60_000, "GBP", "year")),
        ("Salary: £60,000 + £5,000 car allowance", Salary(60_000, 60_000, "GBP", "year")),
        ("Sign-on bonus: $5,000. Salary $90,000 - $100,000", Salary(90_000, 100_000, "USD", "year")),
        ("Salaris: €4.200 en €5.800 bruto per maand", Salary(4_200, 5_800, "EUR", "month")),
        ("Jahresgehalt: 65.000 bis 80.000 Euro brutto", Salary(65_000, 80_000, "EUR", "year")),
        ("Salaire entre 45 000 et 55 000 euros brut annuel", Salary(45_000, 55_000, "EUR", "year")),
        ("Salario entre 38.000 y 45.000 euros", Salary(38_000, 45_000, "EUR", "year")),
        ("Salario: 30.000 a 40.000 € brutos", Salary(30_000, 40_000, "EUR", "year")),
        ("年収：800万円～1,200万円", Salary(8_000_000, 12_000_000, "JPY", "year")),
        ("Salary: INR 25,00,000 - 30,00,000 per annum", Salary(2_500_000, 3_000_000, "INR", "year")),
        ("Salary: ₹25 LPA", Salary(2_500_000, 2_500_000, "INR", "year")),
        ("Compensation: $130-$150 thousand", Salary(130_000, 150_000, "USD", "year")),
        ("£500 per day", Salary(500, 500, "GBP", "day")),
        ("£55,000 - £65,000 per annum plus car allowance of £6,000", Salary(55_000, 65_000, "GBP", "year")),
        ("Base salary up to $145,000 annually, 401(k) match of 6%", Salary(None, 145_000, "USD", "year")),
        ("Band 6, salary £37,338-£44,962, fixed term for 24 months", Salary(37_338, 44_962, "GBP", "year")),
        ("Uurtarief tussen € 80 en € 95, opdracht voor 9 maanden", Salary(80, 95, "EUR", "hour")),
        ("Je verdient maximaal € 5.929 bruto per maand", Salary(None, 5_929, "EUR", "month")),
        ("Salaris vanaf € 55.000 per jaar", Salary(55_000, None, "EUR", "year")),
        ("À partir de 42 000 € bruts par an", Salary(42_000, None, "EUR", "year")),
        # boards append a year's range without a word for it
        ("Boston, MA\n$150,000—$180,000 USD\nAbout us", Salary(150_000, 180_000, "USD", "year")),
        ("We raised $150,000—$180,000 USD", None),
        ("A grant of $30,000—$400,000 USD", None),
        ("Base salary will not be lower than 3100 € a month", Salary(3_100, None, "EUR", "month")),
        ("The salary starts at $135,000", Salary(135_000, None, "USD", "year")),
        ("Great health benefits with a $1500-$3000 HSA per year", None),
        ("Celebrate wins together\nWellness: up to $200 per year for wellbeing", None),
        ("Salary: $5,000 sign-on bonus", None),
        ("Salary: $5,000 annual bonus", None),
        # a range that is no pay gives no half of it
        ("Salary $120,000 - $145,000 (budget)", None),
        ("Jahressalär ab CHF 110'000", Salary(110_000, None, "CHF", "year")),
        ("CTC: ₹12 – 18 LPA", Salary(1_200_000, 1_800_000, "INR", "year")),
        ("月給 28万円〜35万円", Salary(280_000, 350_000, "JPY", "month")),
        ("Salário: R$ 8.500,00 por mês", Salary(8_500, 8_500, "BRL", "month")),
        ("Sueldo: $25,000 a $32,000 MXN mensuales", Salary(25_000, 32_000, "MXN", "month")),
        ("$2,350 per week, 13-week assignment", Salary(2_350, 2_350, "USD", "week")),
        ("Tuition reimbursement up to $5,250 per year", None),
    ],
)
def test_pay_is_whole_and_what_comes_on_top_is_left_out(
    read: Reader, text: str, salary: Salary | None
) -> None:
    assert read(text).salary == salary


@pytest.mark.parametrize(
    ("text", "quotes"),
    [
        ("Salary up to $145,000 a year", ["up to $145,000 a year"]),
        ("EUR 550-650 a day", ["EUR 550-650 a day"]),
        ("$60/hr W2", ["$60/hr"]),
        ("Salary from £45,000 per annum", ["from £45,000 per annum"]),
    ],
)
def test_the_words_for_pay_hold_its_bound_and_its_period(read: Reader, text: str, quotes: list[str]) -> None:
    assert quoted(read(text), "salary") == quotes


@pytest.mark.parametrize(
    ("text", "workplace"),
    [
        ("Workplace type: Remote\nEmployees are not expected to come to an office.", "remote"),
        ("Remote Workplace:\n- Your location will be a home office", "remote"),
        ("Trabalho totalmente remoto.", "remote"),
        ("Lavoro da remoto al 100%, ovunque in Italia", "remote"),
        ("You join us, offering a comfortable remote environment.", "remote"),
        ("Be in the office Tuesday to Thursday; Monday and Friday you may work from home.", "hybrid"),
        ("50/50 split between the office in Leiden and your home", "hybrid"),
        ("Praca hybrydowa: 3 dni w biurze", "hybrid"),
        ("In person 5 days/week in San Francisco", "onsite"),
        ("You will be based on the respiratory ward.", "onsite"),
        ("Work from office only, all 5 days", "onsite"),
        ("Die Arbeit erfolgt vor Ort, Homeoffice ist nicht möglich.", "onsite"),
        ("Poste 100 % présentiel, pas de télétravail", "onsite"),
        ("Modalidad: presencial, de lunes a viernes", "onsite"),
        ("勤務形態：病院常駐（在宅勤務不可）", "onsite"),
        ("Must work in person at the centre; this job is not eligible for remote work.", "onsite"),
        ("Sponsors trust us for hybrid monitoring: part remote, part at the site.", "unknown"),
        ("Securing the Work from Anywhere era", "unknown"),
        ("Data from registries, hybrid/open datasets and claims.", "unknown"),
        ("Remote policy: 1-2 days a week.", "hybrid"),
        ("Office-based in Basel with the possibility of one home office day per week.", "hybrid"),
        ("You work independently in a hybrid environment.", "hybrid"),
        ("All full-time roles are in person in New York.", "onsite"),
        ("This role is based out of our Leiden office.", "onsite"),
        ("The position is based at our headquarters in Leiden.", "onsite"),
        ("Work location: Onsite at client site in Indianapolis.", "onsite"),
        ("The team is based out of St Mary's Hospital.", "onsite"),
        ("A service to the inpatient haematology ward.", "onsite"),
        ("Work effectively in a remote setting.", "remote"),
        ("We do not offer remote work.", "unknown"),
        ("We are not able to offer a remote role.", "unknown"),
        ("Experience with hybrid/decentralised trials.", "unknown"),
        ("Experience of hybrid, decentralised and virtual trials.", "unknown"),
        ("Experience with hybrid (DCT) trials.", "unknown"),
        ("Conduct hybrid, Phase II trials in Germany.", "unknown"),
        ("Experience working in a hybrid environment of paper and eTMF.", "unknown"),
        ("Ability to work with remote, cross-functional colleagues.", "unknown"),
        ("Remote, centralized monitoring of all sites.", "unknown"),
        ("We are unable to offer remote work to residents of Alaska.", "remote"),
        ("This is a remote, full-time role.", "remote"),
        ("Teletrabajo 100%", "remote"),
        ("Trabajo 100% remoto desde España.", "remote"),
        ("Uren in overleg, volledig op afstand.", "remote"),
        ("Rate: $90 an hour. Remote. 6 month contract.", "remote"),
        ("Remote (US). Two openings.", "remote"),
        ("Poste 100 % sur site à Villejuif.", "onsite"),
        ("Puesto presencial en Madrid.", "onsite"),
        ("Hybrid in Boston, MA", "hybrid"),
        ("Hybrid | Basel, Switzerland", "hybrid"),
        ("Hybrid remote in Boston, MA 02110", "hybrid"),
        ("Onsite 3x/week", "hybrid"),
        ("Homeoffice bis zu 3 Tage pro Woche", "hybrid"),
        ("Bis zu 3 Tage Homeoffice pro Woche", "hybrid"),
        ("Hybrides Arbeiten", "hybrid"),
        ("Modelo de trabajo híbrido", "hybrid"),
        ("2 días de teletrabajo a la semana", "hybrid"),
        ("Télétravail possible 2 jours/semaine", "hybrid"),
        ("Hybride werken: 2 dagen thuis", "hybrid"),
        ("Sede di lavoro: Verona, modalità ibrida", "hybrid"),
        ("在宅勤務可（週3日）", "hybrid"),
    ],
)
def test_workplace_in_plain_words_of_eight_languages(read: Reader, text: str, workplace: str) -> None:
    assert read(text).workplace == workplace


@pytest.mark.parametrize(
    ("text", "countries"),
    [
        ("Hybrid, Boston, MA.", ("US",)),
        ("Remote, US.", ("US",)),
        ("Hybrid in Boston, MA", ("US",)),
        ("On-site in Leiden, the Netherlands.", ("NL",)),
        ("Hybrid | Basel, Switzerland", ("CH",)),
        ("Conduct hybrid, Phase II trials in Germany.", ()),
    ],
)
def test_the_place_beside_a_workplace_is_the_jobs(
    read: Reader, text: str, countries: tuple[str, ...]
) -> None:
    assert read(text).countries == countries


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("Requirements:\n- Experience with long-term extension studies of 10 years", None),
        ("Requirements:\n- Experience in trials with follow-up of up to 15 years", None),
        ("Requirements:\n- Experience in studies in children under 12 years", None),
        ("Requirements:\n- Experience of paediatric studies (patients 6 years and above)", None),
        ("Follow-up of 10 years in clinical survival studies", None),
        ("Requirements:\n- Join a company with 12 years of experience in clinical research", None),
        ("Requirements:\n- Experience in clinical trials of at least 5 years", 5),
        ("Requirements:\n- 8 years experience with a BA/BS or 6 years with a MA/MS", 8),
        ("Preferred: 6 years of experience in rare disease", None),
        ("Requirements:\n- 4.5+ years of experience in trials", 4),
        (
            "Requirements:\n- 8+ years in trials, sites or vendors, ideally in oncology, and 2+ years in a team",
            8,
        ),
        ("Requirements:\n- BS with 9 years of experience, or\n- MS with 6 years of experience", 9),
        ("Requirements:\n- MS with 6 years of experience, or\n- PhD with 3 years of experience", 3),
        ("Requirements:\n- PhD with 12+ years in biotech, or MS with 15+ years", 12),
        (
            "About Us\nWe have done this for 12 years.\n**Is that you?**\n- 5+ years of experience in trials",
            5,
        ),
        (
            "Benefits\n- Health insurance\nWhat will help you be successful\n- at least 5 years of experience in trials",
            5,
        ),
        (
            "Requirements:\n- BA in the arts with 13 years of experience, or\n- BS with 9 years of experience, or\n- PhD with 4",
            9,
        ),
        ("Requirements:\n- 3 years of monitoring experience\n- or 5 years of data management experience", 3),
        ("応募資格\n- 臨床開発の実務経験2〜4年程度", 2),
        ("Mehrjährige Erfahrung als CRA, idealerweise 3 Jahre", None),
        ("Mindestens 3-jährige Berufserfahrung", 3),
        ("Minst 5 års erfarenhet", 5),
        ("min. 3 lata doświadczenia", 3),
    ],
)
def test_years_of_patients_and_of_follow_up_are_no_experience(
    read: Reader, text: str, years: int | None
) -> None:
    assert read(text).years_min == years


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("Benefits\n- 100% reimbursement of travel costs", None),
        ("Travel expenses are 100% covered", None),
        ("80-100% Pensum, Reisebereitschaft", None),
        ("Benefits:\n- 75% travel subsidy", None),
        ("60% office, travel as needed", None),
        ("50% Zuschuss zum Reiseticket", None),
        ("80% position (4 days a week) with little travel", None),
        ("Our travel-tech client grew 40% last year.", None),
        ("**Travel Required:**\n\n  * 5-15%\n\n**Salary:**", 15),
        ("Disponibilidade para viagens: até 70%", 70),
        ("Limited to no travel required.", None),
        ("No travel required.", 0),
        ("On-site in Basel. No travel.", 0),
        ("This role does not require travel.", 0),
        ("Geen reizen vereist.", 0),
        ("Reizen: maximaal 15%.", 15),
        ("Percentage of travel required: none", 0),
        ("Travel 25%, salary bonus 40%", 25),
        ("Travel up to 15 percent", 15),
        ("Reisetätigkeit bis zu 15 Prozent", 15),
        ("Deplacements 25%", 25),
        ("Ability to work from home\n\nAbility to travel up to 25%", 25),
    ],
)
def test_a_share_of_travel_is_of_the_work_not_of_costs_or_hours(
    read: Reader, text: str, share: int | None
) -> None:
    assert read(text).travel_max == share


@pytest.mark.parametrize(
    ("text", "visa"),
    [
        ("No prior experience with sponsorship of investigator trials needed.", "unknown"),
        ("Trials without pharmaceutical sponsorship.", "unknown"),
        ("There is no sponsorship of studies here.", "unknown"),
        ("No visa sponsorship.", "refused"),
        ("We are unable to provide sponsorship for this role.", "refused"),
        ("Visa sponsorship is available.", "offered"),
    ],
)
def test_who_sponsors_trials_says_nothing_of_visas(read: Reader, text: str, visa: str) -> None:
    assert read(text).visa == visa


@pytest.mark.parametrize(
    ("title", "role", "tier"),
    [
        ("Clinical Trial Mgr", "ctm", "mid"),
        ("Sr. Clinical Trial Mgr", "ctm", "senior"),
        ("Mgr., Clinical Trials", "ctm", "mid"),
        ("Project Manager, Clinical Trials", "ctm", "lead"),
        ("Senior Program Manager - Clinical Trial Operations", "ctm", "lead"),
        ("Freelance CTM / Lead CRA", "ctm", "mid"),
        ("Clinical Development Operations Manager", "ctm", "mid"),
        ("Leiterin Klinische Studien (m/w/d)", "ctm", "lead"),
        ("臨床開発プロジェクトマネージャー", "ctm", "mid"),
        ("Sales Mgr", "other", None),
        ("Free Trial Mgr", "other", None),
    ],
)
def test_short_and_other_spellings_of_titles(read: Reader, title: str, role: str, tier: str | None) -> None:
    verdict = read("Lead phase III clinical trials of investigational products at 40 sites.", title=title)
    assert (verdict.role, verdict.tier) == (role, tier)


@pytest.mark.parametrize(
    ("title", "location", "countries"),
    [
        ("Trial Manager (United States & Canada)", "Boston, MA", ("CA", "US")),
        ("Trial Manager, Canada", "Boston, MA", ("US",)),
        ("Japan Local Trial Manager, Bengaluru", "Bengaluru, India", ("IN",)),
        ("Trial Manager (USA & GTM)", "Boston, MA", ("US",)),
        ("Trial Manager - US, China Liaison", "Boston, MA", ("US",)),
        ("Trial Manager, Japan Studies (US)", "San Diego, CA", ("US",)),
        ("Trial Manager - Remote - Worldwide Clinical Trials", "", ()),
        ("Clinical Scientist, MR", "", ()),
        ("Remote Dermatologist (MD/DO)", "", ()),
        ("Trial Manager - Remote, Worldwide", "", ("*",)),
        ("Trial Manager, Work Anywhere", "", ("*",)),
        ("Director, Worldwide Operations Office", "", ()),
        ("Trial Manager - Remote, Worldwide", "Berlin, Germany", ("DE",)),
    ],
)
def test_a_title_adds_countries_where_it_names_the_locations_own_too(
    read: Reader, title: str, location: str, countries: tuple[str, ...]
) -> None:
    assert read(title=title, location=location).countries == countries


def test_one_may_apply_from_anywhere_where_any_place_in_the_world_will_do(read: Reader) -> None:
    assert read("Ability to work from any place in the world").eligible == ("*",)


@pytest.mark.parametrize(
    ("text", "field", "salary"),
    [
        ("Earn up to $110,000", "$75K - $110K", Salary(75_000, 110_000, "USD", "year")),
        ("Earn up to £30 an hour", "£26.68 an hour", Salary(None, 30, "GBP", "hour")),
        ("Pay range $80,000 - $90,000", "$75K - $110K", Salary(80_000, 90_000, "USD", "year")),
    ],
)
def test_a_whole_range_of_the_sources_field_says_more_than_a_bound_in_the_text(
    read: Reader, text: str, field: str, salary: Salary
) -> None:
    assert read(text, salary_raw=field).salary == salary


@pytest.mark.parametrize(
    ("company", "text", "kind"),
    [
        ("pharmacy4all", "We fill prescriptions.", "other"),
        ("Harwick Bank", "Earn the trust of your clients.", "other"),
        ("Wayland", "The Trust is a leading provider of care.", "site"),
        ("WAYLAND HEALTHCARE N H S TRUST", "We are recruiting for a pharmacist.", "site"),
    ],
)
def test_trust_is_no_hospital_and_a_pharmacy_no_maker(
    read: Reader, company: str, text: str, kind: str
) -> None:
    assert read(text, company=company).employer_type == kind


@pytest.mark.parametrize(
    ("text", "skills"),
    [
        ("Duties:\n- You will collaborate closely with the project manager.", ()),
        ("Duties:\n- You are the project manager of three trials.", ("T09",)),
        ("Duties:\n- A personal development budget of $500 that you manage.", ()),
        ("Duties:\n- Data cleaning and model training for machine learning.", ()),
        ("Duties:\n- Data cleaning until database lock.", ("T07",)),
        ("Duties:\n- Track query ageing and close what is open before the data freeze.", ("T07",)),
        ("Duties:\n- Forecast study spend and approve invoices.", ("T09",)),
        ("Duties:\n- Send out feasibility questionnaires to hospitals.", ("T10",)),
        ("Duties:\n- Fit mixed models to the endpoints of trials.", ("T14",)),
        ("Our EDC and CTMS platform is used by 800 sponsors.", ()),
        ("Knowledge of TMF Open APIs and the eTOM framework", ()),
        ("Formerly part of Alcoa, the plant makes rolled aluminium.", ()),
        ("Access an annual budget of €1,500 for personal and professional training", ()),
        (
            "About us: we offer monitoring, biostatistics, pharmacovigilance and medical writing since 1998.",
            (),
        ),
        ("Our 510(k)-cleared headband is used in clinics.", ()),
    ],
)
def test_words_in_passing_are_no_skills(read: Reader, text: str, skills: tuple[str, ...]) -> None:
    assert read(text, title="Analyst").skills == skills


@pytest.mark.parametrize(
    ("location", "text", "currency"),
    [
        ("Toronto, Canada", "Salary: $90,000 - $110,000", "CAD"),
        ("Sydney, Australia", "Salary: $130,000", "AUD"),
        ("Toronto, Canada", "Salary: $90,000 - $110,000 (USD)", "USD"),
        ("Toronto, Canada", "Salary: US$90,000", "USD"),
        ("Boston, MA", "Salary: $90,000", "USD"),
        ("Remote, US or Canada", "Salary: $90,000", "USD"),
    ],
)
def test_a_bare_dollar_is_that_of_the_jobs_only_country(
    read: Reader, location: str, text: str, currency: str
) -> None:
    verdict = read(text, location=location)
    assert (verdict.salary and verdict.salary.currency, quoted(verdict, "salary") != []) == (currency, True)


@pytest.mark.parametrize(
    ("text", "employment"),
    [
        ("Jornada completa", "full_time"),
        ("Part-time, 22.5 hours per week", "part_time"),
        ("Temps partiel (50 %)", "part_time"),
        ("Type de contrat : CDD de 12 mois", "contract"),
        ("雇用形態：契約社員", "contract"),
        ("契約社員の評価も担当します。", "unknown"),
        ("Employment type: Temporary", "temporary"),
        ("Vaga de estágio para estudantes", "internship"),
    ],
)
def test_kinds_of_employment_in_plain_words(read: Reader, text: str, employment: str) -> None:
    assert read(text).employment == employment


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        # what stands beside true evidence does not hide it
        (
            "Develops study protocols and amendments, and ensures compliance with GCP.",
            "skills",
            ("T01", "T06"),
        ),
        (
            "Our company is looking for a trial manager who knows CTMS and eTMF; you report to the head.",
            "skills",
            ("T02", "T04"),
        ),
        ("Lead CROs and study sites; ensure data security in clinical trials.", "skills", ("T10",)),
        ("Selection of CROs, working in a cross-functional clinical team.", "skills", ("T10",)),
        ("Manage trial budget, travel budget and training budget.", "skills", ("T09",)),
        ("Run crossover studies under FDA and EMA regulations.", "skills", ("T15",)),
        ("Fully remote. Core hours: Monday to Friday 9am-5pm working from home.", "workplace", "remote"),
        ("You will be based out of a home office.", "workplace", "remote"),
        ("Fully remote role, though office space may be available in Boston.", "workplace", "remote"),
        ("You will be based in an area close to our Basel office.", "workplace", "unknown"),
        ("Relationships with investigators based at Riverside hospital.", "workplace", "unknown"),
        ("Performed only from your home country.", "workplace", "unknown"),
        ("Care is split between home and clinic visits for participants.", "workplace", "unknown"),
        ("フルリモート不可。出社必須。", "workplace", "onsite"),
        ("Poste basé à Paris, pas de télétravail partiel.", "workplace", "unknown"),
        (
            "Insurance for part-time, 20+ hours employees. This is a full-time position.",
            "employment",
            "full_time",
        ),
        ("CDI, temps partiel possible", "employment", "permanent_unspecified"),
        ("We need 5 years' experience as CTM, not 3 years or less.", "years_min", 5),
        (
            "Either 8 years with a diploma or, alternatively, 5 years with a degree is required.",
            "years_min",
            5,
        ),
        ("You may be eligible for:\n- 6 weeks of sabbatical with 5 years of tenure", "years_min", None),
        ("Travel: up to 25%\nPosition Type: Full-time", "travel_max", 25),
        ("Up to 25% travel—domestic and international", "travel_max", 25),
        ("Travel\nUp to 10% of your salary as bonus", "travel_max", None),
        ("You oversee vendor contracts worth $250,000 - $500,000 USD.", "salary", None),
        ("Investigator grants of $50,000 - $100,000 USD each.", "salary", None),
        ("Application deadline extended from 31 May 2026 to 30 June 2026", "closes_on", "2026-06-30"),
        ("Closing date: 31 May 2026 (extended to 15 June 2026)", "closes_on", "2026-06-15"),
        ("Priority application deadline: 15 January 2026. Open until filled.", "closes_on", None),
        (
            "Early applications by 1 Feb 2026 get priority; closing date 1 April 2026",
            "closes_on",
            "2026-04-01",
        ),
        ("Study enrolment closes on 15 March 2026.", "closes_on", None),
        ("Deadline: first patient in by 15 March 2026", "closes_on", None),
        ("This vacancy closes on 15 March 2026.", "closes_on", "2026-03-15"),
    ],
)
def test_what_stands_beside_says_nothing_else(read: Reader, text: str, field: str, value: object) -> None:
    assert getattr(read(text), field) == value
