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

refusal-timetable-unreadable = ファイルに{ $lines }か所の誤りがあるため、何も登録していません。
refusal-timetable-in-the-past = { $day }より後の日からにしてください。
refusal-timetable-day-taken = { $day }から始まる別のダイヤが、もう登録されています。別の日にしてください。
refusal-run-overbooked = { $day }の{ $run }には{ $persons }名の予約があり、この車両には乗れません。先に予約の方へ連絡してください。
refusal-vehicle-has-rides = { $day }の{ $vehicle }には、区域運行の予約があります。先に予約を別の車に移すか、予約の方へ連絡してください。

desk-call-timetable-changed = { $service }の受付です。ダイヤの変更により、{ $day }のご予約、{ $pickup }からの便が{ $time }ごろに変わります。ご都合をおうかがいします。
desk-call-why-timetable-changed = ダイヤの変更で、約束した時刻や便が変わります。

admin-masters-timetable = ダイヤ
admin-masters-timetable-about = 便の時刻、車両と定員、予約の上限
timetable-day = 日
timetable-show = 表示する
timetable-of-weekdays = 平日ダイヤ
timetable-of-holidays = 土日祝ダイヤ
timetable-none = この日に有効なダイヤはありません。
timetable-stop = 停留所
timetable-run = { $number }便
timetable-code = 便
timetable-direction = 方面
timetable-departs = 発
timetable-arrives = 着
timetable-weekdays = 平日
timetable-holidays = 土日祝
timetable-rule = 乗り降り
timetable-both = 乗降可能
timetable-board-only = 乗車のみ
timetable-alight-only = 降車のみ
timetable-kind = 運行
timetable-kind-fixed = 定時運行(予約不要)
timetable-kind-reserved = 予約運行
timetable-vehicle = 車両
timetable-seats = 乗客定員
timetable-limit = 予約の上限(名)
timetable-limit-hint = 一便の予約の合計人数です。車両の定員までにしてください。
timetable-versions = 登録したダイヤ
timetable-version = { $year }年{ $day }から({ $runs }便)
timetable-new = 新しいダイヤの登録
timetable-from = いつから
timetable-from-hint = 明日から後の日。それより前の日は、今のダイヤのままです。
timetable-from-day = { $year }年{ $day }から
timetable-runs-file = 便の一覧(runs.csv)
timetable-runs-hint = 便、方面、発着時刻、平日と土日祝の運行、車両、予約の上限。文字コードはUTF-8。
timetable-times-file = 時刻表(timetable.csv)
timetable-times-hint = 便ごとの停留所、時刻、印刷どおりの時刻、乗り降りのきまり。文字コードはUTF-8。
timetable-check = 内容を確かめる
timetable-not-utf8 = 文字コードがUTF-8ではありません。
timetable-bad-lines = 誤りのある行
timetable-bad-line = { $file } { $line }行目:
timetable-would-load = { $runs }便のダイヤを登録します。
timetable-would-hit = 時刻が変わる予約は{ $count ->
    [0] ありません
   *[other] { $count }件あります。登録すると、電話連絡の一覧に入ります
}。
timetable-load = このダイヤを登録する
timetable-back = ダイヤに戻る
timetable-hit = 時刻や便が変わる予約が{ $count }件あります。電話連絡の一覧から連絡してください。
timetable-vehicle-seats = { $name }(定員{ $seats }名)
timetable-weekday-vehicle = 平日の車両
timetable-holiday-vehicle = 土日祝の車両

admin-field-runs = 便の一覧
admin-field-times = 時刻表
admin-field-booking-limit = 予約の上限

fault-other = { $reason }
fault-missing = { $column }がありません。
fault-unreadable = { $column }の「{ $value }」が読めません。
fault-unknown = { $column }の「{ $value }」は、登録されていない言葉です。
fault-twice = { $column }の「{ $value }」が重なっています。
fault-header = 見出しの列が決まりと違います({ $reason })。
fault-cells = 列の数が見出しと合いません。
fault-orphan = 便「{ $value }」が便の一覧にありません。
fault-stop-name = 停留所の名前「{ $value }」が、記号の停留所の名前と違います。
fault-off-print = 時刻が、印刷された「{ $value }」と合いません。
fault-seats = 定員が車両の登録({ $value }名)と違います。
fault-limit = 予約の上限は、1名から車両の定員までにしてください。
fault-seq = 順番が続いていません({ $value }のはずです)。
fault-backwards = 時刻が、前の停留所より後になっていません。
fault-no-times = 便「{ $value }」の時刻が二つ以上ありません。
fault-ends = 便「{ $value }」の発着時刻が、時刻表の最初と最後の時刻と違います。
fault-no-runs = 便がひとつもありません。

fares-zone = { $zone }区間
