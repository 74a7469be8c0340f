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

refusal-timetable-unreadable = The files have { $lines } mistakes; nothing was loaded.
refusal-timetable-in-the-past = Please choose a day after { $day }.
refusal-timetable-day-taken = Another timetable already begins on { $day }. Please choose another day.
refusal-run-overbooked = { $persons } persons are booked on { $run } on { $day }; this vehicle does not hold them. Please contact them first.
refusal-vehicle-has-rides = { $vehicle } has bookings of the area service on { $day }. Please move them to another vehicle, or contact the riders, first.

desk-call-timetable-changed = This is the desk of { $service }. Because of a new timetable your booking on { $day } from { $pickup } is now at about { $time }. May we ask whether this suits you?
desk-call-why-timetable-changed = A new timetable changes a promised time or run.

admin-masters-timetable = Timetable
admin-masters-timetable-about = Times of the runs, vehicles and seats, booking limits
timetable-day = Day
timetable-show = Show
timetable-of-weekdays = weekday timetable
timetable-of-holidays = timetable of Saturdays, Sundays and holidays
timetable-none = No timetable holds on this day.
timetable-stop = Stop
timetable-run = Run { $number }
timetable-code = Run
timetable-direction = Direction
timetable-departs = Departs
timetable-arrives = Arrives
timetable-weekdays = Weekdays
timetable-holidays = Saturdays, Sundays, holidays
timetable-rule = Boarding and alighting
timetable-both = both
timetable-board-only = boarding only
timetable-alight-only = alighting only
timetable-kind = Operation
timetable-kind-fixed = fixed (no booking needed)
timetable-kind-reserved = reserved
timetable-vehicle = Vehicle
timetable-seats = Seats for riders
timetable-limit = Booking limit (persons)
timetable-limit-hint = The most persons booked over the whole run, up to the seats of the vehicle.
timetable-versions = Timetables loaded
timetable-version = From { $day } { $year } ({ $runs } runs)
timetable-new = Load a new timetable
timetable-from = From when
timetable-from-hint = A day after today. Days before keep the present timetable.
timetable-from-day = From { $day } { $year }
timetable-runs-file = List of runs (runs.csv)
timetable-runs-hint = Run, direction, times, operation on weekdays and holidays, vehicle, booking limit. UTF-8.
timetable-times-file = Times (timetable.csv)
timetable-times-hint = The stops of each run, times, times as printed, rules of boarding. UTF-8.
timetable-check = Check the files
timetable-not-utf8 = The file is not UTF-8.
timetable-bad-lines = Lines with mistakes
timetable-bad-line = { $file } line { $line }:
timetable-would-load = A timetable of { $runs } runs will be loaded.
timetable-would-hit = Bookings whose time changes: { $count ->
    [0] none
   *[other] { $count }. Loading puts them on the call list
}.
timetable-load = Load this timetable
timetable-back = Back to the timetable
timetable-hit = The time or run of { $count } bookings changes. Please contact the riders from the call list.
timetable-vehicle-seats = { $name } ({ $seats } seats)
timetable-weekday-vehicle = Vehicle on weekdays
timetable-holiday-vehicle = Vehicle on Saturdays, Sundays and holidays

admin-field-runs = List of runs
admin-field-times = Times
admin-field-booking-limit = Booking limit

fault-other = { $reason }
fault-missing = { $column } is missing.
fault-unreadable = { $column }: “{ $value }” cannot be read.
fault-unknown = { $column }: “{ $value }” is not known.
fault-twice = { $column }: “{ $value }” stands twice.
fault-header = The heading does not have the columns it should ({ $reason }).
fault-cells = The number of cells does not match the heading.
fault-orphan = Run “{ $value }” is not in the list of runs.
fault-stop-name = “{ $value }” is not the name of the stop with this code.
fault-off-print = The time does not match the printed “{ $value }”.
fault-seats = The seats differ from those of the vehicle ({ $value }).
fault-limit = The booking limit must be between 1 and the seats of the vehicle.
fault-seq = The sequence is broken (it should be { $value }).
fault-backwards = The time is not after that of the stop before.
fault-no-times = Run “{ $value }” has fewer than two times.
fault-ends = The times of run “{ $value }” are not its first and last time in the timetable.
fault-no-runs = There are no runs.

fares-zone = Zone { $zone }
