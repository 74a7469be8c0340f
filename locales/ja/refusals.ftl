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
refusal-report-submitted = この報告書は、すでに提出されています。提出したときのまま保存しています。
refusal-report-not-over = 対象の期間が終わってから提出してください（{ $day }まで）。

### 当日の運行(増発便、運休、車両の差し替え)

refusal-rides-suspended = もうしわけありません。運休しています({ $reason })。ほかの日や時間をお選びください。
refusal-no-such-run = その便は見つかりませんでした。
refusal-too-many-follows = お知らせを受け取れる便は、{ $most }便までです。
refusal-vehicle-busy = { $vehicle }は、その時間は別の運行に出ています({ $free_s }に空きます)。
refusal-vehicle-too-small = { $vehicle }({ $seats }席)には、{ $persons }名は乗れません。
refusal-not-a-timetable-run = ダイヤの便だけ、車両を差し替えられます。区域運行の車は「車が動けないとき」から移してください。
refusal-riders-on-board = 乗車中の方がいます。降車を記録するか、車両を差し替えてください。
refusal-suspension-too-long = 運休の期間は{ $most }日までにしてください。
refusal-not-resumable = 出発時刻を過ぎた便や増発便の運休は、取り消せません。
refusal-left-behind-persons = 人数は1名から{ $most }名までで入力してください。
refusal-left-behind-stops = この便では、その場所のあいだの乗り降りはできません。
refusal-left-behind-answered = この乗り残しには、ほかの人がすでに対応しています。画面をお確かめください。
refusal-retention-not-agreed = 保存期間の取り決めがまだ登録されていません。台帳の画面で、町と取り決めた日を入れてください。
refusal-agreed-in-the-future = 取り決めた日は、今日までの日付にしてください。
refusal-only-reserved-runs = お断りの記録は、予約運行の便だけで使います。定時運行では「乗り残し」を押してください。
refusal-photo-unreadable = 写真を読めません。{ $most }MBまでのJPEGの写真を選んでください。
refusal-photos-enough = 写真は{ $most }枚までです。
refusal-trial-without-change = 変えるところを1つ以上選んでください。
refusal-trial-days-not-over = きのうまでの日を、早い日から順に入れてください。
refusal-trial-too-long = 期間は{ $most }日までにしてください。
refusal-trials-waiting = 計算中の試算が{ $count }件あります。終わってから、もう一度押してください。
refusal-trial-too-long-ago = ご利用の記録の保存期間（{ $days }日）より前の日は、試算できません。
