### 設定の画面:サービスごとの設定、空沼線の数字

masters-services = サービス
masters-in-hours = 時間と分(13:00 のように)
masters-pay-cash = 現金
masters-pay-coupon = 回数券
masters-pay-pass = 定期券
masters-pay-free = 無料
masters-limits = 便ごとの予約の上限(人)
masters-limits-about = その便に予約できる人数の合計です。区間が重ならなくても、合計で数えます。明日からの便にも、すでに受け付けている日にも当てはまります。
masters-limit-of = { $run } { $direction }({ $time }発)
masters-limit-seats = 車両の座席は{ $seats }席
masters-rule-own = 操作
masters-rule-remove = 「すべての受付」のきまりに戻す
masters-desk-closed = 電話だけ休み
masters-closes = 何を休みにするか
masters-closes-running = 運行
masters-closes-desk = 電話受付だけ(運行はする)

admin-field-vehicle-sign = 車両に表示する名前
admin-field-phone-start-s = 電話受付の始まり
admin-field-phone-end-s = 電話受付の終わり
admin-field-phone-weekdays = 電話を受ける曜日(えらばないときは運行日)
admin-field-pay-kinds = 支払方法
admin-field-allows-top-up = 区間の違う定期券に、差額を足して乗れる
admin-field-handover-days = 車内で売った券を渡すまでの日数
admin-field-handover-reminder-days = 渡す日が近いと知らせる日数
admin-field-report-due-day = 業務報告書の提出期限(毎月何日)
admin-field-report-reminder-day = 提出を知らせ始める日(毎月何日)
admin-field-longest-duty-s = 1日の乗務の上限
admin-field-shortest-rest-s = 次の乗務までの休みの下限
admin-field-planned-fixed-runs = 予定運行便数(定時運行、年間)
admin-field-planned-reserved-runs = 予定運行便数(予約運行、年間)
admin-field-planned-extra-runs = 予定運行便数(増発便、年間)
admin-field-planned-day-km = 1日の予定走行キロ

refusal-desk-hours-backwards = 電話受付の終わりは、始まりより後にしてください。
refusal-remind-at-outside = 前の日に予約を知らせる時刻は、{ $from_s }から{ $to_s }までにしてください。
refusal-reminder-after-due = お知らせの日は、期限より前にしてください。
refusal-limit-over-seats = { $run }の上限は、車両の座席{ $seats }席までにしてください。
masters-report-heads = 報告書の宛先と受託者
masters-report-heads-about = 業務報告書のはじめに出ます。空のところは「未設定」と出ます。提出した報告書は変わりません。
admin-field-report-recipient = 宛先(例: 札幌市長)
admin-field-contractor-address = 受託者の住所
admin-field-contractor = 受託者の会社名
admin-field-contractor-person = 代表者・業務責任者の名前
