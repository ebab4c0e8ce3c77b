"""Titles and texts in seven languages beside English: the role, the tier, and the skills by their key terms."""

import pytest

from ctm_alerts.postings.classify import Classifier
from ctm_alerts.postings.posting import Ad


@pytest.mark.parametrize(
    ("title", "tier"),
    [
        ("Studienmanager (m/w/d) Klinische Forschung", "mid"),
        ("Senior Projektmanager Klinische Studien (w/m/d)", "lead"),
        ("Leiterin Klinische Prüfungen", "lead"),
        ("Chef de projet études cliniques H/F", "lead"),
        ("Responsable d'études cliniques", "mid"),
        ("Chef de projet essais cliniques senior", "lead"),
        ("Gerente de ensayos clínicos", "mid"),
        ("Jefa de proyectos clínicos", "lead"),
        ("Gestor sénior de estudios clínicos", "senior"),
        ("臨床試験マネジャー", "mid"),
        ("シニアスタディマネジャー", "senior"),
        ("治験リーダー", "lead"),
        ("Klinisch projectleider", "lead"),
        ("Klinisch studiemanager", "mid"),
        ("Projectmanager klinisch onderzoek", "lead"),
        ("Gerente de estudos clínicos", "mid"),
        ("Gestora de ensaios clínicos", "mid"),
        ("Coordenador de projetos de pesquisa clínica", "mid"),
        ("Responsabile studi clinici", "mid"),
        ("Responsabile di progetto clinico", "lead"),
        ("Responsabile sperimentazioni cliniche", "mid"),
    ],
)
def test_titles_of_trial_managers_in_seven_languages(classifier: Classifier, title: str, tier: str) -> None:
    verdict = classifier.classify(Ad(title, "Harwick Pharma", "", ""))
    assert (verdict.role, verdict.tier) == ("ctm", tier)


@pytest.mark.parametrize(
    ("title", "role"),
    [
        ("Klinischer Monitor (m/w/d)", "feeder"),
        ("Studienkoordinatorin", "feeder"),
        ("Attaché de recherche clinique H/F", "feeder"),
        ("Monitor de ensayos clínicos", "feeder"),
        ("治験コーディネーター", "feeder"),
        ("Analista de pesquisa clínica", "feeder"),
        ("Leiter Klinische Forschung", "next"),
        ("Directeur des opérations cliniques", "next"),
        ("Director de operaciones clínicas", "next"),
        ("Affaires réglementaires, chargée", "related"),
        ("薬事担当", "related"),
        ("Krankenpfleger (m/w/d) Station 4", "other"),
        ("Chef de projet informatique", "other"),
        ("Jefe de proyectos de obra", "other"),
    ],
)
def test_their_neighbours_are_told_apart(classifier: Classifier, title: str, role: str) -> None:
    assert classifier.classify(Ad(title, "Harwick Pharma", "", "")).role == role


TEXTS = {
    "de": (
        (
            "Ihre Aufgaben:\n- Planung und Steuerung klinischer Studien nach guter klinischer Praxis (GCP)\n"
            "- Einreichung bei der Ethikkommission\n- Auswahl der Prüfzentren und Dienstleistersteuerung\n- Budgetplanung der Studie\n"
            "- Meldung unerwünschter Ereignisse\nIhr Profil:\n- Mindestens 5 Jahre Erfahrung in der klinischen Forschung\n"
        ),
        5,
        {"T01", "T04", "T08", "T09", "T10"},
    ),
    "fr": (
        (
            "Vos missions :\n- Piloter les essais cliniques selon les bonnes pratiques cliniques\n- Soumissions réglementaires au comité d'éthique\n"
            "- Sélection des centres et gestion des prestataires\n- Gestion du budget de l'étude clinique\n- Déclarer les événements indésirables\n"
            "Votre profil :\n- Vous avez 4 ans d'expérience en recherche clinique\n"
        ),
        4,
        {"T01", "T04", "T08", "T09", "T10"},
    ),
    "es": (
        (
            "Responsabilidades:\n- Gestión de ensayos clínicos según las buenas prácticas clínicas\n- Presentaciones regulatorias al comité de ética\n"
            "- Selección de centros y gestión de proveedores\n- Gestión del presupuesto del ensayo\n- Notificar eventos adversos\n"
            "Requisitos:\n- Al menos 3 años de experiencia en investigación clínica\n"
        ),
        3,
        {"T01", "T04", "T08", "T09", "T10"},
    ),
    "it": (
        (
            "Responsabilità:\n- Gestire studi clinici secondo le norme di buona pratica clinica\n- Sottomissioni regolatorie al comitato etico\n"
            "- Selezione dei centri e gestione dei fornitori\n- Gestione del budget dello studio clinico\n- Segnalare eventi avversi\n"
            "Requisiti:\n- Almeno 3 anni di esperienza nella ricerca clinica\n"
        ),
        3,
        {"T01", "T04", "T08", "T09", "T10"},
    ),
    "pt": (
        (
            "Responsabilidades:\n- Conduzir estudos clínicos segundo as boas práticas clínicas\n- Submissões regulatórias ao comitê de ética\n"
            "- Seleção de centros e gestão de fornecedores\n- Gestão de orçamento do estudo clínico\n- Relatar eventos adversos\n"
            "Requisitos:\n- No mínimo 4 anos de experiência em pesquisa clínica\n"
        ),
        4,
        {"T01", "T04", "T08", "T09", "T10"},
    ),
    "nl": (
        (
            "Taken:\n- Klinische studies leiden volgens goede klinische praktijk\n- Indienen bij de ethische commissie\n"
            "- Selectie van centra en leveranciersmanagement\n- Budgetbeheer van de klinische studie\n- Bijwerkingen melden\n"
            "Eisen:\n- Minimaal 5 jaar ervaring in klinisch onderzoek\n"
        ),
        5,
        {"T01", "T04", "T08", "T09", "T10"},
    ),
    "ja": (
        (
            "職務内容：\n・GCPに基づく治験の計画と実施\n・治験審査委員会への申請\n・施設選定とベンダー管理\n・治験の予算管理\n・有害事象の報告\n"
            "応募資格：\n・臨床開発の経験5年以上\n"
        ),
        5,
        {"T01", "T04", "T08", "T09", "T10"},
    ),
}


@pytest.mark.parametrize("language", list(TEXTS))
def test_texts_in_seven_languages_are_read_for_language_years_and_skills(
    classifier: Classifier, language: str
) -> None:
    text, years, skills = TEXTS[language]
    verdict = classifier.classify(Ad("Clinical Trial Manager", "Harwick Pharma", "", text))
    assert (verdict.language, verdict.years_min, skills - set(verdict.skills)) == (language, years, set())
