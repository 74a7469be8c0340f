### LINEの会話。短い文で、むずかしいことばを使わない

## どの画面にもあるボタン
bot-back = もどる
bot-quit = やめる
bot-call = 電話する
bot-menu = メニュー
bot-send-place = いまの場所をおくる

## メニュー
bot-menu-title = ご用件をえらんでください
bot-menu-book = 予約する
bot-menu-bookings = 予約を見る・取り消す
bot-menu-register = はじめての方・会員登録
bot-menu-guide = のる場所をさがす
bot-menu-fares = 料金
bot-menu-help = 使い方
bot-menu-settings = 登録の内容を見る・直す
bot-speak-other = English
bot-language-set = 日本語でご案内します。
bot-remind = 前の日のお知らせを受ける
bot-unremind = 前の日のお知らせをやめる
bot-remind-done = のる日の前の日に、予約をお知らせします。
bot-unremind-done = 前の日のお知らせをやめました。遅れや運休は、これからもお知らせします。

## あいさつ
bot-welcome-title = ようこそ
bot-welcome = 乗り合いの車を、ここで予約できます。はじめての方は、会員登録をしてください。
bot-policy = 利用のきまり

## 会員登録
bot-members-only = ご予約には会員登録が必要です。
bot-already-member = 会員登録はできています。
bot-consent-title = 登録の前にお読みください
bot-agree = 同意して登録へすすむ
bot-link-register-title = 会員登録
bot-link-register = お名前などは、次のページで入力します。このトークには書かないでください。
bot-link-settings-title = 登録の内容
bot-link-settings = 登録の内容は、次のページで見られます。直すことも、登録をやめることもできます。
bot-open-form = ページを開く
bot-link-once = このボタンは10分間、1回だけ使えます。
bot-registered-title = 登録ができました
bot-registered = 会員登録ができました。すぐに予約できます。

## 予約の質問
bot-which-ride = どこへ行きますか
bot-same-again = 前と同じ
bot-way-back = 帰り
bot-trip = { $pickup } から { $dropoff } へ
bot-other-ride = ほかの場所をえらぶ
bot-questions-left = 質問はあと{ $count }つです
bot-ask-pickup = どこからのりますか
bot-ask-dropoff = どこまで行きますか
bot-first-letter = 名前のはじめの文字
bot-type-or-send = 場所の名前を文字で送ることもできます。
bot-same-stop = のる場所とおりる場所が同じです。
bot-near-title = 近くののる場所
bot-metres = ここから約{ $metres }メートル
bot-kilometres = ここから約{ $kilometres }キロメートル
bot-ask-day = いつのりますか
bot-today = 今日 { $day }
bot-tomorrow = 明日 { $day }
bot-other-day = ほかの日
bot-no-days = ただいま予約できる日がありません。お電話でおたずねください。
bot-day-not-bookable = この日は予約できません。
bot-day-over = この日の受付は終わりました。
bot-ask-time = { $day }の何時にしますか
bot-leave-at = のりたい時間
bot-arrive-by = 着きたい時間
bot-leaving = { $clock }に出発
bot-arriving = { $clock }までに到着
bot-ask-party = だれがのりますか
bot-wheelchairs = 車いす
bot-less = −
bot-more = ＋
bot-less-said = { $what }をへらす
bot-more-said = { $what }をふやす
bot-party-done = これでよい

## 確認
bot-confirm-title = これでよろしいですか
bot-yes-book = はい、予約する
bot-yes-change = はい、変更する
bot-change-party = 人数を変える
bot-mend = なおす
bot-other-times = ほかの時間
bot-offer-label = { $day } { $window }
bot-offer-more = { $arrival }、{ $fare }
bot-offer-alt = { $day }、{ $pickup }から{ $dropoff }へ。{ $ride }。
bot-fact-day = 日にち
bot-fact-pickup = のる場所と時間
bot-fact-planned = いまの予定
bot-fact-dropoff = おりる場所と時間
bot-fact-party = のる人
bot-fact-fare = 料金
bot-fact-number = 予約番号
bot-fact-state = 予約のようす
bot-at-stop = { $stop } { $when }
bot-by-stop = { $stop } { $arrival }
bot-ask-mend = どこをなおしますか
bot-ask-change = どこを変更しますか
bot-edit-time = 時間
bot-edit-day = 日にち
bot-edit-party = のる人
bot-edit-pickup = のる場所
bot-edit-dropoff = おりる場所

## お断り
bot-refused-title = ご希望どおりに予約できません
bot-instead = こちらなら予約できます

## 予約
bot-changed-title = 予約を変更しました
bot-booked-title = 予約ができました
bot-was-booked = この予約はできています
bot-was-cancelled = この予約は取り消し済みです
bot-booking-title = ご予約の内容
bot-bookings-title = これからのご予約
bot-no-bookings = これからのご予約はありません。
bot-booking-alt = { $day } { $window }、{ $pickup }から{ $dropoff }へ。予約番号{ $number }。
bot-number = 予約番号 { $number }
bot-say-number = のるときに、予約番号を運転手に伝えてください。
bot-pickup-place = のる場所の地図
bot-change = 変更する
bot-cancel = 取り消す
bot-ask-cancel = この予約を取り消しますか
bot-yes-cancel = はい、取り消す
bot-keep = いいえ、取り消さない
bot-cancelled-title = 予約を取り消しました
bot-see-booking = 予約を見る
bot-state-confirmed = 予約済み
bot-state-boarded = 乗車中
bot-state-completed = 乗車が終わりました
bot-state-cancelled = 取り消し済み
bot-state-no-show = お乗りになりませんでした
bot-state-missed = 車が行けませんでした

## のる場所の案内
bot-guide-title = のる場所をさがす
bot-which-stop = 場所をえらんでください
bot-marker = 目印: { $what }
bot-winter-marker = 雪の日の目印: { $what }
bot-hint = 待ち方: { $what }
bot-start-from = ここからのる
bot-start-to = ここへ行く

## 料金・使い方・電話
bot-fare-adult = 一般(中学生以上)
bot-fare-senior = 高齢者(70歳以上)
bot-fare-discount = 割引
bot-fare-child = こども(小学生)
bot-fare-infant = 乳幼児(小学校に入る前)
bot-fare-pay = 料金は、車の中で現金でおはらいください。
bot-how-1 = 1. 「予約する」をおします。
bot-how-2 = 2. のる場所とおりる場所をえらびます。
bot-how-3 = 3. 日にちと時間をえらび、確かめて予約します。
bot-how-4 = 4. 時間までに、のる場所の目印で待ちます。
bot-phone-title = お電話
bot-phone-number = 電話番号は { $number } です。
bot-phone-hours = 受付は運行日の{ $opens }から{ $closes }までです。
bot-phone-open = いま、電話を受け付けています。
bot-phone-closed = いまは電話の受付時間外です。LINEの予約は、いつでもできます。

## わからないとき
bot-not-understood = すみません、わかりませんでした。ボタンでえらんでください。
bot-wordless = ありがとうございます。ご用件はボタンでえらんでください。
bot-old-button = それは前のボタンです。いまの画面をお出しします。
bot-not-found = その予約は見つかりませんでした。
bot-stale = 予約のようすが変わっていました。いまの内容をお出しします。
bot-left = 予約をやめました。
bot-desk-title = お手伝いします
bot-desk = お電話でもご案内できます。下の「電話する」をおしてください。
bot-sorry-title = もうしわけありません
bot-sorry = うまくいきませんでした。もう一度おためしください。お急ぎの方は { $number } へお電話ください。

## お知らせ
bot-notice-cancelled-title = 予約の取り消し
bot-notice-cancelled = { $day }の予約(番号{ $number })を取り消しました。
bot-notice-time-title = のる時間のお知らせ
bot-notice-time = { $day }、{ $pickup }には{ $clock }ごろにうかがいます。お約束の時間の中です。
bot-notice-delay-title = 車が遅れています
bot-notice-delay = もうしわけありません。車が約{ $minutes }分遅れています。{ $pickup }には{ $clock }ごろにうかがいます。
bot-notice-delay-over-title = 遅れがなくなりました
bot-notice-delay-over = 車の遅れがなくなりました。{ $pickup }には{ $clock }ごろにうかがいます。
bot-notice-vehicle-title = 車が変わります
bot-notice-vehicle = { $day }にのる車が変わります。新しい車は「{ $vehicle }」です。のる場所は{ $pickup }のままです。
bot-notice-suspended-title = 運休のお知らせ
bot-notice-suspended = もうしわけありません。{ $day }の予約(番号{ $number })の車は動きません。
bot-reminder-title = 予約のお知らせ
bot-reminder = { $day }に、予約があります。

## リッチメニュー
bot-rich-bar = メニューを開く
bot-rich-book = 予約する
bot-rich-bookings = 予約を見る・取り消す
bot-rich-register = 会員登録
bot-rich-guide = のる場所
bot-rich-call = 電話する
bot-rich-help = 使い方

## どの車にのるか(デマンド交通と路線の両方がある町)
bot-which-service = どの車にのりますか
bot-with-service = { $service }にのる
bot-kind-timetable = 決まった時刻に走る車です。会員登録はいりません。
bot-kind-shared = 予約して乗り合う車です。会員登録が必要です。
bot-letter-of-pickup = のる場所の、名前のはじめの文字
bot-from-stop = { $stop }からのる
bot-go-to = { $stop }へ行く
bot-stop-of = { $stop }（{ $service }）
bot-edit-run = 便
bot-party-most = 一度に予約できるのは{ $most }名までです。それより多い方は、2つの便に分けて予約するか、お電話ください。

## 便をえらぶ
bot-ask-run = { $day }のどの便にしますか
bot-no-runs = この日は、のれる便がありません。
bot-run-times = { $start }発 → { $end }着
bot-run-fare = { $run }、{ $fare }
bot-run-bookable = 予約できます(のこり{ $places }席)
bot-run-no-booking-needed = 予約なしで乗れます
bot-run-full = 満席です
bot-run-closed = 受付終了
bot-run-not-open = まだ受付前です
bot-run-suspended = 運休です
bot-fact-run = 便
bot-fact-vehicle = 車の目印
bot-no-ic = 料金は、現金・回数券・定期券でおはらいください。ICカード(サピカ・敬老パス等)は使えません。
bot-walk-on-title = 予約なしで乗れます
bot-walk-on = { $run }は必ず走ります。予約はいりません。{ $when }までに{ $stop }でお待ちください。
bot-other-runs = ほかの便を見る
bot-follow = 遅れや運休のお知らせを受ける
bot-unfollow = お知らせを受けるのをやめる
bot-unfollow-run = { $run }のお知らせをやめる
bot-followed-title = お知らせを受ける便
bot-followed = 次の便が遅れるときや運休するときに、お知らせします。
bot-followed-none = お知らせを受ける便はありません。
bot-book-again = ほかの便を予約する

## 時刻表
bot-menu-timetable = 時刻表
bot-timetable-title = 時刻表 { $direction }
bot-run-number = { $number }便
bot-rule-both = 乗降可能
bot-rule-board = 乗車のみ可能
bot-rule-alight = 降車のみ可能
bot-run-departing = { $number }便（{ $time }発）
bot-fixed-weekday = 平日は、{ $runs }に予約なしで乗れます。
bot-fixed-weekday-none = 平日は、すべて予約がいります。
bot-fixed-holiday = 土日祝は、{ $runs }に予約なしで乗れます。
bot-fixed-holiday-none = 土日祝は、すべて予約がいります。
bot-other-direction = 反対の方向
bot-times-at-stop = 停留所の時刻を見る
bot-times-here = この停留所の時刻
bot-times-title = { $stop }の時刻
bot-time-of-run = { $number }便 { $clock }
bot-called-off = 今日の{ $direction } { $number }便は運休です。{ $reason }

## 運賃
bot-fare-of-ride = 自分の乗る区間の料金
bot-fare-of-other = ほかの区間の料金
bot-fare-proofs = だれがどの料金か・見せるもの
bot-fare-passes = 回数券・定期券の値段
bot-fare-free = 福祉乗車証をお持ちの方
bot-zone-with = { $stops }で、のるかおりるとき
bot-zone-rest = そのほかの区間
bot-proof-adult = 中学生以上の方。見せるものはありません。
bot-proof-senior = 70歳以上の方。年齢が分かるものを見せてください。
bot-proof-discount = 手帳をお持ちの方。手帳を見せてください。
bot-proof-child = 小学生。見せるものはありません。
bot-proof-infant = 小学校に入る前のお子さま。無料です。
bot-proof-free = 福祉乗車証を見せてください。無料です。
bot-proof-never-why = 割引の理由をうかがうことはありません。
bot-books-title = 回数券
bot-passes-title = 定期券
bot-book-full = 大人 { $tickets }枚
bot-book-half = 高齢者・割引・小学生 { $tickets }枚
bot-pass-commute = 通勤
bot-pass-student = 通学(大人)
bot-pass-pupil = 通学(小学生)
bot-pass-welfare = 福祉割引
bot-pass-subway = 地下鉄乗りつぎ
bot-months = { $months }か月 { $price }
bot-no-products = 回数券と定期券は、お電話でおたずねください。
bot-passes-where = 車の中や窓口で買えます。定期券は、後日のおわたしになることがあります。

## お名前とお電話(会員でない方)・ご意見
bot-link-guest-title = あと1回、入力をおねがいします
bot-link-guest = ご予約には、お名前と電話番号がいります。次のページで入力すると、予約ができます。このトークには書かないでください。
bot-known-now = お名前と電話番号をおあずかりしました。
bot-menu-opinion = ご意見・お困りごとを送る
bot-link-opinion-title = ご意見・お困りごと
bot-link-opinion = ご意見は、次のページに書いて送れます。このトークに書かれたことには、お答えできません。
bot-welcome-line = 乗り合いの車と、決まった時刻に走る便を、ここで予約できます。

## よく使う場所
bot-keep-stop = よく使う場所に入れる
bot-unkeep-stop = よく使う場所からはずす
bot-keep-done = よく使う場所に入れました。
bot-unkeep-done = よく使う場所からはずしました。
bot-far-away = いまの場所は、車が走る区域の外のようです。いちばん近い場所をお知らせします。

## 便のお知らせ
bot-follow-delay-title = 便が遅れています
bot-follow-delay = もうしわけありません。{ $day }の{ $run }が約{ $minutes }分遅れています。
bot-follow-on-time-title = 遅れがなくなりました
bot-follow-on-time = { $day }の{ $run }の遅れがなくなりました。
bot-follow-suspended-title = 便の運休
bot-follow-suspended = もうしわけありません。{ $day }の{ $run }は運休です。{ $reason }
bot-follow-resumed-title = 運休の取り消し
bot-follow-resumed = { $day }の{ $run }は、運休を取り消しました。取り消しになったご予約は、もう一度お取りください。
bot-notice-timetable-title = 時刻が変わりました
bot-notice-timetable = { $day }の時刻が変わりました。{ $pickup }には{ $clock }にうかがいます。ご都合が合わないときは、予約を変更してください。
bot-rich-timetable = 時刻表
bot-still-member-title = 登録を残しますか
bot-still-member = しばらくご利用がありません。登録を残すときは「登録を残す」を押してください。{ $year }年{ $day }までにお返事がないときは、登録を消します。
bot-stay = 登録を残す
bot-leave = 登録をやめる
bot-stayed = 登録を残しました。ありがとうございます。
