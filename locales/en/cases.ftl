### Cases (complaints, opinions, questions), incidents, contacts

refusal-case-not-answered = To close a case, enter who is in charge and the reply.
refusal-incident-not-told = Record the report to the town first, then close.

admin-menu-cases = Cases
admin-menu-cases-about = Complaints, opinions, questions and their replies
cases-open = Open cases
cases-month = Cases by month
cases-new = New case
cases-open-count = { $count ->
    [one] { $count } case is open.
   *[other] { $count } cases are open, the one due first on top.
  }
cases-month-of = Cases of { $month }
cases-counts = By kind
cases-received = Received
cases-case = Case { $number }
cases-number = Number
cases-service = Service
cases-kind = Kind
cases-channel = Channel
cases-in-charge = In charge
cases-nobody = Nobody yet
cases-due-on = Reply by
cases-opened-on = Received on
cases-closed-on = Closed on
cases-state = State
cases-overdue = Overdue
cases-handling = Handling
cases-open-it = Open the case
cases-close = Close this case
cases-text-hint = Write down what was said. Names and numbers only where the reply needs them.
cases-rider = Open how to reach this person
cases-reply-hint = What was answered and done
case-kind-complaint = Complaint
case-kind-opinion = Opinion
case-kind-question = Question
case-state-open = Open
case-state-closed = Closed
admin-field-case-text = What was said
admin-field-reply = Reply
admin-field-due-on = Reply by

admin-menu-incidents = Incidents
admin-menu-incidents-about = Accidents, damage, faults, own judgement, and reports to the town
incidents-open = Open
incidents-closed = Closed
incidents-open-count = { $count ->
    [one] { $count } incident is open.
   *[other] { $count } incidents are open.
  }
incidents-new = Record an incident
incidents-report = Record
incidents-kind = Kind
incidents-day = Day
incidents-time = Time
incidents-stop = Place (stop)
incidents-vehicle = Vehicle
incidents-no-place = None
incidents-happened-at = Happened at
incidents-place = Stop, run, vehicle
incidents-reported = Recorded
incidents-to-town = Report to the town
incidents-told = Reported
incidents-untold = Not reported
incidents-tell-town = Reported to the town (keep this time)
incidents-paper = Open the report to the town
incidents-paper-title = Report: { $kind }
incidents-paper-as-of = As of { $at }
incidents-back = Back to the record
incidents-close = Close
incidents-notes = Progress
incidents-no-notes = No notes yet.
incidents-note-at = At
incidents-note-by = By
incidents-add-note = Add a note
incidents-text-hint = What happened, whether anybody was hurt, what was done. No names.
incidents-in-the-future = Please enter a time before now.
incident-kind-accident = Accident
incident-kind-damage = Damage
incident-kind-fault = Fault
incident-kind-own-judgement = Own-judgement response
incident-state-open = Open
incident-state-closed = Closed
admin-field-incident-text = What happened and was done
admin-field-note-text = Note

admin-menu-contacts = Contacts
admin-menu-contacts-about = Persons in charge, emergency line, support
contacts-duty = Duty
contacts-nobody = Empty
contacts-empty = Some duties have nobody. Please enter them.
contacts-empty-hint = Saved empty, the duty counts as open and is warned of.
contacts-support-hours = The support desk answers on weekdays from 8:45 to 17:15. In an emergency call the emergency contact at any time.
contacts-change = Change { $duty }
contacts-change-it = Change
contacts-hours-hint = For example weekdays 8:45 to 17:15
contacts-emergency = Emergency: { $name } { $phone }
contacts-emergency-missing = No emergency contact has been entered
admin-field-contact-name = Name, section
admin-field-contact-phone = Phone
admin-field-contact-hours = Hours
duty-business = Person in charge
duty-operation = Operations
duty-emergency = Emergency contact
duty-town = Town
duty-security = Information security
duty-protection = Protection of personal data
duty-support = Support desk
duty-about-business = Answers for the whole service.
duty-about-operation = Runs the service day by day.
duty-about-emergency = Answers at any time after an accident or a fault. Stands at the foot of every page.
duty-about-town = The section of the town in charge: incidents are reported to it.
duty-about-security = Answers for information security.
duty-about-protection = Answers for the handling of personal data.
duty-about-support = Answers questions about the system and its faults.

alerts-title = Please look at this
alert-incidents-open = { $count ->
    [one] { $count } incident is open.
   *[other] { $count } incidents are open.
  }
alert-incidents-untold = { $count ->
    [one] { $count } incident has not been reported to the town.
   *[other] { $count } incidents have not been reported to the town.
  }
alert-handover-overdue = Handovers overdue: { $count }.
alert-handover-due = Handovers due soon: { $count }.
alert-cases-due = Cases to be answered by today: { $count }.
alert-contacts-empty = Duties without a contact: { $count }.
incidents-photos = Pictures
incidents-photo = Picture (JPEG)
incidents-photo-hint = Four at most. Show no faces or number plates. What the camera wrote about the place is taken out; it is kept encrypted.
incidents-add-photo = Add the picture
incidents-photo-of = Picture { $number }
