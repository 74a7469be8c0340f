### The masters: settings of each service, figures of the line

masters-services = Services
masters-in-hours = hours and minutes, like 13:00
masters-pay-cash = Cash
masters-pay-coupon = Ticket book
masters-pay-pass = Commuter pass
masters-pay-free = Free
masters-limits = Most persons booked per run
masters-limits-about = Counted over the whole run, whether the rides overlap or not. Holds from tomorrow on and on days that take bookings already.
masters-limit-of = { $run } { $direction } (leaves { $time })
masters-limit-seats = The vehicle has { $seats } seats
masters-rule-own = Action
masters-rule-remove = Back to the rule for all channels
masters-desk-closed = phone only
masters-closes = What is closed
masters-closes-running = The service
masters-closes-desk = The phone desk only (vehicles run)

admin-field-vehicle-sign = Sign on the vehicles
admin-field-phone-start-s = Phone desk opens
admin-field-phone-end-s = Phone desk closes
admin-field-phone-weekdays = Weekdays of the phone desk (none: running days)
admin-field-pay-kinds = Ways to pay
admin-field-allows-top-up = A pass of another zone may pay the difference
admin-field-handover-days = Days to hand over what was sold in the vehicle
admin-field-handover-reminder-days = Days after which the handover is reminded of
admin-field-report-due-day = Monthly report due on day
admin-field-report-reminder-day = Monthly report reminded of from day
admin-field-longest-duty-s = Longest duty of a day
admin-field-shortest-rest-s = Shortest rest before the next duty
admin-field-planned-fixed-runs = Planned fixed runs a year
admin-field-planned-reserved-runs = Planned reserved runs a year
admin-field-planned-extra-runs = Planned extra runs a year
admin-field-planned-day-km = Planned kilometres a day

refusal-desk-hours-backwards = The phone desk has to close after it opens.
refusal-remind-at-outside = The time of the reminder has to be between { $from_s } and { $to_s }.
refusal-reminder-after-due = The reminder has to come before the due day.
refusal-limit-over-seats = The limit of { $run } cannot exceed the { $seats } seats of its vehicle.
masters-report-heads = Recipient and contractor of reports
masters-report-heads-about = They stand at the head of business reports. Empty ones show “not entered”. Reports handed in do not change.
admin-field-report-recipient = Recipient
admin-field-contractor-address = Contractor's address
admin-field-contractor = Contractor
admin-field-contractor-person = Person in charge
