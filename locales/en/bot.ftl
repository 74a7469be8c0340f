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
bot-offer-more = arrival by { $arrive }, { $fare }
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
bot-by-stop = { $stop }, by { $when }
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
bot-notice-vehicle = On { $day } you ride in { $vehicle }. The stop is still { $pickup }.
bot-notice-suspended-title = Your ride does not run
bot-notice-suspended = We are sorry: the vehicle for your booking on { $day } (number { $number }) does not run.

## Rich menu
bot-rich-bar = Open the menu
bot-rich-book = Book a ride
bot-rich-bookings = My bookings
bot-rich-register = Register
bot-rich-guide = Stops
bot-rich-call = Call us
bot-rich-help = How it works
