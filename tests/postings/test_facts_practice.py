"""Whose desk, the engagement, reach, hands, visa and the entity that employs."""

from collections.abc import Callable

import pytest

from ctm_alerts.errors import NotFound, SettingsError
from ctm_alerts.guide.facts import make_facts
from ctm_alerts.guide.guide import Guide
from ctm_alerts.guide.table import Table
from ctm_alerts.postings.classify import Classifier
from ctm_alerts.postings.posting import Ad, Verdict

Reader = Callable[..., Verdict]


@pytest.mark.parametrize(
    ("text", "fields", "side"),
    [
        ("You run trials.", {"company": "Brightwater Therapeutics"}, "sponsor"),
        ("You run trials.", {"company": "Tannery Lane University Hospital"}, "site"),
        ("We are a full service CRO.", {"company": "Oakmere"}, "cro"),
        ("We are a full service CRO.\nThis role is fully sponsor-dedicated.", {"company": "Oakmere"}, "fsp"),
        ("In our functional service provider (FSP) model you work for one client.", {"company": "Oakmere"}, "fsp"),
        ("You are embedded within our client's team.", {"company": "Oakmere"}, "fsp"),
        ("You are dedicated to a single sponsor.", {"company": "Oakmere"}, "fsp"),
        ("You run trials.", {"company": "Oakmere", "title": "Clinical Trial Manager - FSP"}, "fsp"),
        ("You are fully dedicated to one sponsor.", {"company": "Oakmere"}, "fsp"),
        ("About us\nWe sell FSP and full service solutions.\nYour tasks\n- Run trials", {"company": "Oakmere"}, "cro"),
        # a sponsor speaks of those whom it hires
        ("You oversee CROs and FSP vendors.", {"company": "Brightwater Therapeutics"}, "sponsor"),
        ("Monitoring is outsourced to CROs.", {"company": "Oakmere"}, "unknown"),
        ("You run trials.", {}, "unknown"),
    ],
)  # fmt: skip
def test_whose_desk_it_is(read: Reader, text: str, fields: dict[str, str], side: str) -> None:
    assert read(text, **fields).side == side


@pytest.mark.parametrize(
    ("text", "engagement"),
    [
        ("This is a permanent position.", ("permanent",)),
        ("Full-time, permanent", ("permanent",)),
        ("12-month fixed-term contract", ("fixed_term",)),
        ("Maternity cover for one year", ("fixed_term",)),
        ("A freelance role for six months", ("freelance",)),
        ("Unbefristete Festanstellung", ("permanent",)),
        ("Die Stelle ist befristet auf zwei Jahre", ("fixed_term",)),
        ("Contrat : CDI", ("permanent",)),
        ("Contrato indefinido", ("permanent",)),
        ("Contratto a tempo determinato", ("fixed_term",)),
        ("雇用形態:正社員", ("permanent",)),
        ("Contract on W2 only, no C2C", ("w2",)),
        ("W2 or 1099 contract", ("w2", "1099")),
        ("Corp-to-corp welcome, rate per hour", ("c2c",)),
        ("Contract, inside IR35", ("inside_ir35",)),
        ("Contract, outside IR35", ("outside_ir35",)),
        # words of other things
        ("You must be a citizen or permanent resident", ()),
        ("Find a permanent solution", ()),
        ("Contract with a possibility to become permanent", ()),
        ("You prepare W-2 forms and 1099 forms at year-end", ()),
        ("Customer due diligence (CDD)", ()),
        ("Some benefits are for staff only: a freelance role may not be eligible", ()),
    ],
)
def test_the_form_of_the_engagement(read: Reader, text: str, engagement: tuple[str, ...]) -> None:
    assert read(text).engagement == engagement


@pytest.mark.parametrize(
    ("fields", "engagement"),
    [
        ({"employment_type": "Permanent"}, ("permanent",)),
        ({"employment_type": "Contract - W2"}, ("w2",)),
        ({"employment_type": "Festanstellung, unbefristet"}, ("permanent",)),
        ({"title": "Clinical Trial Manager (12 months FTC)"}, ("fixed_term",)),
        ({"title": "Clinical Trial Manager - freelance, outside IR35"}, ("freelance", "outside_ir35")),
        ({"title": "Marketing Manager, B2B"}, ()),
        ({"employment_type": "FULL_TIME"}, ()),
    ],
)
def test_title_and_field_name_the_engagement_too(
    read: Reader, fields: dict[str, str], engagement: tuple[str, ...]
) -> None:
    assert read("", **fields).engagement == engagement


@pytest.mark.parametrize(
    ("text", "title", "reach"),
    [
        ("", "Global Clinical Trial Manager", "global"),
        ("", "Local Trial Manager", "local"),
        ("", "Country Study Manager", "local"),
        ("", "Regional Clinical Trial Manager", "regional"),
        ("You lead global studies.", "Clinical Trial Manager", "global"),
        ("You lead multinational trials in three continents.", "Clinical Trial Manager", "global"),
        ("You answer for the study at country level.", "Clinical Trial Manager", "local"),
        ("You lead trials across EMEA.", "Clinical Trial Manager", "regional"),
        ("Leitung internationaler klinischer Studien", "Clinical Trial Manager", "global"),
        ("国際共同治験の管理", "Clinical Trial Manager", "global"),
        ("Estudios en varios países de América Latina", "Clinical Trial Manager", "regional"),
        ("Leitung von Studien auf nationaler Ebene", "Clinical Trial Manager", "local"),
        ("You work at country level with the global study team.", "Clinical Trial Manager", "local"),
        ("You lead global studies and local studies.", "Clinical Trial Manager", "unknown"),
        ("We are a global company with a multinational team.", "Clinical Trial Manager", "unknown"),
        ("Run global studies of taste.", "Global Account Manager", "unknown"),
    ],
)
def test_how_far_the_studies_reach(read: Reader, text: str, title: str, reach: str) -> None:
    assert read(text, title=title).reach == reach


@pytest.mark.parametrize(
    ("text", "hands"),
    [
        ("You oversee CROs and vendors.", "oversight"),
        ("CRO oversight and vendor management", "oversight"),
        ("Steuerung von CROs und Dienstleistern", "oversight"),
        ("CROマネジメントを担当", "oversight"),
        ("You conduct site initiation visits and maintain the TMF.", "hands_on"),
        ("Perform monitoring visits at hospitals", "hands_on"),
        ("You perform monitoring visits and oversee CROs.", "both"),
        ("Lead and manage the day-to-day relationship with CROs.", "oversight"),
        ("Own the governance of third-party vendors.", "oversight"),
        ("Supervise the clinical research associates of the region.", "oversight"),
        ("Carry out co-monitoring and close-out visits at sites.", "hands_on"),
        ("Set up and reconcile the trial master file.", "hands_on"),
        ("Ensure that CRAs conduct monitoring visits and complete the TMF.", "oversight"),
        ("Assist with vendor management.", "unknown"),
        ("Under close supervision, the CRA attends meetings.", "unknown"),
        ("You like coffee.", "unknown"),
        ("Hands-on experience with Kubernetes", "unknown"),
        ("Lead and manage cross functional discussions", "unknown"),
    ],
)
def test_who_does_the_work_of_a_study(read: Reader, text: str, hands: str) -> None:
    assert read(text).hands == hands


@pytest.mark.parametrize(
    ("text", "visa"),
    [
        ("Visa sponsorship is not available for this role.", "refused"),
        ("You must be authorised to work in the UK without sponsorship.", "refused"),
        ("We are unable to sponsor work visas at this time.", "refused"),
        ("We cannot offer sponsorship for this position.", "refused"),
        ("Visa sponsorship: no", "refused"),
        ("No visa sponsorship", "refused"),
        ("No ofrecemos patrocinio de visado.", "refused"),
        ("Wir bieten Ihnen Hilfe beim Umzug, aber kein Visum.", "refused"),
        ("Applicants must not require sponsorship now or in the future.", "refused"),
        ("We sponsor visas for the right person.", "offered"),
        ("Visa sponsorship available", "offered"),
        ("Relocation and visa support", "offered"),
        ("We will sponsor your work permit.", "offered"),
        ("Applications from those who require Skilled Worker sponsorship are welcome.", "offered"),
        # sponsors of trials, cards and questions
        ("You are the contact of the sponsor and do not replace the sponsor.", "unknown"),
        ("We do not sponsor trials of others.", "unknown"),
        ("Trials that have no industry sponsorship are our strength.", "unknown"),
        ("Candidates who require sponsorship will not be considered.", "refused"),
        ("H-1B transfers accepted", "offered"),
        ("Will you now or in the future require visa sponsorship?", "unknown"),
        ("Our clients are Visa and other card schemes.", "unknown"),
        ("You manage visa support for expatriates.", "unknown"),
        ("All are welcome without regard to citizenship, immigration or visa status.", "unknown"),
        ("You must have the right to work in Ireland.", "unknown"),
    ],
)
def test_a_visa_is_offered_refused_or_not_spoken_of(read: Reader, text: str, visa: str) -> None:
    assert read(text).visa == visa


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("You will be employed through our entity in Poland.", "PL"),
        ("The contract is with our subsidiary in the Netherlands.", "NL"),
        ("You are hired via an employer of record in Spain.", "ES"),
        ("You will be on our payroll in Germany.", "DE"),
        ("You will be employed by our Irish entity.", "IE"),
        ("Employing entity: Fernhill Clinical Ltd, Ireland", "IE"),
        ("You run payroll in Germany for our clients.", None),
        ("We have legal entities in many countries.", None),
        ("You are employed by a company that likes you.", None),
    ],
)
def test_the_country_of_the_entity_that_employs(read: Reader, text: str, country: str | None) -> None:
    assert read(text).hiring_country == country


def test_every_quote_of_a_fact_stands_in_the_ad(classifier: Classifier) -> None:
    ad = Ad(
        title="Global Clinical Trial Manager, Oncology (German speaking) – 12 months FTC",
        company="Oakmere",
        description=(
            "We’re a full-service CRO.\n\nYou’ll be sponsor‑dedicated, oversee CROs and perform monitoring visits.\n"
            "Requirements:\n• Bachelor’s or Master’s degree\n• Phase I–III trials in lymphoma\n"
            "• Fluent English\n\nVisa sponsorship isn’t available. Closing date: 12 December 2026.\n"
            "You will be employed through our entity in Poland."
        ),
    )
    verdict = classifier.classify(ad)
    assert {e.field for e in verdict.evidence} >= {
        *("degrees", "languages", "areas", "phases", "side", "engagement", "reach", "hands", "visa"),
        *("hiring_country", "closes_on"),
    }
    assert all(getattr(ad, e.source)[e.start : e.end] == e.quote for e in verdict.evidence)


def test_a_long_repeated_text_is_read_in_time(classifier: Classifier) -> None:
    text = "visa sponsor phase 1, 2 and not english closing date entity in payroll degree in cancer " * 800
    assert classifier.classify(Ad(title="Clinical Trial Manager", description=text)).phases == ("1", "2")


def test_values_have_an_order_and_names(guide: Guide) -> None:
    facts = guide.facts
    assert facts.order("reach") == ("global", "regional", "local")
    assert facts.name("areas", "rare_disease") == "Rare diseases"
    with pytest.raises(NotFound, match="no such fact: 'shoes'; there are degrees, languages"):
        facts.order("shoes")


def test_a_value_is_named_once() -> None:
    entries = [
        {"id": "global", "name": "Global", "words": ["x"]},
        {"id": "global", "name": "World", "words": ["y"]},
    ]
    plain = [{"id": "a", "name": "A", "words": ["a"]}]
    fields = ("degrees", "languages", "areas", "side", "engagement", "hands")
    file = Table({**dict.fromkeys(fields, plain), "reach": entries, "nationalities": {}}, "facts.toml")
    with pytest.raises(
        SettingsError, match=r"facts.toml: \[\[reach\]\] 2: the first entry of 'global' carries"
    ):
        make_facts(file)
