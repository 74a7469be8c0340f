### Reasons for a refusal, fit to be read out on the phone (D-48)

refusal-before-acceptance = We are sorry: bookings are not open yet. They open on { $day }.
refusal-after-acceptance = We are sorry: bookings closed on { $day }.
refusal-outside-period = We are sorry: the service does not run in the period of { $day }.
refusal-closed-weekday = We are sorry: there is no service on { $day }.
refusal-closed-holiday = We are sorry: there is no service on { $day } ({ $holiday }).
refusal-closed-day = We are sorry: there is no service on { $day } ({ $reason }).
refusal-outside-hours = We are sorry: the service runs from { $start_s } to { $end_s }.
refusal-not-open-yet = We are sorry: bookings for { $day } open on { $opens_at }.
refusal-closed-notice = We are sorry: rides are booked at least { $minutes } minutes ahead. This time closed on { $closed_at }.
refusal-closed = We are sorry: bookings for this run closed on { $closed_at }.
refusal-acceptance-stopped = We are sorry: we are not taking new bookings now. The reason is: { $reason }
refusal-not-a-member = Please register first, then you can book.
refusal-same-stop = The stops to get on and off are the same. Please choose another one.
refusal-stop-not-served = We are sorry: this stop is not served now.
refusal-party-empty = Please choose how many people ride.
refusal-more-wheelchairs = There are more wheelchairs than people. Please check again.
refusal-party-too-big = We are sorry: one booking holds up to { $most } people.
refusal-infants-alone = Small children cannot ride alone. Please book together with an adult.
refusal-overlapping = You have another booking at that time (number { $number }).
refusal-full = We are sorry: this time is fully booked.
refusal-too-far = We are sorry: no vehicle can be there in time.
refusal-no-wheelchair-place = We are sorry: no vehicle with a wheelchair place is free at that time.
refusal-no-seats = We are sorry: no vehicle is large enough for your party.
refusal-no-vehicle = We are sorry: no vehicle is out on that day.
refusal-not-cancellable = This booking can no longer be cancelled here. Please call us.
refusal-gone = We are sorry: this time was taken while you were choosing.
refusal-report-submitted = This report was handed in already and stays as it was.
refusal-report-not-over = A report is handed in when its span is over ({ $day }).

### Running the line on the day (extra runs, suspensions, vehicle swaps)

refusal-rides-suspended = We are sorry: no rides then ({ $reason }). Please choose another day or time.
refusal-no-such-run = That run was not found.
refusal-too-many-follows = You can follow { $most } runs at most.
refusal-vehicle-busy = { $vehicle } is out on another run at that time (free at { $free_s }).
refusal-vehicle-too-small = { $vehicle } ({ $seats } seats) cannot take { $persons } persons.
refusal-not-a-timetable-run = Only runs of the timetable change their vehicle. For an area vehicle use “When a vehicle cannot go on”.
refusal-riders-on-board = Somebody is on board. Record where they got off, or change the vehicle.
refusal-suspension-too-long = A suspension lasts { $most } days at most.
refusal-not-resumable = A run whose departure is past, or an extra run, cannot be resumed.
refusal-left-behind-persons = Please enter between 1 and { $most } persons.
refusal-left-behind-stops = This run carries nobody between these stops.
refusal-left-behind-answered = Somebody else has answered this report already. Please look at the board.
refusal-retention-not-agreed = The periods of keeping have not been agreed yet. Enter the day of the agreement on the register's page.
refusal-agreed-in-the-future = The day of the agreement cannot lie in the future.
refusal-only-reserved-runs = Only on reserved runs is anybody turned away. On fixed runs tap “Left behind”.
refusal-photo-unreadable = The picture cannot be read. Choose a JPEG of { $most } MB at most.
refusal-photos-enough = There are { $most } pictures already.
refusal-trial-without-change = Please choose at least one change.
refusal-trial-days-not-over = Please enter days up to yesterday, the first one first.
refusal-trial-too-long = Please choose no more than { $most } days.
refusal-trials-waiting = { $count } trials are still being worked out. Please press again when they are done.
refusal-trial-too-long-ago = Days further back than rides are kept ({ $days } days) cannot be tried.
