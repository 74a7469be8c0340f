### Answers of the machine API, fit for people to read

api-signed-out = A sign-in is needed.
api-forbidden = This role may not do that.
api-old-token = The token X-CSRFToken is missing or old. Take a new one from /api/v1/session.
api-busy = Too busy just now. Wait a little and send it again under the same Idempotency-Key.
api-not-found = There is no such thing.
api-missing = A field is missing.
api-unreadable = A field cannot be read.

refusal-key-used = The same Idempotency-Key was used with another content. Send it under a new one.
