### Ticket books and passes: sale, stock, handover, prices, subsidies

refusal-not-sold = This ticket book or pass is not sold. Please choose one from the price table.
refusal-proofs-missing = Please check what must be shown, and tick every line.
refusal-subsidy-too-high = The subsidy can be up to the price, { $most } yen.
refusal-subsidy-without-scheme = Enter both the scheme and the amount, or leave both empty.
refusal-scheme-not-offered = This scheme is not offered now. Please choose from the list.
refusal-pass-start-missing = Please enter the first day of the pass.
refusal-pass-starts-before-sale = A pass cannot start before it is sold ({ $day }).
refusal-sold-in-the-future = The day of the sale can be today at the latest. { $day } is still to come.
refusal-no-stock = There is no stock. Register an issue to the agreed design first.
refusal-not-agreed-yet = The day of the agreement can be today at the latest. { $day } is still to come.
refusal-serials-taken = Serials { $first } to { $last } have been issued before. Please choose others.
refusal-scheme-code-taken = The code “{ $code }” belongs to another scheme. Please choose another.
refusal-refunded-already = A refund of this sale has been recorded before.
refusal-refund-too-high = A refund can be up to what was paid, { $most } yen.
refusal-coupon-unknown = No ticket book with serial { $serial } was sold. Please check the number.
refusal-coupon-refunded = The ticket book with serial { $serial } was refunded and cannot be used.
refusal-coupons-used-up = All { $tickets } tickets of the book with serial { $serial } have been used.
refusal-prices-in-the-past = Prices must start after { $day }.

admin-menu-sales = Tickets and passes
admin-menu-sales-about = Sale, handover, stock, prices
sales-home = Sell
sales-month = Sales by month
sales-stock = Issue and stock
sales-prices = Prices
sales-schemes = Subsidies
sales-joint = { ", " }

sales-kind-ticket-book = Ticket book
sales-kind-pass = Pass
sales-kind-head = Kind
sales-zone = Zone { $zone }
sales-zone-head = Zone
sales-category-head = Category
sales-category-commute = work
sales-category-student = school (junior high and above)
sales-category-pupil = school (primary)
sales-category-full = adults (junior high and above)
sales-category-half = seniors (70 and over), booklet holders, primary school
sales-welfare = welfare discount
sales-with-subway = with underground
sales-without-subway = without underground
sales-months = { $months ->
    [one] { $months } month
   *[other] { $months } months
  }
sales-tickets = { $tickets } tickets
sales-tickets-head = Tickets
sales-passes = Passes (yen)
sales-books = Ticket books (yen)
sales-price = Price
sales-product = Product
sales-serial = Serial
sales-serials = { $first } to { $last }
sales-design = Design
sales-pieces = Pieces

sales-to-hand-over = Sold in the vehicle, not handed over yet ({ $pieces })
sales-to-hand-over-about = What was sold in the vehicle is handed over within { $days } days at the latest.
sales-stands = State
sales-days-since = Since the sale
sales-days = { $days ->
    [one] { $days } day
   *[other] { $days } days
  }
sales-hand-over = Handed over
sales-handed-on = Handed over on
sales-not-handed = Not yet
sales-handover-waiting = Waiting
sales-handover-due = Due soon
sales-handover-overdue = Overdue
sales-handover-done = Handed over

sales-begin = Choose what to sell
sales-begin-about = Press a price to sell it. What shows “–” or is not in the table is not sold.
sales-not-in-table = What shows “–” or is not in the table is not sold.
sales-sell-this = Sell { $name } ({ $price })
sales-to-prices = Choose from the price table
sales-proofs = To be shown
sales-proofs-about = Tick what you have seen. Kind and number of a booklet are not recorded.
sales-proofs-seen = Seen
proof-subway-pass = An underground pass that includes Makomanai
proof-student-card = A student card
proof-welfare-proof = A disability booklet, or a certificate of discount by the head of a facility
sales-place = Place of sale
sales-place-office = Office
sales-place-vehicle = Vehicle
sales-place-event = Sale event
sales-place-about = What was sold in the vehicle is listed as waiting until it is handed over.
sales-sold-on = Sold on
sales-starts-on = First day
sales-starts-on-about = Valid for { $months ->
    [one] { $months } month
   *[other] { $months } months
  } from this day.
sales-valid = Valid
sales-valid-span = { $first } to { $last }
sales-scheme = Subsidy scheme
sales-no-scheme = None
sales-subsidy = Subsidy
sales-subsidy-about = What the scheme pays, in yen
sales-paid = Paid
sales-sell = Record the sale
sales-sent-before = This page has recorded something already. Check the list; if yours is another one, open the page again.
sales-used = Tickets used
sales-used-of = { $used } of { $tickets }
sales-use-ticket = Record one ticket as used
sales-refund = Refund
sales-refund-about = Check the amount by the rules, and enter it with the reason. It is recorded once.
sales-refund-no-names = No names, no kind of booklet
sales-refund-enter = Record the refund
sales-refunds = Refunds of this month
sales-refunded-on = Refunded on
admin-field-refund-yen = Amount given back
admin-field-refund-reason = Reason of the refund
admin-field-sold-on = Sold on
admin-field-starts-on = First day
admin-field-place = Place of sale
admin-field-scheme-id = Subsidy scheme
admin-field-subsidy-yen = Subsidy

sales-paper = Print pass and receipt
sales-paper-pass = Commuter pass
sales-paper-ticket-book = Ticket book
sales-receipt = Receipt
sales-received = Received
sales-back-to-sale = Back to the sale
paper-print-hint = Print with your browser: only what is inside the frame goes on paper.

sales-month-of = Sales of { $month }
sales-month-name = { $month }/{ $year }
sales-month-field = Month
sales-month-hint = Like 2025-05
sales-show = Show
sales-none = Nothing was sold in this month.
sales-by-place = By place
sales-by-kind = By kind
sales-by-scheme = By subsidy scheme
sales-list = All sales

sales-stock-about = Stock = issued − sold
sales-issued = Issued
sales-sold = Sold
sales-left = In stock
sales-issue = Register an issue
sales-issue-about = Register an issue once design, specification and number are agreed with the town.
sales-design-hint = For example version 1
sales-agreed-with-hint = For example the section of the town in charge
sales-unnumbered = Ticket books without serials (uses are not counted)
sales-batches = Issues so far
admin-field-design-version = Version of the design
admin-field-agreed-on = Agreed with the town on
admin-field-agreed-with = Agreed with
admin-field-first-serial = First serial
admin-field-pieces = Pieces

sales-prices-about = Prices are looked up in this table, never computed.
sales-prices-misprint = The 27,200 yen for zone A, welfare discount, school (junior high and above), with underground, 3 months do not fit the proportion of the others. They stand as specified; the town has been asked to check.
sales-conditions = Conditions of purchase
sales-condition-subway-pass = With underground: an underground pass that includes Makomanai
sales-condition-student-card = School: a student card
sales-condition-welfare-proof = Welfare discount: one of the booklets for physical (class 1 or 2), intellectual (class 1 or 2) or mental disabilities, or a certificate of discount by the head of a facility
sales-coming = Coming prices
sales-new-prices = New prices
sales-new-prices-hint = A day after today. Change only what changes; what was sold keeps its price.
sales-price-unreadable = Please check the price of “{ $name }”.

sales-schemes-about = Schemes pay part of a price. Each sale records the scheme and its amount.
sales-scheme-on = Offered
sales-scheme-off = Ended
sales-scheme-end = End
sales-scheme-resume = Offer again
sales-scheme-new = Add a scheme
sales-scheme-code-hint = A short code that cannot be changed later
sales-scheme-name-hint = For example support for school passes
sales-add = Add
