### States of bookings and runs: the same words on every screen

state-confirmed = Booked
state-boarded = On board
state-completed = Arrived
state-cancelled = Cancelled
state-no-show = No-show
state-missed = Missed by us

run-state-planned = Not started
run-state-committed = Will run
run-state-underway = Under way
run-state-finished = Finished
run-state-not-operated = Not operated
run-state-suspended = Suspended

visit-state-planned = To come
visit-state-arrived = At the stop
visit-state-done = Done
visit-state-skipped = Skipped
visit-kind-pickup = Pick-up
visit-kind-dropoff = Drop-off

role-operator = Booking desk
role-dispatcher = Dispatch
role-carrier = Carrier
role-town-officer = Town officer
role-driver = Driver

channel-line = LINE
channel-phone = Phone
channel-counter = Counter
channel-driver = On board

wish-kind-depart = By departure
wish-kind-arrive = By arrival

pay-kind-cash = Cash
pay-kind-coupon = Ticket book
pay-kind-pass = Pass
pay-kind-free = Free
pay-kind-mixed = Several
