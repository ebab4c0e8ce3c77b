"""Skills, tools and certificates, and the guards around their words."""

import pytest

from ctm_alerts.postings.classify import Classifier
from ctm_alerts.postings.posting import Ad


@pytest.mark.parametrize(
    ("text", "skill"),
    [
        ("Thorough knowledge of ICH-GCP", "T01"),
        ("Sicherer Umgang mit der Guten klinischen Praxis; gute klinische Praxis", "T01"),
        ("Keep the CTMS up to date", "T02"),
        ("You design eCRFs", "T03"),
        ("Maintain the trial master file", "T04"),
        ("Prepare the IND submission", "T04"),
        ("Experience with risk-based monitoring", "T05"),
        ("Protocol development and amendments", "T06"),
        ("Query resolution and database lock for each study", "T07"),
        ("Report serious adverse events in time", "T08"),
        ("Responsible for study budgets and project plans", "T09"),
        ("Responsable de la gestion de projet", "T09"),
        ("Vendor oversight in clinical trials", "T10"),
        ("Site selection and initiation visits for the trial", "T10"),
        ("治験の施設選定とモニタリング", "T10"),
        ("You code in MedDRA", "T11"),
        ("Drug accountability at the sites", "T12"),
        ("Lead GCP audits and inspection readiness", "T13"),
        ("Work with biostatisticians", "T14"),
        ("Knowledge of FDA and EMA rules", "T15"),
    ],
)
def test_a_skill_is_found_by_its_words(classifier: Classifier, text: str, skill: str) -> None:
    assert skill in classifier.classify(Ad(title="Clinical Trial Manager", description=text)).skills


@pytest.mark.parametrize(
    "text",
    [
        "Cloud skills (AWS, GCP or Azure)",
        "Write CTAs for landing pages",
        "Sign an NDA (non-disclosure agreement)",
        "Settings for network protocols and TCP",
        "You indeed find what you need",
        "Debts by EDC stage and the recoveries of each",
        "Follow our wireless regulatory requirements",
    ],
)
def test_words_of_other_fields_are_no_skill(classifier: Classifier, text: str) -> None:
    assert classifier.classify(Ad(title="Engineer", description=text)).skills == ()


def test_words_of_the_employers_boilerplate_are_no_skill(classifier: Classifier) -> None:
    text = (
        "About us\nNorthlight is known for pharmacovigilance and biostatistics.\n\n"
        "Your tasks\n- You keep the CTMS up to date\n\n"
        "Equal opportunity\nWe follow FDA guidance on diversity in all that we do.\n"
    )
    assert classifier.classify(Ad(title="Clinical Trial Manager", description=text)).skills == ("T02",)


@pytest.mark.parametrize(
    ("text", "tools"),
    [
        ("Word, Excel and PowerPoint", ("Word", "Excel", "PowerPoint")),
        ("Excel spreadsheets, MS Project", ("Microsoft Project", "Excel")),
        ("Programming in SAS, R or Python", ("SAS", "R", "Python")),
        ("Medidata Rave and Veeva Vault eTMF", ("Medidata", "Veeva Vault")),
        ("In other words, you excel at your work", ()),
        ("You word letters well and keep the outlook bright", ()),
        ("R&D works with our teams", ()),
        ("Give us some slack; zoom in on risks", ()),
    ],
)
def test_tools_are_products_not_common_words(
    classifier: Classifier, text: str, tools: tuple[str, ...]
) -> None:
    assert classifier.classify(Ad(title="Clinical Trial Manager", description=text)).tools == tools


def test_certificates_are_found(classifier: Classifier) -> None:
    text = "CCRP or CCRC preferred; PMP is a plus; GCP certificate required; Lean Six Sigma green belt"
    found = classifier.classify(Ad(title="Clinical Trial Manager", description=text)).certs
    assert found == ("CCRP", "CCRC", "PMP", "Lean Six Sigma", "GCP certificate")


def test_quotes_stand_in_the_text_as_it_is(classifier: Classifier) -> None:
    text = "İİ — Maintain the Trial\u00a0Master File & the eTMF"
    verdict = classifier.classify(Ad(title="Clinical Trial Manager", description=text))
    assert verdict.quotes("skills", "T04") == (text,)


def test_a_quote_reads_on_its_own(classifier: Classifier) -> None:
    text = (
        "In this position you will, together with the medical monitor, oversee central monitoring across 40 sites, "
        "report to the head of the group every second week and keep everybody in the study team well informed.\n"
        "- Review protocols"
    )
    found = classifier.classify(Ad("Clinical Trial Manager", location="Boston, MA; Remote", description=text))
    said = {(e.field, e.value): e.quote for e in found.evidence}
    assert said["skills", "T05"] == "oversee central monitoring across 40 sites"
    assert said["countries", "US"] == "Boston, MA"
