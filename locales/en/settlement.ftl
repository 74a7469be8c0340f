### The settlement of a month: running cost, fare income, burden

settlement-about = Burden = running cost − fare income. Fare income adds up what was recorded last as received for each booking that rode in the month.
settlement-month-hint = Like 2022-11
settlement-month-unreadable = Please check the month. Write it like 2022-11.
settlement-show = Show
settlement-month-name = { $month }/{ $year }
settlement-cost = Running cost
settlement-income = Fare income
settlement-rides = Bookings that rode
settlement-rides-of = { $rides }
settlement-burden = Burden
settlement-no-cost = No running cost has been entered for this month yet. The burden appears once it is.
settlement-surplus = Fare income exceeds running cost, so the burden is negative.
settlement-costs = Running costs entered
settlement-entered-on = Entered on
settlement-note-hint = For example vehicle hire, fuel, drivers' wages
settlement-new = Add a running cost for { $month }
settlement-add = Add
settlement-sent-before = This page has already entered a cost. Check the list below; if yours is another cost, send it again.
admin-field-month = Month
admin-field-yen = Amount (yen)
admin-field-note = What for
