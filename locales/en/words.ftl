### Dates, times, parties: words that every screen uses

weekday-mon = Mon
weekday-tue = Tue
weekday-wed = Wed
weekday-thu = Thu
weekday-fri = Fri
weekday-sat = Sat
weekday-sun = Sun
month-1 = Jan
month-2 = Feb
month-3 = Mar
month-4 = Apr
month-5 = May
month-6 = Jun
month-7 = Jul
month-8 = Aug
month-9 = Sep
month-10 = Oct
month-11 = Nov
month-12 = Dec

common-day = { $weekday } { $day } { $month_name }
common-clock = { $hour }:{ $minute }
common-clock-full-hour = { $hour }:{ $minute }
common-moment = { $day }, { $clock }
common-window = { $earliest }–{ $latest }
common-yen = ¥{ $amount }
common-free = free
common-party-line = { $persons } { $category }
common-list-joint = {", "}
common-party-wheelchairs = { $wheelchairs ->
    [one] {" "}(1 wheelchair)
   *[other] {" "}({ $wheelchairs } wheelchairs)
}
common-fare-term = { $category } ¥{ $yen } × { $persons }
common-fare-sum = { $terms } = ¥{ $total }
common-offer = on board { $window }, { $arrival }, { $fare }
common-offer-run = { $run }, { $offer }
common-about = about { $clock }
common-run = { $direction } no. { $number }
common-arrival-by = there by { $clock }
common-arrival-at = there at { $clock }
common-vehicle-sign = Vehicle: { $look } / sign "{ $sign }"

category-adult = adult
category-senior = senior
category-discount = reduced fare
category-child = child
category-infant = infant
category-free = Welfare pass holder
category-carer = carer

limit-pickup-window = It cannot be at the pick-up stop in time
limit-dropoff-window = It cannot reach the drop-off stop in time
limit-ride-time = The ride would take too long
limit-seats = Not enough seats
limit-wheelchairs = No wheelchair place
limit-shift = Outside the hours this vehicle is out
limit-other-promise = Promises already given to others would be broken
limit-driver-break = It would fall into the driver's break
limit-reserved = Only the seats kept for wheelchair users are left
