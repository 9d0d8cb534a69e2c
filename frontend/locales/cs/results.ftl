waves-title = Spokojenost s veřejnými službami
waves-lead = Jak jsou občané spokojeni se službami veřejné správy v jednotlivých územích a jak jistý je každý výsledek.
waves-none = Zatím tu není žádný průzkum.
waves-period = Hodnotí se období { $from } – { $to }
waves-field = Sběr dotazníků: { $opens } – { $closes }
waves-units = { $count ->
    [one] { $count } jednotka
    [few] { $count } jednotky
   *[other] { $count } jednotek
  }
waves-answer = Vyplnit dotazník
waves-results = Zobrazit výsledky
waves-results-preview = Zobrazit výsledky (zatím neveřejné)
waves-fieldwork = Průběh sběru
state-draft = v přípravě
state-upcoming = začíná { $date }
state-taking = přijímá odpovědi do { $date }
state-late = přijímá opožděné dotazníky do { $date }
state-ended = sběr skončil
state-closed = uzavřeno, výsledky se ověřují
state-released = výsledky zveřejněny

level-province = Provincie
level-district = Okres
level-commune = Obec
level-department = Odbor
level-other = Jednotka

rank-ordinal = { $n }.
rank-alone = { $unit } je na { $low } místě a průkazně se liší od všech ostatních
rank-among-first = { $count ->
    [few] { $unit } patří mezi první { $count } ({ $low } až { $high } místo)
   *[other] { $unit } patří mezi prvních { $count } ({ $low } až { $high } místo)
  }
rank-among-last = { $count ->
    [few] { $unit } patří mezi poslední { $count } ({ $low } až { $high } místo)
   *[other] { $unit } patří mezi posledních { $count } ({ $low } až { $high } místo)
  }
rank-between = { $count ->
    [2] { $unit } je na { $low } nebo { $high } místě
   *[other] { $unit } je na { $low } až { $high } místě
  }
rank-anywhere = Pořadí jednotky { $unit } z dat nelze určit: může být { $low } až { $high }
rank-indistinct = bez průkazného rozdílu oproti { $others }
rank-indistinct-many = bez průkazného rozdílu oproti { $count } dalším jednotkám
list-and = a
list-or = nebo
lead-first-open = Která jednotka je první, nelze říci. V úvahu přichází { $units }.
lead-first-open-many = Která jednotka je první, nelze říci. V úvahu přichází { $count } jednotek.
lead-no-ranking = Zatím nelze seřadit žádnou jednotku.

ranking-title = Žebříček
ranking-facts = dotazníky: { $answers } · jednotky: { $units } · období { $from } – { $to }
ranking-overall = Všechny jednotky dohromady: { $value } (interval spolehlivosti { $level }: { $interval }).
ranking-not-public = Tato stránka není veřejná: výsledky zatím nejsou zveřejněny a vidí je jen správce.
release-title = Které je to vydání
release-corrected = Vydání { $number } z { $day } opravuje, co bylo zveřejněno dříve.
release-see-before = Zobrazit vydání { $number } z { $day }
release-old = Toto je vydání { $number } z { $day }, jak bylo zveřejněno. Dne { $corrected } bylo opraveno.
release-see-latest = Zobrazit opravené výsledky
chart-title = Index každé jednotky s intervalem
chart-description = Každá jednotka má bod na hodnotě indexu a čáru pro interval; jednotky jsou ve skupinách od nejlepší po poslední. Tabulka níže obsahuje stejná čísla.
chart-axis-share = Index, % spokojených
chart-axis-points = Index, bodů ze 100
chart-reference = Všechny jednotky dohromady: { $value }
chart-reading = Bod: index. Čára: interval spolehlivosti { $level }. Vpravo: pořadí, která data připouštějí. Podbarveno: skupiny. Při společné spolehlivosti { $joint } se jednotky z různých skupin průkazně liší; pořadí uvnitř skupiny zcela rozhodnuto není.
tier = Skupina { $n }
table-caption = Žebříček v číslech
column-rank = Pořadí
column-index-share = Index, %
column-interval = Interval ({ $level })
column-places = Možné pořadí
chart-ranks = Pořadí
column-tier = Skupina
column-n = Dotazníky
column-deff = Vliv výběrového plánu (deff)
column-margin = Výběrová chyba ±
words-title = Prostými slovy
words-level = Všechny tyto věty platí zároveň se spolehlivostí { $level }.
withheld-title = Mimo pořadí
withheld-no_answers = { $unit }: nikdo neodpověděl.
withheld-items_unanswered = { $unit }: odpovědí { $answered }, žádná na { $items }.
withheld-no_precision = { $unit }: výběr je příliš malý nebo z příliš mála míst, než aby šlo říci, jak jistý index je.
withheld-too_few_answers = { $unit }: méně odpovědí, než kolik plán průzkumu vyžaduje pro zařazení do pořadí ({ $least }).
withheld-too_few_sampling_units = { $unit }: odpovědi pocházejí z méně výběrových jednotek (například vesnic), než kolik plán průzkumu vyžaduje pro zařazení do pořadí ({ $least }).

open-link-title = Odpovědi přes otevřený odkaz
open-link-apart = Dalších odpovědí přes otevřený odkaz, který může použít kdokoli: { $answers }. Tito lidé se přihlásili sami, takže nelze říci, jak dobře zastupují všechny: výběrovou chybu u nich nelze určit a nejsou součástí pořadí.
open-link-counted = Odpovědí přes otevřený odkaz, jejichž odesílatelé se přihlásili sami: { $answers }. Plán tohoto průzkumu je započítává, nejde však o náhodný výběr: intervaly a pořadí na této stránce nelze číst jako výběrovou chybu a platí jen potud, pokud tito lidé odpovídají jako všichni ostatní.
download-open-link = Odpovědi přes otevřený odkaz jako CSV

method-title = Jak index vzniká
method-name = Metoda
method-weights-title = Co má v indexu jakou váhu
method-formula = Vzorec
formula-items = U každého kritéria (celkem { $items }) se spočte podíl odpovědí „spokojen/a“ a „velmi spokojen/a“ mezi všemi, kdo vyjádřili názor. Index je průměr těchto podílů v procentech.
formula-factors = U každého kritéria se spočte podíl odpovědí „spokojen/a“ a „velmi spokojen/a“ mezi všemi, kdo vyjádřili názor. Podíly se zprůměrují v každém faktoru (celkem { $factors }); index je průměr faktorů v procentech.
formula-pooled = Všechny odpovědi „spokojen/a“ a „velmi spokojen/a“ na kritéria (celkem { $items }) jako podíl všech vyjádřených názorů, v procentech.
formula-score = Průměrné hodnocení u každého kritéria (celkem { $items }), přepočtené tak, že nejhorší bod stupnice znamená 0 bodů a nejlepší 100 bodů. Index je jejich průměr.
formula-nps = Net promoter score: kolik lidí ze 100 by doporučilo (9 nebo 10 z 10) minus kolik by jich odradilo (0 až 6), od −100 do 100 bodů.
formula-share-weighted = U každého kritéria se spočte podíl odpovědí „spokojen/a“ a „velmi spokojen/a“ mezi všemi, kdo vyjádřili názor. Index je průměr těchto podílů podle skupin a vah, které určuje metoda, v jejích jednotkách.
formula-score-weighted = Průměrné hodnocení každého kritéria jako část cesty od nejhoršího bodu stupnice k nejlepšímu. Index je průměr těchto hodnot podle skupin a vah, které určuje metoda, v jejích jednotkách.
formula-promotion-weighted = Podíl lidí, kteří by doporučili (9 nebo 10 z 10), minus podíl těch, kteří by odradili (0 až 6). Index je průměr přes kritéria podle skupin a vah, které určuje metoda, v jejích jednotkách.
method-interval-title = Co znamená interval
method-interval = Nebyli dotázáni všichni, proto je každý index znám jen v rámci intervalu. Kdyby se průzkum mnohokrát opakoval, asi { $level } takových intervalů by obsahovalo hodnotu, kterou by dalo dotázání všech. Interval zahrnuje náhodu při výběru vzorku; nezahrnuje špatně pochopené otázky ani lidi, kteří odpovědět nechtěli.
method-places-title = Co znamená možné pořadí
method-places-holm = Je to každé pořadí, které data připouštějí po porovnání každé dvojice jednotek (Holmova metoda). Platí pro všechny jednotky zároveň se spolehlivostí { $level }: kdyby se průzkum mnohokrát opakoval, alespoň v { $level } opakování by skutečné pořadí každé jednotky leželo v uvedeném rozmezí.
method-tiers-title = Co je skupina
method-tiers = Řetězec jednotek, z nichž každá se průkazně neliší od některé sousední; jednotka, která se průkazně liší od všech ostatních, tvoří skupinu sama. Při společné spolehlivosti { $level } se jednotky z různých skupin průkazně liší. Na pořadí uvnitř skupiny nespoléhejte.
method-deff-title = Co je vliv výběrového plánu (deff)
method-deff-with_replacement = Vliv výběrového plánu (deff) se zde vztahuje k prostému náhodnému výběru s vracením (v R: deff = "replace").
method-deff-without_replacement = Vliv výběrového plánu (deff) se zde vztahuje k prostému náhodnému výběru bez vracení z tolika lidí, kolik je součet vah (v R: deff = TRUE).
method-deff = Kolikrát je rozptyl větší než u prostého náhodného výběru stejné velikosti. Při hodnotě 2 má tisíc dotazníků cenu pěti set. Hodnota pod 1 znamená, že výběr byl přesnější než prostý náhodný: může za tím být stratifikace, ale při malém počtu primárních výběrových jednotek i náhoda, protože samotný rozptyl je pak odhadnut jen zhruba.
download-title = Data
download-csv = Žebříček jako CSV
download-json = Žebříček jako JSON
download-results-csv = Všechny odhady jako CSV
download-api = O API

unit-index = Index
index-share = { $value } %
index-points = { $value } bodu
unit-answers = { $count ->
    [one] { $number } dotazník
    [few] { $number } dotazníky
   *[other] { $number } dotazníků
  }
unit-interval = interval spolehlivosti { $level }: { $interval }
unit-back = Celý žebříček
unit-factors = Faktory
unit-factors-title = Podíl spokojených podle faktorů
unit-factors-description = Každý faktor má bod na podílu spokojených odpovědí a čáru pro interval. Tabulka níže obsahuje stejná čísla.
unit-items = Kritéria
unit-items-description = Každé kritérium je pruh rozdělený na pět hodnocení, od nejhoršího vlevo po nejlepší vpravo. Tabulka níže obsahuje stejná čísla.
unit-no-answers = O této jednotce zatím nikdo neodpověděl.
unit-no-index = Index není: odpovědí { $answered }, žádná na { $items }.
column-factor = Faktor
column-satisfied = Spokojených, %
column-criterion = Kritérium
item-note = { $value } % ± { $margin }
item-note-bare = { $value } %
item-nps = { $item } Net promoter score (NPS): { $value }; ze 100 odpovědí ty s 9 nebo 10 minus ty s 0 až 6.
item-no-answers = bez vyjádřeného názoru
items-reading = Číslo vpravo je podíl spokojených odpovědí s odchylkou na hladině { $level }. Podíly v tabulkách jsou v procentech; n je počet vyjádřených názorů.

not-released-title = Výsledky zatím nejsou zveřejněny
not-released-text = Před zveřejněním nevidí hodnocení veřejnost ani hodnocené jednotky; kontroluje je jen správce. Nikdo tak nemůže ovlivnit své pořadí.
not-released-field = Odpovědi se přijímají od { $opens } do { $closes }.
not-released-answer = Vyplnit dotazník

api-title = Data a API
api-lead = Vše, co stránky ukazují, mohou číst programy jako JSON nebo CSV. Přehled níže (anglicky) vzniká ze strojově čitelného popisu.
api-description-link = Popis OpenAPI (JSON)
api-operations = Operace
api-parameters = Parametry
api-answers = Odpovědi
api-body = Tělo
api-example = Příklad
api-shapes = Datové struktury
api-field = Pole
api-type = Typ
api-meaning = Význam
api-required = povinné
