### Ticket books and passes: sale, stock, handover, prices, subsidies

refusal-not-sold = This ticket book or pass is not sold. Please choose one from the price table.
refusal-proofs-missing = Please check what must be shown, and tick every line.
refusal-subsidy-too-high = The subsidy can be up to the price, { $most } yen.
refusal-subsidy-without-scheme = Enter both the scheme and the amount, or leave both empty.
refusal-scheme-not-offered = This scheme is not offered now. Please choose from the list.
refusal-pass-start-missing = Please enter the first day of the pass.
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
