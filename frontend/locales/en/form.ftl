form-unit = You are rating:
form-other-unit = Choose another place
form-intro-anonymous = Anonymous: no name is asked and no device address is kept. Nobody can tell how you answered.
form-intro-length = About { $minutes } { $minutes ->
        [one] minute
       *[other] minutes
    }, { $questions } { $questions ->
        [one] question
       *[other] questions
    }.
form-intro-skip = You may skip a question that you would rather not answer.
    .some = You may skip any question that is not marked as required.
form-progress = Part { $number } of { $count }
form-respondent = About you
form-required = (required)
form-error = Error
form-summary = Please look at this again
form-next = Continue
form-back = Back
form-to-check = Save and check answers
form-many = You may choose more than one.
form-words = At most { $max } characters. Please leave out names and phone numbers.
form-only-if = Only if you answered “{ $question }” with: { $answers }.
form-questions-in = The questions are in { $language }.
form-heard-in = Listen to the questions in:
form-listen = Listen to the question
    .in = Listen to the question in { $language }
form-silence = Stop
form-mute = The sound could not be loaded. The question is there to read.
form-keep-sound = Keep the sound on this phone ({ $size } MB)
form-keeping-sound = Keeping the sound: { $number } of { $count }
form-kept-sound = The sound is kept on this phone.
form-drop-sound = Remove the sound
finding-required = Choose an answer
finding-number = Enter a number from { $min } to { $max }
finding-too-long = Make it shorter, at most { $max } characters
finding-empty = You have not answered anything yet. Answer at least one question before you send.
finding-work = This survey guards its open link against floods: sending takes a small computation, for which this page needs JavaScript. Please open it in another browser, or answer with an invitation.
finding-other = This answer cannot be taken, choose or type it again
check-title = Check your answers
check-lead = Nothing is sent yet. Look through, change what you like, then send with the button at the end.
check-blanks = { $count ->
    [one] { $count } question has no answer. You may leave it so.
   *[other] { $count } questions have no answer. You may leave them so.
 }
check-blank = Not answered
check-change = Change
check-send = Send my answers
check-busy = The server is busy and could not take your answers. Nothing is lost: wait a few seconds and send again.
choose-lead = Where was your case handled?
early-title = The survey has not started
    .advice = This survey takes answers from { $opens } to the end of { $closes }. Please come back then.
closed-title = The survey is over
    .advice = This survey took answers from { $opens } to the end of { $closes }. Thank you for your interest.
by-invitation-title = This survey is answered by invitation
    .advice = The people who are asked were drawn by lot and have a code on a printed sheet, so that the answers stand for everybody. If you have such a sheet, enter its code.
    .onward = Enter the code
conflict-title = This form was already sent
    .advice = Answers from this form were received before and are kept as they were. To answer about another visit, start a new form.
    .onward = Start a new form
thanks-title = Thank you
thanks-lead = Your answers were received and are safely kept.
thanks-receipt = Receipt code
thanks-what = The code shows that a form was received, not who sent it or what it says. You can take a picture of this page or print it; codes are looked up by the link below.
thanks-close = You can close this page.
receipt-title = Look up a receipt
receipt-lead = Enter the code of your thank-you page to see whether the form was received.
receipt-code = Receipt code
receipt-look = Look up
receipt-found = Received
    .words = The form with this code was received. Survey: { $wave }.
receipt-missing = This code was not found
    .words = Compare each character with your thank-you page. If you have only just sent the form, try again in a few minutes.
