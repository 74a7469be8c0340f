### 回数券・定期券の販売、在庫、引き渡し、料金表、補助制度

refusal-not-sold = この種類の回数券・定期券は販売していません。料金表にあるものをお選びください。
refusal-proofs-missing = 提示していただくものを確認し、すべてにチェックを入れてください。
refusal-subsidy-too-high = 補助額は、料金の{ $most }円までです。
refusal-subsidy-without-scheme = 補助制度と補助額は、両方入力するか、両方とも空欄にしてください。
refusal-scheme-not-offered = この補助制度は、いま使えません。一覧から選び直してください。
refusal-pass-start-missing = 定期券の使い始めの日を入力してください。
refusal-sold-in-the-future = 販売日は今日までの日にしてください。{ $day }はまだ先です。
refusal-no-stock = 在庫がありません。市と協議した仕様で発行を登録してから販売してください。
refusal-not-agreed-yet = 市と協議した日は今日までの日にしてください。{ $day }はまだ先です。
refusal-serials-taken = 通し番号{ $first }〜{ $last }は、すでに発行されています。重ならない番号にしてください。
refusal-scheme-code-taken = 記号「{ $code }」は、別の補助制度に使われています。別の記号にしてください。
refusal-refunded-already = この販売は、すでに払い戻しが記録されています。
refusal-refund-too-high = 払い戻しは、受け取った{ $most }円までです。
refusal-coupon-unknown = 番号{ $serial }の回数券は、販売の記録がありません。番号をお確かめください。
refusal-coupon-refunded = 番号{ $serial }の回数券は払い戻し済みのため、使えません。
refusal-coupons-used-up = 番号{ $serial }の回数券は、{ $tickets }枚とも使用済みです。
refusal-prices-in-the-past = 料金は{ $day }より後の日からにしてください。
