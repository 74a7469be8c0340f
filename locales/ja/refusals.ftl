### お断りの理由。電話でそのまま読み上げられる文にする(D-48)

refusal-before-acceptance = もうしわけありません。予約の受付開始前です。{ $day }から受け付けます。
refusal-after-acceptance = もうしわけありません。予約の受付は{ $day }で終わりました。
refusal-outside-period = もうしわけありません。{ $day }は運行期間の外です。
refusal-closed-weekday = もうしわけありません。{ $day }は運休日です。
refusal-closed-holiday = もうしわけありません。{ $day }は{ $holiday }のため運休日です。
refusal-closed-day = もうしわけありません。{ $day }は{ $reason }のため運休日です。
refusal-outside-hours = もうしわけありません。運行時間は{ $start_s }から{ $end_s }までです。
refusal-not-open-yet = もうしわけありません。{ $day }の予約は{ $opens_at }から受け付けます。
refusal-closed-notice = もうしわけありません。予約は乗る時間の{ $minutes }分前までです。この時間は{ $closed_at }で締め切りました。
refusal-closed = もうしわけありません。この便の予約は{ $closed_at }で締め切りました。
refusal-acceptance-stopped = もうしわけありません。ただいま新しい予約の受付を止めています。理由は「{ $reason }」です。
refusal-not-a-member = ご予約には会員登録が必要です。
refusal-same-stop = のる場所とおりる場所が同じです。別の場所をえらんでください。
refusal-stop-not-served = もうしわけありません。この場所では、ただいま乗り降りできません。
refusal-party-empty = 乗る人数をえらんでください。
refusal-more-wheelchairs = 車いすの数が、乗る人数より多くなっています。もう一度お確かめください。
refusal-party-too-big = もうしわけありません。一度に予約できるのは{ $most }名までです。
refusal-infants-alone = 小さなお子さまだけでは乗れません。おとなの方といっしょにご予約ください。
refusal-overlapping = 同じ時間に、別のご予約(番号{ $number })があります。
refusal-full = もうしわけありません。この時間は、ほかのご予約でいっぱいです。
refusal-too-far = もうしわけありません。この時間では、車が間に合いません。
refusal-no-wheelchair-place = もうしわけありません。この時間は、車いすで乗れる車がありません。
refusal-no-seats = もうしわけありません。この人数で乗れる車がありません。
refusal-no-vehicle = もうしわけありません。この日は動く車がありません。
refusal-not-cancellable = このご予約は、もう取り消せません。お電話でお知らせください。
refusal-gone = もうしわけありません。えらんでいる間に、この時間がうまりました。
