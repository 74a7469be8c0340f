### 月ごとの精算(運行経費、運賃収入、運行経費負担金)

settlement-about = 運行経費負担金 = 運行経費 − 運賃収入。運賃収入は、その月に乗車した予約ごとに、最後に記録された受け取り額の合計です。
settlement-month-hint = 2022-11 のように
settlement-month-unreadable = 月を確かめてください。2022-11 のように入力します。
settlement-show = 表示する
settlement-month-name = { $year }年{ $month }月
settlement-cost = 運行経費
settlement-income = 運賃収入
settlement-rides = 乗車した予約
settlement-rides-of = { $rides }件
settlement-burden = 運行経費負担金
settlement-no-cost = この月の運行経費はまだ入力されていません。運行経費負担金は、入力すると出ます。
settlement-surplus = 運賃収入が運行経費を上回っているため、負担金がマイナスになっています。
settlement-costs = 入力された運行経費
settlement-entered-on = 入力した日
settlement-note-hint = 例:車両の借上げ、燃料費、運転手の人件費
settlement-new = { $month }の運行経費を追加する
settlement-add = 追加する
settlement-sent-before = この画面からはすでに入力されています。下の一覧を確かめて、別の運行経費であれば、もう一度送ってください。
admin-field-month = 対象の月
admin-field-yen = 金額(円)
admin-field-note = 内容
