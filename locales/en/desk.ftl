### The phone desk. What is to be read out is spoken language

desk-title = Phone desk
desk-phone-open = Open ({ $opens }–{ $closes })
desk-phone-closed = Outside phone hours. The phone is answered from { $opens } to { $closes }.
desk-phone-closed-day = No service today: the phone desk is closed.
desk-calls-waiting = { $calls ->
    [one] 1 call to make
   *[other] { $calls } calls to make
}
desk-who = Who is calling?
desk-who-hint = Phone number, or the name in kana.
desk-find = Find
desk-keys = Number keys press the button with that number; 0 is the next caller.
desk-found = Search result
desk-found-many = { $persons } members found. Ask for the name and choose.
desk-found-none = No member found. Check the number or kana, or register the caller.
desk-phone-tail = phone ending { $tail }
desk-new-caller = Register a new caller
desk-purpose-say = To register you we ask for your name and its reading, phone number, year of birth and fare category. We use them only to book shared rides, to contact you about them, and to work out the fare. You can see, correct or delete them at any time. May I register you?
desk-agreed = I read this out and the caller agreed
desk-agree-first = Please read out the purpose and get the caller's agreement first.
desk-register = Register
desk-name = Name
desk-kana = Kana
desk-kana-hint = In hiragana
desk-phone = Phone number
desk-phone-wrong = Please check the phone number.
desk-birth = Year of birth
desk-birth-hint = Four digits. A full date like 1950-04-01 works too.
desk-school = School
desk-school-none = (none)
desk-school-preschool = Before primary school
desk-school-primary = Primary school
desk-school-junior-high = Junior high school
desk-school-older = High school or older
desk-category = Fare category
desk-guardian = Guardian's contact
desk-guardian-hint = For riders under 16
desk-wheelchair = Rides in a wheelchair
desk-caller = Caller
desk-caller-name = { $kana }
desk-next-caller = Next caller
desk-last-trips = Usual rides
desk-no-trips = No rides yet.
desk-at-depart = leaving { $time }
desk-at-arrive = arriving { $time }
desk-return = Return ride
desk-held = Booked rides
desk-none-held = No bookings.
desk-new-booking = New booking
desk-pickup = From
desk-dropoff = To
desk-stop-hint = Part of the name or its kana is enough.
desk-stop-unknown = There is no such stop.
desk-stop-many = Several stops match; please choose one: { $names }
desk-day = Day
desk-time = Time
desk-time-hint = 930 or 9:30
desk-kind = The time is
desk-party = Party
desk-wheelchairs = Wheelchairs
desk-find-offers = Find rides
desk-offers = Rides to offer
desk-offers-for = { $kana }, { $party }
desk-read-out = Read out
desk-offer-say = On { $day } there is a ride from { $pickup } leaving { $window }, at { $dropoff } by { $arrive }. The fare is { $fare }.
desk-book-this = Book { $window }
desk-back-to-caller = Back to the caller
desk-other-wish = Try another wish
desk-refused = This ride cannot be booked
desk-alternatives = What can be booked instead
desk-alternatives-say = {" "}{ $number ->
    [one] There is one other ride I can offer you.
   *[other] There are { $number } other rides I can offer you.
}
desk-no-alternatives = Nothing else is free near that time. Please try another time or day.
desk-why = Why?
desk-booking = Booking { $number }
desk-booked-before = This was sent from an older page, so nothing new was booked. The booking below was made from that page before.
desk-booked-say = Your ride is booked. The number is { $number }. On { $day } we pick you up at { $pickup }, { $window }. You will be at { $dropoff } by { $arrive }. The fare is { $fare }.
desk-booking-say = Your booking is number { $number } on { $day }. We pick you up at { $pickup }, { $window }, and you are at { $dropoff } by { $arrive }. The fare is { $fare }.
desk-cancelled-say = Your booking { $number } from { $pickup } on { $day } is cancelled.
desk-window = Pick-up window
desk-planned = Planned now
desk-arrive-by = (by { $arrive })
desk-fare = Fare
desk-vehicle = Vehicle
desk-channel = Channel
desk-state = State
desk-number = Number
desk-from-to = From – to
desk-change = Change booking
desk-change-number = Change booking { $number }
desk-change-about = The present booking is given up only when the new one holds.
desk-cancel = Cancel booking
desk-cancel-say = Shall I cancel booking { $number } on { $day }, { $window }, from { $pickup }?
desk-cancel-yes = Cancel it
desk-cancel-no = Back
desk-bookings-of = Bookings on { $day }
desk-no-bookings = No bookings on this day.

desk-no-calls = Nobody needs to be called.
desk-call-tries = { $tries ->
    [one] tried once
   *[other] tried { $tries } times
}
desk-call-since = (since { $at })
desk-call-number = Show the phone number (this is recorded)
desk-call-no-number = No phone number on record
desk-call-reached = Told
desk-call-not-reached = Not reached
desk-called = Already told
desk-reached-at = Told at
desk-call-why-no-line = Does not use LINE.
desk-call-why-line-failed = LINE could not deliver it.
desk-call-why-left-line = Left our LINE account.
desk-call-why-monthly-limit = This month's LINE messages are used up.
desk-call-why-unknown-user = LINE does not know this account.
desk-call-why-other = LINE could not deliver it.
desk-call-delay = This is the ride desk. Your vehicle is about { $minutes } minutes late and should reach { $pickup } around { $time }. We are sorry.
desk-call-delay-over = This is the ride desk. Your vehicle has caught up and should reach { $pickup } around { $time }.
desk-call-time-changed = This is the ride desk. On { $day } we pick you up at { $pickup } around { $time }.
desk-call-vehicle-changed = This is the ride desk. Another vehicle will come to { $pickup } on { $day } around { $time }. The time stays the same.
desk-call-run-suspended = This is the ride desk. We are very sorry: the ride on { $day } around { $time } cannot run. We will gladly book another one.
desk-call-booking-confirmed = This is the ride desk. You are booked for { $day }, number { $number }; we come to { $pickup } around { $time }.
desk-call-booking-cancelled = This is the ride desk. Your booking { $number } on { $day } is cancelled.
desk-call-other = This is the ride desk, about your booking { $number } on { $day }.
