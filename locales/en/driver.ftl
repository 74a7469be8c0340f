### The driver's terminal: short words, readable at a glance

driver-title = Driver's terminal
driver-choose-title = Today's duty
driver-choose-yours = Your duty
driver-choose-open = Vehicles without a driver
driver-choose-none = You have no duty today. Please phone the dispatcher.
driver-choose-hours = { $start }–{ $end }
driver-choose-seats = { $seats } seats
driver-choose-wheelchairs = wheelchairs: { $places }
driver-choose-other = Choose another vehicle
driver-desk-phone = Phone the desk
driver-sign-out = Sign out

driver-next = Next stop
driver-later = After that
driver-done = Done
driver-done-count = Done ({ $count })
driver-nothing = Nothing planned now. New bookings will appear here.
driver-all-done = Everything is done. Thank you.
driver-loading = Loading the plan
driver-no-plan = No signal: the plan cannot be shown. It appears as soon as the connection is back. If urgent, phone the desk.
driver-run-gone = This duty is not among today's. Please choose your vehicle again.

driver-window = promised { $earliest }–{ $latest }
driver-arrived-at = arrived { $time }
driver-up = On
driver-off = Off
driver-persons-up = { $persons } getting on
driver-persons-off = { $persons } getting off
driver-number = Booking { $number }
driver-call-name = { $name }
driver-no-name = Booked rider
driver-marker = Look for: { $marker }
driver-marker-winter = Look for (winter): { $marker }
driver-wheelchairs = wheelchairs: { $count }
driver-new = New booking
driver-cancelled = Cancelled
driver-fare-part = { $category } { $yen }
driver-fare-part-many = { $category } { $yen }×{ $persons }
driver-fare = { $persons } pers. { $terms } = ¥{ $total }
driver-fare-free = { $persons } pers. { $terms } = free
driver-fare-taken = ¥{ $yen } received

driver-arrive = Arrived
driver-board = On board
driver-alight = Off
driver-absent = Not here
driver-absent-wait = Not here (in { $time })
driver-undo = Undo
driver-fare-change = Correct fare
driver-fare-save = Save amount
driver-fare-close = Leave it
driver-fare-yen = Amount received (yen)
driver-fare-reason = Reason
driver-fare-reason-category = other fare category
driver-fare-reason-persons = other number of persons
driver-fare-reason-short = not enough money
driver-fare-reason-unpaid = nothing received
driver-fare-reason-typing = typing mistake
driver-phone = Show phone number
driver-phone-none = The number cannot be shown. Please phone the desk.
driver-phone-offline = No signal: the number cannot be shown.

driver-state-boarded = on board
driver-state-completed = got off
driver-state-no-show = was not there
driver-state-missed = vehicle was late, not carried
driver-tapped-arrived = Marked as arrived
driver-tapped-boarded = Booking { $number } is on board
driver-tapped-alighted = Booking { $number } got off
driver-tapped-absent = Booking { $number } marked as not here
driver-tapped-undo = Booking { $number } put one step back
driver-tapped-fare = Fare of booking { $number } corrected
driver-tapped-delay = Reporting { $minutes } minutes late
driver-tapped-on-time = Reporting back on time

driver-delay = Report a delay
driver-delay-minutes = { $minutes } min late
driver-delay-none = Back on time
driver-delay-now = Reported: { $minutes } minutes late
driver-delay-told = { $told } riders will be told ({ $called } by phone)

driver-online = Connected
driver-offline = No signal. What you tap is sent when it is back
driver-waiting = { $count } unsent
driver-signed-out = Your sign-in has ended. What you tapped is kept.
driver-sign-in = Sign in
driver-lost-taps = { $count } taps could not be sent. Please phone the desk.
driver-new-booking = A new booking has come in
driver-changed = The plan has changed
driver-position-on = Sending your position
driver-position-off = Not sending your position

driver-messages = Messages with the desk
driver-messages-open = Messages
driver-messages-unread = { $count } unread
driver-messages-none = No messages yet.
driver-messages-desk = Desk
driver-messages-you = You
driver-messages-write = Write a message
driver-messages-send = Send
driver-messages-read = Read
driver-messages-sending = waiting
driver-messages-private = Please do not write names or phone numbers of riders.
driver-messages-failed = Not sent. Please send it again.
driver-messages-quick = Quick replies
driver-quick-1 = Understood
driver-quick-2 = Arriving soon
driver-quick-3 = Please call me
driver-quick-4 = The vehicle is full
driver-quick-5 = Heavy traffic
driver-close = Close

refusal-tap-stale = This booking is in another state by now. Please check the plan on the screen.
refusal-tap-unreadable = This tap could not be read. Please phone the desk.
refusal-not-boarded-yet = Please tap “On board” first.
refusal-undo-alighting-first = Please undo “Off” first.
refusal-wait-longer = Too early to say “Not here”. Please wait until { $until_s }.
refusal-seats-given-away = The seats went to another booking. Please phone the desk.
refusal-fare-amount = Please check the amount.
refusal-fare-reason = Please choose why the amount differs.
refusal-fare-before-boarding = The fare can be corrected after boarding.
refusal-message-length = A message has 1 to { $most } characters.
refusal-duty-taken = This vehicle has a driver already.
