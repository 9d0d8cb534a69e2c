kiosk-next = Další návštěvník
kiosk-idle = Jste tu ještě?
    .lead = Za { $number } s se vše, co tu je vyplněno, smaže pro dalšího návštěvníka.
kiosk-stay = Ještě odpovídám
kiosk-waiting = Odpovědi na tomto zařízení, které čekají na odeslání: { $count }
