"""Titles that hold a trial manager's and name other work beside it."""

import pytest

from ctm_alerts.postings.classify import Classifier
from ctm_alerts.postings.posting import Ad

CONDUCT = (
    "You run two clinical trials: protocol, site selection, site initiation, monitoring plan, the trial master file and "
    "database lock, with investigators in nine countries."
)


@pytest.mark.parametrize(
    ("title", "role"),
    [
        ("Clinical Trial Manager, Sales Enablement", "other"),
        ("Clinical Study Manager - Business Development", "other"),
        ("Clinical Trial Manager, Product Marketing", "other"),
        ("Manager, Clinical Trial Systems", "other"),
        ("Clinical Trial Manager (IT Applications)", "other"),
        ("Clinical Trial Manager, Training & Development", "other"),
        ("Product Manager, Clinical Trials", "other"),
        ("Customer Success Manager, Clinical Trial Software", "other"),
        ("Manager, Clinical Trial Disclosure", "other"),
        ("Manager, Clinical Trial Agreements", "related"),
        ("Clinical Study Manager, Clinical Supply", "related"),
        ("Clinical Study Manager - Data Management", "related"),
        ("Clinical Trial Manager, Budgets and Contracts", "related"),
        ("Clinical Study Manager, Biostatistics", "related"),
    ],
)
def test_a_function_beside_the_title_is_the_role(classifier: Classifier, title: str, role: str) -> None:
    assert classifier.classify(Ad(title, "Pemberly Trials")).role == role


@pytest.mark.parametrize(
    "title", ["Clinical Trial Manager, Technology & Data", "Clinical Study Manager, Product Strategy"]
)
def test_a_text_of_conducting_trials_outweighs_the_function(classifier: Classifier, title: str) -> None:
    assert classifier.classify(Ad(title, description=CONDUCT)).role == "ctm"


@pytest.mark.parametrize(
    "title",
    [
        "Clinical Trial Manager, Oncology",
        "Clinical Trial Manager, Medical Devices",
        "Clinical Trial Manager (12-month contract)",
        "Clinical Trial Manager - FSP",
        "Clinical Trial Manager, EMEA",
        "Clinical Trial Manager, Early Phase",
        "Clinical Trial Manager, Data Monitoring Committee Studies",
        "Clinical Trial Manager, Central Nervous System",
        "Clinical Study Manager, Product Development",
        "Clinical Study Manager - Vaccines, Sponsor Dedicated",
        "Clinical Trial Manager, Biotech (Contract)",
        "Clinical Trial Manager - Commercial Products (Post-marketing Studies)",
        "Clinical Trial Manager, Software as a Medical Device",
    ],
)
def test_a_field_a_region_or_a_contract_beside_the_title_changes_nothing(
    classifier: Classifier, title: str
) -> None:
    assert classifier.classify(Ad(title, "Pemberly Trials")).role == "ctm"


def test_the_reason_names_the_function(classifier: Classifier) -> None:
    assert classifier.classify(Ad("Clinical Trial Manager, Sales Enablement")).reason == (
        "The title says “Clinical Trial Manager, Sales Enablement”, which is sales rather than the conduct of trials."
    )


@pytest.mark.parametrize(
    ("company", "text"),
    [
        ("Dunmore Avery LLP", ""),
        ("Dunmore Avery", "You book the courtroom, prepare exhibits and brief attorneys and jurors on the day of the trial. " * 2),
        ("Long Meadow", "You drill and harvest plots of wheat and barley and report the yields of each variety. " * 2),
        ("Long Meadow", "You answer the telephone, order paper and keep the calendars of three partners in good order. " * 2),
    ],
)  # fmt: skip
def test_a_bare_trial_manager_needs_words_of_medicine(
    classifier: Classifier, company: str, text: str
) -> None:
    assert classifier.classify(Ad("Trial Manager", company, description=text)).role == "other"


def test_a_bare_trial_manager_of_a_trials_unit_is_one(classifier: Classifier) -> None:
    text = "You coordinate sites, ethics approvals and recruitment for a clinical trial in surgery. " * 2
    assert classifier.classify(Ad("Trial Manager", "Pemberly", description=text)).role == "ctm"
