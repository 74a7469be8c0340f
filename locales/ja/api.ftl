### 機械のための窓口(API)の返事。人が読んでも分かる文にする

api-signed-out = ログインが必要です。
api-forbidden = この役割では使えません。
api-old-token = 確認のしるし(X-CSRFToken)がないか、古くなっています。/api/v1/session で取り直してください。
api-busy = ただいま混み合っています。少し待って、同じ Idempotency-Key でもう一度送ってください。
api-not-found = 見つかりません。
api-missing = 必要な項目がありません。
api-unreadable = 項目の内容を読めません。

refusal-key-used = 同じ Idempotency-Key が、別の内容で使われています。新しいしるしで送ってください。
