# "Why?": what dispatch decided, in sentences that a clerk can read out
why-joint = {" "}
why-list-joint = {", "}
why-vehicles-more = { $vehicles } and others ({ $all } vehicles)
why-arrival = Arriving by { $time }
why-notice = Because of the booking deadline we can offer rides from { $opens }, not { $wished }.
why-not-then = { $time } is not possible: { $reasons }.
why-none = { $time } was not possible: { $reasons }.
why-other-chosen = { $time } was possible too; the time you chose was booked.
why-cheapest = For { $window } { $others ->
    [one] one other vehicle
   *[other] { $others } other vehicles
} could come too, but { $vehicle } makes the smallest detour.
why-only = For { $window } { $vehicle } comes: { $reasons }.
why-single = { $vehicle } can come for { $window } and still keep every promise already given.
why-other-order = Others get on and off in another order for it, all within the times they were promised.
why-only-reserve = The seats that are left are kept for wheelchair users.
why-moved = The vehicle planned for this ride cannot go on, so { $vehicle } comes instead, { $window }.
why-moved-nowhere = The vehicle planned for this ride cannot go on, and no other vehicle could take it.
why-forgotten = The details are past their period of keeping and have been erased.
why-better = With all promised times unchanged, { $moved ->
    [one] one booking was
   *[other] { $moved } bookings were
} put in another order or vehicle. That saves about { $minutes ->
    [one] one minute
   *[other] { $minutes } minutes
} of driving and waiting.
why-limit-pickup-window = { $vehicles } cannot be there in time
why-limit-dropoff-window = { $vehicles } would arrive too late
why-limit-ride-time = the ride in { $vehicles } would take too long
why-limit-seats = { $vehicles } has not enough seats
why-limit-wheelchairs = { $vehicles } has no free wheelchair place
why-limit-shift = { $vehicles } is not out at that time
why-limit-other-promise = { $vehicles } has promised others a ride
why-limit-driver-break = the driver of { $vehicles } has a break
why-limit-reserved = the seats left in { $vehicles } are kept for wheelchair users

why-more = Open the record of this decision
why-table = What each vehicle could do
why-table-first = What each vehicle could do for the time wished ({ $window })
why-table-taken = What each vehicle could do for the time chosen ({ $window })
why-answer = Decision
why-taken = Chosen
why-could = Possible, at a higher cost
why-pickup = Pick-up
why-dropoff = Drop-off
why-cost = Added cost
why-cost-about = Costs count one second of driving as 1. They are told apart for the five cheapest vehicles only.
why-weights = Weights at the time
why-engine = Version of the planner
why-record = Record
why-decision = Record of a decision
why-decisions = Decisions
why-decisions-of = Decisions for { $day }
why-decisions-about = Decisions of the area service, the newest first, up to 500. No names or phone numbers are recorded.
why-decisions-none = No decision is recorded for this day.
why-kind = Kind
why-kind-all = All
why-kind-offered = Offered
why-kind-booked = Booked
why-kind-refused = Refused
why-kind-replanned = Replanned
why-kind-moved = Moved
why-at = Decided at
why-wish = Wish
why-before-after = Costs before and after replanning
why-before = Before
why-after = After
why-sum = Sum
why-only-reserve-staff = Without the seats kept for wheelchair users it could have been booked.
why-replay-same = Decided again, the outcome is the same.
why-replay-other = Decided again today, the outcome differs.
why-replay-engine = The planner has changed since ({ $then } → { $now }).

weight-driving = Driving
weight-standing = Waiting with riders on board
weight-riding = Time on board
weight-delay = Waiting for the pick-up

admin-settings-reserve = Seats kept for wheelchair users
admin-settings-reserve-about = How many seats of each vehicle with a wheelchair place stay free for wheelchair users and those who come with them. Shortly before the pick-up anybody may book them.
admin-settings-reserve-price = In the last { $days } days { $count } wishes were refused only because seats were kept.
admin-field-reserved-seats = Seats kept (in each vehicle)
admin-field-reserve-until-s = Kept until so long before the pick-up
admin-settings-weights = Weights of the plan
admin-settings-weights-about = By these weights vehicles and orders are compared. One second of driving counts 1; each weight says how many seconds of driving one second of the other is worth. A change holds from the next decision on and stands in its record.
admin-weight-hint = { $least } to { $most } (at first { $usual })
admin-form-weight = Please enter a number from { $least } to { $most }.

fairness-title = Fairness
fairness-about = Counted from the records of decisions of the area service: how often wishes of each group are refused, how far rides lie from the time wished, how much longer they take than the direct drive. Nothing personal is read. Tries of one person within an hour count once; a wish that could not be met counts as refused even when another ride was booked. Refusals by a rule, such as the deadline, are left out. Groups of fewer than five are not shown.
fairness-group = Group
fairness-kind = By
fairness-whole = All
fairness-asked = Wishes
fairness-refused = Refused
fairness-rate = Share refused
fairness-wait = Off the time wished (mean, min)
fairness-detour = Detour (mean, min)
fairness-note = Note
fairness-mark-small = Fewer than five, not shown
fairness-mark-beside = Not shown: a group of fewer than five could be worked out from it
fairness-mark-few = Fewer than 30: read the share with care
fairness-mark-worse = Refused more often than the rest
fairness-even = No group is refused markedly more often than the rest.
fairness-only-reserve = Refused only because seats were kept for wheelchair users
fairness-by-wheelchair = Wheelchair
fairness-by-channel = Channel
fairness-by-length = Length of the ride
fairness-by-fare-class = Fare class
fairness-by-pickup = Pick-up stop
fairness-by-dropoff = Drop-off stop
fairness-wheelchair-with = With a wheelchair
fairness-wheelchair-without = Without a wheelchair
fairness-length-1 = Shortest quarter
fairness-length-2 = Second quarter
fairness-length-3 = Third quarter
fairness-length-4 = Longest quarter
