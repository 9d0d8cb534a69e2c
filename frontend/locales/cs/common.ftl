skip-to-content = Přejít k obsahu
language-switch = Jazyk
language-partial = Co ještě není přeloženo do jazyka { $language }, je vietnamsky.
synthetic-notice = Smyšlená data pro ukázku, nejde o skutečný průzkum.
footer-about = Plumbline měří, jak jsou občané spokojeni se službami veřejné správy, a uvádí, jak jistý je každý výsledek.
footer-links = Odkazy
footer-receipt = Ověřit kód potvrzení
footer-api = Data a API
error-home = Na úvodní stránku
error-400 = Požadavek se nepodařilo přečíst
    .advice = Prohlížeč odeslal něco, čemu server nerozumí. Vraťte se a zkuste to znovu.
error-401 = Je potřeba přístup
    .advice = Tato stránka je jen pro ty, kdo mají odkaz nebo kód od správce.
error-404 = Stránka nenalezena
    .advice = Adresa může obsahovat překlep nebo už neplatí. Pokud pochází z plakátu či papíru, naskenujte kód znovu.
error-405 = Toto zde nelze provést
    .advice = Stránka takový požadavek nepřijímá. Vraťte se na úvodní stránku.
error-409 = Požadavek už neodpovídá stavu
    .advice = Něco se mezitím změnilo. Načtěte stránku znovu.
error-410 = Tato stránka už neexistuje
    .advice = To, co hledáte, bylo odstraněno a nevrátí se.
error-413 = Odeslaný text je příliš dlouhý
    .advice = Zkraťte, co jste napsali, a odešlete znovu.
error-415 = Tento formát není podporován
    .advice = K odeslání prosím použijte formulář na stránce.
error-422 = Něco ještě není v pořádku
    .advice = Vraťte se, zkontrolujte, co jste vyplnili, a zkuste to znovu.
error-429 = Příliš mnoho požadavků
    .advice = Počkejte minutu a zkuste to znovu.
error-503 = Tuto stránku teď nelze zobrazit
    .advice = Databáze neodpovídá. Nic se neztratilo. Zkuste to za chvíli znovu.

# Dlouhé seznamy jsou po stránkách.
list-search = Hledat podle názvu nebo kódu
list-find = Hledat
list-all = Zobrazit vše
list-range = { $first }–{ $last } z { $all }
list-found = { $number ->
    [0] Nalezeno: 0 z { $all }
   *[other] Nalezeno: { $found } z { $all }; zobrazeno: { $first }–{ $last }
  }
list-pages = Stránky seznamu
list-page = Stránka { $page } z { $pages }
list-first = První
list-previous = Předchozí
list-next = Další
list-last = Poslední
