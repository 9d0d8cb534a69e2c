form-unit = Hodnotíte:
form-other-unit = Vybrat jiné místo
form-intro-anonymous = Anonymně: neptáme se na jméno a neukládáme adresu zařízení. Nikdo nezjistí, jak jste odpověděli.
form-intro-length = Asi { $minutes } { $minutes ->
    [one] minuta
    [few] minuty
   *[other] minut
 }, { $questions } { $questions ->
    [one] otázka
    [few] otázky
   *[other] otázek
 }.
form-intro-skip = Otázku, na kterou nechcete odpovědět, můžete přeskočit.
    .some = Otázky, které nejsou označeny jako povinné, můžete přeskočit.
form-progress = Část { $number } z { $count }
form-respondent = O vás
form-required = (povinné)
form-error = Chyba
form-summary = Podívejte se prosím znovu
form-next = Pokračovat
form-back = Zpět
form-to-check = Uložit a zkontrolovat odpovědi
form-many = Můžete vybrat více odpovědí.
form-words = Nejvýše { $max } znaků. Neuvádějte prosím jména ani telefonní čísla.
form-only-if = Jen pokud jste na otázku „{ $question }“ odpověděli: { $answers }.
form-questions-in = Jazyk otázek: { $language }.
form-heard-in = Poslechnout otázky v jazyce:
form-listen = Poslechnout otázku
    .in = Poslechnout otázku v jazyce { $language }
form-silence = Zastavit
form-mute = Zvuk se nepodařilo načíst. Otázku si můžete přečíst.
form-keep-sound = Uložit zvuk do tohoto telefonu ({ $size } MB)
form-keeping-sound = Ukládá se zvuk: { $number } z { $count }
form-kept-sound = Zvuk je uložen v tomto telefonu.
form-drop-sound = Odstranit zvuk
finding-required = Vyberte odpověď
finding-number = Zadejte číslo od { $min } do { $max }
finding-too-long = Zkraťte text, nejvýše { $max } znaků
finding-empty = Zatím jste na nic neodpověděli. Před odesláním odpovězte alespoň na jednu otázku.
finding-work = Tento průzkum chrání otevřený odkaz před zahlcením: odeslání vyžaduje malý výpočet, ke kterému tato stránka potřebuje JavaScript. Otevřete ji prosím v jiném prohlížeči nebo odpovězte na pozvání.
finding-other = Tuto odpověď nelze přijmout, vyberte ji nebo zadejte znovu
check-title = Kontrola odpovědí
check-lead = Zatím nebylo nic odesláno. Odpovědi projděte, případně změňte a odešlete tlačítkem na konci stránky.
check-blanks = { $count ->
    [one] { $count } otázka zůstala bez odpovědi. Nemusíte ji vyplňovat.
    [few] { $count } otázky zůstaly bez odpovědi. Nemusíte je vyplňovat.
   *[other] { $count } otázek zůstalo bez odpovědi. Nemusíte je vyplňovat.
 }
check-blank = Bez odpovědi
check-change = Změnit
check-send = Odeslat odpovědi
check-busy = Server je zaneprázdněn a odpovědi nemohl přijmout. Nic se neztratilo: počkejte několik sekund a odešlete znovu.
choose-lead = Kde jste svou záležitost vyřizovali?
early-title = Průzkum ještě nezačal
    .advice = Odpovědi přijímáme od { $opens } do konce dne { $closes }. Vraťte se prosím v té době.
closed-title = Průzkum skončil
    .advice = Odpovědi jsme přijímali od { $opens } do konce dne { $closes }. Děkujeme za zájem.
by-invitation-title = Na tento průzkum se odpovídá na pozvání
    .advice = Dotázaní byli vybráni losem a mají kód na vytištěném lístku, aby odpovědi zastupovaly všechny. Pokud takový lístek máte, zadejte jeho kód.
    .onward = Zadat kód
conflict-title = Tento formulář už byl odeslán
    .advice = Odpovědi z tohoto formuláře jsme přijali už dříve a zůstávají beze změny. Chcete-li hodnotit jinou návštěvu, začněte nový formulář.
    .onward = Začít nový formulář
thanks-title = Děkujeme
thanks-lead = Vaše odpovědi byly přijaty a bezpečně uloženy.
thanks-receipt = Kód potvrzení
thanks-what = Kód dokládá, že formulář byl přijat, ne kdo jej poslal ani co obsahuje. Stránku si můžete vyfotit nebo vytisknout; kód ověříte přes odkaz dole na stránce.
thanks-close = Tuto stránku můžete zavřít.
receipt-title = Ověřit kód potvrzení
receipt-lead = Zadejte kód ze stránky s poděkováním a zjistěte, zda byl formulář přijat.
receipt-code = Kód potvrzení
receipt-look = Ověřit
receipt-found = Přijato
    .words = Formulář s tímto kódem byl přijat. Průzkum: { $wave }.
receipt-missing = Tento kód jsme nenašli
    .words = Porovnejte každý znak se stránkou s poděkováním. Pokud jste formulář odeslali právě teď, zkuste to za několik minut.
