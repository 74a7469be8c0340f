### 職員用の画面すべてで使うことば

admin-brand = 乗合 Noriai
admin-skip = 本文へ進む
admin-menu = メニュー
admin-footer = 乗合 Noriai 職員用の画面
admin-home = はじめの画面
admin-to-home = はじめの画面へ
admin-signed-in-as = { $name }({ $role })
admin-other-language = English
admin-other-language-code = en
admin-sign-out = ログアウト

admin-sign-in = ログイン
admin-login = ログイン名
admin-password = パスワード
admin-next = 次へ
admin-sign-in-failed = ログイン名かパスワードが違います。何度か間違えたあとは、1分ほど待ってからお試しください。
admin-sign-in-again = ログイン名の入力からやり直す
admin-code = 確認コード
admin-code-label = 認証アプリの6けたの数字
admin-code-hint = 同じ数字は一度しか使えません。ログインし直すときは、数字が変わるのをお待ちください。
admin-code-failed = 確認コードが違うか、すでに使われています。次の数字に変わってから入力してください。

admin-forbidden = この画面は開けません
admin-forbidden-why = あなたの役割では、この画面を使えません。必要なときは運行管理の担当にご相談ください。
admin-old-form = 画面が古くなりました
admin-old-form-why = しばらく操作がなかったため、送信できませんでした。何も登録されていません。もう一度開いて、入力し直してください。
admin-open-again = もう一度開く

admin-form-old = 画面が古くなりました。もう一度開いてください。
admin-form-missing = 入力してください。
admin-form-too-long = 長すぎます。短くしてください。
admin-form-number = 数字を確かめてください。
admin-form-day = 日付を確かめてください。
admin-form-clock = 時刻は 9:30 のように入力してください。
