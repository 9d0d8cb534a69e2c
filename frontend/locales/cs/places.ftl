levels-province = provincií
levels-district = okresů
levels-commune = obcí
levels-department = odborů
levels-other = jednotek

sets-title = Jak se určuje možné pořadí
sets-holm = Holmova metoda
sets-simultaneous = Simultánní množiny
sets-official = oficiální
sets-missing = vynecháno
sets-why-official = Který způsob je oficiální, určil plán průzkumu před první odpovědí; druhý slouží k porovnání.
sets-not-official-holm = Toto není oficiální pořadí. Je určeno Holmovou metodou pro porovnání; plán průzkumu stanovil před první odpovědí jako oficiální simultánní množiny.
sets-not-official-simultaneous = Toto není oficiální pořadí. Je určeno simultánními množinami pro porovnání; plán průzkumu stanovil před první odpovědí jako oficiální Holmovu metodu.
sets-see-official = Zobrazit oficiální pořadí
sets-left-out-too_many_units = Simultánní množiny jsou vynechány: pro { $units } jednotek s korelovanými výsledky se nesimulují; mez je { $max }.
sets-left-out-level_too_high = Simultánní množiny jsou vynechány: spolehlivost je příliš blízko 100 %, než aby šla simulovat.
sets-left-out-no_covariance = Simultánní množiny jsou vynechány: společnou výběrovou chybu jednotek nelze simulovat.
sets-stand-in = Možné pořadí níže určuje Holmova metoda, která slibuje stejnou spolehlivost.
chance-statement = Kdyby se průzkum mnohokrát stejným způsobem opakoval, alespoň { $times }krát na { $of } opakování by všechna uvedená rozmezí pořadí zároveň obsahovala skutečné pořadí.
sets-rest-on = Možné pořadí se opírá o { $fewest } až { $most } výběrových jednotek (například vesnic) v každé z jednotek ({ $units }). Čím méně jich je, tím je rozmezí širší.
sets-rest-on-equal = Možné pořadí se opírá o { $most } výběrových jednotek (například vesnic) v každé z jednotek ({ $units }). Čím méně jich je, tím je rozmezí širší.
told-apart = U { $apart } z { $pairs } dvojic { $units } data prokazují rozdíl; { $left ->
    [1] u zbývající jedné
   *[other] u zbývajících { $rest }
  } může být pořadí náhodné.
told-apart-all = U všech { $pairs } dvojic { $units } data prokazují rozdíl.
told-apart-none = U žádné z { $pairs } dvojic { $units } data neprokazují rozdíl: celé pořadí může být náhodné.
told-apart-two = Data prokazují rozdíl mezi oběma jednotkami.
told-apart-two-not = Data neprokazují rozdíl mezi oběma jednotkami: jejich pořadí může být náhodné.

measure-share = procentního bodu
measure-points = bodu
difference = { $value } { $measure }
difference-tiny = méně než { $value }
neighbours-title = Porovnání se sousedy v žebříčku
neighbour-first = { $unit } je v pořadí první, před ní nestojí žádná jednotka.
neighbour-behind = Těsně před jednotkou { $unit } je v pořadí { $other } s indexem vyšším o { $difference }.
neighbour-ahead = Těsně za jednotkou { $unit } je v pořadí { $other } s indexem nižším o { $difference }.
neighbour-level-before = { $unit } má stejný index jako { $other }, která stojí v tabulce těsně před ní.
neighbour-level-after = { $unit } má stejný index jako { $other }, která stojí v tabulce těsně za ní.
range-both = rozdíl leží mezi −{ $behind } a +{ $ahead } { $measure }
range-behind = je index jednotky { $unit } o { $low } až { $high } { $measure } nižší
range-ahead = je index jednotky { $unit } o { $low } až { $high } { $measure } vyšší
verdict-real = Rozdíl není jen náhoda, ani když se posuzují všechny dvojice zároveň. Se spolehlivostí { $level } { $range }.
verdict-chance = Rozdíl může být náhodný: se spolehlivostí { $level } { $range }.
verdict-alone = Sám o sobě by rozdíl vypadal jako nenáhodný: se spolehlivostí { $level } { $range }. Porovnává se ale { $pairs } dvojic a mezi tolika se některé takové rozdíly objeví náhodou. Při posouzení všech dvojic zároveň může být náhodný.
verdict-exact = Ani jedna z obou jednotek nemá výběrovou chybu, rozdíl je tedy přesný.
verdict-unknown = V rozdílu není vidět výběrová chyba, proto nelze říci, zda je náhodný.
verdict-level = Se spolehlivostí { $level } { $range }.
neighbours-caption = Tato jednotka minus druhá, v { $measure ->
    [share] procentních bodech
   *[points] bodech
  }. Interval a p posuzují jednu dvojici samostatně; „průkazný rozdíl“ posuzuje všechny dvojice zároveň se spolehlivostí { $level }.
column-compared = Porovnání s
column-difference = Rozdíl
column-se = Směrodatná chyba
column-p = p
column-told-apart = Průkazný rozdíl
interval-signed = { $low } až { $high }
told-apart-yes = ano
told-apart-no = ne

method-places-simultaneous = Je to každé pořadí, které data připouštějí po porovnání každé dvojice jednotek (simultánní množiny, Mogstad, Romano, Shaikh a Wilhelm). Platí pro všechny jednotky zároveň se spolehlivostí { $level }: kdyby se průzkum mnohokrát opakoval, alespoň v { $level } opakování by skutečné pořadí každé jednotky leželo v uvedeném rozmezí.
method-critical = Rozdíl se uznává za průkazný, je-li jeho p-hodnota při vlastních stupních volnosti menší než u { $value }násobku směrodatné chyby ve velkém výběru. Tato kritická hodnota byla simulována, počet simulací { $draws }, semínko generátoru { $seed }; její chyba Monte Carlo je { $error }.
method-close = { $count ->
    [0] Žádná dvojice neleží do dvou takových chyb od ní.
    [one] Do dvou takových chyb od ní leží { $count } dvojice: jiné semínko by o ní mohla rozhodnout jinak.
    [few] Do dvou takových chyb od ní leží { $count } dvojice: jiné semínko by o nich mohla rozhodnout jinak.
   *[other] Do dvou takových chyb od ní leží { $count } dvojic: jiné semínko by o nich mohla rozhodnout jinak.
  }
method-assumption = Každá dvojice se porovnává Studentovým rozdělením t se stupni volnosti podle počtu výběrových jednotek; s málo výběrovými jednotkami jsou proto rozmezí široká. Platí to, pokud mají indexy přibližně normální rozdělení.
method-lonely-title = Vrstvy s jedinou výběrovou jednotkou
method-lonely-remove = Vrstva, v níž byla vybrána jediná výběrová jednotka, k výběrové chybě nepřispívá (pravidlo „remove“); intervaly mohou být příliš úzké.
method-lonely-certainty = Vrstva, v níž byla vybrána jediná výběrová jednotka, se bere jako vybraná s jistotou a k výběrové chybě nepřispívá (pravidlo „certainty“).
method-lonely-adjust = Kde byla ve vrstvě vybrána jediná výběrová jednotka, porovnává se s průměrem všech výběrových jednotek (pravidlo „adjust“); intervaly jsou spíše příliš široké než úzké.
method-lonely-average = U vrstvy, v níž byla vybrána jediná výběrová jednotka, se předpokládá stejná proměnlivost jako v průměru u ostatních (pravidlo „average“).
method-shares-title = Intervaly podílů
method-shares-logit = Vycházejí z logistické regrese („logit“).
method-shares-likelihood = Obsahují všechny hodnoty, které nezamítne upravený test poměrem věrohodností („likelihood“).
method-shares-asin = Jsou symetrické na stupnici arkussinu („asin“).
method-shares-beta = Jsou podle Korna a Graubardové: přesné pro binomické rozdělení s efektivní velikostí výběru („beta“).
method-shares-mean = Jsou symetrické kolem odhadu („mean“) a mohou sahat pod 0 nebo nad 100 %.
method-shares-wilson = Jsou Wilsonovy skórové intervaly s efektivní velikostí výběru („wilson“).
method-calibration-title = Váhy
method-calibration-raking = Váhy byly kalibrovány metodou raking tak, aby výběr odpovídal známým počtům lidí podle { $margins }.
method-calibration-linear = Váhy byly kalibrovány lineární metodou tak, aby výběr odpovídal známým počtům lidí podle { $margins }.
method-calibration-logit = Váhy byly kalibrovány omezenou logitovou metodou tak, aby výběr odpovídal známým počtům lidí podle { $margins }.
method-calibration-not = Plán průzkumu kalibruje váhy na známé počty lidí podle { $margins }. S těmito odpověďmi to nelze, váhy proto zůstaly, jak byly.
method-negative-title = Záporné váhy
method-negative = { $count ->
    [one] Kalibrace dala jedné odpovědi váhu pod 0 (je { $smallest }): { $groups }. Podíly proto mohou ležet mimo 0–100 %; takový podíl nemá interval, protože ho žádný nemůže obsáhnout.
    [few] Kalibrace dala { $count } odpovědím váhu pod 0 (nejmenší je { $smallest }): { $groups }. Podíly proto mohou ležet mimo 0–100 %; takový podíl nemá interval, protože ho žádný nemůže obsáhnout.
   *[other] Kalibrace dala { $count } odpovědím váhu pod 0 (nejmenší je { $smallest }): { $groups }. Podíly proto mohou ležet mimo 0–100 %; takový podíl nemá interval, protože ho žádný nemůže obsáhnout.
}

sets-kww = Společné intervaly
sets-left-out-many_units = Jednotek je { $units }. Nad { $max } je dvojic příliš mnoho na to, aby se porovnávaly po jedné, proto se Holmova metoda ani simultánní množiny nepoužívají.
sets-stand-in-kww = Možné pořadí níže vychází ze společných intervalů, které slibují nejméně stejnou spolehlivost.
method-places-kww = Každá jednotka má kolem svého indexu interval, tak široký, že všechny tyto intervaly dohromady obsahují skutečné hodnoty se spolehlivostí { $level } (Bonferroni). Dvě jednotky se rozliší, když se jejich intervaly nepřekrývají; možné pořadí jednotky je každé, které pak data dovolují (Klein, Wright a Wieczorek). Platí pro všechny jednotky dohromady se spolehlivostí nejméně { $level }, ať mají jednotky společného cokoli: kdyby se průzkum mnohokrát opakoval, nejméně v { $level } opakování by skutečné pořadí každé jednotky leželo v rozmezí, které je u ní uvedeno.
chart-part = Graf ukazuje jednotky této stránky tabulky: pořadí všech { $units } by se v jednom obrázku nedalo přečíst.
download-csv-part = Pořadí, jednotky { $first } až { $last } (CSV)
