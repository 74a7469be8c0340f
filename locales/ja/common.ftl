### 予約や便の状態。どの画面でも同じことばを使う

state-confirmed = 予約済み
state-boarded = 乗車中
state-completed = 降車済み
state-cancelled = 取り消し
state-no-show = 不乗車
state-missed = 運行側の都合で乗れず

run-state-planned = 出発前
run-state-committed = 運行決定
run-state-underway = 運行中
run-state-finished = 運行終了
run-state-not-operated = 運行なし
run-state-suspended = 運休

visit-state-planned = これから
visit-state-arrived = 到着
visit-state-done = 済み
visit-state-skipped = とりやめ
visit-kind-pickup = 乗車
visit-kind-dropoff = 降車

role-operator = 予約受付
role-dispatcher = 運行管理
role-carrier = 運行事業者
role-town-officer = 自治体担当
role-driver = 乗務員

channel-line = LINE
channel-phone = 電話
channel-counter = 窓口
channel-driver = 車内

wish-kind-depart = 出発の時刻で
wish-kind-arrive = 到着の時刻で

pay-kind-cash = 現金
pay-kind-coupon = 回数券
pay-kind-pass = 定期券
pay-kind-free = 無料
pay-kind-mixed = 複数
