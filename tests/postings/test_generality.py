"""What was mended after a second reader's labels: employers, workplaces, pay, guards that reach over a whole text."""

import pytest

from ctm_alerts.postings.classify import Classifier
from ctm_alerts.postings.posting import Ad, Salary


@pytest.mark.parametrize(
    ("company", "text", "kind"),
    [
        ("Sage Inc.", "", "sponsor"),  # a known name that is all of it
        ("Sage Homes", "We build houses.", "other"),  # and that is not
        ("Lakeside Pharmacy", "We fill prescriptions.", "other"),
        ("Lakeside Pharma", "", "sponsor"),
        ("Harlow Medical", "Our client is looking for a nurse. Our client is a hospital.", "agency"),
        ("Harlow Medical", "You will fill vials.", "sponsor"),
        ("Harlow Software", "We sell to biotech and other firms.", "other"),
        ("Harlow Labs", "We are a clinical-stage biotech company.", "sponsor"),
        ("Harlow Works", "We care for our clients.", "other"),
        ("University of Harlow", "", "site"),
        ("Harlow-Recruitment", "", "agency"),
    ],
)
def test_the_kind_of_employer_comes_from_a_telling_name_then_the_text_then_a_weak_name(
    classifier: Classifier, company: str, text: str, kind: str
) -> None:
    assert classifier.classify(Ad("Project Manager", company, None, text)).employer_type == kind


@pytest.mark.parametrize(
    ("title", "company", "role"),
    [
        ("Regulatory Affairs Manager", "Harlow Bank", "other"),
        ("Regulatory Affairs Manager", "Harlow Foods", "other"),
        ("Regulatory Affairs Manager", "Harlow Pharma", "related"),
        ("Regulatory Affairs Manager", "Harlow", "related"),
        ("Clinical Site Manager, Physical Rehabilitation", "Harlow", "other"),
        ("Clinical Site Manager", "Harlow Pharma", "feeder"),
        ("Veterinary Clinical Research Manager", "Harlow", "other"),
        ("General Manager, Clinical Trials", "Harlow Research", "next"),
        ("Part Time Study Manager", "Harlow Therapeutics", "ctm"),
        ("Time Study Manager", "Harlow Motors", "other"),
        ("Clinical Affairs: Clinical Project Manager", "Harlow Devices", "ctm"),
        ("Director, Product Marketing, Clinical Operations", "Harlow Software", "other"),
        ("Clinical Research Unit Manager", "University of Harlow", "ctm"),
    ],
)
def test_titles_of_other_fields_are_told_apart(
    classifier: Classifier, title: str, company: str, role: str
) -> None:
    assert classifier.classify(Ad(title, company)).role == role


@pytest.mark.parametrize(
    ("location", "text", "workplace"),
    [
        ("Boston, MA or Remote or Hybrid", "", "remote"),
        ("Anywhere in the United States", "", "remote"),
        ("Boston", "Work Mode: Remote", "remote"),
        ("Boston", "`🌎 Remote,US`\n\nWe make software.", "remote"),
        ("Leeds", "Based at St Harlow's Hospital you will work with others.", "onsite"),
        ("Leeds", "You see patients at designated Harlow health centers.", "onsite"),
        ("Leeds", "Provide a service to wards and teams.", "onsite"),
        ("Leeds", "Essential:\n- Knowledge of the role of pharmacists at ward level", "unknown"),
        ("Leeds", "We are hiring for this position in our Leeds office.", "onsite"),
    ],
)
def test_where_the_work_is_done(classifier: Classifier, location: str, text: str, workplace: str) -> None:
    assert classifier.classify(Ad("Pharmacist", "Harlow", location, text)).workplace == workplace


def test_an_onsite_manager_is_a_title_and_no_workplace(classifier: Classifier) -> None:
    assert classifier.classify(Ad("Regional Clinical Onsite Manager", "Harlow")).workplace == "unknown"


@pytest.mark.parametrize(
    ("text", "pay"),
    [
        ("Pay: $44+ an hour", Salary(44, None, "USD", "hour")),
        ("Earn $1,500+ USD monthly", Salary(1500, None, "USD", "month")),
        (
            "with vision and 401(k).\n\nPay Range:\n\n$161,500—$190,000 USD",
            Salary(161500, 190000, "USD", "year"),
        ),
        ("Travel rate: $25.00 per hour when traveling. Differential of $7.00 per hour.", None),
        (
            "Poland: pay of PLN 400,000 to PLN 600,000. Italy: pay of EUR 86,000 to EUR 143,000. Belgium: EUR 111,000 to EUR 186,000",
            Salary(86000, 186000, "EUR", "year"),
        ),
    ],
)
def test_pay_in_more_notations(classifier: Classifier, text: str, pay: Salary | None) -> None:
    assert (
        classifier.classify(Ad("Nurse", "Harlow", "Rome, Italy" if "Italy" in text else "", text)).salary
        == pay
    )


def test_of_ranges_in_several_currencies_that_of_the_jobs_country_counts(classifier: Classifier) -> None:
    text = "Salary in Poland: PLN 400,000 to PLN 600,000. Salary in Italy: EUR 86,000 to EUR 143,000."
    found = {
        place: classifier.classify(Ad("Nurse", "Harlow", place, text)).salary
        for place in ("Warsaw, Poland", "Milan, Italy")
    }
    assert found == {
        "Warsaw, Poland": Salary(400000, 600000, "PLN", "year"),
        "Milan, Italy": Salary(86000, 143000, "EUR", "year"),
    }


CLOUD = "We look for an architect who knows GCP well. " + "You like large systems and small teams. " * 12
TRIALS = "We look for a monitor who knows GCP well. " + "You like clinical research and small teams. " * 12


@pytest.mark.parametrize(
    ("text", "skills"),
    [
        (CLOUD, ()),
        (TRIALS, ("T01",)),
        ("GCP is a must.", ("T01",)),  # too short to speak of its field
        ("Clinical data on GCP with BigQuery and Kubernetes.", ()),
        ("Clinical audits of the pharmacy", ()),
        ("Audits of clinical trials and CAPA follow-up", ("T13",)),
        ("Medicines reconciliation for patients of the ward, clinical pharmacy", ()),
        ("RegulationsProject managementGood Clinical PracticeData queries" * 3, ("T01", "T07", "T09")),
    ],
)
def test_guards_reach_over_the_whole_text_and_lost_line_breaks_part_words(
    classifier: Classifier, text: str, skills: tuple[str, ...]
) -> None:
    assert classifier.classify(Ad("Specialist", "Harlow", None, text)).skills == skills


@pytest.mark.parametrize("gap", range(40, 72))
def test_a_date_at_the_edge_of_what_is_read_is_whole_or_none(classifier: Classifier, gap: int) -> None:
    text = f"Closing date:{' ' * gap}31.12.2026"
    found = classifier.classify(Ad("Clinical Trial Manager", "Harlow", "Berlin, Germany", text)).closes_on
    assert found == ("2026-12-31" if gap < 64 else None)


@pytest.mark.parametrize(
    ("text", "languages"),
    [
        ("Requirements:\n- Ability to read and write in English", ("en",)),
        ("Requirements:\n- You lead client meetings in German", ("de",)),
        ("Requirements:\n- You interview patients in Spanish", ("es",)),
        ("Please send your CV in English.", ()),
        ("This ad is a translation from French.", ()),
    ],
)
def test_languages_of_the_work_and_not_of_its_papers(
    classifier: Classifier, text: str, languages: tuple[str, ...]
) -> None:
    assert classifier.classify(Ad("Clinical Trial Manager", "Harlow", None, text)).languages == languages


@pytest.mark.parametrize(
    "company", ["Hospitality Harlow", "Hospitalityworks", "Searchlight", "Hydrogenics", "Peoplesoft"]
)
def test_a_word_that_begins_another_word_is_no_name(classifier: Classifier, company: str) -> None:
    assert classifier.classify(Ad("Manager", company, None, "We do things.")).employer_type == "other"


def test_a_bonus_before_a_blank_line_is_no_pay(classifier: Classifier) -> None:
    text = "Compensation\nSign-on bonus: $25,000\n\nBenefits"
    assert classifier.classify(Ad("Nurse", "Harlow", "Boston, MA", text)).salary is None


def test_kana_are_japanese_however_many_characters_stand_beside_them(classifier: Classifier) -> None:
    text = (
        "治験の計画と実施を担当し、関係部署と連携して試験を推進します。" * 4
        + "臨床開発部門治験管理室勤務地東京都千代田区"
    )
    assert classifier.classify(Ad("CTM", "Harlow", None, text)).language == "ja"
