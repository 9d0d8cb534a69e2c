waves-title = Spokojenost s veřejnými službami
waves-lead = Jak jsou občané spokojeni s veřejnými správními službami v jednotlivých územích a jak jistý je každý výsledek.
waves-none = Zatím tu není žádný průzkum.
waves-period = Odpovědi se týkají období { $from } – { $to }
waves-field = Sběr: { $opens } – { $closes }
waves-units = { $count ->
    [one] { $count } jednotka
    [few] { $count } jednotky
   *[other] { $count } jednotek
  }
waves-answer = Zúčastnit se
waves-results = Zobrazit výsledky
waves-results-preview = Zobrazit výsledky (zatím neveřejné)
waves-fieldwork = Průběh sběru
state-draft = v přípravě
state-upcoming = začíná { $date }
state-taking = přijímá odpovědi do { $date }
state-ended = sběr skončil
state-closed = uzavřeno, výsledky se ověřují
state-released = výsledky zveřejněny

level-province = Provincie
level-district = Okres
level-commune = Obec
level-department = Odbor
level-other = Jednotka

rank-ordinal = { $n }.
rank-alone = { $unit } je na { $low } místě a prokazatelně se liší od všech ostatních
rank-among-first = { $count ->
    [few] { $unit } patří mezi první { $count } ({ $low } až { $high } místo)
   *[other] { $unit } patří mezi prvních { $count } ({ $low } až { $high } místo)
  }
rank-among-last = { $count ->
    [few] { $unit } patří mezi poslední { $count } ({ $low } až { $high } místo)
   *[other] { $unit } patří mezi posledních { $count } ({ $low } až { $high } místo)
  }
rank-between = { $unit } je na { $low } až { $high } místě
rank-anywhere = Místo jednotky { $unit } z odpovědí nelze určit: může být { $low } až { $high }
rank-indistinct = průkazně se neliší od těchto jednotek: { $others }
rank-indistinct-many = průkazně se neliší od { $count } dalších jednotek
list-and = a
list-or = nebo
lead-first-open = Která jednotka je první, nelze říci. V úvahu přichází { $units }.
lead-first-open-many = Která jednotka je první, nelze říci. V úvahu přichází { $count } jednotek.
lead-no-ranking = Zatím nelze seřadit žádnou jednotku.

ranking-title = Žebříček
ranking-facts = odpovědi: { $answers } · jednotky: { $units } · období { $from } – { $to }
ranking-overall = Všechny jednotky dohromady: { $value } (interval { $interval }).
ranking-not-public = Tuto stránku vidíte jen vy: výsledky zatím nejsou zveřejněny.
chart-title = Index každé jednotky s intervalem
chart-description = Každá jednotka má bod na hodnotě indexu a čáru pro interval; jednotky jsou ve skupinách od nejlepší po poslední. Tabulka níže obsahuje stejná čísla.
chart-axis-share = Index, % spokojených
chart-axis-points = Index, bodů ze 100
chart-reference = Všechny jednotky dohromady: { $value }
chart-reading = Bod: index. Čára: jeho { $level } interval. Vpravo: místa, která odpovědi připouštějí. Podbarveno: skupiny; jedna se od druhé liší jistě, ale pořadí uvnitř skupiny rozhodnuto není.
tier = Skupina { $n }
table-caption = Žebříček v číslech
column-rank = Pořadí
column-index = Index
column-interval = { $level } interval
column-places = Možná místa
column-tier = Skupina
column-n = Odpovědi
column-deff = Efekt designu
column-margin = Odchylka ±
words-title = Prostými slovy
withheld-title = Mimo pořadí
withheld-no_answers = { $unit }: nikdo neodpověděl.
withheld-no_precision = { $unit }: odpovědí je příliš málo, než aby šlo říci, jak jistý index je.
withheld-other = { $unit }: vynecháno.

method-title = Jak index vzniká
method-name = Metoda
method-formula = Vzorec
formula-items = U každého kritéria (celkem { $items }) se spočte podíl odpovědí „spokojen/a“ a „velmi spokojen/a“ mezi všemi, kdo vyjádřili názor. Index je průměr těchto podílů v procentech.
formula-factors = U každého kritéria se spočte podíl odpovědí „spokojen/a“ a „velmi spokojen/a“ mezi všemi, kdo vyjádřili názor. Podíly se zprůměrují v každém faktoru (celkem { $factors }); index je průměr faktorů v procentech.
formula-pooled = Všechny odpovědi „spokojen/a“ a „velmi spokojen/a“ na kritéria (celkem { $items }) jako podíl všech vyjádřených názorů, v procentech.
formula-score = Průměrné hodnocení od 1 do 5 u každého kritéria (celkem { $items }). Index je jejich průměr přepočtený tak, že 1 znamená 0 bodů a 5 znamená 100 bodů.
method-interval-title = Co znamená interval
method-interval = Nebyli dotázáni všichni, proto je každý index znám jen v rámci intervalu. Kdyby se průzkum mnohokrát opakoval, { $level } takových intervalů by obsahovalo hodnotu, kterou by dalo dotázání všech. Interval zahrnuje náhodu při výběru vzorku; nezahrnuje špatně pochopené otázky ani lidi, kteří odpovědět nechtěli.
method-places-title = Co znamenají možná místa
method-places = Jsou to všechna místa, která odpovědi připouštějí po porovnání každé dvojice jednotek (Holmova metoda). Platí pro všechny jednotky zároveň na hladině { $level }: nejméně v { $level } opakovaných průzkumů by skutečné místo žádné jednotky neleželo mimo uvedená místa.
method-tiers-title = Co je skupina
method-tiers = Řetězec jednotek, z nichž každá se průkazně neliší od sousední. Dvě skupiny se od sebe liší jistě; na pořadí uvnitř jedné se nelze spolehnout.
method-deff-title = Co je efekt designu
method-deff = Kolikrát je rozptyl větší než u prostého náhodného výběru stejné velikosti. Při hodnotě 2 má tisíc odpovědí cenu pěti set.
download-title = Data
download-csv = Žebříček jako CSV
download-json = Žebříček jako JSON
download-results-csv = Všechny odhady jako CSV
download-api = O API

unit-index = Index
unit-answers = { $count ->
    [one] { $number } odpověď
    [few] { $number } odpovědi
   *[other] { $number } odpovědí
  }
unit-interval = { $level } interval { $interval }
unit-back = Celý žebříček
unit-factors = Faktory
unit-factors-title = Podíl spokojených podle faktorů
unit-factors-description = Každý faktor má bod na podílu spokojených odpovědí a čáru pro interval. Tabulka níže obsahuje stejná čísla.
unit-items = Kritéria
unit-items-description = Každé kritérium je pruh rozdělený na pět hodnocení, od nejhoršího vlevo po nejlepší vpravo. Tabulka níže obsahuje stejná čísla.
unit-no-answers = O této jednotce zatím nikdo neodpověděl.
unit-no-index = Index zatím nelze spočítat: některé kritérium nemá žádnou odpověď.
column-factor = Faktor
column-satisfied = Spokojeno, %
column-criterion = Kritérium
item-note = { $value } % ± { $margin }
item-note-bare = { $value } %
item-no-answers = bez vyjádřeného názoru
items-reading = Číslo vpravo je podíl spokojených a velmi spokojených s odchylkou na hladině { $level }. Podíly v tabulkách jsou v procentech; n je počet vyjádřených názorů.

not-released-title = Výsledky zatím nejsou zveřejněny
not-released-text = Před zveřejněním nevidí hodnocení nikdo, ani hodnocené jednotky. Jen tak je žebříček poctivý.
not-released-field = Odpovědi se přijímají od { $opens } do { $closes }.
not-released-answer = Zúčastnit se průzkumu

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
