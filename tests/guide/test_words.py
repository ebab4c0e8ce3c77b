"""What the guide's words find in postings, and what they let pass; all texts are our own."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from ctm_alerts.guide import make_guide
from ctm_alerts.postings.lexicon import Lexicon, make_lexicon
from ctm_alerts.postings.text import Passage

FOLDER = Path(__file__).parents[2] / "config" / "guide"


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return make_lexicon(
        make_guide({p.stem: tomllib.loads(p.read_text(encoding="utf-8")) for p in FOLDER.glob("*.toml")})
    )


def found(lexicon: Lexicon, field: str, text: str) -> set[str]:
    return {h.term.value for h in lexicon.hits(Passage.of("description", text)) if h.term.field == field}


@pytest.mark.parametrize(
    ("text", "topics"),
    [
        (
            "You plan a decentralized clinical trial with home visits.",
            {"decentralised_trials", "virtual_visits"},
        ),
        ("Experience with hybrid trials and DCT platforms in clinical research.", {"decentralised_trials"}),
        ("We pay in tokens of a decentralized exchange.", set()),
        ("Hybrid work: three days in the office.", set()),
        ("Remote monitoring visits and remote source data verification by CRAs.", {"remote_oversight"}),
        ("Remote monitoring of servers and cloud workloads.", set()),
        ("Roll out eConsent at all sites.", {"econsent"}),
        ("Wearable devices deliver endpoints for the clinical study.", {"wearables"}),
        ("A maker of wearable devices for runners.", set()),
        ("Oversight of ePRO and eCOA vendors.", {"patient_reported"}),
        ("Adaptive designs and platform trials in oncology.", {"adaptive_designs"}),
        ("You own our responsive and adaptive design system.", set()),
        ("Lead non-interventional studies and patient registries.", {"real_world_evidence"}),
        ("Robust models for real world data from our robots.", set()),
        ("RBQM and risk-based monitoring are our standard.", {"risk_based_quality"}),
        ("Central monitoring of the alarm system.", set()),
        ("Biomarker-driven endpoints and companion diagnostics.", {"precision_medicine"}),
        ("Make clinical trials patient-centric with the help of patients.", {"patient_centred_design"}),
        ("Patient-centered nursing care on our wards.", set()),
        ("Diverse patient populations in clinical trials through a diversity plan.", {"diversity_in_trials"}),
        ("We value diversity and inclusion as an equal opportunity employer.", set()),
        ("Postings on ClinicalTrials.gov and EudraCT.", {"data_transparency"}),
        ("Pay transparency: the range is stated below.", set()),
        (
            "Use of artificial intelligence for site selection in clinical trials.",
            {"artificial_intelligence"},
        ),
        ("We may use artificial intelligence in our hiring process.", set()),
        ("Protect the privacy of study participants under GDPR in a clinical trial.", {"data_privacy"}),
        ("We process your personal data as GDPR says; see the privacy notice.", set()),
        ("Pivotal studies for a first approval.", {"large_phase_3"}),
        ("Wiring of three phase power.", set()),
        ("A drug with breakthrough therapy designation.", {"fast_track"}),
        ("Global clinical trials on three continents.", {"multinational_trials"}),
        ("A degree in international studies is a plus.", set()),
        ("Study feasibility and country selection.", {"feasibility"}),
        ("Zuständig für internationale klinische Studien.", {"multinational_trials"}),
        ("Gestion d'essais cliniques internationaux.", {"multinational_trials"}),
        ("国際共同治験の経験", {"multinational_trials"}),
    ],
)
def test_topics(lexicon: Lexicon, text: str, topics: set[str]) -> None:
    assert found(lexicon, "topics", text) == topics


@pytest.mark.parametrize(
    ("text", "regulators"),
    [
        ("Knowledge of FDA, EMA and ICH guidelines.", {"FDA", "EMA", "ICH"}),
        ("Sales manager for the EMEA region.", set()),
        ("Du sagst: das kann ich, und ICH will.", set()),
        ("Submissions to MHRA and HRA for clinical trials in the NHS.", {"MHRA", "HRA"}),
        ("Benefits: HSA, FSA and HRA accounts.", set()),
        ("Contact with BfArM and the Paul-Ehrlich-Institut.", {"BfArM", "PEI"}),
        ("ANSM et comités de protection des personnes.", {"ANSM"}),
        ("PMDA相談の経験", {"PMDA"}),
        ("TGA and DSC of polymers, thermogravimetric analysis.", set()),
        ("TGA clinical trial notification and ethics approval in Australia.", {"TGA"}),
        ("Health Canada clinical trial applications.", {"Health Canada"}),
        ("ANVISA, COFEPRIS and ANMAT.", {"ANVISA", "COFEPRIS", "ANMAT"}),
    ],
)
def test_regulators(lexicon: Lexicon, text: str, regulators: set[str]) -> None:
    assert found(lexicon, "regulators", text) == regulators


@pytest.mark.parametrize(
    ("text", "regulations"),
    [
        ("Work to ICH-GCP E6(R3).", {"ICH E6"}),
        ("Deploy on GCP with Kubernetes and Terraform.", set()),
        ("The EU CTR and CTIS submissions.", {"EU CTR"}),
        ("Raise the CTR of our ads and the conversion of clicks.", set()),
        ("Systems validated under 21 CFR Part 11.", {"21 CFR", "21 CFR 11"}),
        ("Flights under 14 CFR, aviation rules of the FAA.", set()),
        ("MDR, IVDR and ISO 14155 for device studies.", {"EU MDR", "EU IVDR", "ISO 14155"}),
        ("An MDR service: managed detection and response to each threat.", set()),
        ("Knowledge of HIPAA and GDPR requirements for study data.", {"HIPAA", "GDPR"}),
        ("The Declaration of Helsinki is our compass.", {"Declaration of Helsinki"}),
        ("Kenntnisse von GCP, AMG und klinischen Studien.", {"ICH E6", "AMG"}),
        ("Loi Jardé et bonnes pratiques cliniques.", {"Loi Jardé", "ICH E6"}),
    ],
)
def test_regulations(lexicon: Lexicon, text: str, regulations: set[str]) -> None:
    assert found(lexicon, "regulations", text) == regulations


@pytest.mark.parametrize(
    ("text", "duties"),
    [
        ("Oversee all aspects of clinical trial conduct.", {"D01"}),
        ("Own the study budget and the study timelines.", {"D02"}),
        ("Plan the marketing budget of the campaign.", set()),
        ("Chair study team meetings and manage CRAs.", {"D03"}),
        ("A cross-functional team of designers, software engineers and product managers.", set()),
        ("Serve as primary point of contact for sponsors.", {"D04"}),
        ("Monitor patient recruitment and enrollment rates.", {"D05"}),
        ("Open enrollment for our health plan is in May.", set()),
        ("Keep investigational product accountability.", {"D06"}),
        ("Site selection, site initiation and close-out visits in our clinical trials.", {"D07"}),
        ("Site selection for new retail stores.", set()),
        ("Review monitoring visit reports and protocol deviations of the study.", {"D07", "D08"}),
        ("Define corrective actions for each trial.", {"D09"}),
        ("Assess credit risk and market risk of the bank.", set()),
        ("Prepare ethics committee submissions.", {"D10"}),
        ("Train investigators and mentor CRAs.", {"D11"}),
        ("Liaise with internal and external stakeholders of the study.", {"D04", "D12"}),
        ("Report study metrics to the head of clinical operations.", {"D13"}),
        ("Lead inspection readiness for GCP inspections.", {"D14"}),
        ("Financial audits of our subsidiaries under tax law.", set()),
        ("Drive process improvement in clinical operations.", {"D15"}),
        ("Planung und Durchführung klinischer Studien.", {"D01"}),
        ("Sélection des centres et visites de mise en place pour nos essais.", {"D07"}),
        ("Preparación de auditorías e inspecciones de ensayos clínicos.", {"D14"}),
        ("治験の運営と症例登録の進捗管理", {"D01", "D02", "D05"}),
    ],
)
def test_duties(lexicon: Lexicon, text: str, duties: set[str]) -> None:
    assert found(lexicon, "duties", text) == duties


@pytest.mark.parametrize(
    ("text", "abilities"),
    [
        ("Proven leadership and excellent communication skills.", {"S01", "S02"}),
        ("Our leadership shares its plans each month.", set()),
        ("Critical thinking, attention to detail, time management.", {"S03", "S04", "S05"}),
        ("Adaptable, and able to resolve conflicts.", {"S06", "S07"}),
        ("The cyber resilience of our platform.", set()),
        ("Strong decision-making and strategic thinking.", {"S08"}),
        ("We use automated decision making in hiring.", set()),
        ("Well organized, with strong negotiation skills.", {"S09", "S10"}),
        ("Ausgeprägte Kommunikationsfähigkeit und Organisationstalent.", {"S02", "S09"}),
        ("Souci du détail et esprit d'analyse.", {"S03", "S04"}),
        ("Capacidad de liderazgo y toma de decisiones.", {"S01", "S08"}),
        ("コミュニケーション能力と問題解決", {"S02", "S03"}),
    ],
)
def test_abilities(lexicon: Lexicon, text: str, abilities: set[str]) -> None:
    assert found(lexicon, "abilities", text) == abilities
