cli-ready = Ready: { $url }
cli-welcome =
    Noriai is ready. Open in a browser:

      start page      { $url }/
      LINE            { $url }/sim/
      phone desk      { $url }/admin/desk/
      dispatch board  { $url }/admin/dispatch/
      driver          { $url }/driver/

    Staff names: desk, dispatch, driver1 to driver5, carrier, town, privacy, audit, admin
    Password: { $password }
    The six-digit codes are shown on the start page.
    Ctrl-C stops everything; the data stay.
