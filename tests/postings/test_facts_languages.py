"""Languages that the work asks for, and the language that a description is written in."""

import pytest

from ctm_alerts.postings.classify import Classifier
from ctm_alerts.postings.posting import Ad


@pytest.mark.parametrize(
    ("text", "languages"),
    [
        ("Fluent in English and German", ("en", "de")),
        ("Excellent written and spoken English", ("en",)),
        ("English: C1 level; Polish would be a plus for the language of our sites", ("en", "pl")),
        ("Native Japanese with business-level English", ("en", "ja")),
        ("Proficiency in French, Italian or Spanish is an advantage", ("fr", "es", "it")),
        ("You speak Dutch with our sites", ("nl",)),
        ("Recruit participants in English and Spanish", ("en", "es")),
        ("Requirements\n- Good English\n- GCP", ("en",)),
        ("Fließende Deutsch- und gute Englischkenntnisse in Wort und Schrift", ("en", "de")),
        ("Anglais courant, allemand apprécié (niveau B2)", ("en", "de")),
        ("Inglés avanzado y alemán, nivel medio", ("en", "de")),
        ("Sehr gute Deutsch- und Englischkenntnisse", ("en", "de")),
        ("Ottima conoscenza della lingua inglese", ("en",)),
        ("Inglês fluente", ("en",)),
        ("Goede beheersing van Nederlands en Engels", ("en", "nl")),
        ("ビジネスレベルの英語力、日本語が流暢であること", ("en", "ja")),
        ("Mandarin or Korean speaker preferred", ("zh", "ko")),
        ("German-speaking colleagues: fluency in German is essential", ("de",)),
        # names of languages that ask for none
        ("Please send your CV in English", ()),
        ("This advertisement is available in English and French", ()),
        ("You look after an English bulldog", ()),
        ("Polish the wording of the protocol before it is written down", ()),
        ("A Polish company with good communication between teams and Polish offices", ()),
        ("You cover German-speaking countries from your home", ()),
        ("Know the Japanese regulatory authorities and the Chinese market", ()),
        ("There are more English speaking jobs on our board", ()),
        ("Cooperate with our French subsidiary and the Italian sites", ()),
    ],
)
def test_languages_are_those_that_the_work_asks_for(
    classifier: Classifier, text: str, languages: tuple[str, ...]
) -> None:
    assert classifier.classify(Ad(title="Clinical Trial Manager", description=text)).languages == languages


def test_lessons_that_are_offered_ask_for_nothing(classifier: Classifier) -> None:
    text = "Duties\n- Plan trials\n\nWhat we offer\n- Language classes: German at every level"
    assert classifier.classify(Ad(title="Clinical Trial Manager", description=text)).languages == ()


@pytest.mark.parametrize(
    ("title", "languages"),
    [
        ("Clinical Trial Manager (German speaking)", ("de",)),
        ("CRA fluent in Dutch", ("nl",)),
        ("Study Manager with Spanish", ("es",)),
        ("Clinical Trial Manager, German Market", ()),
        ("Study Manager, French Clinical Operations", ()),
    ],
)
def test_a_title_may_ask_for_a_language(
    classifier: Classifier, title: str, languages: tuple[str, ...]
) -> None:
    assert classifier.classify(Ad(title=title)).languages == languages


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "You will plan and run the trials of our team from the protocol to the last report, and you travel to sites."),
        ("de", "Sie planen und leiten klinische Studien von der Vorbereitung bis zum Abschluss und sind für das Budget verantwortlich."),
        ("fr", "Vous êtes responsable de la conduite des essais cliniques et vous travaillez avec les équipes de nos centres."),
        ("es", "Serás responsable de la planificación de los ensayos clínicos y de la coordinación con los centros del país."),
        ("it", "Sarai responsabile della conduzione degli studi clinici e del coordinamento con i centri della nostra rete."),
        ("pt", "Você será responsável pela condução dos estudos clínicos e pela coordenação com os centros do nosso grupo no Brasil."),
        ("nl", "Je bent verantwoordelijk voor het plannen van de klinische studies en je werkt met onze centra in het hele land."),
        ("sv", "Du planerar och leder kliniska studier och har ansvar för att budgeten hålls, och du är en del av vår grupp."),
        ("da", "Du planlægger og leder kliniske forsøg og har ansvaret for at følge budgettet, og du bliver en del af vores afdeling af ildsjæle."),
        ("no", "Du planlegger og leder kliniske studier og har ansvar for å følge budsjettet, og du blir en del av avdelingen vår og våre prosjekter."),
        ("fi", "Vastaat kliinisten tutkimusten suunnittelusta ja toteutuksesta sekä budjetista, ja sinulla on kokemusta että tai kanssa."),
        ("pl", "Osoba na tym stanowisku jest odpowiedzialna za badania kliniczne oraz za kontakt z ośrodkami i nie tylko w Polsce."),
        ("cs", "Budete odpovědný za vedení klinických studií a za rozpočet, který je pro nás důležitý, a také se o něj staráte v týmu."),
        ("hu", "Az új kolléga felel a klinikai vizsgálatok tervezéséért és a költségvetésért, valamint hogy az adatok jók legyenek."),
        ("ro", "Vei fi responsabil de studiile clinice și de buget, care este important pentru noi, și vei lucra cu centrele din țară."),
        ("tr", "Klinik araştırmaların planlanması ve yürütülmesi için sorumlu olacak, bütçe ile ilgili bir rapor da hazırlayacaksınız."),
        ("ja", "臨床試験の計画から終了までを管理し、施設との連絡を担当していただきます。経験のある方を歓迎します。"),
        ("zh", "负责临床试验的计划和管理,与研究中心保持联系,监督预算和进度,并向项目负责人汇报工作进展情况。"),
        ("ko", "임상시험의 계획부터 종료까지 관리하고 기관과의 연락을 담당하며 예산과 일정을 감독합니다."),
        ("uk", "Ви плануєте та проводите клінічні дослідження, відповідаєте за бюджет і працюєте з дослідницькими центрами країни."),
        ("ru", "Вы планируете и проводите клинические исследования, отвечаете за бюджет и работаете с исследовательскими центрами."),
        ("", "Trials, sites, budgets."),
        ("", "GCP; EDC; CTMS; eTMF; Veeva Vault; Medidata Rave; Smartsheet; Excel; PowerPoint; Outlook; SharePoint; Teams"),
        ("", ""),
    ],
)  # fmt: skip
def test_the_language_of_a_description_is_read_from_its_small_words(
    classifier: Classifier, language: str, text: str
) -> None:
    assert classifier.classify(Ad(title="Clinical Trial Manager", description=text)).language == language
