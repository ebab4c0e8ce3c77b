"""Whose years a sentence speaks of: the applicant's count, the employer's own never."""

import pytest

from ctm_alerts.postings.classify import Classifier
from ctm_alerts.postings.posting import Ad


def years(classifier: Classifier, text: str) -> int | None:
    return classifier.classify(Ad("Clinical Trial Manager", "Pemberly Trials", None, text)).years_min


@pytest.mark.parametrize(
    "text",
    [
        "For 20 years we have run trials in rare diseases.",
        "Over 20 years of experience as a company, and still curious.",
        "Our 20 years of experience speak for themselves.",
        "With more than 20 years in the market, the firm knows its clients.",
        "The company was founded 20 years ago.",
        "We look back on two decades of clinical research.",
        "Pemberly has 18 years of experience in cardiology trials.",
        "Pemberly Trials draws on 12 years of experience with sponsors.",
        "Since 2004 our people have gathered twenty years of experience.",
        "With 15 years of experience in early phase, we are a trusted partner.",
        "The group is proud of 25 years of experience.",
        "Seit über 20 Jahren forschen wir an Impfstoffen, mit der Erfahrung von 20 Jahren.",
        "Depuis 20 ans, notre équipe met son expérience au service des patients.",
        "Con más de 20 años de experiencia, somos una CRO independiente.",
        "Há mais de 20 anos temos experiência em pesquisa clínica.",
        "Requirements:\n- Our sites have worked with us for 10 years.",
    ],
)
def test_the_employers_own_years_do_not_count(classifier: Classifier, text: str) -> None:
    assert years(classifier, text) is None


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("You have 5 years of experience in clinical trials.", 5),
        ("We are looking for someone with at least 6 years of experience in clinical operations.", 6),
        ("Our ideal candidate has 7 years of clinical research experience.", 7),
        ("Five years in clinical operations and a calm voice.", 5),
        ("One year in a research setting is required.", 1),
        ("Requirements:\n- 4+ years in study management, ideally in our field", 4),
        ("Requirements:\n- Experience of running trials for more than 8 years", 8),
        ("MSc in biology and 3 years as a study manager.", 3),
        ("Sie haben zwei Jahre Erfahrung mit klinischen Studien.", 2),
        ("Vous avez un an d'expérience en recherche clinique.", 1),
        ("Se piden cinco años de experiencia en ensayos clínicos.", 5),
        ("Minimaal drie jaar ervaring met klinisch onderzoek.", 3),
        ("Experiência mínima de seis anos em pesquisa clínica.".replace("seis", "6"), 6),
        ("For 20 years we have run trials.\nYou bring 4 years of experience in clinical research.", 4),
    ],
)
def test_years_asked_of_the_applicant_count(classifier: Classifier, text: str, asked: int) -> None:
    assert years(classifier, text) == asked
