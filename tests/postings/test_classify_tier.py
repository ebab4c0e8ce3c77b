"""Which tier a trial manager's posting is of."""

import pytest

from ctm_alerts.postings.classify import Classifier
from ctm_alerts.postings.posting import Ad
from ctm_alerts.postings.tier import tier_distance


@pytest.mark.parametrize(
    ("title", "tier"),
    [
        ("Associate Clinical Trial Manager", "junior"),
        ("Assistant Clinical Project Manager", "junior"),
        ("Clinical Trial Manager I", "junior"),
        ("Clinical Project Management Internship", "junior"),
        ("Clinical Trial Specialist / Associate Clinical Trial Manager", "junior"),
        ("Clinical Trial Manager or Associate Clinical Trial Manager", "junior"),
        ("Clinical Trial Manager", "mid"),
        ("Clinical Trial Manager II", "mid"),
        ("Clinical Trial Manager (CTM or Sr. CTM)", "mid"),
        ("Senior / Clinical Trial Manager - CNS", "mid"),
        ("(Senior) Global Clinical Study Manager", "mid"),
        ("Manager, Clinical Study Lead", "mid"),
        ("Clinical Operations Lead (Clinical Trial Manager)", "mid"),
        ("Senior Clinical Trial Manager", "senior"),
        ("Sr. Clinical Trial Manager (Sr CTM)", "senior"),
        ("Clinical Project Manager III", "senior"),
        ("Senior Local Trial Manager/Lead Local Trial Manager", "senior"),
        ("Lead Clinical Trial Manager", "lead"),
        ("Principal Clinical Trial Manager", "lead"),
        ("Clinical Project Manager", "lead"),
        ("Senior Clinical Project Manager", "lead"),
        ("Clinical Trial Manager (Associate Director)", "lead"),
        ("Global Study Lead", "lead"),
        ("Senior Clinical Trial Leader", "lead"),
    ],
)
def test_a_word_of_the_title_decides_first(classifier: Classifier, title: str, tier: str) -> None:
    assert classifier.classify(Ad(title=title, company="Northlight Pharma")).tier == tier


@pytest.mark.parametrize(
    ("years", "tier"), [(2, "junior"), (3, "mid"), (6, "mid"), (7, "senior"), (10, "lead")]
)
def test_with_a_plain_title_the_years_decide(classifier: Classifier, years: int, tier: str) -> None:
    ad = Ad(
        title="Clinical Trial Manager", description=f"At least {years} years of clinical research experience."
    )
    assert classifier.classify(ad).tier == tier


def test_a_title_word_outweighs_the_years(classifier: Classifier) -> None:
    ad = Ad(
        title="Senior Clinical Trial Manager",
        description="At least 4 years of experience in clinical trials.",
    )
    assert classifier.classify(ad).tier == "senior"


@pytest.mark.parametrize(("years", "tier"), [(5, "mid"), (8, "lead")])
def test_a_clinical_project_manager_is_lead_unless_fewer_than_seven_years_are_asked(
    classifier: Classifier, years: int, tier: str
) -> None:
    text = f"Minimum {years} years of experience managing clinical trials for a sponsor under GCP."
    assert classifier.classify(Ad(title="Clinical Project Manager", description=text)).tier == tier


PROJECT_TITLES = [
    "Chef de projet clinique (H/F)",
    "Chef de projet recherche clinique",
    "Klinischer Projektmanager (m/w/d)",
    "Projektleiterin klinische Studien",
    "Klinisch projectleider",
    "Klinisk projektleder",
    "Jefe de proyectos clínicos",
    "Gestor de projetos clínicos",
    "Responsabile progetti clinici",
]


@pytest.mark.parametrize("title", PROJECT_TITLES)
def test_a_project_manager_in_another_language_is_treated_like_the_english_one(
    classifier: Classifier, title: str
) -> None:
    ads = [
        Ad(title, description=text)
        for text in ("", "At least 4 years of experience.", "At least 8 years of experience.")
    ]
    assert [classifier.classify(ad).tier for ad in ads] == ["lead", "mid", "lead"]


@pytest.mark.parametrize(
    ("title", "tier"),
    [
        ("Responsable d'études cliniques", "mid"),
        ("Responsabile studi clinici", "mid"),
        ("Jefe de estudios clínicos", "mid"),
        ("Studienleiter Onkologie", "mid"),
        ("Teamleiter Klinischer Studienmanager", "lead"),
        ("Responsable d'équipe, chef de projet clinique", "lead"),
    ],
)
def test_who_heads_studies_is_no_lead_and_who_heads_a_team_is(
    classifier: Classifier, title: str, tier: str
) -> None:
    assert classifier.classify(Ad(title)).tier == tier


def test_other_roles_have_no_tier(classifier: Classifier) -> None:
    assert classifier.classify(Ad(title="Senior Clinical Research Associate")).tier is None


@pytest.mark.parametrize(
    ("ad", "reason"),
    [
        (Ad(title="Senior Clinical Trial Manager"), "the title says “Senior”"),
        (Ad(title="SR. CLINICAL TRIAL MANAGER"), "the title says “SR”"),
        (Ad(title="Clinical Trial Manager II"), "the title says “II”"),
        (Ad(title="Clinical Trial Manager"), "no tier word and no years asked, so the middle tier"),
        (
            Ad(
                title="Clinical Trial Manager",
                description="At least 4 years of clinical research experience.",
            ),
            "4 years of clinical research asked",
        ),
        (Ad(title="Clinical Project Manager"), "a clinical project manager's title and no years asked"),
        (
            Ad(title="Chef de projet clinique", description="3 ans d'expérience minimum."),
            "a clinical project manager's title; 3 years asked",
        ),
        (
            Ad(
                title="Clinical Trial Manager", description="Minimum of 4 years of clinical trial experience."
            ),
            "4 years asked",
        ),
    ],
)
def test_the_tier_says_why(classifier: Classifier, ad: Ad, reason: str) -> None:
    assert classifier.classify(ad).tier_reason == reason


def test_distance_is_counted_in_tiers() -> None:
    assert [tier_distance("mid", t) for t in ("junior", "mid", "senior", "lead")] == [1, 0, 1, 2]
