kiosk-next = Next visitor
kiosk-idle = Are you still there?
    .lead = In { $number } seconds everything typed here is cleared for the next visitor.
kiosk-stay = I am still answering
kiosk-waiting = Answers on this device that wait to be sent: { $count }
