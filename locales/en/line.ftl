### The runs of a line, and its timetable

refusal-no-boarding-here = Sorry, runs for { $direction } only let people off at { $pickup } (alighting only). Please get on at a stop before the section where people only get off.
refusal-no-alighting-here = Sorry, runs for { $direction } only take people up at { $dropoff } (boarding only). Please get off at a stop past the section where people only get on.
refusal-no-run-between = Sorry, no run goes from { $pickup } to { $dropoff }.
refusal-no-run-then = Sorry, no further run fits this time ({ $time_s }) on that day.
refusal-run-full = Sorry, { $direction } run { $number } { $left ->
    [0] is fully booked
   *[other] has { $left } places left
}. Here are other runs.
refusal-party-too-big-for-run = Sorry, one run takes { $most } persons at most. Please book part of the party on another run, or ask us by phone.
refusal-no-booking-needed = { $direction } run { $number } needs no booking. Please be at the stop at { $about ->
    [yes] about { $time_s }
   *[other] { $time_s }
}. The fare is ¥{ $fare }.
refusal-run-called-off = Sorry, { $direction } run { $number } is called off. Reason: { $reason }.
refusal-run-not-operated = Sorry, { $direction } run { $number } does not operate: nobody had booked it by the deadline.
refusal-run-left = This run has left already. The booking can no longer be cancelled or changed.
refusal-closed-desk = Sorry, because the desk is closed in between, bookings by phone closed at { $closed_at }.
refusal-name-missing = Please enter the name.
refusal-phone-missing = Please enter a phone number.
refusal-phone-unreadable = Please check the phone number.
refusal-category-unknown = Sorry, this service has no such fare category.
