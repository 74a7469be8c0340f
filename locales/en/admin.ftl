### Words of all staff pages

admin-brand = Noriai
admin-skip = Skip to content
admin-menu = Menu
admin-footer = Noriai staff web
admin-home = Start
admin-to-home = To the start page
admin-signed-in-as = { $name } ({ $role })
admin-other-language = 日本語
admin-other-language-code = ja
admin-sign-out = Sign out

admin-sign-in = Sign in
admin-login = Sign-in name
admin-password = Password
admin-next = Next
admin-sign-in-failed = Wrong sign-in name or password. After several mistakes please wait a minute before the next try.
admin-sign-in-again = Start again with the sign-in name
admin-code = Confirmation code
admin-code-label = Six digits from your authenticator app
admin-code-hint = Each code works once. To sign in again, wait for the next one.
admin-code-failed = The code is wrong or has been used. Please enter the next one.

admin-forbidden = This page is not for you
admin-forbidden-why = Your role may not open this page. Please ask dispatch if you need it.
admin-old-form = This page was too old
admin-old-form-why = You were away for a while, so nothing was sent or saved. Please open the page again.
admin-open-again = Open again

admin-form-old = This page was too old. Please open it again.
admin-form-missing = Please fill this in.
admin-form-too-long = Too long. Please shorten it.
admin-form-number = Please check the number.
admin-form-day = Please check the date.
admin-form-clock = Please write the time like 9:30.
