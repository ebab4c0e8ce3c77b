"""Years, workplace, countries, employment, pay, travel and employer of a posting."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from ctm_alerts.postings.classify import Classifier
from ctm_alerts.postings.posting import Ad, Salary, Verdict

#: reads a text, and other fields of the ad by name
Reader = Callable[..., Verdict]


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("3-5 years of experience in clinical research", 3),
        ("Minimum of five (5) years’ experience in trial management", 5),
        ("7+ years of experience in clinical operations, with at least 3 years as a manager", 7),
        ("At least 4 years of trial management or more than 6 years of monitoring experience", 4),
        ("Bachelor's degree with 8 years, master's with 6 years, or PhD with 3 years of experience", 8),
        (
            "Master's degree and 7 years of suitable experience.\nBachelor's degree and 9 years of suitable experience.",
            9,
        ),
        ("Two years as a study manager or similar experience (oncology preferred)", 2),
        ("Requirements\n- 6 years in monitoring, ideally in oncology", 6),
        ("Mindestens 3 Jahre Erfahrung in klinischen Studien", 3),
        ("Au moins 5 ans d'expérience en recherche clinique", 5),
        ("臨床開発の経験が3年以上", 3),
        ("5 years of experience preferred", None),
        ("Preferred qualifications\n- 5 years of experience in oncology", None),
        ("For over 30 years we have run trials", None),
        ("Our company was founded 12 years ago", None),
        ("A 2 year contract with a team of experienced people", None),
        ("A four-year college degree and experience", None),
        ("You must be 18 years old", None),
        ("", None),
    ],
)
def test_years_are_those_that_are_required(read: Reader, text: str, years: int | None) -> None:
    assert read(text).years_min == years


@pytest.mark.parametrize(
    ("text", "workplace"),
    [
        ("This role is fully remote within the United Kingdom.", "remote"),
        ("This is a home-based position.", "remote"),
        ("You will work remotely from your home in Spain.", "remote"),
        ("#LI-Remote", "remote"),
        ("We work in a hybrid model, three days a week in the office.", "hybrid"),
        ("You spend 40% of your time in the office.", "hybrid"),
        ("Our hybrid working policy lets you choose.", "hybrid"),
        ("2 days per week on site, the rest at home", "hybrid"),
        ("This position is office-based in Leeds.", "onsite"),
        (
            "The role is fully on-site, five days per week in the office; hybrid working is not available.",
            "onsite",
        ),
        ("You perform remote monitoring and virtual visits.", "unknown"),
        ("Experience with hybrid trials and decentralized studies", "unknown"),
        ("You lead remote teams and do on-site visits at hospitals.", "unknown"),
        ("On-site monitoring visits and remote site visits", "unknown"),
        ("Free on-site parking and gym", "unknown"),
        ("Work remotely abroad for six weeks a year", "unknown"),
        ("", "unknown"),
    ],
)
def test_workplace_is_how_the_job_is_done_not_how_the_trial_is(
    read: Reader, text: str, workplace: str
) -> None:
    assert read(text).workplace == workplace


@pytest.mark.parametrize(
    ("title", "location", "workplace"),
    [
        ("Clinical Trial Manager - Remote", "Durham, NC", "remote"),
        ("Clinical Trial Manager", "Remote; Seattle, Washington", "remote"),
        ("Clinical Trial Manager", "San Diego, CA or remote", "remote"),
        ("Clinical Trial Manager (Office Based)", "Foster City", "onsite"),
        ("Clinical Trial Manager", "Hybrid, Mumbai", "hybrid"),
        ("Clinical Trial Manager", "Virtual France", "remote"),
        ("Clinical Trial Manager", "Boston, MA", "unknown"),
    ],
)
def test_title_and_location_tell_the_workplace_first(
    read: Reader, title: str, location: str, workplace: str
) -> None:
    assert read("Trials are monitored remotely.", title=title, location=location).workplace == workplace


def test_the_evidence_of_a_workplace_is_the_sentence(read: Reader) -> None:
    found = read("We like tea. This role is fully remote within Ireland. Apply now.")
    assert found.quotes("workplace") == ("This role is fully remote within Ireland",)


def test_the_sources_flag_counts_only_where_nobody_says_otherwise(classifier: Classifier) -> None:
    texts = ("", "This position is office-based.")
    ads = [Ad(title="Clinical Trial Manager", description=t, remote=True) for t in texts]
    assert [classifier.classify(ad).workplace for ad in ads] == ["remote", "onsite"]


@pytest.mark.parametrize(
    ("location", "countries"),
    [
        ("Boston, MA", ("US",)),
        ("US, SC, Charleston", ("US",)),
        ("Cambridge, Massachusetts, United States", ("US",)),
        ("Basel, CH", ("CH",)),
        ("PL", ("PL",)),
        ("München, DE", ("DE",)),
        ("Wilmington, DE", ("US",)),
        ("Carmel, IN", ("US",)),
        ("Pune, IN", ("IN",)),
        ("San Diego, CA", ("US",)),
        ("Toronto ON CA", ("CA",)),
        ("London, Ontario", ("CA",)),
        ("London, GB", ("GB",)),
        ("Brisbane, California", ("US",)),
        ("Brisbane", ("AU",)),
        ("South Jordan, UT", ("US",)),
        ("JPN - Tokyo - Chiyoda", ("JP",)),
        ("USA - Pennsylvania - North Wales", ("US",)),
        ("Lille, France; Paris, France", ("FR",)),
        ("Canada,United States", ("CA", "US")),
        ("東京都", ("JP",)),
        ("Remote - EU", ()),
        ("Remote", ()),
        ("3 Locations", ()),
        ("Anywhere in the world", ("*",)),
        ("", ()),
    ],
)
def test_countries_come_from_the_location(read: Reader, location: str, countries: tuple[str, ...]) -> None:
    assert read(location=location).countries == countries


@pytest.mark.parametrize(
    ("title", "text", "countries"),
    [
        ("Clinical Trial Manager - Belgium", "", ("BE",)),
        ("Clinical Trial Manager, Infectious Diseases (ID)", "", ()),
        ("Clinical Trial Manager", "You must be based in Spain or Portugal.", ("ES", "PT")),
        ("Clinical Trial Manager", "The office is based in our Brisbane, California building.", ("US",)),
        ("Clinical Trial Manager", "Benefits: 401(k), dental", ("US",)),
        ("Clinical Trial Manager", "We have run trials in France and Italy.", ()),
    ],
)
def test_where_the_location_is_silent_title_and_text_speak(
    read: Reader, title: str, text: str, countries: tuple[str, ...]
) -> None:
    assert read(text, title=title, location="Remote").countries == countries


@pytest.mark.parametrize(
    ("field", "text", "employment"),
    [
        ("Full Time", "", "full_time"),
        ("FULL_TIME", "", "full_time"),
        ('["Full Time","Temporary"]', "", "full_time"),
        ("Contract", "", "contract"),
        ("Part-time", "", "part_time"),
        ("Intern", "", "internship"),
        ("", "This is a 12 month fixed term contract.", "contract"),
        ("", "A full-time position", "full_time"),
        ("", "Die Stelle ist unbefristet.", "permanent_unspecified"),
        ("", "You manage contracts with sites.", "unknown"),
        ("", "You mentor interns.", "unknown"),
    ],
)
def test_employment_is_what_field_or_text_say(read: Reader, field: str, text: str, employment: str) -> None:
    assert read(text, employment_type=field).employment == employment


@pytest.mark.parametrize(
    ("text", "salary"),
    [
        ("The salary range is $120,000 - $150,000 a year.", Salary(120_000, 150_000, "USD", "year")),
        ("Base pay: USD 120k-150k per annum", Salary(120_000, 150_000, "USD", "year")),
        ("Salary: £61,000 - £74,000 + bonus", Salary(61_000, 74_000, "GBP", "year")),
        ("Gehalt: 65.000 € bis 80.000 € pro Jahr", Salary(65_000, 80_000, "EUR", "year")),
        ("Salary from 14000 to 18500 PLN a month", Salary(14_000, 18_500, "PLN", "month")),
        ("Pay: $31.25/hour to $48.75/hour", Salary(31.25, 48.75, "USD", "hour")),
        ("Salary up to £42,000", Salary(None, 42_000, "GBP", "year")),
        ("Salary from £42,000 per annum", Salary(42_000, None, "GBP", "year")),
        ("Base salary: €40,000 per year", Salary(40_000, 40_000, "EUR", "year")),
        (
            "Salary range in Ohio $90,000 - $110,000, in New York $100,000 - $130,000",
            Salary(90_000, 130_000, "USD", "year"),
        ),
        ("A sign-on bonus of $10,000 and a good salary", None),
        ("We manage a budget of $2,000,000 and offer a salary", None),
        ("A company that raised $120 million; competitive salary", None),
        ("Wellness allowance and salary: 4,000 SEK wellness allowance", None),
        ("Two $100 gift days a year, just because", None),
        ("Minimum salary $81,000, maximum salary $99,500", Salary(81_000, 99_500, "USD", "year")),
        ("The pay range is $60,000-$70,000 (OTE $90,000-$99,000)", Salary(60_000, 70_000, "USD", "year")),
        ("Competitive pay", None),
    ],
)
def test_pay_is_what_the_text_states(read: Reader, text: str, salary: Salary | None) -> None:
    assert read(text).salary == salary


@pytest.mark.parametrize(
    ("raw", "salary"),
    [
        ("38500 - 44500 GBP /YEAR", Salary(38_500, 44_500, "GBP", "year")),
        ("GBP 52000.00 71000.00 YEAR", Salary(52_000, 71_000, "GBP", "year")),
        ("27 - 33 GBP /HOUR", Salary(27, 33, "GBP", "hour")),
        ("$91K – $118K", Salary(91_000, 118_000, "USD", "year")),
        ("4,250/month", Salary(4_250, 4_250, "USD", "month")),
        ("GBP 70000 - GBP 79999 year", None),
        ("Competitive", None),
        ("", None),
    ],
)
def test_a_pay_field_is_read_unless_it_is_an_aggregators_estimate(
    read: Reader, raw: str, salary: Salary | None
) -> None:
    assert read(salary_raw=raw).salary == salary


@pytest.mark.parametrize(
    ("text", "travel"),
    [
        ("Up to 30% travel", 30),
        ("Travel of 10-20% is expected", 20),
        ("Reisebereitschaft bis zu 40 %", 40),
        ("Occasional travel", None),
        ("An online travel site; 70% of its users are young", None),
        ("50% of your time on-site. Travel happens.", None),
    ],
)
def test_travel_is_the_highest_share_stated(read: Reader, text: str, travel: int | None) -> None:
    assert read(text).travel_max == travel


@pytest.mark.parametrize(
    ("company", "text", "kind"),
    [
        ("Northlight Pharmaceuticals", "We make medicines.", "sponsor"),
        ("northlighttherapeutics", "", "sponsor"),
        ("Riverbend University Hospital", "", "site"),
        ("Blue Harbour Recruitment", "", "agency"),
        ("Halden", "We are a full-service CRO.", "cro"),
        ("Halden", "Our client is a biotech company.", "agency"),
        ("Halden", "We are a clinical-stage company.", "sponsor"),
        ("Halden", "We sell shoes.", "other"),
        ("", "", "unknown"),
    ],
)
def test_the_employer_is_told_by_name_then_by_text(read: Reader, company: str, text: str, kind: str) -> None:
    assert read(text, company=company).employer_type == kind


def test_what_a_source_states_in_a_field_of_its_own_counts_where_no_word_says_otherwise(
    classifier: Classifier,
) -> None:
    silent = Ad("Clinical Trial Manager", "Alder Bio", "Boston, MA", "You run trials.", workplace="onsite")
    assert classifier.classify(silent).workplace == "onsite"
    spoken = replace(silent, description="This role is fully remote.")
    assert classifier.classify(spoken).workplace == "remote"
