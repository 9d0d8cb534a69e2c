fieldwork-title = Průběh sběru
fieldwork-facts = K { $moment } · sběr { $opens } – { $closes }
fieldwork-held = Už { $minutes } min databáze nemůže zapomenout, v jakém pořadí odpovědi přišly. Brání tomu: { $who }. Požádejte správce serveru, aby to ukončil.
fieldwork-held-by-somebody = Už { $minutes } min databáze nemůže zapomenout, v jakém pořadí odpovědi přišly, protože někdo čte její starý stav. Požádejte správce serveru, aby to ukončil.
fieldwork-lead = Došlo { $answered } z { $target } požadovaných dotazníků ({ $share }).
fieldwork-lead-bare = Došlých dotazníků: { $answered }.
fieldwork-units = Průběh po jednotkách
fieldwork-unit = Jednotka
fieldwork-overall = Všechny jednotky
fieldwork-answered = Dotazníky
fieldwork-target = Cíl
fieldwork-share = Podíl
fieldwork-expected = Plán k dnešku
fieldwork-behind = pozadu
fieldwork-margin = Výběrová chyba zatím ±
fieldwork-deff = Vliv výběrového plánu (deff)
fieldwork-more = Ještě potřeba
fieldwork-explanation = Výběrová chyba: polovina šířky intervalu spolehlivosti indexu, v bodech. Ještě potřeba: kolik dalších dotazníků vyžaduje výběrová chyba ± { $margin } bodu při dosavadním vlivu výběrového plánu; 0 znamená, že je dosažena. Hodnocení se před zveřejněním neukazuje.
fieldwork-days = Dotazníky po dnech
fieldwork-day = Den
fieldwork-total = Celkem
mode-web = Web
mode-kiosk = Kiosek
mode-interviewer = Tazatel
mode-telephone = Telefon
mode-paper = Papír
fieldwork-open-link = Otevřený odkaz, odděleně
burnup-title = Dotazníky celkem ve srovnání s cílem
burnup-description = Stoupající čára ukazuje počet dotazníků po dnech, přímka vedle ní rovnoměrné tempo k cíli. Tabulka níže obsahuje stejná čísla.
burnup-answered = zatím
burnup-pace = rovnoměrné tempo
burnup-target = cíl
burnup-axis = Dotazníky
weights-title = Váhy
weights-unanswered = { $count ->
    [one] Plán kalibruje váhy na známé počty lidí. K tomu jsou třeba odpovědi z každé skupiny a z této zatím žádná není:
    [few] Plán kalibruje váhy na známé počty lidí. K tomu jsou třeba odpovědi z každé skupiny a z těchto { $count } zatím žádné nejsou:
   *[other] Plán kalibruje váhy na známé počty lidí. K tomu jsou třeba odpovědi z každé skupiny a z těchto { $count } zatím žádné nejsou:
}
weights-level = { $level }: počet lidí { $people }
weights-more = a další, počtem { $count }
weights-follows = Plán kalibruje váhy na známé počty lidí. S dosavadními odpověďmi to nelze: kdo patří do skupiny „{ $level }“, plyne už z ostatních skupin.
weights-too-far = Plán kalibruje váhy na známé počty lidí. S dosavadními odpověďmi žádné váhy plánovaného druhu nesplní všechny; nejdál je skupina „{ $level }“.
weights-contradiction = Plán kalibruje váhy na známé počty lidí, ty si však odporují: { $reason }
weights-advice-open = Dokud to trvá, zůstávají váhy, jak jsou, a vlnu nelze zveřejnit. Než se uzavře, získejte odpovědi tam, kde chybějí: skupinu bez odpovědí lze potom už jen sloučit s jinou, datovanou změnou plánu.
weights-advice-closed = Váhy zůstávají, jak jsou, a vlnu nelze zveřejnit. Další odpovědi už nepřijdou: slučte skupinu bez odpovědí s jinou, datovanou změnou plánu.
weights-negative = { $count ->
    [one] Kalibrace dala jedné odpovědi váhu pod 0 (je { $smallest }): { $groups }. Počítá se proti tomu, co bylo odpovězeno, a podíly se mohou dostat mimo 0–100 %.
    [few] Kalibrace dala { $count } odpovědím váhu pod 0 (nejmenší je { $smallest }): { $groups }. Počítají se proti tomu, co bylo odpovězeno, a podíly se mohou dostat mimo 0–100 %.
   *[other] Kalibrace dala { $count } odpovědím váhu pod 0 (nejmenší je { $smallest }): { $groups }. Počítají se proti tomu, co bylo odpovězeno, a podíly se mohou dostat mimo 0–100 %.
}
weights-negative-refused = Plán to nedovoluje, takže vlnu takto nelze zveřejnit.
weights-negative-allowed = Plán to dovoluje.
jobs-title = Úlohy
jobs-lead = Zde se provádí, co trvá dlouho. Přerušená úloha se sama znovu rozběhne; její výsledek vznikne jen jednou.
jobs-none = Nejsou žádné úlohy.
jobs-job = Úloha
jobs-state = Stav
jobs-progress = Hotovo
jobs-tries = Pokusy
jobs-wanted = Zadáno
jobs-wanted-by = { $day }, zadal: { $who }
jobs-by-operator = provozovatel
jobs-by-administrator = správce
jobs-cancel = Zrušit
jobs-look-again = Podívat se znovu
jobs-kind-release = Zveřejnit vlnu { $wave }
jobs-kind-correct = Opravit, co zveřejnila vlna { $wave }
jobs-kind-keep_release = Znovu spočítat, co zveřejnila vlna { $wave }
jobs-kind-recount = Znovu sečíst vlnu { $wave } z odpovědí
jobs-state-waiting = čeká
jobs-state-running = běží
jobs-state-done = hotovo
jobs-state-failed = nepodařilo se
jobs-state-cancelled = zrušeno

sign-in-title = Přihlášení správce
sign-in-lead = Odkaz platí jednou. Kdo se jím přihlásí, smí v tomto prohlížeči všechno, dokud ho nezavře.
sign-in-go = Přihlásit se
