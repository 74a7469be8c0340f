### 日付・時刻・人数など、どの画面でも使うことば

weekday-mon = 月
weekday-tue = 火
weekday-wed = 水
weekday-thu = 木
weekday-fri = 金
weekday-sat = 土
weekday-sun = 日
month-1 = 1月
month-2 = 2月
month-3 = 3月
month-4 = 4月
month-5 = 5月
month-6 = 6月
month-7 = 7月
month-8 = 8月
month-9 = 9月
month-10 = 10月
month-11 = 11月
month-12 = 12月

common-day = { $month }月{ $day }日({ $weekday })
common-clock = { $hour }時{ $plain_minute }分
common-clock-full-hour = { $hour }時
common-moment = { $day }{ $clock }
common-window = { $earliest }〜{ $latest }
common-yen = { $amount }円
common-free = 無料
common-party-line = { $category }{ $persons }名
common-list-joint = ・
common-party-wheelchairs = (車いす{ $wheelchairs }台)
common-fare-term = { $category }{ $yen }円×{ $persons }
common-fare-sum = { $terms }={ $total }円
common-offer = { $window }に乗車、{ $arrival }、{ $fare }
common-offer-run = { $run }、{ $offer }
common-about = { $clock }頃
common-run = { $direction } { $number }便
common-arrival-by = { $clock }までに到着
common-arrival-at = { $clock }に到着
common-vehicle-sign = 車両: { $look }／『{ $sign }』の表示

category-adult = 一般
category-senior = 高齢者
category-discount = 割引
category-child = こども
category-infant = 乳幼児
category-free = 福祉乗車証をお持ちの方
category-carer = 介助者

limit-pickup-window = 希望の時間に、のる場所へ行けません
limit-dropoff-window = 希望の時間までに、おりる場所へ着けません
limit-ride-time = 車に乗っている時間が長くなりすぎます
limit-seats = 座席が足りません
limit-wheelchairs = 車いすの場所がありません
limit-shift = 車が動いている時間の外です
limit-other-promise = 先に予約した方との約束に間に合わなくなります
limit-driver-break = 乗務員の休憩と重なります
limit-reserved = 車いすの方のために空けてある席のほかに、空きがありません
