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


def test_other_roles_have_no_tier(classifier: Classifier) -> None:
    assert classifier.classify(Ad(title="Senior Clinical Research Associate")).tier is None


@pytest.mark.parametrize(
    ("ad", "reason"),
    [
        (Ad(title="Senior Clinical Trial Manager"), "the title says “senior”"),
        (Ad(title="Clinical Trial Manager"), "a plain title and no years asked"),
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
