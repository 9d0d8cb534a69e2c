fieldwork-title = Fieldwork
fieldwork-facts = As of { $moment } · fieldwork { $opens } to { $closes }
fieldwork-held = For { $minutes } min the database has not been able to forget in which order answers came, because of: { $who }. Ask whoever runs the server to end it.
fieldwork-held-by-somebody = For { $minutes } min the database has not been able to forget in which order answers came, because somebody reads an old state of it. Ask whoever runs the server to end that.
fieldwork-lead = { $answered } of the { $target } responses that are wanted have come in ({ $share }).
fieldwork-lead-bare = { $answered } responses have come in.
fieldwork-units = Fieldwork by unit
fieldwork-unit = Unit
fieldwork-overall = All units
fieldwork-answered = Responses
fieldwork-target = Target
fieldwork-share = Share
fieldwork-expected = Expected by today
fieldwork-behind = behind
fieldwork-margin = Margin so far ±
fieldwork-deff = Design effect
fieldwork-more = More needed
fieldwork-explanation = Margin: half the width of the index’s confidence interval, in points. More needed: how many more responses a margin of ± { $margin } points takes at the design effect seen so far; 0 where it is reached. Scores are not shown before the release.
fieldwork-days = Responses by day
fieldwork-day = Day
fieldwork-total = So far
mode-web = Web
mode-kiosk = Kiosk
mode-interviewer = Interviewer
mode-telephone = Telephone
mode-paper = Paper
fieldwork-open-link = Open link, kept apart
burnup-title = Responses so far against the target
burnup-description = A rising line of the responses by day, beside a straight line for an even pace towards the target. The table below holds the same numbers.
burnup-answered = so far
burnup-pace = even pace
burnup-target = target
burnup-axis = Responses
weights-title = Weights
weights-unanswered = { $count ->
    [one] The plan calibrates the weights to known numbers of people. That takes answers from every group, and from this one there are none yet:
   *[other] The plan calibrates the weights to known numbers of people. That takes answers from every group, and from these { $count } there are none yet:
}
weights-level = { $level }: { $people } people
weights-more = and { $count } more
weights-follows = The plan calibrates the weights to known numbers of people. Among the answers so far that is not possible: who belongs to “{ $level }” already follows from the other groups.
weights-too-far = The plan calibrates the weights to known numbers of people. With the answers so far no weights of the planned kind meet all of them; “{ $level }” is furthest off.
weights-contradiction = The plan calibrates the weights to known numbers of people, and these contradict each other: { $reason }
weights-advice-open = As long as this is so, the weights stay as they are and the wave cannot be released. Before it closes, ask for answers where they are missing: a group without any can only be joined with another one, by a dated amendment of the plan.
weights-advice-closed = The weights stay as they are, and the wave cannot be released. No more answers come in: join a group without answers with another one, by a dated amendment of the plan.
weights-negative = { $count ->
    [one] Calibration gives one response a weight below 0 (it is { $smallest }): { $groups }. It counts against what was answered, and shares may leave 0–100%.
   *[other] Calibration gives { $count } responses a weight below 0 (the smallest is { $smallest }): { $groups }. They count against what was answered, and shares may leave 0–100%.
}
weights-negative-refused = The plan does not allow that, so the wave cannot be released like this.
weights-negative-allowed = The plan allows that.
jobs-title = Jobs
jobs-lead = Work that takes long, the latest first. A job that is interrupted goes on by itself; nothing is done twice.
jobs-none = There are no jobs.
jobs-job = Job
jobs-state = State
jobs-progress = Done
jobs-tries = Tries
jobs-wanted = Requested
jobs-wanted-by = { $day }, by { $who }
jobs-by-operator = the operator
jobs-by-administrator = the administrator
jobs-cancel = Cancel
jobs-look-again = Look again
jobs-kind-release = Release wave { $wave }
jobs-kind-correct = Correct what wave { $wave } published
jobs-kind-keep_release = Compute again what wave { $wave } published
jobs-kind-recount = Count wave { $wave } again from its responses
jobs-state-waiting = waiting
jobs-state-running = running
jobs-state-done = done
jobs-state-failed = failed
jobs-state-cancelled = cancelled

sign-in-title = Sign in as the administrator
sign-in-lead = The link works once. Whoever signs in by it may do everything, on this browser, until it is closed.
sign-in-go = Sign in
