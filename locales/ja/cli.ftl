cli-ready = 準備ができました: { $url }
cli-welcome =
    乗合(Noriai)の準備ができました。ブラウザーで開いてください。

      はじめの画面    { $url }/
      LINEの画面      { $url }/sim/
      電話受付        { $url }/admin/desk/
      運行の画面      { $url }/admin/dispatch/
      乗務員の端末    { $url }/driver/

    職員の名前: desk(受付)、dispatch(運行管理)、driver1〜driver5(乗務員)、carrier(運行事業者)、town(自治体)、
    　　　　　　privacy(保護管理者)、audit(監査)、admin(システム管理者)
    パスワード: { $password }
    6けたの確認コードは、はじめの画面に出ています。
    止めるときは Ctrl-C を押してください。データは残ります。
