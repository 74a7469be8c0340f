### The conversation in LINE: short sentences, plain words

## Buttons of every screen
bot-back = Back
bot-quit = Stop
bot-call = Call us
bot-menu = Menu
bot-send-place = Send my location

## Menu
bot-menu-title = What can we do for you?
bot-menu-book = Book a ride
bot-menu-bookings = See or cancel bookings
bot-menu-register = New here? Register
bot-menu-guide = Find a stop
bot-menu-fares = Fares
bot-menu-help = How it works
bot-menu-settings = See or change my data
bot-speak-other = 日本語
bot-language-set = We speak English now.
bot-remind = Remind me the day before
bot-unremind = Stop reminding me
bot-remind-done = We remind you of your ride on the day before it.
bot-unremind-done = We do not remind you any more. We still tell you of delays and cancellations.

## Greeting
bot-welcome-title = Welcome
bot-welcome = You can book shared rides here. New here? Please register first.
bot-policy = Terms of use

## Registration
bot-members-only = Please register before you book.
bot-already-member = You are registered already.
bot-consent-title = Please read before you register
bot-agree = I agree, go on
bot-link-register-title = Register
bot-link-register = You enter your name on the next page. Please do not write it in this chat.
bot-link-settings-title = My data
bot-link-settings = On the next page you see your data. You can correct them, or end your registration.
bot-open-form = Open the page
bot-link-once = This button works once, for 10 minutes.
bot-registered-title = You are registered
bot-registered = You are registered now. You can book at once.

## Questions of a booking
bot-which-ride = Where do you want to go?
bot-same-again = Same as before
bot-way-back = The way back
bot-trip = { $pickup } to { $dropoff }
bot-other-ride = Choose other places
bot-questions-left = { $count ->
    [one] 1 more question
   *[other] { $count } more questions
}
bot-ask-pickup = Where do you get on?
bot-ask-dropoff = Where do you get off?
bot-first-letter = First letter of the name
bot-type-or-send = You can also type the name of a place.
bot-same-stop = Both places are the same.
bot-near-title = Stops near you
bot-metres = about { $metres } m from here
bot-kilometres = about { $kilometres } km from here
bot-ask-day = Which day?
bot-today = Today, { $day }
bot-tomorrow = Tomorrow, { $day }
bot-other-day = Another day
bot-no-days = No day can be booked now. Please call us.
bot-day-not-bookable = This day cannot be booked.
bot-day-over = Booking for this day has ended.
bot-ask-time = What time on { $day }?
bot-leave-at = Leave at
bot-arrive-by = Arrive by
bot-leaving = Leave at { $clock }
bot-arriving = Arrive by { $clock }
bot-ask-party = Who rides?
bot-wheelchairs = Wheelchairs
bot-less = −
bot-more = +
bot-less-said = { $what }: one less
bot-more-said = { $what }: one more
bot-party-done = Done

## Confirmation
bot-confirm-title = Is this right?
bot-yes-book = Yes, book it
bot-yes-change = Yes, change it
bot-change-party = Change who rides
bot-mend = Change something
bot-other-times = Other times
bot-offer-label = { $day }, { $window }
bot-offer-more = { $arrival }, { $fare }
bot-offer-alt = { $day }, { $pickup } to { $dropoff }: { $ride }.
bot-fact-day = Day
bot-fact-pickup = Get on
bot-fact-planned = Planned now
bot-fact-dropoff = Get off
bot-fact-party = Who rides
bot-fact-fare = Fare
bot-fact-number = Booking number
bot-fact-state = State
bot-at-stop = { $stop }, { $when }
bot-by-stop = { $stop }, { $arrival }
bot-ask-mend = What shall we change?
bot-ask-change = What shall we change?
bot-edit-time = Time
bot-edit-day = Day
bot-edit-party = Who rides
bot-edit-pickup = Where to get on
bot-edit-dropoff = Where to get off

## Refusal
bot-refused-title = This ride cannot be booked
bot-instead = You can book one of these

## Bookings
bot-changed-title = Your booking is changed
bot-booked-title = Your ride is booked
bot-was-booked = This ride is booked
bot-was-cancelled = This booking is cancelled
bot-booking-title = Your booking
bot-bookings-title = Your coming rides
bot-no-bookings = You have no coming rides.
bot-booking-alt = { $day }, { $window }, { $pickup } to { $dropoff }. Booking number { $number }.
bot-number = Booking number { $number }
bot-say-number = Please tell the driver your booking number.
bot-pickup-place = Map of the stop
bot-change = Change
bot-cancel = Cancel this ride
bot-ask-cancel = Cancel this ride?
bot-yes-cancel = Yes, cancel it
bot-keep = No, keep it
bot-cancelled-title = Your ride is cancelled
bot-see-booking = See the booking
bot-state-confirmed = booked
bot-state-boarded = on board
bot-state-completed = ride finished
bot-state-cancelled = cancelled
bot-state-no-show = not boarded
bot-state-missed = the vehicle could not come

## Stops
bot-guide-title = Find a stop
bot-which-stop = Choose a stop
bot-marker = Look for: { $what }
bot-winter-marker = In snow look for: { $what }
bot-hint = Where to wait: { $what }
bot-start-from = Ride from here
bot-start-to = Go here

## Fares, help, phone
bot-fare-adult = Adult (12 and over, after primary school)
bot-fare-senior = Senior (70 and over)
bot-fare-discount = Reduced fare
bot-fare-child = Child (primary school)
bot-fare-infant = Infant (before primary school)
bot-fare-pay = Please pay in cash in the vehicle.
bot-how-1 = 1. Tap "Book a ride".
bot-how-2 = 2. Choose where to get on and off.
bot-how-3 = 3. Choose day and time, check, and book.
bot-how-4 = 4. Wait at the marker of the stop in time.
bot-phone-title = Phone
bot-phone-number = Our number is { $number }.
bot-phone-hours = We answer on operating days from { $opens } to { $closes }.
bot-phone-open = We answer now.
bot-phone-closed = We do not answer now. You can book by LINE at any hour.

## Not understood
bot-not-understood = Sorry, we did not understand. Please use the buttons.
bot-wordless = Thank you. Please use the buttons.
bot-old-button = That button is from before. Here is where we are.
bot-not-found = We could not find that booking.
bot-stale = The booking has changed. Here is its present state.
bot-left = We have stopped.
bot-desk-title = We can help
bot-desk = We can also help by phone. Please tap "Call us".
bot-sorry-title = We are sorry
bot-sorry = Something went wrong. Please try again, or call { $number }.

## Notices
bot-notice-cancelled-title = Booking cancelled
bot-notice-cancelled = Your booking for { $day } (number { $number }) is cancelled.
bot-notice-time-title = Your pick-up time
bot-notice-time = On { $day } we come to { $pickup } at about { $clock }. This is within the promised time.
bot-notice-delay-title = Your vehicle is late
bot-notice-delay = We are sorry: your vehicle is about { $minutes } minutes late. It comes to { $pickup } at about { $clock }.
bot-notice-delay-over-title = Back on time
bot-notice-delay-over = Your vehicle has caught up. It comes to { $pickup } at about { $clock }.
bot-notice-vehicle-title = Another vehicle comes
bot-notice-vehicle = The vehicle for your ride on { $day } has changed. New vehicle: { $vehicle }. The stop is still { $pickup }.
bot-notice-suspended-title = Your ride does not run
bot-notice-suspended = We are sorry: the vehicle for your booking on { $day } (number { $number }) does not run.
bot-reminder-title = Your coming ride
bot-reminder = You have a booking on { $day }.

## Rich menu
bot-rich-bar = Open the menu
bot-rich-book = Book a ride
bot-rich-bookings = My bookings
bot-rich-register = Register
bot-rich-guide = Stops
bot-rich-call = Call us
bot-rich-help = How it works

## Which service (towns with both)
bot-which-service = Which vehicle would you like?
bot-with-service = Ride the { $service }
bot-kind-timetable = Runs by a timetable. No membership needed.
bot-kind-shared = Shared rides on request, for members.
bot-letter-of-pickup = First letter of the stop where you get on
bot-from-stop = From { $stop }
bot-go-to = To { $stop }
bot-stop-of = { $stop } ({ $service })
bot-edit-run = Run
bot-party-most = Up to { $most } persons can be booked at once. If you are more, please book two runs or call us.

## Choosing a run
bot-ask-run = Which run on { $day }?
bot-no-runs = No run can be ridden on this day.
bot-run-times = { $start } → { $end }
bot-run-fare = { $run }, { $fare }
bot-run-bookable = can be booked ({ $places } places left)
bot-run-no-booking-needed = no booking needed
bot-run-full = full
bot-run-closed = bookings have closed
bot-run-not-open = not open for booking yet
bot-run-suspended = called off
bot-fact-run = Run
bot-fact-vehicle = How to know the vehicle
bot-no-ic = Please pay by cash, ticket book or pass. IC cards (SAPICA, senior pass and others) cannot be used.
bot-walk-on-title = No booking needed
bot-walk-on = { $run } always runs. You need no booking. Please be at { $stop } by { $when }.
bot-other-runs = See other runs
bot-follow = Tell me of delays and cancellations
bot-unfollow = Stop telling me
bot-unfollow-run = Stop telling me of { $run }
bot-followed-title = Runs I hear about
bot-followed = We tell you when these runs are late or called off.
bot-followed-none = You hear about no runs.
bot-book-again = Book another run

## Timetable
bot-menu-timetable = Timetable
bot-timetable-title = Timetable { $direction }
bot-run-number = No. { $number }
bot-rule-both = Getting on and off
bot-rule-board = Getting on only
bot-rule-alight = Getting off only
bot-run-departing = run { $number } ({ $time })
bot-fixed-weekday = On weekdays you can ride { $runs } without a booking.
bot-fixed-weekday-none = On weekdays every run needs a booking.
bot-fixed-holiday = On Saturdays, Sundays and holidays you can ride { $runs } without a booking.
bot-fixed-holiday-none = On Saturdays, Sundays and holidays every run needs a booking.
bot-other-direction = The other direction
bot-times-at-stop = Times at a stop
bot-times-here = Times at this stop
bot-times-title = Times at { $stop }
bot-time-of-run = No. { $number } { $clock }
bot-called-off = { $direction } no. { $number } does not run today. { $reason }

## Fares
bot-fare-of-ride = Fare of my ride
bot-fare-of-other = Fare of another ride
bot-fare-proofs = Who pays what, and what to show
bot-fare-passes = Prices of ticket books and passes
bot-fare-free = Welfare pass holder
bot-zone-with = To or from { $stops }
bot-zone-rest = All other rides
bot-proof-adult = From junior high school on. Nothing to show.
bot-proof-senior = 70 and older. Please show something with your age.
bot-proof-discount = Holders of a handbook. Please show it.
bot-proof-child = Primary school pupils. Nothing to show.
bot-proof-infant = Children before primary school ride free.
bot-proof-free = Please show your welfare pass. You ride free.
bot-proof-never-why = We never ask for the reason of a discount.
bot-books-title = Ticket books
bot-passes-title = Passes
bot-book-full = Adult, { $tickets } tickets
bot-book-half = Senior, discount and pupil, { $tickets } tickets
bot-pass-commute = Commuter
bot-pass-student = Student
bot-pass-pupil = Pupil
bot-pass-welfare = Welfare discount
bot-pass-subway = With subway
bot-months = { $months } mo. { $price }
bot-no-products = Please ask for ticket books and passes by phone.
bot-passes-where = Sold in the vehicle and at the counter. A pass may be handed over later.

## Name and phone (no members), opinions
bot-link-guest-title = One thing is left to fill in
bot-link-guest = A booking needs your name and phone number. Fill them in on the next page and the ride is booked. Please do not write them here.
bot-known-now = We have your name and phone number now.
bot-menu-opinion = Send an opinion or a problem
bot-link-opinion-title = Opinions and problems
bot-link-opinion = Please write your opinion on the next page. We cannot answer what is written in this chat.
bot-welcome-line = Here you can book shared rides and runs of the timetable.

## Stops at hand
bot-keep-stop = Keep this stop at hand
bot-unkeep-stop = Do not keep this stop
bot-keep-done = We keep this stop at hand.
bot-unkeep-done = This stop is kept no more.
bot-far-away = You seem to be outside the area where we run. These are the nearest stops.

## News of runs
bot-follow-delay-title = A run is late
bot-follow-delay = We are sorry. On { $day } { $run } is about { $minutes } minutes late.
bot-follow-on-time-title = In time again
bot-follow-on-time = On { $day } { $run } is in time again.
bot-follow-suspended-title = A run is called off
bot-follow-suspended = We are sorry. On { $day } { $run } does not run. { $reason }
bot-follow-resumed-title = Running after all
bot-follow-resumed = { $run } on { $day } runs after all. Please book again if your booking was cancelled.
bot-notice-timetable-title = The timetable has changed
bot-notice-timetable = The timetable of { $day } has changed: we are at { $pickup } at { $clock }. If that does not suit you, please change your booking.
bot-rich-timetable = Timetable
bot-still-member-title = Stay registered?
bot-still-member = You have not ridden for a while. To stay registered, tap “Stay registered”. Without an answer by { $day } { $year } your registration is erased.
bot-stay = Stay registered
bot-leave = Leave
bot-stayed = You stay registered. Thank you.
