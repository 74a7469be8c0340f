### 路線の便とダイヤ

refusal-no-boarding-here = もうしわけありません。{ $direction }の便は、{ $pickup }では降りる方だけです(降車のみ)。乗るのは、降車のみの区間より手前の停留所からお願いします。
refusal-no-alighting-here = もうしわけありません。{ $direction }の便は、{ $dropoff }では乗る方だけです(乗車のみ)。降りるのは、乗車のみの区間より先の停留所でお願いします。
refusal-no-run-between = もうしわけありません。{ $pickup }から{ $dropoff }へ行く便はありません。
refusal-no-run-then = もうしわけありません。この時間({ $time_s })に合う便は、この日はもうありません。
refusal-run-full = もうしわけありません。{ $direction } { $number }便は{ $left ->
    [0] 予約でいっぱいです
   *[other] あと{ $left }名までです
}。ほかの便をご案内します。
refusal-party-too-big-for-run = もうしわけありません。ひとつの便で予約できるのは{ $most }名までです。何名かずつ別の便に分けてご予約いただくか、お電話でご相談ください。
refusal-no-booking-needed = { $direction } { $number }便は、予約なしで乗れます。{ $time_s }{ $about ->
    [yes] 頃
   *[other] {""}
}に乗り場へお越しください。運賃は{ $fare }円です。
refusal-run-called-off = もうしわけありません。{ $direction } { $number }便は運休です。理由は「{ $reason }」です。
refusal-run-not-operated = もうしわけありません。{ $direction } { $number }便は、締切までに予約がなかったため走りません。
refusal-run-left = この便は、もう出ています。ご予約の取り消しや変更はできません。
refusal-closed-desk = もうしわけありません。受付窓口の休みが入るため、電話での予約は{ $closed_at }で締め切りました。
refusal-name-missing = お名前を入力してください。
refusal-phone-missing = 連絡先の電話番号を入力してください。
refusal-phone-unreadable = 電話番号をお確かめください。
refusal-category-unknown = もうしわけありません。この運賃区分は、このサービスにはありません。
