"""Which role a posting offers."""

import pytest

from ctm_alerts.postings.classify import Classifier
from ctm_alerts.postings.posting import Ad

TRIALS = (
    "You run phase 2 clinical trials from start-up to close-out, lead CRAs and a CRO, keep the trial master file "
    "ready for inspection and follow GCP. You answer to the sponsor for timelines and budget of each study protocol, "
    "and you speak with investigators and ethics committees every week. You will also coach two associates and report "
    "metrics to the head of the department, together with our data managers and biostatisticians in three countries. "
)
CARE = (
    "You lead therapists and nursing staff of our outpatient clinic, look after the caseload and the treatment plan of "
    "each client, and keep patient care at a high standard. Behavioral health experience is a must. You answer for the "
    "front desk too and report to the regional director of the clinics. We offer supervision for your licence, paid "
    "days of leave and a kind team of counselors who have worked together for many years in this part of the city. "
)


@pytest.mark.parametrize(
    "title",
    [
        "Clinical Trial Manager",
        "Clinical Trials Manager, Early Phase Oncology",
        "Clinical Study Manager (m/w/d)",
        "Sr. Clinical Study Manager II",
        "Local Trial Manager - Home Based",
        "Country Study Manager",
        "Global Trial Lead",
        "Clinical Trial Leader",
        "Manager, Clinical Study Lead",
        "Senior Local Trial Manager/Lead Local Trial Manager",
        "Clinical Project Manager",
        "Lead CRA / CTM",
        "Project Manager (Clinical Research)",
        "Study Manager - Vaccines",
        "Klinischer Studienmanager (m/w/d)",
        "Projektleiter Klinische Studien",
        "Chef de projet études cliniques H/F",
        "Responsable de ensayos clínicos",
        "臨床試験マネージャー",
        "Clinical\u00a0Trial\u00a0Manager",
        "CLINICAL TRIAL MANAGER",
    ],
)
def test_these_titles_are_trial_managers(classifier: Classifier, title: str) -> None:
    assert classifier.classify(Ad(title=title)).role == "ctm"


@pytest.mark.parametrize(
    "title",
    [
        "Clinical Research Associate II",
        "Senior CRA (Level I)",
        "Clinical Research Coordinator - Cardiology",
        "Clinical Trial Assistant",
        "Clinical Trial Coordinator",
        "Study Start-Up Specialist",
        "Research Nurse - Clinical Trials Unit",
        "Specialist Pharmacist Clinical Trials",
        "Attachée de Recherche Clinique",
        "Studienkoordinatorin",
    ],
)
def test_these_titles_lead_to_trial_manager(classifier: Classifier, title: str) -> None:
    assert classifier.classify(Ad(title=title, company="Northlight Bio")).role == "feeder"


@pytest.mark.parametrize(
    "title",
    [
        "Director, Clinical Operations",
        "Vice President, Head of Clinical Operations",
        "Senior Director, Clinical Trial Management",
        "Functional Manager for CRAs",
        "Head of Clinical Development",
    ],
)
def test_these_titles_come_after_trial_manager(classifier: Classifier, title: str) -> None:
    assert classifier.classify(Ad(title=title, company="Northlight Bio")).role == "next"


@pytest.mark.parametrize(
    "title",
    [
        "Regulatory Affairs Manager",
        "Medical Science Liaison - Oncology",
        "Drug Safety Associate",
        "Clinical Data Manager",
        "Principal Biostatistician",
        "GCP Compliance Manager",
        "Senior Medical Writer",
        "Clinical Supply Project Manager",
        "Clinical Scientist, Late Development",
    ],
)
def test_these_titles_are_moves_beside(classifier: Classifier, title: str) -> None:
    assert classifier.classify(Ad(title=title, company="Northlight Bio")).role == "related"


@pytest.mark.parametrize(
    "title",
    [
        "Trial Attorney",
        "Construction Project Manager",
        "Registered Nurse (RN), Cardiac Unit",
        "Clinical Manager, Physical Therapy",
        "Clinical Team Manager - ABA Therapy",
        "Clinical Operations Manager - Eating Disorder",
        "Community Reinvestment Act (CRA) Officer",
        "Patient Safety Attendant (Nights)",
        "Non-Clinical Outsourcing Director",
        "Cloud Platform Engineer (GCP)",
        "Environmental Health and Safety Specialist",
        "Sales Development Representative, CTM",
        "Study Hall Monitor",
        "",
    ],
)
def test_these_titles_are_of_another_field(classifier: Classifier, title: str) -> None:
    assert classifier.classify(Ad(title=title)).role == "other"


@pytest.mark.parametrize(
    "title", ["Clinical Operations Manager", "Clinical Program Manager", "Clinical Project Manager"]
)
def test_the_text_decides_where_a_title_fits_care_and_trials(classifier: Classifier, title: str) -> None:
    roles = [classifier.classify(Ad(title=title, description=text)).role for text in (TRIALS, CARE)]
    assert roles == ["ctm", "other"]


def test_the_employers_name_decides_where_there_is_no_text(classifier: Classifier) -> None:
    names = ("Northlight Therapeutics", "Harbor Behavioral Health", None)
    roles = [
        classifier.classify(Ad(title="Clinical Operations Manager", company=name)).role for name in names
    ]
    assert roles == ["ctm", "other", "other"]


def test_regulatory_affairs_of_paints_is_another_field(classifier: Classifier) -> None:
    text = (
        "You register our paints and coatings with the authorities and keep safety data sheets up to date. "
        * 6
    )
    assert classifier.classify(Ad(title="Regulatory Affairs Specialist", description=text)).role == "other"


def test_words_in_passing_do_not_make_a_trial_manager(classifier: Classifier) -> None:
    ad = Ad(
        title="Clinical Trial Assistant",
        description="You help the Clinical Trial Manager of the study. " + TRIALS,
    )
    assert classifier.classify(ad).role == "feeder"


@pytest.mark.parametrize(
    ("ad", "reason"),
    [
        (Ad(title="Senior Clinical Trial Manager"), "The title says “Clinical Trial Manager”."),
        (
            Ad(title="Clinical Study Manager"),
            "The title says “Clinical Study Manager”, another name for Clinical Trial Manager.",
        ),
        (
            Ad(title="Clinical Project Manager", description=TRIALS),
            "The title says “Clinical Project Manager”, a title of trial management; the text speaks of “phase 2”.",
        ),
        (Ad(title="Baker"), "The title names no role of clinical research."),
    ],
)
def test_the_reason_is_a_sentence_that_quotes_the_title(classifier: Classifier, ad: Ad, reason: str) -> None:
    assert classifier.classify(ad).reason == reason


def test_the_reason_tells_why_a_title_does_not_count(classifier: Classifier) -> None:
    ad = Ad(title="Clinical Operations Manager", description=CARE)
    assert classifier.classify(ad).reason == (
        "The title says “Clinical Operations Manager”, but the text speaks of “therapists” more than of trials."
    )
