"""Years by what they are of, the signs of a tier and their conflicts, and verdicts told to people."""

import pytest

from ctm_alerts.postings.classify import Classifier
from ctm_alerts.postings.posting import Ad, TierSign, Verdict
from ctm_alerts.postings.telling import tell


def of(classifier: Classifier, text: str, title: str = "Clinical Trial Manager") -> Verdict:
    return classifier.classify(Ad(title, "Harwick Bio", "Boston, MA", text))


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("Requirements:\n- At least 5 years of clinical research experience", (5, 5, None, None)),
        ("Requirements:\n- 3+ years as a Clinical Trial Manager", (3, None, 3, None)),
        ("Requirements:\n- 6 years in clinical operations\n- 2 years of study management", (6, 6, 2, None)),
        ("Requirements:\n- Minimum 4 years managing global clinical trials", (4, None, 4, None)),
        (
            "Requirements:\n- 4 years of experience\nPreferred:\n- 8 years in oncology trials",
            (4, None, None, 8),
        ),
        ("Requirements:\n- 2 years of monitoring, 5 years preferred", (2, 2, None, 5)),
        ("Anforderungen:\n- Mindestens 3 Jahre Erfahrung in der klinischen Forschung", (3, 3, None, None)),
        ("You will work with nice people.", (None, None, None, None)),
    ],
)
def test_years_are_told_by_what_they_are_of(
    classifier: Classifier, text: str, years: tuple[int | None, ...]
) -> None:
    found = of(classifier, text)
    assert (found.years_min, found.years_research, found.years_manager, found.years_preferred) == years


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("Requirements:\n- PhD with 2 years, or MS with 5 years of experience", 2),
        ("Requirements:\n- Ph.D. with 5 years of experience, or B.S./M.S. with 15 years of experience", 15),
        ("Requirements:\n- BS and 8 years, MS and 6 years or PhD and 3 years of experience", 8),
        (
            "Requirements:\n- 6 years of experience in development or with an authority OR Masters and 4 years, PhD and 2",
            6,
        ),
        (
            "Requirements:\n- 10 years of work with vaccines/biologics, including 7 years of leading people",
            10,
        ),
        ("Requirements:\n- 2 years of trial management\n- 5 years of CTM experience for a remote role", 2),
        ("Requirements:\n- 2 years of work at the bench (after the doctorate) strongly preferred", None),
        ("We plan the work three years ahead and look for experience.", None),
    ],
)
def test_the_figure_is_the_bachelors_else_the_least(
    classifier: Classifier, text: str, years: int | None
) -> None:
    assert of(classifier, text).years_min == years


def test_each_sign_of_the_tier_is_kept_and_a_conflict_is_told(classifier: Classifier) -> None:
    found = of(
        classifier,
        "Requirements:\n- 4 years of clinical research experience",
        "Senior Clinical Trial Manager",
    )
    assert (found.tier, found.tier_reason) == ("senior", "the title says “Senior”")
    assert found.tier_signs == (TierSign("title", "senior", "Senior"), TierSign("years", "mid", "4 asked"))
    assert found.tier_conflict == "the years (4 asked) speak of mid"


def test_words_of_scope_are_quoted_and_decide_nothing(classifier: Classifier) -> None:
    found = of(
        classifier, "Duties:\n- Assist under close supervision\nRequirements:\n- 4 years of clinical research"
    )
    assert (found.tier, found.tier_reason) == ("mid", "4 years of clinical research asked")
    assert [s for s in found.tier_signs if s.by == "scope"] == [
        TierSign("scope", "junior", "Assist under close supervision")
    ]
    assert found.tier_conflict == "“Assist under close supervision” speaks of junior"


def test_signs_that_agree_are_no_conflict(classifier: Classifier) -> None:
    found = of(classifier, "Requirements:\n- 8 years of clinical research", "Senior Clinical Trial Manager")
    assert found.tier_conflict == ""


@pytest.mark.parametrize(
    ("title", "tier"),
    [
        ("(Senior) Clinical Project Manager", "lead"),
        ("Senior / Clinical Trial Manager", "mid"),
        ("Clinical Project Manager II", "mid"),
        ("Associate Clinical Project Manager", "junior"),
        ("Senior Clinical Project Manager", "lead"),
    ],
)
def test_a_grade_beside_a_project_managers_title_is_that_titles(
    classifier: Classifier, title: str, tier: str
) -> None:
    assert classifier.classify(Ad(title, "Harwick Bio")).tier == tier


def test_a_verdict_is_told_fact_by_fact_with_the_postings_own_words(classifier: Classifier) -> None:
    text = "Duties:\n- Oversee CROs and vendors\nRequirements:\n- 5 years of clinical research\n- Knowledge of ICH-GCP"
    told = {t.name: t for t in tell(classifier.guide, of(classifier, text))}
    assert told["role"].says == "Clinical Trial Manager: The title says “Clinical Trial Manager”."
    assert told["tier"].says == "CTM (3-6 years): 5 years of clinical research asked"
    assert told["years"].says == "5 required, 5 of them in clinical research"
    assert told["years"].quotes == ("“5 years of clinical research”",)
    assert told["skills"].says == "T01 GCP compliance, T10 Vendor and site management"
    assert told["skills"].quotes == ("T01: “Knowledge of ICH-GCP”", "T10: “Oversee CROs and vendors”")
    assert told["pay"].says == "Pay not stated"
    assert told["countries"].quotes == ("“Boston, MA”",)
    assert "visa" not in told


def test_what_is_told_reads_as_lines(classifier: Classifier) -> None:
    told = tell(classifier.guide, of(classifier, ""))
    assert told[0].lines() == [
        "    role          Clinical Trial Manager: The title says “Clinical Trial Manager”.",
        "                    “Clinical Trial Manager”",
    ]
