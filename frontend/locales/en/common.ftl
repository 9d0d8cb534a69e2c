skip-to-content = Skip to content
language-switch = Language
language-partial = What has no translation into { $language } yet is shown in Vietnamese.
synthetic-notice = Synthetic data, made up to show how the platform works.
footer-about = Plumbline measures how satisfied citizens are with public administrative services, and says how sure each result is.
footer-links = Links
footer-receipt = Look up a receipt
footer-api = Data and API
error-home = Go to the first page
error-400 = The request could not be read
    .advice = Your browser sent something that the server does not understand. Go back and try again.
error-401 = Access needed
    .advice = This page is only for people with the administrator’s link or token.
error-404 = Page not found
    .advice = The address may be mistyped or no longer valid. If it came from a poster or a sheet of paper, scan the code again.
error-405 = This cannot be done here
    .advice = This page does not take the kind of request that was sent. Go back to the first page.
error-409 = This page is out of date
    .advice = Something changed while you were working. Load the page again.
error-410 = This page is gone
    .advice = What you are looking for was taken down and will not come back.
error-413 = That was too long
    .advice = Shorten what you wrote and send it again.
error-415 = This format is not supported
    .advice = Please use the form on the page to send your answers.
error-422 = Something is not right yet
    .advice = Go back, check what you filled in, and try again.
error-429 = Too many requests
    .advice = Wait a minute and try again.
error-503 = This page cannot be shown at the moment
    .advice = The database does not answer. Nothing is lost. Try again in a moment.

# Long lists come in pages.
list-search = Find by name or code
list-find = Find
list-all = Show all
list-range = { $first }–{ $last } of { $all }
list-found = { $number ->
    [0] Found: 0 of { $all }
   *[other] Found: { $found } of { $all }; shown: { $first }–{ $last }
  }
list-pages = Pages of the list
list-page = Page { $page } of { $pages }
list-first = First
list-previous = Previous
list-next = Next
list-last = Last
