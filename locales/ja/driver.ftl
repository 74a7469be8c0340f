### 乗務員の端末。車内で一目で読める短いことば

driver-title = 乗務員の端末
driver-choose-title = きょうの乗務
driver-choose-yours = あなたの乗務
driver-choose-open = 乗務員が決まっていない車
driver-choose-none = きょうは、あなたの乗務がありません。運行管理の担当に電話してください。
driver-choose-hours = { $start }〜{ $end }
driver-choose-seats = 座席{ $seats }
driver-choose-wheelchairs = 車いす{ $places }
driver-choose-other = 車をえらびなおす
driver-desk-phone = 受付に電話
driver-sign-out = ログアウト

driver-next = つぎに止まる場所
driver-later = このあとの予定
driver-done = 終わったもの
driver-done-count = 終わったもの({ $count }件)
driver-nothing = いまは予定がありません。予約が入ると、ここに出ます。
driver-all-done = 予定はすべて終わりました。おつかれさまでした。
driver-loading = 予定を読みこんでいます
driver-no-plan = 電波がないため、予定を表示できません。つながると自動で表示します。急ぎのときは受付に電話してください。
driver-run-gone = この乗務は、きょうの予定にありません。車をえらびなおしてください。

driver-window = 約束 { $earliest }〜{ $latest }
driver-arrived-at = 到着 { $time }
driver-up = 乗車
driver-off = 降車
driver-persons-up = { $persons }名が乗ります
driver-persons-off = { $persons }名が降ります
driver-number = 予約{ $number }
driver-call-name = { $name } 様
driver-no-name = 予約の方
driver-marker = 目印: { $marker }
driver-marker-winter = 目印(冬): { $marker }
driver-wheelchairs = 車いす{ $count }台
driver-new = 新しい予約
driver-cancelled = 取り消されました
driver-fare-part = { $category }{ $yen }
driver-fare-part-many = { $category }{ $yen }×{ $persons }
driver-fare = { $persons }名 { $terms }={ $total }円
driver-fare-free = { $persons }名 { $terms }=無料
driver-fare-taken = { $yen }円 受け取り済み

driver-arrive = 到着
driver-board = 乗車
driver-alight = 降車
driver-absent = いない
driver-absent-wait = いない(あと{ $time })
driver-undo = 取り消し
driver-fare-change = 運賃をなおす
driver-fare-save = この金額にする
driver-fare-close = やめる
driver-fare-yen = 受け取った金額(円)
driver-fare-reason = 理由
driver-fare-reason-category = 区分がちがった
driver-fare-reason-persons = 人数がちがった
driver-fare-reason-short = 手持ちが足りない
driver-fare-reason-unpaid = 受け取らなかった
driver-fare-reason-typing = 入力まちがい
driver-phone = 電話番号を見る
driver-phone-none = 電話番号は表示できません。受付に電話してください。
driver-phone-offline = 電波がないため、電話番号を表示できません。

driver-state-boarded = 乗車しました
driver-state-completed = 降車しました
driver-state-no-show = いませんでした
driver-state-missed = 車が遅れ、乗れませんでした
driver-tapped-arrived = 到着にしました
driver-tapped-boarded = 予約{ $number }を乗車にしました
driver-tapped-alighted = 予約{ $number }を降車にしました
driver-tapped-absent = 予約{ $number }を「いない」にしました
driver-tapped-undo = 予約{ $number }を1つ前にもどしました
driver-tapped-fare = 予約{ $number }の運賃をなおしました
driver-tapped-delay = { $minutes }分遅れを知らせます
driver-tapped-on-time = 遅れがもどったことを知らせます

driver-delay = 遅れを知らせる
driver-delay-minutes = { $minutes }分遅れ
driver-delay-none = もどった
driver-delay-now = いま { $minutes }分遅れと知らせています
driver-delay-told = { $told }名に知らせます(うち電話{ $called }名)

driver-online = つながっています
driver-offline = 電波がありません。押した内容は、つながると送ります
driver-waiting = 未送信 { $count }件
driver-signed-out = ログインが切れました。押した内容は残っています。
driver-sign-in = ログインする
driver-lost-taps = 送れなかった記録が{ $count }件あります。受付に電話してください。
driver-new-booking = 新しい予約が入りました
driver-changed = 予定が変わりました
driver-position-on = 位置を送っています
driver-position-off = 位置を送っていません

driver-messages = 受付との連絡
driver-messages-open = 連絡
driver-messages-unread = 未読 { $count }件
driver-messages-none = まだ連絡はありません。
driver-messages-desk = 受付
driver-messages-you = 自分
driver-messages-write = 連絡を書く
driver-messages-send = 送る
driver-messages-read = 既読
driver-messages-sending = 送信待ち
driver-messages-private = お客さまの名前や電話番号は書かないでください。
driver-messages-failed = 送れませんでした。もう一度送ってください。
driver-messages-quick = すぐ返事
driver-quick-1 = 了解しました
driver-quick-2 = もうすぐ着きます
driver-quick-3 = 電話をください
driver-quick-4 = 満席です
driver-quick-5 = 道がこんでいます
driver-close = 閉じる

refusal-tap-stale = この予約は、もう別の状態になっています。画面の予定を確かめてください。
refusal-tap-unreadable = この記録は読めませんでした。受付に電話してください。
refusal-not-boarded-yet = 先に「乗車」を押してください。
refusal-undo-alighting-first = 先に「降車」を取り消してください。
refusal-wait-longer = まだ「いない」にできません。{ $until_s }までお待ちください。
refusal-seats-given-away = 席がほかの予約に使われたため、もどせません。受付に電話してください。
refusal-fare-amount = 金額を確かめてください。
refusal-fare-reason = 金額を変えた理由をえらんでください。
refusal-fare-before-boarding = 運賃は「乗車」のあとになおせます。
refusal-message-length = 連絡は1〜{ $most }文字で書いてください。
refusal-duty-taken = この車には、もう乗務員がいます。
