"""Therapeutic areas and phases of a posting."""

import pytest

from ctm_alerts.postings.classify import Classifier
from ctm_alerts.postings.posting import Ad, Evidence


def areas(classifier: Classifier, text: str, title: str = "Clinical Trial Manager") -> tuple[str, ...]:
    return classifier.classify(Ad(title=title, description=text)).areas


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Experience in oncology or haematology trials", ("oncology", "haematology")),
        ("Studies in solid tumours and lymphoma", ("oncology", "haematology")),
        ("You run CNS trials, from Alzheimer's disease to epilepsy", ("neurology",)),
        ("Studies in diabetes and obesity", ("metabolic",)),
        ("Cardiovascular and renal studies", ("cardiovascular", "nephrology")),
        ("Asthma and COPD studies", ("respiratory",)),
        ("Rheumatology and inflammation", ("immunology",)),
        ("Trials in rare diseases with gene therapies", ("rare_disease", "gene_therapy")),
        ("Trials in a rare neuromuscular disease", ("neurology", "rare_disease")),
        ("Cell and gene therapy experience is a plus", ("gene_therapy", "cell_therapy")),
        ("Vaccine trials and infectious diseases", ("infectious_disease", "vaccines")),
        ("Dermatology, ophthalmology and women's health studies", ("dermatology", "ophthalmology", "womens_health")),
        ("Device studies after ISO 14155 and in vitro diagnostics", ("medical_device", "diagnostics")),
        ("Radioligand trials", ("radiopharma",)),
        ("Erfahrung in Onkologie und mit Medizinprodukten", ("oncology", "medical_device")),
        ("Études sur les maladies rares", ("rare_disease",)),
        ("Ensayos clínicos de terapia génica y cáncer", ("oncology", "gene_therapy")),
        ("がん領域および希少疾患の治験", ("oncology", "rare_disease")),
        # words that name no area
        ("Fix the pain points of our sites with a pioneer's spirit (パイオニア精神)", ()),
        ("You must be fully vaccinated; proof of a vaccine is asked", ()),
        ("Paediatric investigation plans are filed by others", ()),
        ("Drug metabolism and pharmacokinetics colleagues sit next door", ()),
        ("Run our diagnostics of failing servers", ()),
    ],
)  # fmt: skip
def test_areas_are_those_of_the_work(classifier: Classifier, text: str, found: tuple[str, ...]) -> None:
    assert areas(classifier, text) == found


def test_a_title_names_the_area(classifier: Classifier) -> None:
    verdict = classifier.classify(
        Ad(title="Clinical Trial Manager - Oncology", description="You run trials.")
    )
    assert [e for e in verdict.evidence if e.field == "areas"] == [
        Evidence("areas", "oncology", "Oncology", 25, 33, "title")
    ]


def test_an_employer_that_lists_its_whole_house_gives_no_area(classifier: Classifier) -> None:
    text = "You run trials.\n\nAbout us\nWe work in oncology, cardiology, dermatology and immunology."
    assert areas(classifier, text) == ()


def test_an_employer_of_one_area_gives_it_where_the_work_names_none(classifier: Classifier) -> None:
    text = "About us\nWe find cures for cancer.\n\nYour role\n- Run the trials of the company"
    assert areas(classifier, text) == ("oncology",)


def test_the_work_beats_what_the_employer_tells_of_itself(classifier: Classifier) -> None:
    text = "About us\nWe find cures for cancer.\n\nYour role\n- Run dermatology trials"
    assert areas(classifier, text) == ("dermatology",)


def test_the_law_and_the_benefits_name_no_area(classifier: Classifier) -> None:
    text = (
        "You run trials.\n\nWhat we offer\n- Fertility benefits and diabetes care\n\n"
        "We are an equal opportunity employer without regard to race, color, HIV status or cancer."
    )
    assert areas(classifier, text) == ()


@pytest.mark.parametrize(
    ("text", "phases"),
    [
        ("Experience with Phase I-III trials", ("1", "2", "3")),
        ("Phase 2b/3 studies in oncology", ("2", "3")),
        ("Phases 1-4; phases 2-3 preferred in clinical research", ("1", "2", "3", "4")),
        ("Phase II, III and IV clinical trials", ("2", "3", "4")),
        ("Phase Ⅲ clinical trials", ("3",)),
        ("A phase 1/2a clinical study", ("1", "2")),
        ("Phase II to phase IV clinical trials", ("2", "3", "4")),
        ("Erfahrung mit klinischen Studien der Phasen II bis IV", ("2", "3", "4")),
        ("Essais cliniques de phase II à III", ("2", "3")),
        ("Ensayos clínicos fase III", ("3",)),
        ("フェーズ1からフェーズ3の臨床試験", ("1", "2", "3")),
        ("第Ⅱ/Ⅲ相試験の管理", ("2", "3")),
        ("Early phase oncology trials", ("1",)),
        ("Late-phase clinical trials", ("3",)),
        ("Early to late phase clinical trials", ("1", "3")),
        ("First-in-human studies", ("1",)),
        ("Early phase (Phase 1, 2) oncology trials", ("1", "2")),
        # phases of other things
        ("Install a phase 3 power supply for the clinic", ()),
        ("Phase I environmental site assessment of clinical buildings", ()),
        ("Phase 1 of the roll-out in our clinics", ()),
        ("All phases of clinical trials, from feasibility to close-out", ()),
        ("The first phase of your onboarding is clinical training", ()),
    ],
)
def test_phases_are_those_of_trials(classifier: Classifier, text: str, phases: tuple[str, ...]) -> None:
    verdict = classifier.classify(Ad(title="Clinical Trial Manager", description=text))
    assert verdict.phases == phases


def test_a_plan_in_phases_is_no_trial(classifier: Classifier) -> None:
    text = "Your first year:\n\nPhase 1: Foundation of your clinical knowledge\n\nPhase 2: Trials"
    assert classifier.classify(Ad(title="Clinical Trial Manager", description=text)).phases == ()
